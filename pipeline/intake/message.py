"""What a message says of itself, before anything of it is opened.

Only the structure is looked at: who sent it, whether a machine did, what it carries by the first bytes of each part.
Reading the papers in it is the work of the limited process that every document is opened in (pipeline/sandbox).

Facts this rests on (Python 3.11 `email`, policy.default): 2,000 nested parts raise RecursionError; a message inside
that is base64-encoded is not descended into; the same Message-ID may come twice with other content.
"""

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses

_MOST_HEADERS = 200_000  # bytes
_TYPE_LINE = re.compile(rb"(?im)^content-type:")
_MOST_TYPE_LINES = 500  # a message with more is built to be slow: 20,000 parts take 20 s to parse
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_CASE_ADDRESS = re.compile(r"\+([0-9a-f]{16})-([0-9a-f]{16})@")
# RFC 3834 for Auto-Submitted; the others are what mailing lists, receipts and out-of-office replies carry.
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_REPORTS = frozenset({"multipart/report", "message/delivery-status", "message/disposition-notification"})
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\]+@[^\s<>,;:\"()\[\]\\@]+")
_DMARC = re.compile(r"\bdmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_MAGIC = (b"%PDF-", b"II*\x00", b"MM\x00*", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MAGIC_WITHIN = 1024  # PDF's header may stand a little below the top
_LEAST_TEXT = 40  # characters of a body that may itself be the letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, as far as intake needs it."""

    sender: str  # address in lower case; "" where none can be made out
    message_id: str | None  # digest of the header, which is the sender's to choose
    thread: str | None  # the header itself where it is well formed: an answer refers to it
    body: str  # digest of everything below the headers
    papers: str | None  # digest over the digests of its attachments; None where it has none
    automatic: bool
    dmarc: dict[str, str]  # server that checked -> its finding
    case: tuple[str, str] | None  # id and proof in an address of a case it was sent to
    attachments: int
    readable: bool  # it carries a paper, or text that may be one
    winmail: bool  # Outlook's own package, which nobody else opens
    hostile: str | None = None  # code of what makes it unfit to be looked at further


def look_at(raw: bytes) -> Message:
    """Return what the message says of itself; hostile content is named in `hostile`, never raised."""
    head = _headers(raw)
    body = _body(raw)
    found: dict[str, object] = {"papers": None, "attachments": 0, "readable": False, "winmail": False}
    hostile = None
    if len(_TYPE_LINE.findall(raw)) > _MOST_TYPE_LINES:
        hostile = "mail-too-many-parts"
    else:
        try:
            found = _contents(email.message_from_bytes(raw, policy=email.policy.default))
        except RecursionError:
            hostile = "mail-too-deep"
    return Message(
        sender=_sender(head),
        message_id=_digest(identity.encode()) if (identity := _text(head, "Message-ID").strip()) else None,
        thread=identity if _MESSAGE_ID.fullmatch(identity) else None,
        body=_digest(body.replace(b"\r\n", b"\n").strip()),
        automatic=_is_automatic(head),
        dmarc=_dmarc(head),
        case=_case(head),
        hostile=hostile,
        **found,  # type: ignore[arg-type]
    )


def case_address(address: str, case_id: str, proof: str) -> str:
    """Return the address under which a case takes further papers: local+case-proof@domain."""
    local, _, domain = address.partition("@")
    return f"{local}+{case_id}-{proof}@{domain}"


def _headers(raw: bytes) -> EmailMessage:
    cut = _END_OF_HEADERS.search(raw, 0, _MOST_HEADERS)
    return BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw[: cut.end() if cut else _MOST_HEADERS])


def _body(raw: bytes) -> bytes:
    cut = _END_OF_HEADERS.search(raw)
    return raw[cut.end() :] if cut else b""


def _text(head: EmailMessage, name: str) -> str:
    """Return a header as one line; raw 8-bit and folded ones too."""
    return " ".join(str(head.get(name, "")).split())


def _sender(head: EmailMessage) -> str:
    """Return the one address it is from; of two nobody knows which one a server checked and a reader sees."""
    found = {at.lower().rstrip(".") for line in head.get_all("From", []) for at in _ADDRESS.findall(str(line))}
    return found.pop() if len(found) == 1 else ""


def _is_automatic(head: EmailMessage) -> bool:
    submitted = _text(head, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _text(head, "Precedence").lower() in _BULK
        or any(head.get(name) is not None for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Loop"))
        or _text(head, "Return-Path") == "<>"
        or head.get_content_type() in _REPORTS
    )


def _dmarc(head: EmailMessage) -> dict[str, str]:
    """Return what each server that stamped the message found; the newest stamp of a server stands first."""
    found: dict[str, str] = {}
    for line in head.get_all("Authentication-Results", []):
        server = str(line).split(";")[0].split()[:1]
        if server and (result := _DMARC.search(str(line))):
            found.setdefault(server[0].lower(), result[1].lower())
    return found


def _case(head: EmailMessage) -> tuple[str, str] | None:
    """Return id and proof of the case whose address it was sent to."""
    lines = [str(at) for name in ("Delivered-To", "X-Original-To", "To", "Cc") for at in head.get_all(name, [])]
    for _, address in getaddresses(lines):
        if found := _CASE_ADDRESS.search(address.lower()):
            return found[1], found[2]
    return None


def _contents(message: EmailMessage) -> dict[str, object]:
    papers: list[str] = []
    readable = winmail = False
    texts = 0
    for part in message.walk():
        if part.is_multipart():
            continue
        data = _payload(part)
        name = str(part.get_filename() or "") if part.get("Content-Disposition") or part.get_param("name") else ""
        if part.get_content_type() in _TNEF or name.lower().endswith("winmail.dat"):
            winmail = True
        elif part.get_content_maintype() == "text" and not name:
            texts += len(data.strip())
        elif data:
            papers.append(_digest(data))
            readable |= any(magic in data[:_MAGIC_WITHIN] for magic in _MAGIC) or _may_be_mail(part)
    return {
        "papers": _digest("\n".join(sorted(papers)).encode()) if papers else None,
        "attachments": len(papers),
        "readable": readable or (texts >= _LEAST_TEXT and not winmail),
        "winmail": winmail,
    }


def _may_be_mail(part: EmailMessage) -> bool:
    """A message inside, given as encoded bytes: the reader decodes and opens it."""
    return part.get_content_type() == "message/rfc822" or str(part.get_filename() or "").lower().endswith(".eml")


def _payload(part: EmailMessage) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (LookupError, UnicodeError, ValueError, AttributeError):  # unknown encodings
        data = str(part.get_payload()).encode("utf-8", "replace")
    return data if isinstance(data, bytes) else b""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
