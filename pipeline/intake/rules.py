"""Whether a message is taken in: decided from what it says of itself and whose mail the door takes."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.intake.message import Message
from pipeline.intake.settings import Door, Limits, Mailbox


class Verdict(StrEnum):
    """What becomes of a message."""

    TAKE = "take"  # a case of its own, or papers for the case it was sent to
    REPEAT = "repeat"  # was taken before
    IGNORE = "ignore"  # sent by a machine: never answered
    REFUSE = "refuse"  # stands in the folder for errors, and is answered where the sender is one of ours


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict and the code of its reason; codes are explained in templates/mail/reasons.yaml."""

    verdict: Verdict
    reason: str | None = None
    answer: bool = False  # whether the sender is told


TAKEN = Ruling(Verdict.TAKE, answer=True)


def rule(message: Message, door: Mailbox | Door, limits: Limits) -> Ruling:
    """Return what becomes of the message, all but whether it was here before.

    A stranger gets no answer: an answer would tell him that there is somebody, and carry his text to others.
    """
    if not message.sender or not door.lets_in(message.sender):
        return Ruling(Verdict.REFUSE, "sender-not-allowed")
    if door.authserv and message.dmarc.get(door.authserv.lower()) != "pass":
        return Ruling(Verdict.REFUSE, "sender-not-proven")
    if message.automatic and not door.is_device(message.sender):
        return Ruling(Verdict.IGNORE, "automatic")
    answered = not message.automatic
    if message.hostile:
        return Ruling(Verdict.REFUSE, message.hostile, answered)
    if message.attachments > limits.attachments:
        return Ruling(Verdict.REFUSE, "mail-too-many-attachments", answered)
    if not message.readable:
        return Ruling(Verdict.REFUSE, "mail-winmail" if message.winmail else "mail-without-papers", answered)
    return Ruling(Verdict.TAKE, answer=answered)
