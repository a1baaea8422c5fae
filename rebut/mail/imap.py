"""One IMAP mailbox, looked through for ever: IDLE where the server has it, a look every few minutes in any case.

What imap-tools and servers do (measured against Dovecot 2.3): IDLE returns for a bare "still here" too, so each
return is followed by a look; MOVE may be copy, delete and expunge, which is not atomic, so a message can come again
in another folder or under a new UID, and is then known by its content.
"""

import imaplib
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from extractors.errors import RebutError
from pipeline.intake import ledger
from pipeline.intake.ledger import Place
from pipeline.intake.rules import Verdict
from pipeline.intake.settings import Mailbox
from pipeline.intake.take import TooManyMessagesError
from pipeline.log import log, where
from rebut.mail.counter import Counter

_TIMEOUT = 60.0  # seconds that one answer of the server may take
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_HEADER_BYTES = 65_536
_BACKOFF = (5.0, 15.0, 60.0, 300.0)
AWAY = (imaplib.IMAP4.error, ImapToolsError, OSError, ssl.SSLError)


class MailboxRefusedError(RebutError):
    """The mail server cannot be used (mailbox, what the library says: a class of error)."""

    code = "mailbox-unreachable"
    message = "The mailbox {0} cannot be opened ({1}). Check host, user and password in the file of REBUT_INTAKE."
    exit_status = 1


class Watch:
    """Takes in what lies in one mailbox."""

    def __init__(self, mailbox: Mailbox, counter: Counter) -> None:
        self.mailbox = mailbox
        self.counter = counter
        self._failures = 0

    def run(self, stop: threading.Event) -> None:
        """Look through the mailbox until told to stop; whatever fails is tried again, slower each time."""
        while not stop.is_set():
            try:
                with self._open() as box:
                    self._failures = 0
                    while not stop.is_set():
                        self.look(box)
                        self.counter.beat(self.mailbox.name)
                        _wait_for_mail(box, self.mailbox.poll_seconds, stop)
            except Exception as error:  # server, network, stores: the letters lie where they are
                code = error.code if isinstance(error, RebutError) else type(error).__name__
                log("mailbox failed", level="warning", role=f"mail {self.mailbox.name}", error=code, at=where(error))
                stop.wait(_BACKOFF[min(self._failures, len(_BACKOFF) - 1)])
                self._failures += 1

    def once(self) -> None:
        """Look through the mailbox once; raises MailboxRefusedError."""
        try:
            with self._open() as box:
                self.look(box)
                self.counter.beat(self.mailbox.name)
        except AWAY as error:
            raise MailboxRefusedError(self.mailbox.name, type(error).__name__) from None

    def look(self, box: BaseMailBox) -> None:
        """Take in every message of the folder, then finish what an earlier process left unfinished."""
        box.folder.set(self.mailbox.folder)
        validity = int(box.folder.status(self.mailbox.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        for uid in box.uids():
            place = Place(account=self.mailbox.name, folder=self.mailbox.folder, validity=validity, uid=int(uid))
            try:
                self._take(box, place)
            except TooManyMessagesError as error:
                log("mail held back", level="warning", role=f"mail {self.mailbox.name}", code=error.code)
            except (*AWAY, RebutError):
                raise
            except Exception as error:  # a fault of ours must not stand between the other letters and their cases
                told = {"error": type(error).__name__, "at": where(error)}
                log("mail not taken in", level="error", role=f"mail {self.mailbox.name}", **told)
        for entry, place in ledger.unfinished(self.counter.database, self.mailbox.name):
            # Those before "moved" are gone from the folder: moved, or deleted by somebody, after a process was killed.
            if entry.state == "stored":
                self.counter.take_stored(self.mailbox, place, entry)
            if entry.state != "moved":
                ledger.advance(self.counter.database, entry.id, "moved")
            self.counter.answer(ledger.find(self.counter.database, place) or entry, place)

    def _take(self, box: BaseMailBox, place: Place) -> None:
        entry = ledger.find(self.counter.database, place)
        if entry is None or entry.state == "stored":
            raw, whole = _fetch(box, place.uid, self.counter.limits.size_mb << 20)
            taken = self.counter.take(self.mailbox, place, raw, whole)
            entry_id, verdict = taken.entry, taken.ruling.verdict
        else:
            entry_id, verdict = entry.id, entry.verdict
        _move(box, place.uid, self.mailbox.error if verdict == Verdict.REFUSE else self.mailbox.processed)
        ledger.advance(self.counter.database, entry_id, "moved")

    @contextmanager
    def _open(self) -> Iterator[BaseMailBox]:
        told = self.mailbox
        box: BaseMailBox
        if told.tls:
            box = MailBox(told.host, told.port, timeout=_TIMEOUT, ssl_context=ssl.create_default_context())
        else:
            box = MailBoxUnencrypted(told.host, told.port, timeout=_TIMEOUT)
        login: Callable[..., object] = box.xoauth2 if told.token_command else box.login
        login(told.user, told.secret(), initial_folder=None)
        try:
            for folder in (told.processed, told.error):
                if not box.folder.exists(folder):
                    box.folder.create(folder)
            yield box
        finally:
            try:
                box.logout()
            except AWAY:
                box.client.shutdown()


def _fetch(box: BaseMailBox, uid: int, most: int) -> tuple[bytes, bool]:
    """Return the message and True; of one that is too large its headers and False."""
    size = _SIZE.search(_answer(box, uid, "(RFC822.SIZE)")[0])
    if size and int(size[1]) > most:
        return _answer(box, uid, f"(BODY.PEEK[HEADER]<0.{_HEADER_BYTES}>)")[1], False
    return _answer(box, uid, "(BODY.PEEK[])")[1], True


def _answer(box: BaseMailBox, uid: int, what: str) -> tuple[bytes, bytes]:
    """Return what the server says of the message, and the literal that came with it."""
    state, data = box.client.uid("FETCH", str(uid), what)
    if state != "OK" or not data or data[0] is None:
        raise imaplib.IMAP4.error("the message is gone")
    for part in data:
        if isinstance(part, tuple):
            return part[0], part[1]
    return b" ".join(part for part in data if isinstance(part, bytes)), b""


def _move(box: BaseMailBox, uid: int, folder: str) -> None:
    """Move the message; one that is gone already was moved by a process that was killed right after."""
    if str(uid) in box.uids(f"UID {uid}"):
        box.move(str(uid), folder)


def _wait_for_mail(box: BaseMailBox, seconds: float, stop: threading.Event) -> None:
    """Wait until the server has news, in steps short enough to stop in."""
    if "IDLE" not in box.client.capabilities:
        stop.wait(seconds)
        return
    box.idle.start()
    try:
        for _ in range(max(1, int(seconds))):
            if stop.is_set() or box.idle.poll(timeout=1.0):
                return
    finally:
        box.idle.stop()
