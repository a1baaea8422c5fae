"""`rebut account` and `rebut audit`, as an operator types them."""

import json
import os
import sqlite3
import subprocess
import sys
import time

import httpx
import pytest

from tests.servers import free_ports


def test_an_account_is_made_listed_and_ended(rebut):
    """Standard output carries the one-time password alone."""
    made = rebut("account", "add", "Nora", "--role", "reviewer", "--role", "intake", "--clinic", "north")
    assert made.returncode == 0, made.stderr
    assert len(made.stdout.strip()) == 24
    rebut("account", "add", "chief", "--role", "admin", "--clinic", "*")

    chief, nora = json.loads(rebut("account", "list", "--json").stdout)
    assert (nora["login"], nora["roles"], nora["clinic"]) == ("nora", ["intake", "reviewer"], "north")
    assert chief["clinic"] is None
    assert rebut("account", "roles", "nora", "--role", "approver").returncode == 0
    assert "approver" in rebut("account", "list").stdout
    assert rebut("account", "disable", "nora").returncode == 0
    again = rebut("account", "reset", "nora")
    assert again.stdout != made.stdout


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("account", "add", "nora", "--role", "surgeon"), 2, "no role surgeon"),
        (("account", "add", "N ora", "--role", "ops"), 2, "cannot be used"),
        (("account", "disable", "nobody"), 3, "no account nobody"),
        (("account", "add", "nora"), 2, "--role"),
        (("account", "token", "--role", "intake", "--days", "1000"), 2, "366"),
        (("account", "token", "--revoke", "abc"), 3, "no token abc"),
    ],
)
def test_what_cannot_be_done_is_said(rebut, words, status, told):
    """With the exit status of its kind."""
    done = rebut(*words)

    assert done.returncode == status
    assert told in done.stderr


def test_a_token_is_printed_alone_and_revoked(rebut):
    """For a service of a clinic, or for a person."""
    token = rebut("account", "token", "--name", "mailbox", "--role", "intake", "--clinic", "north").stdout.strip()
    (listed,) = json.loads(rebut("account", "token", "--list").stdout)

    assert token.startswith(f"rbt_{listed['id']}_")
    assert (listed["name"], listed["clinic"], listed["roles"]) == ("mailbox", "north", ["intake"])
    assert rebut("account", "token", "--revoke", listed["id"]).returncode == 0
    assert json.loads(rebut("account", "token", "--list").stdout) == []


def test_the_trail_is_checked_and_exported(rebut):
    """What the operator does stands in it too; whoever changes it by force is found out."""
    rebut("account", "add", "chief", "--role", "admin", "--clinic", "*")
    first = json.loads(rebut("audit", "verify", "--json").stdout)
    exported = [json.loads(line) for line in rebut("audit", "export").stdout.splitlines()]

    assert first["fault"] is None
    assert [row["event"] for row in exported] == ["account.make", "audit.export"]
    assert rebut("audit", "export", "--since", "2999-01-01").stdout == ""
    assert rebut("audit", "verify", "--expect", first["digest"]).returncode == 0
    assert rebut("audit", "verify", "--expect", "f" * 64).returncode == 3

    with sqlite3.connect(rebut.home / "rebut.db") as database:
        database.execute("DROP TRIGGER trail_no_UPDATE")
        database.execute("UPDATE trail SET actor = 'somebody' WHERE seq = 1")
    forged = rebut("audit", "verify")
    assert forged.returncode == 3
    assert "row 1 is not what was written" in forged.stdout


@pytest.mark.parametrize("role", ["web", "up"])
def test_no_server_starts_with_a_secret_of_an_example(rebut, role):
    """The message names the variable and how to make a better one; nothing is left running."""
    done = rebut(role, "--port", "0", REBUT_TOKEN="changeme", REBUT_BROKER="redis://127.0.0.1:1/0")

    assert done.returncode == 2
    assert "REBUT_TOKEN" in done.stderr
    assert "token_urlsafe" in done.stderr


def test_the_first_start_prints_the_password_of_the_administrator_once(tmp_path):
    """To standard error; a second start says nothing of it, and no file holds it."""
    environment = {**os.environ, "REBUT_HOME": str(tmp_path / "home"), "REBUT_TOKEN": "kS8fn2Lq0Zx7Vb3T"}
    told = []
    for port in free_ports(2):
        command = [sys.executable, "-m", "rebut", "web", "--port", str(port)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
        try:
            wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
        finally:
            process.terminate()
        told.append(process.communicate(timeout=60)[1])

    assert "as admin with the one-time password" in told[0]
    password = told[0].partition("one-time password ")[2].split()[0]
    assert "one-time" not in told[1]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert password.encode() not in kept


def wait_until_ready(process, url):
    patience = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < patience:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")
