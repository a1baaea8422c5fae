"""The ledger of messages: a row from the moment its bytes are safe, so that no step is done twice or forgotten.

States: `stored` (bytes are in the storage), `settled` (verdict known, the case durable where there is one), `moved`
(out of the mailbox's folder), `done` (answered, or nobody is to be). A killed process goes on from the state it left.
"""

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import func, select, update

from pipeline.database import Database
from pipeline.intake.message import Message
from pipeline.intake.rules import Ruling, Verdict
from pipeline.tables import case, letter_in

HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message lies: an IMAP server gives a UID again only under another UIDVALIDITY (RFC 3501, 2.3.1.1)."""

    account: str
    folder: str
    validity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message of the ledger."""

    id: str
    state: str
    verdict: str | None
    reason: str | None
    answer: bool
    case_id: str | None
    tries: int


def enter(database: Database, place: Place, message: Message, stored: str, sender: str) -> Entry:
    """Claim the message at this place; returns the row that is there already where there is one."""
    with database.write() as connection:
        if row := connection.execute(_entries().where(*_at(place))).one_or_none():
            return Entry(**row._mapping)
        row_id = secrets.token_hex(8)
        connection.execute(
            letter_in.insert().values(
                id=row_id,
                account=place.account,
                folder=place.folder,
                validity=place.validity,
                uid=place.uid,
                message_id=message.message_id,
                body=message.body,
                papers=message.papers,
                stored=stored,
                sender=sender,
                state="stored",
                answer=False,
                tries=0,
                at=time.time(),
            )
        )
    return Entry(id=row_id, state="stored", verdict=None, reason=None, answer=False, case_id=None, tries=0)


def find(database: Database, place: Place) -> Entry | None:
    """Return the row of this place."""
    with database.read() as connection:
        row = connection.execute(_entries().where(*_at(place))).one_or_none()
    return Entry(**row._mapping) if row else None


def unfinished(database: Database, account: str) -> list[tuple[Entry, Place]]:
    """Return the messages of the account that are not done, oldest first."""
    where = (letter_in.c.account == account, letter_in.c.state != "done")
    with database.read() as connection:
        rows = connection.execute(select(letter_in).where(*where).order_by(letter_in.c.at)).all()
    names = Entry.__dataclass_fields__
    return [
        (
            Entry(**{name: row._mapping[name] for name in names}),
            Place(account=row.account, folder=row.folder, validity=row.validity, uid=row.uid),
        )
        for row in rows
    ]


def taken_before(database: Database, message: Message, clinic: str, but: str) -> str | None:
    """Return the case that this message became when it came before, at whatever place.

    The same message is one with the same content below its headers, or with the same Message-ID and the same
    attachments (a gateway may add a footer). One Message-ID with other papers is another message: a denial that is
    taken for a repeat is lost, a repeat that is taken twice costs a minute. A case that was purged does not count.
    """
    same = letter_in.c.body == message.body
    if message.message_id and message.papers:
        same |= (letter_in.c.message_id == message.message_id) & (letter_in.c.papers == message.papers)
    statement = (
        select(letter_in.c.case_id)
        .join(case, case.c.id == letter_in.c.case_id)
        .where(same, letter_in.c.verdict == Verdict.TAKE, letter_in.c.id != but, case.c.clinic == clinic)
        .order_by(letter_in.c.at)
    )
    with database.read() as connection:
        return connection.execute(statement).scalars().first()


def settle(database: Database, entry_id: str, ruling: Ruling, case_id: str | None) -> None:
    """Write the verdict down, once what follows from it is durable."""
    told = {"verdict": ruling.verdict.value, "reason": ruling.reason, "answer": ruling.answer, "case_id": case_id}
    _change(database, entry_id, state="settled", **told)


def advance(database: Database, entry_id: str, state: str) -> None:
    """Note that the next step was done."""
    _change(database, entry_id, state=state)


def note_try(database: Database, entry_id: str) -> None:
    """Count an answer that could not be sent."""
    _change(database, entry_id, tries=letter_in.c.tries + 1)


def taken_within_hour(database: Database, sender: str, now: float) -> int:
    """Return how many messages of the sender were taken in the hour before `now`."""
    mine = select(func.count()).where(
        letter_in.c.sender == sender, letter_in.c.verdict == Verdict.TAKE, letter_in.c.at > now - HOUR
    )
    with database.read() as connection:
        return connection.execute(mine).scalar() or 0


def _entries():
    return select(*(letter_in.c[name] for name in Entry.__dataclass_fields__))


def _at(place: Place) -> tuple:
    return tuple(letter_in.c[name] == getattr(place, name) for name in Place.__dataclass_fields__)


def _change(database: Database, entry_id: str, **values: object) -> None:
    with database.write() as connection:
        connection.execute(update(letter_in).where(letter_in.c.id == entry_id).values(**values))
