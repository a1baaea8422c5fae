"""A case with its result, made once; every test works on a copy of its own."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline import jobs
from pipeline.accounts import Actor
from pipeline.cases import given, open_case, show_case
from pipeline.database import Database, open_database
from pipeline.decisions import take_decisions, wanted_of
from pipeline.results import load_packet
from pipeline.stages import WORKFLOW
from pipeline.storage import FolderStorage
from pipeline.work import work_on
from tests.pipeline.decisions.papers import FILES, TODAY


@dataclass
class Desk:
    """One case, the person who reviews it, and a worker who does what is ready."""

    database: Database
    storage: FolderStorage
    case_id: str

    def decide(
        self, *wanted: dict[str, Any], by: str = "nurse-1", role: str = "reviewer", revision: str | None = None
    ) -> list[jobs.Ready]:
        told = [wanted_of(one) for one in wanted]
        actor = Actor(id=by, roles=frozenset({role}), clinic="main", via="session")
        return take_decisions(self.database, self.storage, WORKFLOW, self.case_id, told, actor, revision)

    def work(self) -> "Desk":
        while taken := jobs.claim_next(self.database):
            work_on(self.database, self.storage, WORKFLOW, taken)
        return self

    @property
    def shown(self) -> dict[str, Any]:
        return show_case(self.database, self.case_id)

    @property
    def files(self) -> dict[str, bytes]:
        return load_packet(self.storage, self.shown["result_key"])[1]

    @property
    def case(self) -> dict[str, Any]:
        return json.loads(self.files["case.json"])


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> tuple[Path, str]:
    """The stores of a case that is ready, and its id."""
    home = tmp_path_factory.mktemp("made")
    desk = Desk(open_database(f"sqlite:///{home}/rebut.db"), FolderStorage(home / "files"), "")
    contents = [given(name, data) for name, data in FILES().items()]
    desk.case_id, _ = open_case(desk.database, desk.storage, WORKFLOW, contents, TODAY)
    desk.work()
    assert desk.shown["state"] == "ready", desk.shown["error"]
    desk.database.close()
    return home, desk.case_id


@pytest.fixture
def desk(made, tmp_path) -> Desk:
    home, case_id = made
    place = shutil.copytree(home, tmp_path / "home")
    database = open_database(f"sqlite:///{place}/rebut.db")
    yield Desk(database, FolderStorage(place / "files"), case_id)
    database.close()
