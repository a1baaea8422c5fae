"""The rules of taking decisions, on SQLite and on PostgreSQL, with a small workflow; and their backup."""

import datetime as dt
import json

import pytest

from pipeline import jobs
from pipeline.backup import back_up
from pipeline.cases import given, open_case, show_case
from pipeline.database import Database, open_database
from pipeline.decisions import StaleDecisionError, list_decisions, settle, take_decisions, wanted_of
from pipeline.restore import restore
from pipeline.storage import FolderStorage
from pipeline.work import work_on
from pipeline.workflow import Outcome, Task
from tests.workflows import COUNTING, with_total

BLANK = {"criteria": [], "documents": [], "excluded_pages": [], "doubtful_pages": [], "warnings": []}


def told(task: Task) -> Outcome:
    """A result that says what the payer is now."""
    row = settle(task.decisions, task.documents).values.get("payer")
    payer = {"value": row.value["value"] if row else "Aetna", "confidence": 0.7, "evidence": []}
    case = {**BLANK, "denial": {"payer": payer}, "review": {"open": [], "final": False}}
    key = task.store(json.dumps(case).encode())
    return Outcome(output_key=task.store(json.dumps({"files": {"case.json": key}}).encode()))


WORKFLOW = with_total(COUNTING, told)
CORRECT = wanted_of({"kind": "correct_value", "target": "payer", "value": "Cigna Healthcare"})


def work(database: Database, storage: FolderStorage) -> None:
    while taken := jobs.claim_next(database):
        work_on(database, storage, WORKFLOW, taken)


@pytest.fixture
def case_id(database, storage) -> str:
    case_id, _ = open_case(database, storage, WORKFLOW, [given("a.txt", b"one\ntwo")], dt.date(2026, 3, 1))
    work(database, storage)
    return case_id


def payer(database: Database, storage: FolderStorage, case_id: str) -> str:
    files = json.loads(storage.get(show_case(database, case_id)["result_key"]))["files"]
    return json.loads(storage.get(files["case.json"]))["denial"]["payer"]["value"]


def test_a_decision_survives_a_worker_that_began_before_it(database, storage, case_id):
    """Its claim is gone with the job; the one made anew knows of both decisions."""
    seen = show_case(database, case_id)["revision"]
    take_decisions(database, storage, WORKFLOW, case_id, [CORRECT], revision=seen)
    taken = jobs.claim_next(database)
    outcome = told(jobs.gather(database, storage, taken))
    later = wanted_of({"kind": "correct_value", "target": "payer", "value": "Humana"})

    (ready,) = take_decisions(database, storage, WORKFLOW, case_id, [later], revision=seen)

    with pytest.raises(jobs.LostLeaseError):
        jobs.finish(database, WORKFLOW, taken, outcome)
    assert ready.stage == "total"
    work(database, storage)
    assert payer(database, storage, case_id) == "Humana"
    with pytest.raises(StaleDecisionError, match="payer was corrected"):
        take_decisions(database, storage, WORKFLOW, case_id, [CORRECT], revision=seen)
    take_decisions(database, storage, WORKFLOW, case_id, [wanted_of({"kind": "undo", "target": 2})])
    work(database, storage)
    assert payer(database, storage, case_id) == "Cigna Healthcare"


def test_decisions_are_in_the_backup(database, storage, case_id, tmp_path):
    """Also of a case whose decisions are worked in while it is made: it goes on where it is restored."""
    take_decisions(database, storage, WORKFLOW, case_id, [CORRECT])
    back_up(database, storage, tmp_path / "backup")
    elsewhere = open_database(f"sqlite:///{tmp_path}/other.db"), FolderStorage(tmp_path / "other")

    restore(*elsewhere, tmp_path / "backup", verify=True)
    work(*elsewhere)

    assert list_decisions(elsewhere[0], case_id) == list_decisions(database, case_id)
    assert payer(*elsewhere, case_id) == "Cigna Healthcare"
