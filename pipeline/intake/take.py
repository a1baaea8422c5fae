"""A message becomes a case: bytes first, then the ledger, then the case, each durable before the next."""

import datetime as dt
import hashlib
import hmac
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.errors import RebutError
from pipeline.accounts import Actor
from pipeline.cases import add_files, drop_file, file_key, given, has_file, open_case
from pipeline.database import Database
from pipeline.intake import ledger
from pipeline.intake.ledger import Entry, Place
from pipeline.intake.message import Message, look_at
from pipeline.intake.rules import Ruling, Verdict, rule
from pipeline.intake.settings import Door, Limits, Mailbox
from pipeline.jobs import Ready
from pipeline.storage import Storage
from pipeline.workflow import Workflow

_PROOF = 16  # hexadecimal digits: 64 bits


class TooManyMessagesError(RebutError):
    """A sender sent more in an hour than is taken (how many)."""

    code = "mail-too-many-messages"
    message = "This sender sent more than {0} messages within an hour. The rest is taken later; nothing is lost."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where messages are taken in."""

    database: Database
    storage: Storage
    workflow: Workflow
    secret: bytes  # proves the addresses of cases
    limits: Limits
    today: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message, durable."""

    entry: str  # id in the ledger
    ruling: Ruling
    case_id: str | None = None
    ready: Sequence[Ready] = ()  # jobs to publish


def take_in(desk: Desk, door: Mailbox | Door, place: Place, raw: bytes) -> Taken:
    """Take one message in; called again for the same place it goes on where it was, and makes nothing twice.

    Raises TooManyMessagesError, which leaves the message where it lies, and whatever says that the stores are away.
    """
    message = look_at(raw)
    entry = ledger.find(desk.database, place)
    if entry is None:
        _hold_back_floods(desk, door, message)
        stored = hashlib.sha256(raw).hexdigest()
        desk.storage.put_stream(file_key(stored), io.BytesIO(raw))
        entry = ledger.enter(desk.database, place, message, stored, sender_mark(desk.secret, message.sender))
    if entry.state != "stored":
        return _known(entry)
    ruling, case_id, ready = _decide(desk, door, entry, message, raw)
    ledger.settle(desk.database, entry.id, ruling, case_id)
    return Taken(entry=entry.id, ruling=ruling, case_id=case_id, ready=ready)


def refuse_unread(desk: Desk, door: Mailbox | Door, place: Place, head: bytes) -> Taken:
    """Refuse a message that is too large, by its headers alone; a stranger is not answered here either."""
    message = look_at(head)
    stored = hashlib.sha256(head).hexdigest()
    desk.storage.put_stream(file_key(stored), io.BytesIO(head))
    entry = ledger.enter(desk.database, place, message, stored, sender_mark(desk.secret, message.sender))
    if entry.state != "stored":
        return _known(entry)
    by_sender = rule(replace(message, readable=True, winmail=False, attachments=0), door, desk.limits)
    taken = by_sender.verdict is Verdict.TAKE
    ruling = Ruling(Verdict.REFUSE, "mail-too-large", by_sender.answer) if taken else by_sender
    ledger.settle(desk.database, entry.id, ruling, None)
    return Taken(entry=entry.id, ruling=ruling)


def place_of_bytes(account: str, raw: bytes) -> Place:
    """Return the place of a message that lies in no mailbox: sent again after a failure it has the same."""
    return Place(account=account, folder="", validity=0, uid=int(hashlib.sha256(raw).hexdigest()[:15], 16))


def finish(desk: Desk, entry_id: str, stored: str, verdict: str | None) -> None:
    """Close the entry; the bytes of a message that became no case are removed."""
    ledger.advance(desk.database, entry_id, "done")
    if verdict != Verdict.TAKE:
        drop_file(desk.database, desk.storage, stored)


def actor_of(door: Mailbox | Door) -> Actor:
    """Return whose doing it is in the trail: the door's, which reaches the cases of its clinic alone."""
    return Actor(id=f"mail.{door.name}", roles=frozenset({"intake"}), clinic=door.clinic, via="token")


def proof_of(secret: bytes, case_id: str) -> str:
    """Return what only we can write into the address of a case."""
    return hmac.digest(secret, b"case address " + case_id.encode(), "sha256").hex()[:_PROOF]


def sender_mark(secret: bytes, address: str) -> str:
    """Return a mark of the sender that tells senders apart and names nobody."""
    return hmac.digest(secret, b"sender " + address.encode(), "sha256").hex()[:32]


def _hold_back_floods(desk: Desk, door: Mailbox | Door, message: Message) -> None:
    mark, most = sender_mark(desk.secret, message.sender), desk.limits.per_hour
    if door.lets_in(message.sender) and ledger.taken_within_hour(desk.database, mark, time.time()) >= most:
        raise TooManyMessagesError(most)


def _known(entry: Entry) -> Taken:
    ruling = Ruling(Verdict(entry.verdict or Verdict.REFUSE), entry.reason, entry.answer)
    return Taken(entry=entry.id, ruling=ruling, case_id=entry.case_id)


def _decide(
    desk: Desk, door: Mailbox | Door, entry: Entry, message: Message, raw: bytes
) -> tuple[Ruling, str | None, Sequence[Ready]]:
    """Return the ruling, with the case that is there once this returns."""
    ruling = rule(message, door, desk.limits)
    if ruling.verdict is not Verdict.TAKE:
        return ruling, None, ()
    if before := ledger.taken_before(desk.database, message, door.clinic, entry.id):
        return Ruling(Verdict.REPEAT, "mail-repeated", ruling.answer), before, ()
    file = given(f"e-mail-{entry.id[:8]}.eml", raw)
    if case_id := _addressed(desk, message):
        return _add(desk, door, ruling, case_id, file)
    case_id, ready = open_case(
        desk.database,
        desk.storage,
        desk.workflow,
        [file],
        desk.today,
        submitter=f"mail-{door.name}",
        idempotency_key=f"mail:{entry.id}",
        actor=actor_of(door),
    )
    return ruling, case_id, ready


def _addressed(desk: Desk, message: Message) -> str | None:
    """Return the case whose own address the message was sent to, where the address is one that we made."""
    if message.case and hmac.compare_digest(message.case[1], proof_of(desk.secret, message.case[0])):
        return message.case[0]
    return None


def _add(
    desk: Desk, door: Mailbox | Door, ruling: Ruling, case_id: str, file
) -> tuple[Ruling, str | None, Sequence[Ready]]:
    """Add the message to its case; a case that cannot take it is said to the sender."""
    if has_file(desk.database, case_id, file.sha256):  # this process was killed right after it added it
        return ruling, case_id, ()
    try:
        ready = add_files(desk.database, desk.storage, desk.workflow, case_id, [file], actor=actor_of(door))
    except RebutError as error:
        if error.exit_status != 3:  # the stores are away: later
            raise
        return Ruling(Verdict.REFUSE, error.code, ruling.answer), None, ()
    return ruling, case_id, ready
