"""A database and a folder of each test's own."""

from pathlib import Path

import pytest

from pipeline.database import Database, open_database
from pipeline.storage import FolderStorage


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    yield database
    database.close()


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files")
