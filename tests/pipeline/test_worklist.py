"""The list of cases as a desk sees it: order, shelves, search and pages, on a real database."""

import datetime as dt
from io import BytesIO

import pytest
from sqlalchemy import update

from pipeline.accounts import SYSTEM, Actor
from pipeline.cases import given, open_case
from pipeline.database import open_database
from pipeline.storage.folder import FolderStorage
from pipeline.tables import case
from pipeline.worklist import PAGE_LINES, list_work, newest_results, same_files
from tests.workflows import COUNTING

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def desk(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    yield database, FolderStorage(tmp_path / "files")
    database.close()


def add(desk, name: str, state: str = "ready", clinic: str = "main", urgent: bool = False, **summary) -> str:
    database, storage = desk
    actor = Actor(id="somebody", roles=frozenset({"intake"}), clinic=clinic, via="session")
    files = [given(name, BytesIO(name.encode()))]
    case_id, _ = open_case(database, storage, COUNTING, files, TODAY, urgent=urgent, actor=actor)
    told = {"state": state, "summary": summary}
    if state == "failed":
        told |= {"fault_code": "pdf-encrypted", "fault_message": f"{name} is password-protected."}
    with database.write() as connection:
        connection.execute(update(case).where(case.c.id == case_id).values(told))
    return case_id


def names(found) -> list[str]:
    return [line.files[0] for line in found.lines]


def test_the_nearest_deadline_stands_first_and_a_missed_one_above_it(desk):
    """What is past and final needs nobody; what has no date yet comes after what has."""
    add(desk, "far", last_day="2027-04-18")
    add(desk, "near", last_day="2026-11-25")
    add(desk, "undated", state="running")
    add(desk, "missed", last_day="2026-11-20")
    add(desk, "sent long ago", last_day="2026-08-01", final=True)

    found = list_work(desk[0], TODAY, "all")

    assert names(found) == ["missed", "near", "far", "undated", "sent long ago"]
    assert [line.days_left for line in found.lines] == [-2, 3, 147, None, -113]


def test_each_case_waits_for_somebody(desk):
    """Values to look at: the reviewer. None left: the approver. In work: the program. Failed: whoever sent it."""
    add(desk, "reviewer", open_points=3)
    add(desk, "approver", open_points=0)
    add(desk, "program", state="queued")
    add(desk, "failed", state="failed")
    add(desk, "ready", open_points=0, final=True)

    found = list_work(desk[0], TODAY, "all")

    assert {line.files[0]: line.waits_for for line in found.lines} == {name: name for name in names(found)}
    for shelf in ("reviewer", "approver", "program", "failed", "ready"):
        assert names(list_work(desk[0], TODAY, shelf)) == [shelf]
        assert found.counts[shelf] == 1
    assert sorted(names(list_work(desk[0], TODAY, "open"))) == ["approver", "failed", "program", "reviewer"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("cigna", ["one.pdf"]),
        ("HUMIRA", ["two.pdf"]),
        ("two", ["two.pdf"]),
        ("valder", ["one.pdf"]),  # the patient, whom the database does not name
        ("cigna humira", []),  # both words, in one case
        ("100%", []),  # no wildcard
        ("_", []),
        ("", ["one.pdf", "two.pdf"]),
    ],
)
def test_a_search_finds_what_holds_every_word(desk, search, expected):
    one = add(desk, "one.pdf", payer="Cigna Healthcare", service="anifrolumab")
    add(desk, "two.pdf", payer="Aetna", service="Humira")

    found = list_work(desk[0], TODAY, "all", search, names={one: "Imogen Valderrama"})

    assert sorted(names(found)) == expected
    assert found.counts["all"] == len(expected)


def test_a_clinic_sees_its_own(desk):
    """In the list, in what is searched, and in what is told of a file that another case holds."""
    add(desk, "ours.pdf")
    theirs = add(desk, "theirs.pdf", clinic="elsewhere")
    here = Actor(id="here", roles=frozenset({"reviewer"}), clinic="main", via="session")
    there = Actor(id="there", roles=frozenset({"reviewer"}), clinic="elsewhere", via="session")
    sha256 = given("theirs.pdf", b"theirs.pdf").sha256

    assert names(list_work(desk[0], TODAY, "all", actor=here)) == ["ours.pdf"]
    assert same_files(desk[0], [sha256], here) == {}
    assert same_files(desk[0], [sha256], there) == {sha256: [(theirs, "theirs.pdf")]}
    assert newest_results(desk[0], here) == {}
    nobody = Actor(id="nobody", roles=frozenset({"auditor"}), clinic="main", via="session")
    assert names(list_work(desk[0], TODAY, "all", actor=nobody)) == []


def test_a_long_list_has_pages(desk):
    """A page too far is the last."""
    for number in range(PAGE_LINES + 3):
        add(desk, f"{number:03}", last_day=(TODAY + dt.timedelta(number)).isoformat())

    first, second = (list_work(desk[0], TODAY, "all", page=page, actor=SYSTEM) for page in (1, 99))

    assert (len(first.lines), first.pages) == (PAGE_LINES, 2)
    assert (names(second), second.page) == (["050", "051", "052"], 2)
