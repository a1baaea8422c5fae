"""Signing in by browser, and what guards the pages: on the real application."""

import json
import re
import time

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from pipeline.accounts import SYSTEM, passwords
from pipeline.accounts.people import first_admin, make_person
from pipeline.accounts.tokens import make_token
from pipeline.settings import read_settings
from pipeline.tables import session, trail
from rebut.web import build_app
from tests.rebut.web.signin import HERE, TOKEN, browser, signed_in

OWN = "seven lamps under the stairs"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """The same algorithm with little work."""
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    passwords._hasher.cache_clear()
    yield
    passwords._hasher.cache_clear()


def app_of(tmp_path, **environment):
    return build_app(read_settings({"REBUT_TOKEN": TOKEN, **environment}, home=tmp_path / "home"))


@pytest.fixture
def app(tmp_path):
    return app_of(tmp_path)


def field_of(answer, name="form_token"):
    return re.search(rf'name="{name}" value="([^"]*)"', answer.text)[1]


def send(client, path, **fields):
    """What a person does: load the page, fill in its form, send it."""
    token = field_of(client.get(path))
    return client.post(path.partition("?")[0], data={"form_token": token, **fields})


def events(app):
    with app.state.database.read() as connection:
        return list(connection.execute(select(trail.c.event).order_by(trail.c.seq)).scalars())


def test_the_first_administrator_signs_in_and_makes_an_account(app):
    """From the one-time password on standard error to a second person, with pages alone."""
    password, client = first_admin(app.state.database, time.time()), browser(app)

    assert client.get("/accounts").headers["location"] == "/login?to=/accounts"
    step = send(client, "/login?to=/accounts", login="admin", password=password, to="/accounts")
    assert step.headers["location"] == "/login/password?to=%2Faccounts"
    assert client.get("/accounts").headers["location"].startswith("/login/password")
    step = send(client, "/login/password", old=password, new=OWN, again=OWN, to="/accounts")
    assert step.headers["location"].startswith("/login/enrol")
    shown = client.get("/login/enrol")
    seed = re.search(r'id="seed">([^<]*)<', shown.text)[1].replace(" ", "")
    assert "<svg" in shown.text
    assert "<script>" not in shown.text
    codes = send(client, "/login/enrol", code=pyotp.TOTP(seed).now(), to="/accounts")
    assert len(re.findall(r"<code>([a-z2-7-]{19})</code>", codes.text)) == 10
    assert client.get("/accounts").status_code == 200

    made = send(client, "/accounts", login="Nora", roles=["reviewer", "intake"], of_clinic="north")
    assert re.search(r'id="once">([a-z0-9-]{24})<', made.text)
    assert "nora" in client.get("/accounts").text
    assert [at for at in events(app) if at.endswith(".make")][-3:] == ["account.make", "clinic.make", "account.make"]


def test_a_session_planted_before_sign_in_is_worth_nothing(app):
    """The browser gets another id with the password, and the one of before opens nothing."""
    password, client = first_admin(app.state.database, time.time()), browser(app)
    client.cookies.set("rebut", "planted", domain="127.0.0.1")
    send(client, "/login", login="admin", password=password)

    planted = browser(app)
    planted.cookies.set("rebut", "planted", domain="127.0.0.1")
    assert planted.get("/login/password").headers["location"].startswith("/login?")
    assert client.cookies["rebut"] != "planted"


def test_signing_in_tells_no_names(app):
    """An unknown name and a wrong password look the same, and after some of them one has to wait."""
    first_admin(app.state.database, time.time())
    client = browser(app)
    known, unknown = (send(client, "/login", login=login, password="wrong") for login in ("admin", "nobody"))
    assert known.status_code == unknown.status_code == 403
    assert known.text.replace("admin", "nobody") == unknown.text

    for _ in range(4):
        send(client, "/login", login="admin", password="wrong")
    waits = send(client, "/login", login="admin", password="wrong")
    assert waits.status_code == 429
    assert int(waits.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:1"]
)
def test_sign_in_leads_to_our_own_pages_alone(app, to):
    """A link in a mail cannot send somebody on to a page that looks like ours."""
    assert field_of(browser(app).get("/login", params={"to": to}), "to") == "/cases"


def test_a_change_needs_the_token_of_the_page(app):
    """Without it, with another's, with that of another session: refused before anything happens."""
    client, other = signed_in(app, "admin", clinic=None), signed_in(app, "admin", clinic=None)
    right = client.headers.pop("X-CSRF-Token")
    data = {"login": "forged", "roles": "admin"}

    for sent in ({}, {"form_token": ""}, {"form_token": "x"}, {"form_token": other.headers["X-CSRF-Token"]}):
        refused = client.post("/accounts", data={**data, **sent})
        assert refused.status_code == 403
        assert "form-stale" in refused.text
    assert client.post("/accounts", json={**data, "form_token": right}).status_code == 403
    assert client.post("/accounts?form_token=" + right, data=data).status_code == 403
    assert events(app).count("account.make") == 2
    assert client.post("/accounts", data={**data, "form_token": right}).status_code == 200
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", headers={"X-CSRF-Token": right}).headers["location"] == "/login"


def test_a_form_of_sign_in_is_guarded_too(app):
    """Else a stranger signs a person in as himself and reads what is then sent in."""
    password = first_admin(app.state.database, time.time())
    fields = {"login": "admin", "password": password}

    assert browser(app).post("/login", data=fields).status_code == 403
    client = browser(app)
    token = field_of(client.get("/login"))
    client.cookies.clear()
    assert client.post("/login", data={**fields, "form_token": token}).status_code == 403


def test_of_an_upload_the_token_stands_before_the_first_file(app):
    """What comes after is not looked at: a stranger's files are not read."""
    client = signed_in(app, "intake")
    token = client.headers.pop("X-CSRF-Token")
    head = 'Content-Disposition: form-data; name="form_token"\r\n\r\n' + token
    file = (
        'Content-Disposition: form-data; name="files"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-'
    )
    kind = {"Content-Type": "multipart/form-data; boundary=cut"}

    def sent(*parts):
        body = "".join(f"--cut\r\n{part}\r\n" for part in parts) + "--cut--\r\n"
        return client.post("/new", content=body, headers=kind).status_code

    assert sent(file) == 403
    assert sent(file, head) == 403
    assert sent(head.replace("form_token", "other"), file) == 403
    assert sent(head, file) != 403


def test_a_session_of_a_browser_calls_the_interface_too(app):
    """With the token of the page; reading needs none."""
    client = signed_in(app, "intake")
    case_id = client.post("/api/cases", files=[("files", ("a.txt", b"%PDF-one"))]).json()["case"]
    del client.headers["X-CSRF-Token"]

    assert client.get(f"/api/cases/{case_id}").status_code == 200
    assert client.post("/api/cases", files=[("files", ("a.txt", b"%PDF-one"))]).status_code == 403


def test_the_cookie_says_nothing_and_goes_nowhere_else(app, tmp_path):
    """HttpOnly, Strict, for the session; over https also Secure, and __Host- so that no neighbour can set it."""
    password = first_admin(app.state.database, time.time())
    plain = send(browser(app), "/login", login="admin", password=password).headers.get_list("set-cookie")[0]
    assert plain.startswith("rebut=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(plain.split("; "))
    assert "Secure" not in plain

    secure = app_of(tmp_path / "tls", REBUT_PUBLIC_URL="https://appeals.example.org")
    password = first_admin(secure.state.database, time.time())
    client = TestClient(secure, base_url="https://appeals.example.org", follow_redirects=False)
    given = send(client, "/login", login="admin", password=password).headers.get_list("set-cookie")[0]
    assert given.startswith("__Host-rebut=")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Secure"} <= set(given.split("; "))
    assert "Domain" not in given
    assert "max-age" in client.get("/login").headers["strict-transport-security"]


def test_nobody_signs_in_over_plain_http_from_elsewhere(app):
    """The message says what to set up; the interface of programs is the proxy's business."""
    client = TestClient(app, base_url="http://appeals.example.org", follow_redirects=False)

    refused = client.get("/login", headers={"Accept": "text/html"})
    assert refused.status_code == 403
    assert "REBUT_PUBLIC_URL" in refused.text
    assert client.post("/login", data={"login": "admin", "password": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["/login", "/cases", "/api/cases", "/livez", "/nothing", "/static/rebut.css"])
def test_every_answer_tells_the_browser_to_run_nothing_of_others(app, path):
    """No inline script or style, no frame, no referrer, nothing kept but our own static files."""
    headers = browser(app).get(path).headers
    policy = headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert ("no-store" in headers["cache-control"]) is not path.startswith("/static/")


def test_what_is_not_open_is_closed_whatever_it_is(app):
    """A stranger learns not even which paths there are."""
    client = browser(app)
    for path in ("/cases", "/nothing", "/accounts", "/cases/0123456789abcdef/packet"):
        assert client.get(path).headers["location"] == f"/login?to={path}"
    for path in ("/api/cases", "/api/nothing"):
        assert client.get(path).status_code == 401
    assert client.get("/cases", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/livez").status_code == 200


def test_after_a_session_ended_the_next_click_leads_to_sign_in(app):
    """By the clock, here moved back; what is sent then is not done."""
    client = signed_in(app, "admin", clinic=None)
    assert client.get("/accounts").status_code == 200
    with app.state.database.write() as connection:
        connection.execute(update(session).values(seen=time.time() - 901))

    assert client.get("/accounts").headers["location"] == "/login?to=/accounts"
    assert client.post("/accounts", data={"login": "late", "roles": "ops"}).headers["location"] == "/login?to=/cases"


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("intake", "GET", "/api/cases", 200),
        ("ops", "GET", "/api/cases", 403),
        ("auditor", "GET", "/api/cases", 403),
        ("admin", "GET", "/api/cases", 403),
        ("ops", "POST", "/api/cases", 403),
        ("intake", "GET", "/api/cases/ID/packet", 403),
        ("reviewer", "GET", "/api/cases/ID/packet", 404),  # there is none yet
        ("reviewer", "DELETE", "/api/cases/ID", 403),
        ("approver", "DELETE", "/api/cases/ID", 204),
        ("reviewer", "GET", "/accounts", 403),
        ("admin", "GET", "/accounts", 200),
        ("intake", "GET", "/account", 200),
    ],
)
def test_a_role_gets_what_is_its_own(app, role, method, path, status):
    """The whole table of routes and roles is routes.yaml."""
    owner = signed_in(app, "intake")
    case_id = owner.post("/api/cases", files=[("files", ("a.txt", b"%PDF-one"))]).json()["case"]
    files = {"files": [("files", ("a.txt", b"%PDF-one"))]} if method == "POST" else {}

    answer = signed_in(app, role).request(method, path.replace("ID", case_id), **files)
    assert answer.status_code == status


def test_a_case_of_another_clinic_and_one_that_never_was_get_the_same_answer(app):
    """But for the id that was asked for."""
    case_id = (
        signed_in(app, "intake", clinic="north").post("/api/cases", files=[("files", ("a", b"%PDF-1"))]).json()["case"]
    )
    other = signed_in(app, "approver", clinic="south")

    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/packet"), ("GET", "/manifest.json")):
        foreign = other.request(method, f"/api/cases/{case_id}{path}")
        unknown = other.request(method, f"/api/cases/{'0' * 16}{path}")
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.text.replace(case_id, "0" * 16) == unknown.text
    assert browser(app).get(f"/api/cases/{case_id}", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_a_person_makes_a_token_with_no_more_rights_than_the_own(app):
    """It opens the interface, and no account; revoked, it opens nothing."""
    client = signed_in(app, "intake")
    made = client.post("/account/tokens", data={"name": "scanner", "roles": ["intake", "admin"], "days": "30"})
    token = re.search(r'id="token">([^<]+)<', made.text)[1]
    program = TestClient(app, base_url=HERE, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)

    assert program.get("/api/cases").status_code == 200
    assert program.get("/account").status_code == 401
    assert token not in client.get("/account").text
    stranger = signed_in(app, "intake")
    assert stranger.post(f"/account/tokens/{token.split('_')[1]}/revoke").status_code == 404
    assert client.post(f"/account/tokens/{token.split('_')[1]}/revoke").status_code == 303
    assert program.get("/api/cases").status_code == 401


def test_a_token_of_an_administrator_manages_no_accounts(app):
    """A person stands behind each change of rights; a token that leaked makes none."""
    with app.state.database.write() as connection:
        admin, _ = make_person(connection, SYSTEM, time.time(), "chief", ["admin"], None)
        token = make_token(connection, SYSTEM, time.time(), "script", ["admin"], admin)
    program = TestClient(app, base_url=HERE, headers={"Authorization": f"Bearer {token}"})

    assert program.get("/accounts").status_code == 401
    assert program.post("/accounts", data={"login": "evil", "roles": "admin"}).status_code == 401


def test_an_administrator_changes_and_ends_accounts_and_breaks_the_glass(app):
    """Each of it is told; whoever is disabled is out at once."""
    admin, nurse = signed_in(app, "admin", clinic=None), signed_in(app, "intake")
    case_id = nurse.post("/api/cases", files=[("files", ("a", b"%PDF-1"))]).json()["case"]

    assert admin.get(f"/api/cases/{case_id}").status_code == 403
    assert admin.post("/accounts/glass", data={"of_clinic": "main", "reason": "curious"}).status_code == 403
    assert admin.post("/accounts/glass", data={"of_clinic": "main", "reason": "staff-absent"}).status_code == 303
    assert admin.get(f"/api/cases/{case_id}").status_code == 200
    assert admin.get(f"/api/cases/{case_id}/packet").status_code == 403  # reading, no more
    assert admin.post(f"/accounts/{nurse.person_id}/state", data={"state": "disabled"}).status_code == 303
    assert nurse.get("/api/cases").status_code == 401
    assert "account.disable" in events(app)
    assert admin.post("/accounts/nobody/reset").status_code == 404
    reset = admin.post(f"/accounts/{nurse.person_id}/reset")
    assert re.search(r'id="once">', reset.text)


def test_an_auditor_reads_and_checks_the_trail_of_the_own_clinic(app):
    """Without a shell, and without a right to any case; reading it is told too."""
    for clinic in ("north", "south"):
        signed_in(app, "intake", clinic=clinic).post("/api/cases", files=[("files", ("a", b"%PDF-1"))])
    auditor = signed_in(app, "auditor", clinic="north")

    told = [json.loads(line) for line in auditor.get("/api/audit").text.splitlines()]
    assert {row["clinic"] for row in told} == {"north"}
    assert told[-1]["event"] == "audit.export"
    assert auditor.get("/api/audit?since=2999-01-01").text == ""
    head = auditor.get("/api/audit/head").json()
    assert head["fault"] is None
    assert auditor.get("/api/audit/head", params={"expect": "0" * 63 + "1"}).json()["fault"]["code"] == "expected"
    assert signed_in(app, "approver", "admin", "ops").get("/api/audit").status_code == 403
    assert signed_in(app, "intake").get("/api/audit/head").status_code == 403
