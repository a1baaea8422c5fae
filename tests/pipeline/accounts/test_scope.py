"""Whose case is whose: every query about cases goes through one condition."""

import datetime as dt

import pytest
from sqlalchemy import select

from pipeline import cases
from pipeline.accounts import OPERATOR, SYSTEM, Actor
from pipeline.cases import NoSuchCaseError, given, open_case
from pipeline.tables import trail
from tests.workflows import COUNTING

TODAY = dt.date(2026, 3, 2)
ALL = frozenset({"intake", "reviewer", "approver"})
NORTH = Actor(id="n", roles=ALL, clinic="north", via="session", source="192.0.2.1")
SOUTH = Actor(id="s", roles=ALL, clinic="south", via="session")


def open_for(database, storage, actor, text=b"one", **options):
    return open_case(database, storage, COUNTING, [given("a.txt", text)], TODAY, actor=actor, **options)[0]


def ask_everything(database, storage, case_id, actor):
    yield lambda: cases.show_case(database, case_id, actor)
    yield lambda: cases.add_files(database, storage, COUNTING, case_id, [given("b.txt", b"two")], actor)
    yield lambda: cases.retry_case(database, COUNTING, case_id, actor)
    yield lambda: cases.purge_case(database, storage, case_id, actor)


def test_a_case_of_another_clinic_is_as_unknown_as_one_that_never_was(database, storage):
    """Same error, same words but for the id; nothing is stored for who asks."""
    mine = open_for(database, storage, NORTH)

    for case_id in (mine, "0" * 16):
        for ask in ask_everything(database, storage, case_id, SOUTH):
            with pytest.raises(NoSuchCaseError) as refused:
                ask()
            assert str(refused.value) == str(NoSuchCaseError(case_id))
    assert not storage.exists(f"files/{given('b.txt', b'two').sha256}/original")
    assert cases.show_case(database, mine, NORTH)["clinic"] == "north"


def test_a_list_holds_the_cases_of_the_own_clinic_alone(database, storage):
    """The program sees all of them, as does who works for every clinic."""
    north, south = open_for(database, storage, NORTH), open_for(database, storage, SOUTH)
    everywhere = Actor(id="e", roles=ALL, clinic=None, via="session")

    def listed(actor):
        return {row["case"] for row in cases.list_cases(database, actor=actor)}

    assert listed(NORTH) == {north}
    assert listed(SOUTH) == {south}
    assert listed(SYSTEM) == listed(everywhere) == {north, south}
    assert listed(Actor(id="o", roles=frozenset({"ops", "admin"}), clinic=None, via="session")) == set()


def test_a_right_on_one_thing_is_none_on_another(database, storage):
    """Intake sees the case it sent in and cannot remove it, whatever the route forgot to ask."""
    intake = Actor(id="i", roles=frozenset({"intake"}), clinic="north", via="session")
    case_id = open_for(database, storage, intake)

    assert cases.show_case(database, case_id, intake)["state"] == "queued"
    with pytest.raises(NoSuchCaseError):
        cases.purge_case(database, storage, case_id, intake)


def test_a_broken_glass_opens_one_clinic_for_reading(database, storage):
    """And neither another clinic nor any change."""
    north, south = open_for(database, storage, NORTH), open_for(database, storage, SOUTH)
    admin = Actor(id="a", roles=frozenset({"admin"}), clinic=None, via="session", glass="north")

    assert cases.show_case(database, north, admin)["case"] == north
    for ask in (
        lambda: cases.show_case(database, south, admin),
        lambda: cases.purge_case(database, storage, north, admin),
    ):
        with pytest.raises(NoSuchCaseError):
            ask()


def test_the_same_idempotency_key_in_two_clinics_is_two_cases(database, storage):
    """Nobody learns of a foreign case by guessing a key."""
    north = open_for(database, storage, NORTH, idempotency_key="k")

    assert open_for(database, storage, NORTH, idempotency_key="k") == north
    assert open_for(database, storage, SOUTH, b"other", idempotency_key="k") != north


def test_the_trail_tells_who_did_what_to_which_case(database, storage):
    """Changes each time, reading the same thing again and again once; the program's own reads not at all."""
    case_id = open_for(database, storage, NORTH)
    for actor in (NORTH, NORTH, SYSTEM, OPERATOR):
        cases.show_case(database, case_id, actor)
    cases.purge_case(database, storage, case_id, NORTH)

    with database.read() as connection:
        told = connection.execute(select(trail).order_by(trail.c.seq)).all()
    assert [(row.actor, row.event, row.object, row.clinic) for row in told] == [
        ("n", "case.open", case_id, "north"),
        ("n", "case.read", case_id, "north"),
        ("command-line", "case.read", case_id, "north"),
        ("n", "case.purge", case_id, "north"),
    ]
    assert told[0].source == "192.0.2.1"
