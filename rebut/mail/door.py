"""A door that a mail server delivers to: 250 only once the case is durable, so the server keeps what we did not take.

A refusal is said in the answer to DATA (RFC 2033): the mail server tells its sender, we send nothing.
"""

import asyncio
from collections.abc import Callable

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from extractors.errors import RebutError
from pipeline.intake import ledger
from pipeline.intake.answers import explain, wording
from pipeline.intake.rules import Verdict
from pipeline.intake.settings import Door
from pipeline.intake.take import TooManyMessagesError, place_of_bytes
from pipeline.log import log
from rebut.mail.counter import Counter

_LATER = "451 4.3.0 It cannot be taken in now; try again later."
_STRANGER = "550 5.7.1 This address takes mail of its own senders only."


class Handler:
    """Hands each message to the counter."""

    def __init__(self, told: Door, counter: Counter) -> None:
        self._told = told
        self._counter = counter

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:
        """Answer once the message is durable."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        delivered = "".join(f"Delivered-To: {address}\r\n" for address in envelope.rcpt_tos).encode("utf-8", "replace")
        return await asyncio.to_thread(self._take, delivered + content, content)

    def _take(self, raw: bytes, content: bytes) -> str:
        place = place_of_bytes(self._told.name, content)
        try:
            taken = self._counter.take(self._told, place, raw)
            if taken.ruling.verdict is not Verdict.TAKE:
                return self._refused(taken.entry, taken.ruling.verdict, taken.ruling.reason or "other")
            ledger.advance(self._counter.database, taken.entry, "moved")
        except TooManyMessagesError:
            return _LATER
        except RebutError as error:  # the stores are away: the server sends it again
            log("mail not taken in", level="warning", role=f"mail {self._told.name}", error=error.code)
            return _LATER
        return "250 2.0.0 Taken in."

    def _refused(self, entry: str, verdict: Verdict, reason: str) -> str:
        self._counter.close(entry)
        if verdict is not Verdict.REFUSE:  # a repeat, or a machine's: taken, and nothing made of it
            return "250 2.0.0 Taken in."
        if reason in wording().silent:
            return _STRANGER
        return "550 5.6.0 " + " ".join(explain(reason, self._counter.limits).split())


def open_door(told: Door, counter: Counter) -> Callable[[], None]:
    """Listen; returns what closes the door again."""
    host, port = told.place
    limit = counter.limits.size_mb << 20

    speak = LMTP if told.protocol == "lmtp" else SMTP

    class _Controller(Controller):
        def factory(self) -> SMTP:
            return speak(self.handler, data_size_limit=limit, ident="rebut", decode_data=False)

    controller = _Controller(Handler(told, counter), hostname=host, port=port)
    controller.start()
    return controller.stop
