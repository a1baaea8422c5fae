"""Decisions over HTTP and by command: taken on what the person saw, and the packet final only once it is approved."""

import json
import shutil
import time

import pytest
from fastapi.testclient import TestClient

from pipeline import jobs
from pipeline.accounts import SYSTEM
from pipeline.accounts.tokens import make_token
from pipeline.settings import read_settings
from pipeline.stages import WORKFLOW
from pipeline.work import work_on
from rebut.web import build_app
from tests.papers import CHART, DENIAL, MARISOL, POLICY, pdf_of
from tests.pipeline.decisions.conftest import made

__all__ = ["made"]

APPROVER = {"Authorization": "Bearer secret"}
DATE = {"kind": "correct_value", "target": "denial_date", "value": "2026-02-04"}


class Desk:
    """The interface on one case, and a worker who does what is ready."""

    def __init__(self, client: TestClient, case_id: str) -> None:
        self.client, self.path, state = client, f"/api/cases/{case_id}", client.app.state
        with state.database.write() as connection:
            text = make_token(connection, SYSTEM, time.time(), "desk", ["reviewer"], clinic="main")
        self.reviewer = {"Authorization": f"Bearer {text}"}

    def get(self, path: str = "", who: dict[str, str] = APPROVER):
        return self.client.get(f"{self.path}{path}", headers=who)

    def decide(self, *told: dict, seen: str | None = None, who: dict[str, str] = APPROVER):
        headers = {**who, "If-Match": f'"{seen or self.revision}"'}
        return self.client.post(f"{self.path}/decisions", json={"decisions": list(told)}, headers=headers)

    def work(self) -> dict:
        state = self.client.app.state
        while taken := jobs.claim_next(state.database):
            work_on(state.database, state.storage, WORKFLOW, taken)
        return self.get().json()

    @property
    def revision(self) -> str:
        return self.get("/decisions").json()["revision"]


@pytest.fixture
def desk(made, tmp_path):
    home, case_id = made
    shutil.copytree(home, tmp_path / "home")
    settings = read_settings({"REBUT_TOKEN": "secret"}, home=tmp_path / "home")
    with TestClient(build_app(settings), raise_server_exceptions=False) as client:
        yield Desk(client, case_id)


def test_a_decision_is_taken_and_worked_in(desk):
    """202 with the state; then the deadline of the corrected date, and the list says who and when."""
    seen = desk.revision
    answer = desk.decide(DATE)

    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert desk.work()["result"]["deadlines"][0]["last_day"] == "2026-08-03"
    told = desk.get("/decisions")
    (one,) = told.json()["decisions"]
    assert (one["number"], one["by"], one["target"], one["taken_on"]) == (1, "service", "denial_date", seen)
    assert told.headers["etag"] == f'"{told.json()["revision"]}"' != f'"{seen}"'


def test_a_stale_decision_is_refused_with_what_changed(desk):
    """And one that names no result at all."""
    seen = desk.revision
    desk.decide(DATE)
    desk.work()

    answer = desk.decide({"kind": "confirm_value", "target": "payer"}, seen=seen)
    unnamed = desk.client.post(f"{desk.path}/decisions", json=DATE, headers=APPROVER)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["changed"]) == (
        409,
        "decision-stale",
        ["denial_date was corrected"],
    )
    assert error["revision"] == desk.revision
    assert (unnamed.status_code, unnamed.json()["error"]["code"]) == (428, "revision-missing")


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        (DATE | {"value": "March 4"}, 422, "decision-value"),
        ({"kind": "sing"}, 422, "decision-refused"),
        ({"kind": "undo", "target": "7"}, 422, "decision-refused"),
        (DATE | {"actor": "somebody else"}, 422, "request-invalid"),
        ({"kind": "approve"}, 409, "packet-not-final"),
    ],
)
def test_what_cannot_be_taken_has_its_status(desk, told, status, code):
    """One shape for every error."""
    answer = desk.decide(told)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_the_packet_is_final_once_an_approver_approved_it(desk):
    """Before, 409 with the list of what stands open; the draft can be had all along."""
    refused = desk.get("/packet?final=true")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "packet-not-final")
    points = refused.json()["error"]["open"]
    assert [at["what"] for at in points] == ["value", "warning"]
    assert desk.get("/packet").status_code == 200

    desk.decide(*({"kind": "confirm_value", "target": at["target"]} for at in points), who=desk.reviewer)
    desk.work()
    waits = desk.get("/letter.pdf?final=true").json()["error"]
    assert (waits["open"], "no approver" in waits["message"]) == ([], True)
    assert desk.decide({"kind": "approve"}, who=desk.reviewer).status_code == 403
    assert desk.decide({"kind": "approve"}).status_code == 202
    assert desk.work()["result"]["review"]["final"] is True

    final = desk.get("/packet?final=true", desk.reviewer)
    assert final.status_code == 200
    assert 'filename="packet.pdf"' in final.headers["content-disposition"]
    assert final.content != desk.get("/packet").content
    for what in ("letter.docx", "letter.pdf", "manifest.json"):
        assert desk.get(f"/{what}?final=true").status_code == 200
    desk.decide(DATE)
    assert desk.get("/packet?final=true").status_code == 404  # it is being made again
    desk.work()
    assert desk.get("/packet?final=true").status_code == 409


def test_a_file_of_the_case_is_sent_as_the_pdf_that_was_read(desk):
    """For a viewer of one's own; a file that is not there is not found."""
    (file, *_) = desk.get().json()["files"]

    found = desk.get(f"/documents/{file['id']}/file")

    assert (found.status_code, found.content[:5]) == (200, b"%PDF-")
    assert found.headers["content-disposition"] == "attachment"
    assert desk.get("/documents/none/file").status_code == 404


def test_a_case_that_is_not_yours_is_unknown(desk):
    """To see, and to decide on."""
    with desk.client.app.state.database.write() as connection:
        text = make_token(connection, SYSTEM, time.time(), "x", ["approver"], clinic="elsewhere")
    stranger = {"Authorization": f"Bearer {text}"}

    assert desk.get("/decisions", stranger).status_code == 404
    assert desk.decide(DATE, who=stranger).status_code == 404


@pytest.mark.slow
def test_decisions_by_command(rebut, tmp_path):
    """From a file with the first run, then one by one on the case that is kept."""
    for name, text in (("denial", DENIAL), ("chart", CHART), ("policy", POLICY)):
        (tmp_path / f"{name}.pdf").write_bytes(pdf_of(text.format(**MARISOL) if "{" in text else text))
    (tmp_path / "decisions.json").write_text(json.dumps([DATE]))
    (tmp_path / "bad.json").write_text('[{"kind": "sing"}]')
    papers = ("denial.pdf", "chart.pdf", "policy.pdf", "--today", "2026-03-20", "--json")

    case = json.loads(rebut("run", *papers, "--decisions", "decisions.json").stdout)
    refused = rebut("run", *papers, "--decisions", "bad.json")
    reason = ("--reason", "I trained in rheumatology")
    overruled = rebut("decide", case["case"], "overrule", "3", "met", *reason, "--json")
    undone = rebut("decide", case["case"], "undo", "1")
    wrong = rebut("decide", case["case"], "correct_value", "denial_date", "4 March")

    assert case["deadlines"][0]["last_day"] == "2026-08-03"
    assert (refused.returncode, "its kind is unknown" in refused.stderr) == (2, True)
    assert [one["kind"] for one in json.loads(overruled.stdout)["decisions"]] == ["correct_value", "overrule"]
    assert undone.returncode == 0, undone.stderr
    assert "  1 - command-line  correct_value denial_date" in undone.stdout
    assert (wrong.returncode, "YYYY-MM-DD" in wrong.stderr) == (3, True)
    shown = json.loads(rebut("show", case["case"], "--json").stdout)["result"]
    assert (shown["overall"], shown["deadlines"][0]["last_day"]) == ("met", "2026-08-31")
