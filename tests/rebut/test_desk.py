"""Looking after cases, the doctor, and what is deployed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipeline.log import ALLOWED, only_allowed
from pipeline.settings import read_settings
from rebut.doctor import examine
from rebut.web import build_app
from tests.papers import CHART, DENIAL, MARISOL, POLICY, pdf_of

ROOT = Path(__file__).parents[2]


def test_a_failed_case_is_listed_shown_and_purged(rebut, tmp_path):
    """With the reason it failed for, and gone when it is purged."""
    (tmp_path / "notes.pdf").write_bytes(b"just words")
    assert rebut("run", "notes.pdf").returncode == 3

    (listed,) = json.loads(rebut("cases", "--json").stdout)["cases"]
    shown = json.loads(rebut("show", listed["case"], "--json").stdout)
    again = rebut("retry", listed["case"])
    purged = rebut("purge", listed["case"])

    assert listed["state"] == "failed"
    assert shown["error"]["code"] == "file-type-unknown"
    assert (again.returncode, "not a PDF" in again.stderr) == (3, True)
    assert purged.returncode == 0
    assert json.loads(rebut("cases", "--json").stdout) == {"cases": []}
    assert not list((rebut.home / "files").rglob("original"))
    assert rebut("show", listed["case"]).returncode == 3


@pytest.mark.slow
def test_a_restored_home_gives_the_same_packet(rebut, tmp_path):
    """Byte for byte, over the interface that hands it out; a second restore over it is refused."""
    for name, text in (("denial", DENIAL), ("chart", CHART), ("policy", POLICY)):
        (tmp_path / f"{name}.pdf").write_bytes(pdf_of(text.format(**MARISOL) if "{" in text else text))
    made = rebut("run", "denial.pdf", "chart.pdf", "policy.pdf", "--today", "2026-03-20")
    fresh = {"REBUT_HOME": str(tmp_path / "fresh")}
    (case,) = json.loads(rebut("cases", "--json").stdout)["cases"]

    kept = rebut("backup", "backup", "--json")
    checked = rebut("restore", "backup", "--dry-run", **fresh)
    restored = rebut("restore", "backup", "--verify", **fresh)
    again = rebut("restore", "backup", **fresh)

    assert [done.returncode for done in (made, kept, checked, restored, again)] == [0, 0, 0, 0, 2], kept.stderr
    assert json.loads(kept.stdout)["cases"] == 1
    assert "restore-not-empty" not in again.stderr
    assert "empty place" in again.stderr
    for what in ("packet", "letter.docx", "letter.pdf", "manifest.json"):
        one, other = (download(home, case["case"], what) for home in (rebut.home, tmp_path / "fresh"))
        assert one == other
        assert one


def download(home: Path, case_id: str, what: str) -> bytes:
    with TestClient(build_app(read_settings({"REBUT_TOKEN": "secret"}, home=home))) as client:
        answer = client.get(f"/api/cases/{case_id}/{what}", headers={"Authorization": "Bearer secret"})
        assert answer.status_code == 200, answer.text
        return answer.content


def test_replay_and_reconcile_say_what_they_do(rebut):
    """Counts for a script, on an empty home none."""
    assert json.loads(rebut("replay", "--dead").stdout) == {"cases": [], "jobs": 0, "pages_given_up": 0}
    assert json.loads(rebut("reconcile", "--dry-run").stdout) == {"expired": [], "published": []}
    assert rebut("replay").returncode == 2


def test_the_doctor_finds_this_machine_fit(rebut):
    """Tests run where the product runs."""
    done = rebut("doctor", "--json")

    assert done.returncode == 0, done.stdout
    checks = {check["what"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["OCR engine"]["ok"]
    assert checks["storage"]["found"] == "folder: answers"


def test_the_doctor_names_what_is_missing_with_its_cure(tmp_path):
    """A database that is not there; its password is not shown."""
    told = {"REBUT_DATABASE": "postgresql://rebut:hunter2@127.0.0.1:1/none"}
    checks = {check.what: check for check in examine(read_settings(told, home=tmp_path))}

    assert not checks["database"].ok
    assert checks["database"].mend
    assert "hunter2" not in str(checks)


@pytest.mark.parametrize(
    ("role", "missing"),
    [("web", "REBUT_TOKEN"), ("worker", "REBUT_BROKER"), ("beat", "REBUT_BROKER"), ("flower", "REBUT_BROKER")],
)
def test_a_role_refuses_to_start_without_what_it_must_have(rebut, role, missing):
    """An open interface or a worker that hears nothing is worse than none."""
    done = rebut(role, REBUT_TOKEN="", REBUT_BROKER="")

    assert done.returncode == 2
    assert missing in done.stderr


def test_flower_refuses_to_start_without_a_password(rebut):
    """It shows what the workers do."""
    done = rebut("flower", REBUT_BROKER="redis://127.0.0.1:1/0", REBUT_FLOWER_PASSWORD="")

    assert done.returncode == 2
    assert "REBUT_FLOWER_PASSWORD" in done.stderr


def test_a_log_line_holds_only_what_is_allowed():
    """A field somebody adds without thought is dropped, not printed."""
    event = {"event": "job failed", "job": "a1", "document": "Marisol.pdf", "error": {"text": "Marisol"}, "count": 2}

    assert only_allowed(None, "info", event) == {"event": "job failed", "job": "a1", "count": 2}
    assert not {"name", "document", "text", "message", "path", "url"} & ALLOWED


def test_log_lines_are_json_on_standard_error_and_only_when_asked_for():
    """For a collector: level, time and the allowed fields; standard output stays the result's."""
    code = (
        "from pipeline.log import log; log('job failed', 'warning', job='a1', document='Marisol.pdf');"
        "log('reconciled', count=2)"
    )

    def lines(level: str) -> list[dict]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "REBUT_LOG": level},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == ""
        return [json.loads(line) for line in done.stderr.splitlines()]

    (only,) = lines("warning")
    assert only.pop("timestamp").endswith("Z")
    assert only == {"event": "job failed", "job": "a1", "level": "warning"}
    assert [line["event"] for line in lines("info")] == ["job failed", "reconciled"]
    assert lines("error") == []
