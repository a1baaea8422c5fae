"""The trail: it only grows, and whatever was done to it by force is found."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from pipeline.accounts import Actor
from pipeline.tables import trail, trail_head
from pipeline.trail import START, append, digest_row, rows, verify

ACTOR = Actor(id="p1", roles=frozenset(), clinic="main", via="session", source="192.0.2.7")


@pytest.fixture
def filled(database):
    for number in range(6):
        with database.write() as connection:
            append(connection, ACTOR, "case.read", f"c{number}", now=1000.5 + number)
    return database


def disarm(connection):
    """What somebody does who owns the database."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE trail DISABLE TRIGGER USER"))
    else:
        for name in ("UPDATE", "DELETE"):
            connection.execute(text(f"DROP TRIGGER trail_no_{name}"))


def check(database, expect=None):
    with database.read() as connection:
        return verify(connection, expect)


def test_a_whole_trail_is_whole(filled):
    """Its head is told, to be kept elsewhere; the head of before is found again when more was added."""
    before = check(filled)
    with filled.write() as connection:
        head = append(connection, ACTOR, "case.purge", "c1", detail={"files": 2, "roles": ["ops", "admin"]})

    after = check(filled, before.digest)
    assert (before.rows, before.fault) == (6, None)
    assert (after.rows, after.digest, after.fault) == (7, head, None)
    assert check(filled, START).fault is None


def test_an_empty_trail_is_whole(database):
    """Nothing happened yet."""
    assert check(database).rows == 0
    assert check(database).fault is None


@pytest.mark.parametrize(
    "change", [update(trail).values(actor="nobody"), delete(trail), delete(trail).where(trail.c.seq == 6)]
)
def test_the_database_refuses_to_change_a_row(filled, change):
    """By triggers, on both databases."""
    with pytest.raises(DBAPIError, match="only grows"), filled.write() as connection:
        connection.execute(change)
    assert check(filled).rows == 6


def test_postgresql_refuses_to_empty_the_table(filled):
    """TRUNCATE passes row triggers by."""
    if filled.engine.dialect.name == "postgresql":
        with pytest.raises(DBAPIError, match="only grows"), filled.write() as connection:
            connection.execute(text("TRUNCATE trail"))


def swap(connection):
    for seq, to in ((2, 99), (3, 2), (99, 3)):
        connection.execute(update(trail).where(trail.c.seq == seq).values(seq=to))


def forge_a_row(connection):
    """A row put in between, its own digest right."""
    all_rows = list(rows(connection))
    connection.execute(delete(trail).where(trail.c.seq > 3))
    new = {**all_rows[2], "seq": 4, "object": "c9"}
    new["digest"] = digest_row(all_rows[2]["digest"], new)
    connection.execute(insert(trail).values(new))
    for row in all_rows[3:]:
        connection.execute(insert(trail).values({**row, "seq": row["seq"] + 1}))


@pytest.mark.parametrize(
    ("force", "code", "seq"),
    [
        (lambda c: c.execute(update(trail).where(trail.c.seq == 3).values(actor="p2")), "altered", 3),
        (lambda c: c.execute(update(trail).where(trail.c.seq == 3).values(at=5.0)), "altered", 3),
        (lambda c: c.execute(update(trail).where(trail.c.seq == 3).values(detail={"a": 1})), "altered", 3),
        (lambda c: c.execute(delete(trail).where(trail.c.seq == 3)), "missing", 3),
        (lambda c: c.execute(delete(trail).where(trail.c.seq == 1)), "missing", 1),
        (swap, "altered", 2),
        (forge_a_row, "altered", 5),
        (lambda c: c.execute(delete(trail).where(trail.c.seq > 4)), "head", 4),
        (lambda c: c.execute(delete(trail)), "head", 0),
        (lambda c: c.execute(delete(trail_head)), "head", 6),
    ],
)
def test_what_was_done_by_force_is_found(filled, force, code, seq):
    """Altered, removed, swapped, put in, cut off: with the first row that is wrong."""
    with filled.write() as connection:
        disarm(connection)
        force(connection)

    fault = check(filled).fault
    assert (fault.code, fault.seq) == (code, seq)


def test_an_end_cut_off_together_with_its_head_is_found_by_the_head_of_before(filled):
    """Which is why it is kept elsewhere; without it nothing tells a short trail from a cut one."""
    before = check(filled).digest
    with filled.write() as connection:
        disarm(connection)
        connection.execute(delete(trail).where(trail.c.seq > 4))
        last = list(rows(connection))[-1]
        connection.execute(update(trail_head).values(seq=4, digest=last["digest"]))

    assert check(filled).fault is None
    assert check(filled, before).fault.code == "expected"


def test_rows_written_at_the_same_time_follow_each_other(database):
    """Four writers, one chain."""

    def write(number):
        for _ in range(5):
            with database.write() as connection:
                append(connection, ACTOR, "case.read", f"c{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    verdict = check(database)
    assert (verdict.rows, verdict.fault) == (20, None)


def test_a_row_is_gone_with_the_change_that_failed(database):
    """One transaction: nothing is told that did not happen."""

    def change_that_fails():
        with database.write() as connection:
            append(connection, ACTOR, "case.read", "c1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    assert check(database).rows == 0


@pytest.mark.parametrize(
    "detail", [{"name": "Marisol Ketterman"}, {"file": "päckchen"}, {"a": 1.5}, {"a": {"b": "c"}}, {"a": "x" * 65}]
)
def test_the_trail_takes_codes_and_counts_alone(database, detail):
    """A slip of a programmer does not put a patient into a table that nobody can clean."""
    with pytest.raises(ValueError, match="detail"), database.write() as connection:
        append(connection, ACTOR, "case.read", "c1", detail=detail)
    with pytest.raises(ValueError, match="event"), database.write() as connection:
        append(connection, ACTOR, "Read the case of Ketterman", "c1")
