"""Every route as every role, as a stranger, with what has ended, and of another clinic: the table is routes.yaml."""

import datetime as dt
import itertools
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import delete, func, select, update

from pipeline.accounts import ROLES, SYSTEM, passwords
from pipeline.accounts.people import make_person
from pipeline.accounts.roles import rights_of
from pipeline.accounts.sessions import IDLE_SECONDS, WHOLE_SECONDS, csrf_of, start_session
from pipeline.accounts.tokens import make_token, revoke_token
from pipeline.cases import given, open_case
from pipeline.hooks import add_hook
from pipeline.settings import read_settings
from pipeline.stages import WORKFLOW
from pipeline.tables import glass, login_wait, metadata, person
from rebut.web import build_app
from tests.rebut.web.signin import TOKEN, browser

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("routes.yaml").read_text("utf-8"))
CHANGES = [name for name in TABLE if not name.startswith("GET ")]
PARTS = {"position": "0", "page": "1", "name:path": "packet.pdf", "what": "packet", "document_id": "0" * 16}
NAMED = re.compile(r"\{(case_id|person_id|hook_id|token_id)\}")
NOBODY = "0" * 16  # an id that never was
SEED = "JBSWY3DPEHPK3PXP" * 2  # of the second factor
_numbers = itertools.count(1)


@dataclass
class Asker:
    """Somebody who asks, by cookie or token."""

    role: str
    clinic: str = "main"
    person_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    secret: str = ""


class World:
    """The application with people of each role in two clinics."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.database = app, app.state.database
        self.people: dict[tuple[str, ...], str] = {}
        self.person(None, "admin")  # who may not be the last to go

    def person(self, clinic: str | None, *roles: str, **values: Any) -> str:
        with self.database.write() as connection:
            login = f"person{next(_numbers)}"
            person_id, _ = make_person(connection, SYSTEM, time.time(), login, roles, clinic)
            seed = self.app.state.vault.seal(SEED, person_id)
            whole = {"must_change": False, "totp_on": True, "totp_seed": seed, **values}
            connection.execute(update(person).where(person.c.id == person_id).values(whole))
        return person_id

    def seated(self, role: str, clinic: str = "main", age: float = 0.0, second: bool = True, **values: Any) -> Asker:
        """A person of this role with a session that is so old (seconds)."""
        key = (clinic, role, *map(str, values.items()))
        if key not in self.people:
            self.people[key] = self.person(clinic, role, **values)
        with self.database.write() as connection:
            secret = start_session(connection, self.people[key], time.time() - age, second)
        return Asker(role, clinic, self.people[key], {"X-CSRF-Token": csrf_of(secret)}, secret)

    def token(self, *roles: str, clinic: str = "main", age: float = 0.0, revoked: bool = False) -> Asker:
        """A service with a token made so long ago (seconds)."""
        with self.database.write() as connection:
            told = make_token(connection, SYSTEM, time.time() - age, "service", roles, clinic=clinic, days=1)
            if revoked:
                revoke_token(connection, SYSTEM, time.time(), told.split("_")[1])
        return Asker(" ".join(roles), clinic, headers={"Authorization": f"Bearer {told}"})

    def ids(self, route: str, clinic: str, owner: str = "") -> dict[str, str]:
        """Something of this clinic for each id that the route names; owner: of a token."""
        made = {
            "case_id": lambda: self.case(clinic),
            "person_id": lambda: self.person(clinic, "ops"),
            "hook_id": lambda: self.hook(clinic),
            "token_id": lambda: self.token_of(owner or self.person(clinic, "ops")),
        }
        return {name: made[name]() for name in NAMED.findall(route)}

    def case(self, clinic: str) -> str:
        state, owner = self.app.state, self.token("intake", clinic=clinic)
        files = [given("denial.pdf", b"%PDF-1.4 " + str(next(_numbers)).encode())]
        actor = self.actor(owner)
        return open_case(state.database, state.storage, WORKFLOW, files, dt.date(2026, 3, 20), actor=actor)[0]

    def hook(self, clinic: str) -> str:
        actor = self.actor(self.token("admin", clinic=clinic))
        told = (self.app.state.vault, "https://ehr.example.org/hook", ["case.ready"])
        return add_hook(self.database, *told, actor)[0].id

    def token_of(self, person_id: str) -> str:
        with self.database.write() as connection:
            return make_token(connection, SYSTEM, time.time(), "own", ["intake"], person_id, "main").split("_")[1]

    def disabled(self) -> Asker:
        """Somebody with a token of the own, whose account was ended."""
        person_id = self.person("main", *ROLES)
        with self.database.write() as connection:
            told = make_token(connection, SYSTEM, time.time(), "own", ROLES, person_id, "main")
            connection.execute(update(person).where(person.c.id == person_id).values(state="disabled"))
        return Asker(" ".join(ROLES), headers={"Authorization": f"Bearer {told}"})

    def actor(self, asker: Asker) -> Any:
        from pipeline.accounts.tokens import find_token

        return find_token(self.database, asker.headers["Authorization"].removeprefix("Bearer "), time.time())

    def ask(self, route: str, asker: Asker | None, ids: Mapping[str, str], **headers: str | None) -> Response:
        """Send the right request of the table; a header that is None is left out."""
        method, _, address = route.partition(" ")
        told, client = TABLE[route], browser(self.app)
        for name, value in {**PARTS, **ids}.items():
            address = address.replace("{" + name + "}", value)
        if asker and asker.secret:
            client.cookies.set("rebut", asker.secret, domain="127.0.0.1")
        accept = {"Accept": "application/json"} if asker and "Authorization" in asker.headers else {}
        sent = {**accept, **(asker.headers if asker else {}), **told.get("headers", {}), **headers}
        form = {name: f"new{next(_numbers)}" if at == "UNIQUE" else at for name, at in told.get("form", {}).items()}
        if told["needs"] == "account.manage" and asker and "of_clinic" not in headers and method == "POST":
            form["of_clinic"] = asker.clinic
        body: dict[str, Any] = {"params": told.get("query")}
        if told.get("send"):
            body["files"] = [("files", ("more.pdf", b"%PDF-1.4 " + str(next(_numbers)).encode()))]
        elif "json" in told:
            body["json"] = told["json"]
        elif method != "GET":
            body["data"] = form
        kept = {name: value for name, value in sent.items() if value is not None}
        with self.database.write() as connection:  # what an asker before did must not help or hinder this one
            connection.execute(delete(glass))
            connection.execute(delete(login_wait))
        if address.endswith("/live"):
            return first_of_stream(client, address, kept)
        return client.request(method, address, headers=kept, **body)

    def rows(self) -> dict[str, Any]:
        """How many rows each table has, and when one was changed last."""
        with self.database.read() as connection:
            counts = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar()
                for table in metadata.tables.values()
                if table not in (glass, login_wait)
            }
            changed = {
                table.name: connection.execute(select(func.max(table.c.changed))).scalar()
                for table in metadata.tables.values()
                if "changed" in table.c
            }
        return {"rows": counts, "changed": changed}


def first_of_stream(client: TestClient, address: str, headers: Mapping[str, str]) -> Response:
    """Ask for a stream that would follow the case for minutes: the application is told to stop after one look."""
    client.app.state.stopping = lambda: True
    try:
        return client.get(address, headers=headers)
    finally:
        del client.app.state.stopping


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_MEMORY_KIB", 64)  # the same algorithm with little work
        passwords._hasher.cache_clear()
        home = tmp_path_factory.mktemp("matrix") / "home"
        yield World(build_app(read_settings({"REBUT_TOKEN": TOKEN, "REBUT_UPLOAD_MB": "1"}, home=home)))
    passwords._hasher.cache_clear()


def routes_of(app: FastAPI) -> Iterator[str]:
    """Every "METHOD ADDRESS" that the application answers, those of included routers too."""

    def walk(routes: Any, prefix: str = "") -> Iterator[str]:
        for route in routes:
            if hasattr(route, "original_router"):
                yield from walk(route.original_router.routes, prefix + route.include_context.prefix)
            elif hasattr(route, "methods"):
                yield from (f"{method} {prefix}{route.path}" for method in route.methods if method != "HEAD")
            else:  # a mount: our own static files, which hold nothing of anybody
                assert route.path == "/static", f"Say in routes.yaml who may ask what is mounted at {route.path}."

    yield from walk(app.routes)


def may_ask(told: Mapping[str, Any], asker: Asker) -> bool:
    """Whether the table lets somebody signed in ask."""
    needs = told["needs"]
    if needs in ("open", "actor"):
        return True
    if needs == "own":
        return bool(asker.secret)
    if needs == "step":
        return bool(asker.secret) and told.get("whole", False)
    rights = {needs} if isinstance(needs, str) else set(needs)
    return bool(rights & rights_of(asker.role.split()))


def good_of(told: Mapping[str, Any]) -> list[int]:
    return told["good"] if isinstance(told["good"], list) else [told["good"]]


def is_at_the_door(answer: Response) -> bool:
    """Whether the asker was sent to sign in, or told to send a token."""
    leads = answer.headers.get("location", "").startswith("/login")
    return answer.status_code == 401 or (answer.status_code == 303 and leads)


def is_forged(answer: Response) -> bool:
    return answer.status_code == 403 and "form-stale" in answer.text


def test_the_table_names_every_route(world):
    """Nobody adds a route without saying who may ask it."""
    there = set(routes_of(world.app))
    untold, gone = sorted(there - set(TABLE)), sorted(set(TABLE) - there)

    assert not untold, f"Say in tests/rebut/web/routes.yaml who may ask {', '.join(untold)}, with a right request."
    assert not gone, f"Take out of tests/rebut/web/routes.yaml what is no more: {', '.join(gone)}."


@pytest.mark.parametrize("route", TABLE)
def test_each_role_gets_its_own_and_no_more(world, route):
    """By session and by token: the good answer, or 403; what a seat is needed for, no token opens."""
    told = TABLE[route]
    for role, seated in itertools.product(ROLES, (True, False)):
        asker = world.seated(role) if seated else world.token(role)
        answer = world.ask(route, asker, world.ids(route, "main", asker.person_id))
        said = f"{route} as {role} by {'session' if seated else 'token'}: {answer.status_code} {answer.text[:300]}"
        if told["needs"] == "step" and not may_ask(told, asker):
            assert is_at_the_door(answer), said
        elif not seated and (told.get("seat") or told["needs"] == "own"):
            assert answer.status_code in (401, 403), said
        else:
            assert answer.status_code in (good_of(told) if may_ask(told, asker) else [403]), said


@pytest.mark.parametrize("route", TABLE)
def test_strangers_and_what_has_ended_stop_at_the_door(world, route):
    """401 for programs, the sign-in page for people; who is half signed in goes no further than the next step."""
    told, ids = TABLE[route], world.ids(route, "main")
    halves = {
        "second": world.seated("approver", second=False),
        "password": world.seated("approver", must_change=True),
        "enrol": world.seated("approver", totp_on=False),
    }
    strangers = {
        **halves,
        "nobody": Asker(""),
        "idle": world.seated("approver", age=IDLE_SECONDS + 1),
        "of yesterday": world.seated("approver", age=WHOLE_SECONDS + 1),
        "made up": Asker("", secret="0" * 43, headers={"X-CSRF-Token": csrf_of("0" * 43)}),
        "wrong token": Asker("", headers={"Authorization": "Bearer rbt_0123456789ab_wrong"}),
        "another scheme": Asker("", headers={"Authorization": f"Basic {TOKEN}"}),
        "empty token": Asker("", headers={"Authorization": "Bearer "}),
        "revoked token": world.token(*ROLES, revoked=True),
        "token that ended": world.token(*ROLES, age=86401),
        "token of somebody disabled": world.disabled(),
    }
    before = world.rows()
    for name, asker in strangers.items():
        answer = world.ask(route, asker, ids)
        said = f"{route} as {name}: {answer.status_code} {answer.text[:300]}"
        if told["needs"] == "open":
            assert answer.status_code in (*good_of(told), 403), said
        elif told["needs"] == "step":
            mine = told["half"] == name or (name == "enrol" and told.get("whole"))
            assert answer.status_code in good_of(told) if mine else is_at_the_door(answer) or is_forged(answer), said
        elif asker.secret and name in halves:
            step = {"second": "code"}.get(name, name)
            door = "/logout" not in route and not route.split()[1].startswith("/api/")
            assert answer.headers.get("location", "").startswith(f"/login/{step}?") if door else True, said
            assert is_at_the_door(answer), said
        else:
            assert is_at_the_door(answer), said
    if told["needs"] not in ("open", "step"):
        assert world.rows() == before


@pytest.mark.parametrize("route", [route for route in TABLE if NAMED.search(route)])
def test_what_is_of_another_clinic_is_as_unknown_as_what_never_was(world, route):
    """The same status and the same words for every role; who lacks the right is told that, and nothing of the case."""
    told = TABLE[route]
    ids = world.ids(route, "main")
    askers = [world.seated(role, "north") for role in ROLES]
    askers += [] if told.get("seat") or told["needs"] == "own" else [world.token(*ROLES, clinic="north")]
    before = world.rows()
    for asker in askers:
        foreign, unknown = (world.ask(route, asker, at) for at in (ids, dict.fromkeys(ids, NOBODY)))
        said = f"{route} as {asker.role} of another clinic: {foreign.status_code} {foreign.text[:300]}"
        assert foreign.status_code == unknown.status_code == (404 if may_ask(told, asker) else 403), said
        plain = foreign.text
        for own in ids.values():
            plain = plain.replace(own, NOBODY)
        assert plain == unknown.text, said
        assert dict(foreign.headers).keys() == dict(unknown.headers).keys(), said
    assert world.rows() == before


@pytest.mark.parametrize("route", CHANGES)
def test_no_change_by_cookie_without_the_token_of_its_page(world, route):
    """None, an empty one, a made-up one, that of another session of the same person: refused, and nothing changes."""
    told = TABLE[route]
    role = next(role for role in ROLES if may_ask(told, Asker(role, secret="s")) or told["needs"] == "step")
    lacks = {"second": {"second": False}, "password": {"must_change": True}, "enrol": {"totp_on": False}}
    asker = world.seated(role, **lacks.get(told.get("half", ""), {}))
    other = csrf_of(world.seated(role).secret)
    ids = world.ids(route, "main", asker.person_id)
    before = world.rows()
    for token in (None, "", "x", "0" * 64, other, asker.secret):
        answer = world.ask(route, asker, ids, **{"X-CSRF-Token": token})
        assert is_forged(answer), f"{route} with the token {token}: {answer.status_code} {answer.text[:300]}"
    schemes = ("Basic eDp5", "Bearer", "Bearer wrong", "x") if told["needs"] not in ("open", "step") else ()
    for scheme in schemes:  # no way round: with a token, right or wrong, the cookie does not count
        answer = world.ask(route, asker, ids, **{"X-CSRF-Token": None, "Authorization": scheme})
        assert answer.status_code == 401, f"{route} with {scheme}: {answer.status_code}"
    assert world.rows() == before
