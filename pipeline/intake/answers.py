"""What the sender of a message is told: that it came, or why it was not taken; never anything of a patient."""

import textwrap
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from pipeline.intake.message import case_address
from pipeline.intake.rules import Verdict
from pipeline.intake.settings import Limits


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    what: str
    text: str


class Wording(BaseModel):
    """templates/mail/answers.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    subject: str
    taken: _Words
    repeat: _Words
    refused: _Words
    signature: str
    reasons: dict[str, str]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The message that is answered: its sender and what its sender's program threads by."""

    sender: str
    message_id: str | None
    entry: str
    verdict: str
    reason: str | None
    case_id: str | None
    proof: str | None


@cache
def wording() -> Wording:
    """Load and check the wording; a reason that is explained and silent at once is a slip."""
    found = Wording.model_validate(yaml.safe_load((files("templates") / "mail" / "answers.yaml").read_text()))
    if both := set(found.silent) & set(found.reasons):
        raise ValueError(f"templates/mail/answers.yaml: both silent and explained: {', '.join(sorted(both))}")
    return found


def explain(reason: str, limits: Limits) -> str:
    """Return the sentence for the code of a reason."""
    words = wording().reasons
    text = words.get(reason, words["other"])
    return text.format(limit=limits.size_mb, attachments=limits.attachments)


def compose(told: Answered, address: str, limits: Limits) -> EmailMessage:
    """Return the answer; sent twice after a crash it is the same message with the same Message-ID."""
    words = wording()
    kind = {Verdict.TAKE: words.taken, Verdict.REPEAT: words.repeat}.get(told.verdict, words.refused)
    reply_to = case_address(address, told.case_id, told.proof) if told.case_id and told.proof else address
    reason = explain(told.reason, limits) if told.reason else ""
    answer = EmailMessage()
    answer["From"] = address
    answer["To"] = told.sender
    answer["Reply-To"] = reply_to
    answer["Subject"] = words.subject.format(what=kind.what)
    answer["Date"] = formatdate()
    answer["Message-ID"] = f"<{told.entry}@{address.partition('@')[2]}>"
    answer["Auto-Submitted"] = "auto-replied"  # RFC 3834: no robot answers it
    answer["X-Auto-Response-Suppress"] = "All"  # Exchange's own word for the same
    if told.message_id:
        answer["In-Reply-To"] = answer["References"] = told.message_id
    text = kind.text.format(case=told.case_id, reason=reason) + "\n\n" + words.signature
    answer.set_content(_wrapped(text))
    return answer


def _wrapped(text: str) -> str:
    """Break lines where every mail program shows them whole."""
    return "\n\n".join(textwrap.fill(" ".join(part.split()), 72) for part in text.split("\n\n")) + "\n"
