"""Accounts: made by whoever may, for the clinic they manage, and never without an administrator."""

import pytest
from sqlalchemy import select

from pipeline.accounts import SYSTEM, Actor, people
from pipeline.accounts.roles import UnknownRoleError
from pipeline.accounts.sessions import find_session
from pipeline.accounts.signin import sign_in
from pipeline.accounts.tokens import (
    NoSuchTokenError,
    TokenTermError,
    find_token,
    list_tokens,
    make_token,
    revoke_token,
)
from pipeline.accounts.vault import WeakSecretError, check_secrets, open_vault
from pipeline.settings import read_settings
from pipeline.tables import api_token, trail
from tests.pipeline.accounts.conftest import NOW

OF_NORTH = Actor(id="x", roles=frozenset({"admin"}), clinic="north", via="session")


def make(database, by, login, roles=("intake",), clinic="main"):
    with database.write() as connection:
        return people.make_person(connection, by, NOW, login, roles, clinic)


def test_the_first_start_makes_one_administrator(database):
    """Of every clinic; the password is told once, and nobody else's start tells another."""
    password = people.first_admin(database, NOW)

    assert password
    assert people.first_admin(database, NOW) is None
    at = find_session(database, sign_in(database, "admin", password, NOW), NOW)
    assert (at.must_change, at.roles, at.clinic) == (True, {"admin"}, None)


def test_the_last_administrator_stays(database, admin_password):
    """Else nobody could ever be let in again."""
    with database.read() as connection:
        admin = people.find_person(connection, "admin").id
    for change in (
        lambda c: people.set_state(c, SYSTEM, NOW, admin, "disabled"),
        lambda c: people.change_roles(c, SYSTEM, NOW, admin, ["ops"], None),
        lambda c: people.change_roles(c, SYSTEM, NOW, admin, ["admin"], "main"),  # of one clinic only
    ):
        with pytest.raises(people.LastAdminError), database.write() as connection:
            change(connection)

    make(database, SYSTEM, "second", ["admin"], None)
    with database.write() as connection:
        people.set_state(connection, SYSTEM, NOW, admin, "disabled")


def test_who_manages_one_clinic_reaches_no_other(database, admin_password):
    """Neither sees its people nor gives rights on it, let alone on all."""
    make(database, SYSTEM, "southern", clinic="south")
    mine, _ = make(database, OF_NORTH, "northern", clinic="north")

    with database.read() as connection:
        assert [one["login"] for one in people.list_people(connection, OF_NORTH)] == ["northern"]
        with pytest.raises(people.NoSuchPersonError):
            people.find_person(connection, "southern", OF_NORTH)
    for clinic in ("south", None):
        with pytest.raises(people.BadNameError):
            make(database, OF_NORTH, "other", clinic=clinic)
        with pytest.raises(people.BadNameError), database.write() as connection:
            people.change_roles(connection, OF_NORTH, NOW, mine, ["intake"], clinic)


@pytest.mark.parametrize("login", ["", "a", "Nora Lind", "<b>", "x" * 81, "../x", "-x"])
def test_a_sign_in_name_is_plain(database, login):
    """It is shown on pages and typed on keyboards."""
    with pytest.raises(people.BadNameError):
        make(database, SYSTEM, login)


def test_a_name_is_given_once(database):
    """However it is written; unknown roles are none."""
    make(database, SYSTEM, "nora")
    with pytest.raises(people.LoginTakenError):
        make(database, SYSTEM, "NORA")
    with pytest.raises(UnknownRoleError):
        make(database, SYSTEM, "olaf", ["root"])


def test_breaking_the_glass_is_for_a_while_and_told(database, admin_password):
    """With a reason out of the list."""
    secret = sign_in(database, "admin", admin_password, NOW)
    by = find_session(database, secret, NOW).actor("192.0.2.1")
    with pytest.raises(people.NoSuchReasonError), database.write() as connection:
        people.break_glass(connection, by, NOW, "main", "curious about Ketterman")
    with pytest.raises(people.BadNameError), database.write() as connection:
        people.break_glass(connection, by, NOW, "nowhere", "staff-absent")

    with database.write() as connection:
        until = people.break_glass(connection, by, NOW, "main", "staff-absent")

    assert until == NOW + 3600
    assert find_session(database, secret, NOW + 100).actor().glass == "main"
    for at in range(500, 3600, 500):
        find_session(database, secret, NOW + at)
    assert find_session(database, secret, NOW + 3601).actor().glass is None
    with database.read() as connection:
        row = connection.execute(select(trail).where(trail.c.event == "glass.break")).one()
    assert (row.clinic, row.detail) == ("main", {"minutes": 60, "reason": "staff-absent"})


def test_a_token_allows_what_its_person_may_at_that_moment(database, nurse):
    """Less where it was made so, nothing where the person is gone."""
    with database.write() as connection:
        text = make_token(connection, SYSTEM, NOW, "scanner", ["intake", "approver"], nurse[0], days=30)

    assert find_token(database, text, NOW).roles == {"intake"}
    assert find_token(database, text, NOW).id == nurse[0]
    assert find_token(database, text, NOW).clinic == "main"
    assert find_token(database, text, NOW + 30 * 86400) is None
    with database.write() as connection:
        people.change_roles(connection, SYSTEM, NOW, nurse[0], ["reviewer"], "north")
    assert find_token(database, text, NOW).roles == set()
    assert find_token(database, text, NOW).clinic == "north"
    with database.write() as connection:
        people.set_state(connection, SYSTEM, NOW, nurse[0], "disabled")
    assert find_token(database, text, NOW) is None


def test_a_token_of_a_service_has_no_person(database):
    """And is revoked like any other."""
    with database.write() as connection:
        text = make_token(connection, SYSTEM, NOW, "mailbox", ["intake"], clinic="north")
    at = find_token(database, text, NOW, "192.0.2.3")
    token_id = text.split("_")[1]

    assert (at.id, at.clinic, at.via, at.source) == (f"token.{token_id}", "north", "token", "192.0.2.3")
    with database.write() as connection:
        (listed,) = list_tokens(connection, NOW)
        assert "digest" not in listed
        assert listed["last_used"] == NOW
        with pytest.raises(NoSuchTokenError):
            revoke_token(connection, SYSTEM, NOW, token_id, person_id="another")
        revoke_token(connection, SYSTEM, NOW, token_id)
    assert find_token(database, text, NOW) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1],
        lambda t: t + "x",
        lambda t: "",
        lambda t: "rbt__",
        lambda t: "rbt_é_x",
        lambda t: t.replace("rbt", "abc"),
        lambda t: t.rpartition("_")[0] + "_",
    ],
)
def test_a_token_that_is_nearly_right_is_wrong(database, spoil):
    """And its secret stands nowhere in the database."""
    with database.write() as connection:
        text = make_token(connection, SYSTEM, NOW, "mailbox", ["intake"])
        kept = str(connection.execute(select(api_token)).all())

    assert find_token(database, text, NOW)
    assert find_token(database, spoil(text), NOW) is None
    assert text.split("_", 2)[2] not in kept


@pytest.mark.parametrize("days", [0, -1, 367])
def test_no_token_lives_for_ever(database, days):
    """A year at most."""
    with pytest.raises(TokenTermError), database.write() as connection:
        make_token(connection, SYSTEM, NOW, "mailbox", ["intake"], days=days)


@pytest.mark.parametrize(
    ("name", "secret", "fine"),
    [
        ("REBUT_TOKEN", "kS8fn2Lq0Zx7Vb3T", True),
        ("REBUT_TOKEN", "secret42", False),
        ("REBUT_TOKEN", "changeme-changeme-changeme", False),
        ("REBUT_TOKEN", "aaaaaaaaaaaaaaaaaaaaaaaa", False),
        ("REBUT_FLOWER_PASSWORD", "admin-password-1", False),
        ("REBUT_SECRET", "kS8fn2Lq0Zx7Vb3T", False),  # 32 are needed
        ("REBUT_SECRET", "kS8fn2Lq0Zx7Vb3TkS8fn2Lq0Zx7Vb3U", True),
    ],
)
def test_secrets_of_an_example_are_refused(tmp_path, name, secret, fine):
    """The message names the variable and prints how to make one; the secret itself is not in it."""
    settings = read_settings({name: secret}, home=tmp_path)
    if fine:
        check_secrets(settings)
        return
    with pytest.raises(WeakSecretError, match=name) as refused:
        check_secrets(settings)
    assert secret not in str(refused.value)


def test_the_key_of_the_vault_is_made_once_and_is_its_owners_alone(tmp_path):
    """Beside the database and not in it, or given by REBUT_SECRET."""
    settings = read_settings({}, home=tmp_path / "home")
    sealed = open_vault(settings).seal("seed", "p")

    assert open_vault(settings).unseal(sealed, "p") == "seed"
    assert (tmp_path / "home" / "secret.key").stat().st_mode & 0o777 == 0o600
    given = read_settings({"REBUT_SECRET": "kS8fn2Lq0Zx7Vb3TkS8fn2Lq0Zx7Vb3U"}, home=tmp_path / "other")
    open_vault(given)
    assert not (tmp_path / "other").exists()
