"""Printed text joined over lines, each character still knowing its line and page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors import lore
from extractors.evidence import Evidence, Line, Page, enclose

# "anti-", "non-" keep their hyphen at a line end; so does whatever stands before a capital or a digit
_KEEPS_HYPHEN = lore.regex(
    r"(?:^|[\s(/-])(?:anti|non|pre|post|self|co|high|low|mid|long|short|step|double|single|multi|well|first|second|"
    r"third|one|two|three|four|six|twelve|disease|moderate|mild|to|in|by|over|follow|steroid|drug|health|tumor|"
    r"interleukin|beta|alpha|ultra|super|x|t|b|c|\d+)-$",
    re.I,
)


# "lipid-" over "lowering"
_TAKES_HYPHEN = lore.regex(
    r"(?:lowering|dependent|based|related|resistant|controlled|free|term|line|release|modifying|induced|specific|naive|"
    r"intolerant|refractory|positive|negative|associated|threatening|approved|labell?ed|reducing|sparing|directed|"
    r"delivery|risk|dose|acting|administered|confirmed|mediated|limiting|blocking|blockers?|supervised|guided|"
    r"adjusted|driven|type|level|like|wide|only|care|counter|severe|up|to)\b",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of one line."""

    page: Page
    line: Line
    text: str


class Run:
    """Text of one item, note or paragraph, gathered line by line."""

    def __init__(self, pieces: Sequence[Piece] = ()) -> None:
        self.pieces = list(pieces)
        self._known: tuple[int, str, list[int]] = (0, "", [])  # pieces joined so far, their text and starts

    def add(self, pieces: Sequence[Piece]) -> None:
        """Append lines."""
        self.pieces.extend(pieces)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    @property
    def text(self) -> str:
        """The joined text: line breaks as spaces, hyphenation undone."""
        return self._joined()[0]

    def _joined(self) -> tuple[str, list[int]]:
        """The text, and where each piece begins in it."""
        count, text, starts = self._known
        if count == len(self.pieces):
            return text, starts
        starts = list(starts)
        for piece in self.pieces[count:]:
            text += _joint(text, piece.text)
            if text.endswith("\0"):  # a hyphen to undo
                text = text[:-1].rstrip().rstrip("-‐\u00ad")
            starts.append(len(text))
            text += piece.text
        self._known = (len(self.pieces), text, starts)
        return text, starts

    def evidence(self, start: int = 0, end: int | None = None) -> tuple[Evidence, ...]:
        """Cite characters start..end (exclusive) of `text`: one evidence for each page they touch."""
        text, starts = self._joined()
        end = len(text) if end is None else end
        by_page: dict[int, list[tuple[Piece, str]]] = {}
        for piece, at in zip(self.pieces, starts, strict=True):
            inside = piece.text[max(0, start - at) : max(0, end - at)].strip()
            if inside:
                by_page.setdefault(piece.page.number, []).append((piece, inside))
        return tuple(_evidence(parts) for parts in by_page.values())


def _evidence(parts: list[tuple[Piece, str]]) -> Evidence:
    cited = [piece.page.evidence(piece.line, inside) for piece, inside in parts]
    return Evidence(
        document=cited[0].document,
        page=cited[0].page,
        bbox=enclose(evidence.bbox for evidence in cited),
        text=" ".join(evidence.text for evidence in cited),
    )


def _joint(before: str, after: str) -> str:
    """What stands between two lines: a space, nothing, or NUL where the hyphen before it is to go."""
    if not before:
        return ""
    if before.endswith("\u00ad"):
        return "\0"
    if re.search(r"[A-Za-z]/$", before):
        return ""
    if not re.search(r"\w[-‐]$", before):
        return " "
    if not re.match(r"[a-z]{2}", after) or _KEEPS_HYPHEN.search(before) or _TAKES_HYPHEN.match(after):
        return ""
    if re.search(r"\b[A-Z]{2,}[-‐]$", before):
        return ""  # "FDA-" over "approved"
    return "\0" if _is_one_word(before, after) else ""


def _is_one_word(before: str, after: str) -> bool:
    """Whether the parts make a broken word and not a compound: the compound's parts are words themselves."""
    from extractors.policy.words import is_word

    first = re.search(r"(\w+)[-‐]$", before)[1].lower()
    second = re.match(r"\w+", after)[0].lower()
    if is_word(first + second):
        return True
    return not (is_word(first) and is_word(second))
