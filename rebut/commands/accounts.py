"""`rebut account` and `rebut audit`: who may sign in, and what was done. Whoever has a shell here may all of it."""

import argparse
import datetime as dt
import json
import sys
import time
from typing import Any

from pipeline.accounts import OPERATOR
from rebut.commands.desk import open_stores

_EVERY = "*"  # every clinic


def add(arguments: argparse.Namespace) -> int:
    """Make an account and print its one-time password."""
    from pipeline.accounts.people import make_person

    database, _ = open_stores()
    with database.write() as connection:
        told = (arguments.login, arguments.role, _clinic(arguments), arguments.name)
        _, password = make_person(connection, OPERATOR, time.time(), *told)
    return _tell_password(arguments.login, password)


def list_(arguments: argparse.Namespace) -> int:
    """List the accounts."""
    from pipeline.accounts.people import list_people

    database, _ = open_stores()
    with database.read() as connection:
        found = list_people(connection)
    if arguments.json:
        _print(found)
        return 0
    for one in found:
        second = "second factor" if one["totp_on"] else "-"
        roles = ",".join(one["roles"]) or "-"
        print("  ".join((one["id"], one["login"], one["clinic"] or _EVERY, roles, one["state"], second)))
    return 0


def disable(arguments: argparse.Namespace) -> int:
    """End an account: sessions and tokens too."""
    return _set_state(arguments, "disabled")


def enable(arguments: argparse.Namespace) -> int:
    """Bring a disabled account back; its tokens stay revoked."""
    return _set_state(arguments, "active")


def roles(arguments: argparse.Namespace) -> int:
    """Give an account other roles, and another clinic where one is named."""
    from pipeline.accounts.people import change_roles, find_person

    database, _ = open_stores()
    with database.write() as connection:
        one = find_person(connection, arguments.login)
        clinic = one.clinic if arguments.clinic is None else _clinic(arguments)
        change_roles(connection, OPERATOR, time.time(), one.id, arguments.role, clinic)
    print(f"{arguments.login} has other roles and signs in anew", file=sys.stderr)
    return 0


def reset(arguments: argparse.Namespace) -> int:
    """Print a new one-time password; the second factor has to be enrolled again."""
    from pipeline.accounts.people import reset_person

    database, _ = open_stores()
    with database.write() as connection:
        password = reset_person(connection, OPERATOR, time.time(), arguments.login)
    return _tell_password(arguments.login, password)


def token(arguments: argparse.Namespace) -> int:
    """Make a token of a person or of a service, list those in use, or revoke one."""
    from pipeline.accounts.people import ensure_clinic, find_person
    from pipeline.accounts.tokens import list_tokens, make_token, revoke_token

    database, _ = open_stores()
    now = time.time()
    if arguments.list:
        with database.read() as connection:
            _print(list_tokens(connection, now))
        return 0
    with database.write() as connection:
        if arguments.revoke:
            revoke_token(connection, OPERATOR, now, arguments.revoke)
            print(f"the token {arguments.revoke} opens nothing any more", file=sys.stderr)
            return 0
        one = find_person(connection, arguments.login) if arguments.login else None
        clinic = one.clinic if one else _clinic(arguments)
        ensure_clinic(connection, OPERATOR, now, clinic)
        wanted = arguments.role or (one.roles if one else [])
        told = (arguments.name or "token", wanted, one and one.id, clinic, arguments.days)
        print(make_token(connection, OPERATOR, now, *told))
    print("Shown this once. Whoever has it may what it may: keep it as a password.", file=sys.stderr)
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Check the whole trail; exit status 3 where it is not what was written."""
    from pipeline.trail import verify as verify_trail

    database, _ = open_stores()
    with database.read() as connection:
        found = verify_trail(connection, arguments.expect)
    if arguments.json:
        fault = found.fault and {"seq": found.fault.seq, "code": found.fault.code, "message": found.fault.message}
        _print({"rows": found.rows, "digest": found.digest, "fault": fault})
    else:
        print(f"{found.rows} rows, head {found.digest}")
        if found.fault:
            print(f"The trail is not whole: {found.fault.message}.")
    return 3 if found.fault else 0


def export(arguments: argparse.Namespace) -> int:
    """Print the rows as lines of JSON; that it was done stands in the trail before the first of them."""
    from pipeline.trail import rows, tell

    database, _ = open_stores()
    tell(database, OPERATOR, "audit.export")
    day = arguments.since
    since = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() if day else 0.0
    with database.read() as connection:
        for row in rows(connection):
            if row["at"] >= since:
                at = dt.datetime.fromtimestamp(row["at"], dt.UTC).isoformat(timespec="microseconds")
                print(json.dumps({**row, "at": at}, sort_keys=True))
    return 0


def tell_first_admin(database: Any, address: str) -> None:
    """At the first start: print the password of the administrator, to standard error and into no log of ours."""
    from pipeline.accounts.people import first_admin

    if password := first_admin(database, time.time()):
        print(
            f"rebut: first start. Sign in at {address}/login as admin with the one-time password {password}\n"
            "rebut: It is shown this once and good for a day; `rebut account reset admin` makes another.",
            file=sys.stderr,
            flush=True,
        )


def _set_state(arguments: argparse.Namespace, state: str) -> int:
    from pipeline.accounts.people import set_state

    database, _ = open_stores()
    with database.write() as connection:
        set_state(connection, OPERATOR, time.time(), arguments.login, state)
    print(f"{arguments.login} is {state}", file=sys.stderr)
    return 0


def _clinic(arguments: argparse.Namespace) -> str | None:
    return None if arguments.clinic == _EVERY else arguments.clinic or "main"


def _tell_password(login: str, password: str | None) -> int:
    print(password)
    print(f"One-time password of {login}: shown this once, good for a day.", file=sys.stderr)
    return 0


def _print(document: Any) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False)
    print()
