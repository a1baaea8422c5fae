"""Browsers without a screen: clients of the application, signed in as whoever a test needs."""

import itertools
import time

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from pipeline.accounts import SYSTEM
from pipeline.accounts.people import make_person
from pipeline.accounts.sessions import csrf_of, start_session
from pipeline.tables import person

HERE = "http://127.0.0.1"
TOKEN = "kS8fn2Lq0Zx7Vb3T"
_numbers = itertools.count(1)


def browser(app: FastAPI) -> TestClient:
    """A browser that knows nobody yet."""
    client = TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)
    client.headers["Accept"] = "text/html"
    return client


def signed_in(app: FastAPI, *roles: str, clinic: str | None = "main") -> TestClient:
    """A browser of a new person with these roles, past password and second factor.

    Its changes carry the page's token by header; `del client.headers["X-CSRF-Token"]` makes it forget.
    """
    database, client = app.state.database, browser(app)
    with database.write() as connection:
        person_id, _ = make_person(connection, SYSTEM, time.time(), f"person{next(_numbers)}", roles, clinic)
        whole = {"must_change": False, "totp_on": True}
        connection.execute(update(person).where(person.c.id == person_id).values(whole))
        secret = start_session(connection, person_id, time.time(), second=True)
    client.cookies.set("rebut", secret, domain="127.0.0.1")
    client.headers["X-CSRF-Token"] = csrf_of(secret)
    client.person_id = person_id
    return client
