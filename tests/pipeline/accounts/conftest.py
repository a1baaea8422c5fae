"""People of a small clinic, and a clock that stands where the test puts it."""

import pytest

from pipeline.accounts import SYSTEM, passwords
from pipeline.accounts.people import first_admin, make_person
from pipeline.accounts.vault import Vault

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """The same algorithm with little work: the tests ask for hundreds."""
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "_PASSES", 1)
    hasher = passwords._hasher
    hasher.cache_clear()
    yield
    hasher.cache_clear()


@pytest.fixture
def vault():
    return Vault("a secret of this test, long enough")


@pytest.fixture
def admin_password(database):
    return first_admin(database, NOW)


@pytest.fixture
def nurse(database, admin_password):
    """(id, one-time password) of a reviewer of the clinic main."""
    with database.write() as connection:
        return make_person(connection, SYSTEM, NOW, "nora", ["reviewer", "intake"])
