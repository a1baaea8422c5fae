"""The list of cases and the error inbox, on the real application."""

import datetime as dt
import json
import re

import pytest
from sqlalchemy import update

from pipeline.cases import given, open_case
from pipeline.jobs import GIVEN_UP
from pipeline.settings import read_settings
from pipeline.tables import case
from rebut.web import build_app
from rebut.web.pages.shell import words
from tests.rebut.web.signin import TOKEN, signed_in
from tests.workflows import COUNTING


@pytest.fixture
def app(tmp_path):
    app = build_app(read_settings({"REBUT_TOKEN": TOKEN}, home=tmp_path / "home"))
    yield app
    app.state.database.close()


def failed(app, name: str, code: str, message: str) -> str:
    state = app.state
    case_id, _ = open_case(state.database, state.storage, COUNTING, [given(name, name.encode())], dt.date(2026, 11, 22))
    told = {"state": "failed", "fault_code": code, "fault_message": message}
    with state.database.write() as connection:
        connection.execute(update(case).where(case.c.id == case_id).values(told))
    return case_id


def test_the_error_inbox_gives_reason_and_way_out(app):
    """A file that cannot be used wants a mended copy; what the program gave up can be tried again, one or all."""
    failed(app, "locked.pdf", "pdf-encrypted", "locked.pdf is password-protected. Print it to a new PDF.")
    given_up = failed(app, "bug.pdf", "ValueError", GIVEN_UP)
    client = signed_in(app, "reviewer", "ops")

    page = client.get("/errors").text
    assert "locked.pdf is password-protected. Print it to a new PDF." in page
    assert "rebut retry" not in page  # a nurse has no terminal
    assert page.count("Start a new case with a mended copy") == 1
    assert page.count(f"/cases/{given_up}/retry") == 1

    answer = client.post(f"/cases/{given_up}/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{given_up}")
    assert given_up not in client.get("/errors").text


def test_who_looks_after_the_queues_sees_no_patient(app):
    """Ids and codes, no names of files and no messages; other pages are not for them."""
    case_id = failed(app, "Valderrama chart.pdf", "pdf-encrypted", "Valderrama chart.pdf is password-protected.")
    client = signed_in(app, "ops")

    page = client.get("/errors").text

    assert case_id in page
    assert "pdf-encrypted" in page
    assert "Valderrama" not in page
    assert client.get("/cases").status_code == 403
    assert client.get(f"/cases/{case_id}").status_code in (403, 404)
    assert client.get("/").headers["location"] == "/errors"


def test_another_clinics_case_is_not_there(app):
    """On every page of it, the same 404 as for one that never was."""
    case_id = failed(app, "a.pdf", "pdf-encrypted", "a.pdf is password-protected.")
    client = signed_in(app, "reviewer", "approver", "intake", clinic="elsewhere")

    for path in ("", "/live", "/files/0.pdf", "/files/0/1.png", "/out/packet.pdf"):
        assert client.get(f"/cases/{case_id}{path}").status_code == 404, path
        assert client.get(f"/cases/ffffffffffffffff{path}").status_code == 404, path
    assert client.post(f"/cases/{case_id}/retry").status_code == 404
    assert client.post(f"/cases/{case_id}/decisions", data={"kind": "approve"}).status_code == 404
    assert case_id not in client.get("/cases?shelf=all").text + client.get("/errors").text


def test_every_address_of_a_static_file_changes_with_its_content(app):
    """So a browser may keep it for good; everything else it keeps not at all."""
    client = signed_in(app, "reviewer")
    page = client.get("/cases")

    assert page.headers["cache-control"] == "no-store"
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(addresses) > 3
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert "?" in address


def test_progress_is_told_whole_in_each_event(app):
    """So a browser that lost the connection has missed nothing; a settled case ends the stream."""
    case_id = failed(app, "locked.pdf", "pdf-encrypted", "locked.pdf is password-protected.")

    answer = signed_in(app, "reviewer").get(f"/cases/{case_id}/live", headers={"Last-Event-ID": "7"})

    assert answer.headers["content-type"].startswith("text/event-stream")
    (event,) = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    told = json.loads(event)
    assert told["settled"] is True
    assert [step["name"] for step in told["steps"]] == list(words()["stages"])


def test_a_name_that_is_searched_stands_in_no_address(app):
    """A search is sent in the body, with the page's token; in the address it is not looked at."""
    failed(app, "Valderrama.pdf", "pdf-encrypted", "Valderrama.pdf is password-protected.")
    client = signed_in(app, "reviewer")

    assert "Valderrama.pdf" in client.post("/cases", data={"search": "valder", "on": "all"}).text
    assert "Valderrama.pdf" not in client.post("/cases", data={"search": "somebody", "on": "all"}).text
    assert "Valderrama.pdf" in client.get("/cases?shelf=all&search=somebody").text
    assert not re.findall(r'(?:href|action|hx-\w+)="[^"]*search=', client.get("/cases").text)
