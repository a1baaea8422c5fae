"""An e-mail as pages: its message first, then each attachment in order.

Mail is hostile: names with paths in them, wrong types, mail inside mail. Every part is
known by its bytes, names are only shown, and depth and number of parts are bounded.
"""

import email
import email.policy
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from extractors.errors import DamagedFileError, RebutError
from extractors.pages.mailbody import BodyText, body_pdf, text_of_html
from extractors.pages.normalized import MAX_PAGES, Normalized, Part, sniff
from extractors.pages.paper import pdf_of_paper

MAX_DEPTH = 5  # mail in mail
MAX_PARTS = 200
MAX_BODY = 300_000  # characters of one message
LEAST_PICTURE = 250  # pixels: smaller ones are logos and signatures

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]+")


@dataclass(slots=True)
class _Gathered:
    """Pages and parts as they come."""

    pdfs: list[bytes] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pages: int = 0
    seen: int = 0  # parts looked at, in all messages

    def add(self, normalized: Normalized, name: str, media_type: str) -> None:
        first = self.pages + 1
        self.pages += normalized.page_count
        self.pdfs.append(normalized.pdf)
        self.parts.append(Part(name=name, media_type=media_type, first_page=first, last_page=self.pages))

    def warn(self, code: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)


def pdf_of_mail(data: bytes, name: str) -> Normalized:
    """Return the message and its attachments as one PDF."""
    gathered = _Gathered()
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        _gather(message, gathered, "message", 0)
    except RecursionError as error:  # thousands of nested parts
        raise DamagedFileError(name) from error
    return Normalized(
        pdf=_merge(gathered.pdfs),
        page_count=gathered.pages,
        kind="eml",
        parts=tuple(gathered.parts),
        warnings=tuple(gathered.warnings),
    )


def _gather(message: EmailMessage, gathered: _Gathered, name: str, depth: int) -> None:
    """Add the message's own text, then its attachments, mails inside it included."""
    attachments, body = [], None
    for part in _leaves(message):
        gathered.seen += 1
        if gathered.seen > MAX_PARTS:
            gathered.warn("mail-too-many-parts")
            break
        if _is_text(part):
            body = _better(body, part)
        else:
            attachments.append(part)
    text = _clean(_text(body))[:MAX_BODY] if body is not None else ""
    pdf, pages = body_pdf(BodyText(headers=_shown_headers(message), text=text))
    gathered.add(Normalized(pdf=pdf, page_count=pages, kind="pdf"), name, "message/rfc822")
    for part in attachments:
        _attach(part, gathered, depth)


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that hold something, without descending into mails inside."""
    if message.get_content_maintype() == "multipart":
        for part in message.iter_parts():
            yield from _leaves(part)
    else:
        yield message


def _is_text(part: EmailMessage) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html"):
        return False
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return False
    return sniff(part.get_payload(decode=True) or b"") in (None, "eml")


def _better(one: EmailMessage | None, other: EmailMessage) -> EmailMessage:
    """Plain text before HTML, the first of each."""
    if one is None:
        return other
    if one.get_content_type() == "text/html" and other.get_content_type() == "text/plain":
        return other
    return one


def _attach(part: EmailMessage, gathered: _Gathered, depth: int) -> None:
    """Add the pages of one attachment, or the reason why there are none."""
    name, media_type = _name(part, len(gathered.parts)), part.get_content_type()
    if media_type == "message/rfc822":
        if inner := _inner_mail(part):
            _descend(inner, gathered, name, depth)
        else:
            gathered.warn("attachment-unreadable")
        return
    data = part.get_payload(decode=True) or b""
    if name.lower() == "winmail.dat" or media_type in ("application/ms-tnef", "application/vnd.ms-tnef"):
        gathered.warn("attachment-winmail-dat")
        return
    kind = sniff(data) if data else None
    if kind == "eml" and not media_type.startswith("text/"):
        _descend(email.message_from_bytes(data, policy=email.policy.default), gathered, name, depth)
        return
    if kind in (None, "eml"):
        gathered.warn("attachment-not-readable-type" if data else "attachment-empty")
        return
    if kind in ("png", "jpeg", "tiff") and _is_logo(data):
        gathered.warn("attachment-small-picture")
        return
    try:
        normalized = pdf_of_paper(data, name, kind)
    except RebutError as error:
        gathered.warn(f"attachment-{error.code}")
        return
    if gathered.pages + normalized.page_count > MAX_PAGES:
        gathered.warn("mail-too-many-pages")
        return
    gathered.add(normalized, name, media_type)


def _descend(message: EmailMessage, gathered: _Gathered, name: str, depth: int) -> None:
    if depth + 1 >= MAX_DEPTH:
        gathered.warn("mail-too-deep")
        return
    _gather(message, gathered, name, depth + 1)


def _inner_mail(part: EmailMessage) -> EmailMessage | None:
    """Return the mail inside; one that was base64-encoded is not parsed by the library."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if inner is None:
        return None
    if part.get("content-transfer-encoding", "").lower() in ("base64", "quoted-printable") and not inner.keys():
        import base64
        import binascii
        import quopri

        raw = inner.as_string().encode("ascii", "replace")
        try:
            is_base64 = part["content-transfer-encoding"].lower() == "base64"
            raw = base64.b64decode(raw) if is_base64 else quopri.decodestring(raw)
        except (binascii.Error, ValueError):
            return None
        return email.message_from_bytes(raw, policy=email.policy.default)
    return inner


def _is_logo(data: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return min(image.size) < LEAST_PICTURE
    except Exception:
        return False  # whatever is wrong with it, normalize says it better


def _name(part: EmailMessage, count: int) -> str:
    """Return the attachment's name to show: never a path, never a control character."""
    try:
        given = part.get_filename() or ""
    except (ValueError, LookupError):
        given = ""
    bare = _CONTROL.sub("", str(given)).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return bare[:120] or f"attachment {count}"


def _text(part: EmailMessage) -> str:
    try:
        text = part.get_content()
    except (LookupError, UnicodeError, ValueError, AttributeError):  # unknown character set
        text = (part.get_payload(decode=True) or b"").decode("latin-1")
    return text_of_html(text) if part.get_content_type() == "text/html" else str(text)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _CONTROL.sub(" ", text)


def _shown_headers(message: EmailMessage) -> list[list[str]]:
    shown = []
    for header in _HEADERS:
        try:
            value = message.get(header)
        except (ValueError, IndexError, AttributeError, TypeError):  # headers the library cannot parse
            value = None
        if value:
            shown.append([header, " ".join(_CONTROL.sub(" ", str(value)).split())[:2000]])
    return shown


def _merge(pdfs: list[bytes]) -> bytes:
    if len(pdfs) == 1:
        return pdfs[0]
    import pikepdf

    with pikepdf.new() as merged:
        for pdf in pdfs:
            with pikepdf.open(io.BytesIO(pdf)) as opened:
                merged.pages.extend(opened.pages)
        out = io.BytesIO()
        merged.save(out, deterministic_id=True)
        return out.getvalue()
