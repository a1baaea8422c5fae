"""A file as one PDF: the type every reader of files returns, and what bytes are."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["pdf", "tiff", "jpeg", "png", "eml"]
MAX_PAGES = 2000

_HEADER_LINE = re.compile(rb"^(?:From |[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n])")
_MAIL_HEADERS = re.compile(
    rb"^(?:from|to|subject|date|received|mime-version|message-id|return-path|content-type|delivered-to|"
    rb"x-[a-z-]+|dkim-signature|reply-to|cc|sender)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The body or an attachment of an e-mail, and the pages it became."""

    name: str  # as the sender named it, without folders; "message" for the body
    media_type: str
    first_page: int  # 1-based, of the normalised PDF
    last_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """A file as one PDF."""

    pdf: bytes
    page_count: int
    kind: Kind
    parts: tuple[Part, ...] = ()  # of an e-mail, in page order
    warnings: tuple[str, ...] = ()  # codes: what was left out or mended


def sniff(data: bytes) -> Kind | None:
    """Return what the bytes are, or None."""
    if data.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "tiff"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "eml" if _is_mail(data[:4096]) else None


def _is_mail(start: bytes) -> bool:
    start = start.lstrip(b"\xef\xbb\xbf\r\n")
    if b"\x00" in start or not _HEADER_LINE.match(start):
        return False
    return bool(_MAIL_HEADERS.search(re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]))
