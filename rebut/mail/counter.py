"""The counter that every door hands its messages to: takes them in, tells the broker, answers the sender."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.utils import parseaddr

from sqlalchemy import select

from extractors.errors import RebutError
from pipeline.cases import file_key
from pipeline.database import Database
from pipeline.intake import ledger
from pipeline.intake.answers import Answered, compose, wording
from pipeline.intake.ledger import Entry, Place
from pipeline.intake.message import look_at
from pipeline.intake.settings import Answers, Door, Mailbox
from pipeline.intake.take import Desk, Taken, finish, proof_of, refuse_unread, take_in
from pipeline.jobs import Ready
from pipeline.log import log
from pipeline.pulse import feel_pulse
from pipeline.storage import MissingObjectError
from pipeline.tables import letter_in
from rebut.mail.post import POST_FAILED, send
from rebut.today import today

MOST_TRIES = 20  # rounds in which an answer is tried to be sent: one that never goes out is no reason to ask for ever


class Counter:
    """What the doors share."""

    def __init__(self, desk: Desk, answers: Answers | None, publish: Callable[[Sequence[Ready]], object]) -> None:
        self._desk = desk
        self._answers = answers
        self._publish = publish

    @property
    def database(self) -> Database:
        return self._desk.database

    @property
    def limits(self):
        return self._desk.limits

    def take(self, door: Mailbox | Door, place: Place, raw: bytes, whole: bool = True) -> Taken:
        """Take in one message and tell the broker; `whole` is False for the headers of one that is too large."""
        desk = replace(self._desk, today=today())
        taken = take_in(desk, door, place, raw) if whole else refuse_unread(desk, door, place, raw)
        self._publish(taken.ready)
        log("mail taken in", role=f"mail {door.name}", case=taken.case_id or "", code=taken.ruling.reason or "taken")
        return taken

    def take_stored(self, door: Mailbox | Door, place: Place, entry: Entry) -> Taken:
        """Go on with a message whose bytes are safe and which lies in its folder no more."""
        return self.take(door, place, self._desk.storage.get(file_key(self._stored(entry.id))))

    def answer(self, entry: Entry, place: Place) -> None:
        """Answer the sender where he is to be answered, then close the entry."""
        stored = self._stored(entry.id)
        if entry.answer and self._answers and entry.tries < MOST_TRIES and entry.reason not in wording().silent:
            try:
                raw = self._desk.storage.get(file_key(stored))
                send(self._answers, compose(self._told(entry, raw), self._answers.sender, self.limits))
            except MissingObjectError:
                pass  # its case was purged meanwhile
            except (*POST_FAILED, RebutError) as error:
                ledger.note_try(self.database, entry.id)
                code = error.code if isinstance(error, RebutError) else type(error).__name__
                log("answer not sent", level="warning", role=f"mail {place.account}", error=code)
                return
        finish(self._desk, entry.id, stored, entry.verdict)

    def close(self, entry_id: str) -> None:
        """Close an entry whose sender was told by other means."""
        finish(self._desk, entry_id, self._stored(entry_id), None)

    def answer_all(self, account: str) -> None:
        """Answer whoever waits for it."""
        for entry, place in ledger.unfinished(self.database, account):
            if entry.state == "moved":
                self.answer(entry, place)

    def beat(self, name: str) -> None:
        """Note that the door was looked after just now."""
        feel_pulse(self.database, f"mail {name}")

    def _stored(self, entry_id: str) -> str:
        with self.database.read() as connection:
            return connection.execute(select(letter_in.c.stored).where(letter_in.c.id == entry_id)).scalar_one()

    def _told(self, entry: Entry, raw: bytes) -> Answered:
        message = look_at(raw)
        return Answered(
            sender=parseaddr(message.sender)[1],
            message_id=message.thread,
            entry=entry.id,
            verdict=entry.verdict or "",
            reason=entry.reason,
            case_id=entry.case_id,
            proof=proof_of(self._desk.secret, entry.case_id) if entry.case_id else None,
        )


def desk_of(database: Database, storage: object, secret: bytes, limits: object) -> Desk:
    """Return the desk of this process."""
    from pipeline.stages import WORKFLOW

    return Desk(
        database=database,
        storage=storage,  # type: ignore[arg-type]
        workflow=WORKFLOW,
        secret=secret,
        limits=limits,  # type: ignore[arg-type]
        today=dt.date.min,  # of the day on which each message comes
    )
