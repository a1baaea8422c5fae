"""Rows of a policy in reading order, without the running headers and footers that fall inside lists."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors import lore
from extractors.evidence import Line, Page
from extractors.policy.markers import Marker, marker_of
from extractors.policy.runs import Piece

_EDGE_ROWS = 5  # rows at the top and the bottom of a page where a running header or footer may stand

# "Page 3 of 12", "3 Pages - Cigna National Formulary Coverage - Policy: ...", "(c) 2026 Plan"
_PAGE_LINE = lore.regex(
    r"page\s*\d+(?:\s*(?:of|/)\s*\d+)?|\d+\s*pages?\s*[-–—].*|.*\bpage\s+\d+\s+of\s+\d+\s*\.?|"
    r"(?:©|\(c\)\s*(?=\d{4}\b|copyright)|copyright\b).*|(?:proprietary|confidential)\b.*|.*\ball rights reserved\.?",
    re.I,
)
_CODE = lore.regex(r"(?=.*\d)[A-Z]{0,6}[\d.\-_/]{3,}[A-Z\d]{0,4}")  # the policy's number at a page's foot: "5.01.647"
_PAGE_NUMBER = lore.regex(r"[-–—]?\s*\d{1,3}\s*[-–—]?")  # alone on the first or last row


@dataclass(frozen=True, slots=True)
class Row:
    """Lines of one page on one baseline."""

    page: Page
    lines: tuple[Line, ...]  # left to right
    numbered: Marker | None = None  # a marker that only its fellows tell to be one: "1-A", "Criterion 2:"

    @property
    def marker(self) -> Marker | None:
        """The outline marker that the row begins with."""
        return self.numbered or marker_of(self.text)

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def x0(self) -> float:
        return self.lines[0].box.x0

    @property
    def x1(self) -> float:
        return self.lines[-1].box.x1

    @property
    def height(self) -> float:
        return max(line.box.height for line in self.lines)

    def pieces(self, skip: int = 0) -> list[Piece]:
        """The row's lines as pieces of text, without the first `skip` characters of its text."""
        found = []
        for line in self.lines:
            text = line.text[skip:] if skip < len(line.text) else ""
            skip = max(0, skip - len(line.text) - 1)
            if text.strip():
                found.append(Piece(self.page, line, text.strip()))
        return found

    def word_x0(self, skip: int) -> float | None:
        """Left edge of the first word at or after character `skip` of the row's text."""
        for line in self.lines:
            offset = 0
            for word in line.words:
                if offset >= skip:
                    return word.box.x0
                offset += len(word.text) + 1
            skip -= len(line.text) + 1
        return None


def rows_of(pages: Sequence[Page]) -> list[Row]:
    """Return the rows of the body, page after page."""
    by_page = [[Row(page, tuple(row)) for row in page.rows] for page in pages]
    repeated = _repeated(by_page)
    return [row for rows in by_page for row in _body(rows, repeated)]


def _body(rows: Sequence[Row], repeated: frozenset[tuple[str, bool]]) -> Sequence[Row]:
    """The rows between the running header and the running footer, which are blocks at the edges."""
    first, last = 0, len(rows)
    while first < min(last, _EDGE_ROWS) and _is_running(rows[first], first == 0, True, repeated):
        first += 1
    while last > max(first, len(rows) - _EDGE_ROWS) and _is_running(rows[last - 1], last == len(rows), False, repeated):
        last -= 1
    return [
        row
        for at, row in enumerate(rows[first:last], start=first)
        if _EDGE_ROWS <= at < len(rows) - _EDGE_ROWS or not _PAGE_LINE.fullmatch(row.text.strip())
    ]


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\W+", " ", text.lower())).strip()


def _repeated(by_page: Sequence[Sequence[Row]]) -> frozenset[tuple[str, bool]]:
    """Texts (digits masked) that stand near the top, or near the bottom, of two pages or more."""
    seen: Counter[tuple[str, bool]] = Counter()
    for rows in by_page:
        top = {(_masked(row.text), True) for row in rows[:_EDGE_ROWS]}
        bottom = {(_masked(row.text), False) for row in rows[-_EDGE_ROWS:]}
        seen.update(top | bottom)
        seen.update({(rows[at].text.strip(), at == 0) for at in {0, len(rows) - 1} if rows and _is_code(rows[at])})
    needed = max(2, len(by_page) // 3)
    return frozenset(key for key, count in seen.items() if count >= needed and len(key[0]) >= 6)


def _is_code(row: Row) -> bool:
    return _CODE.fullmatch(row.text.strip()) is not None


def _is_running(row: Row, outermost: bool, top: bool, repeated: frozenset[tuple[str, bool]]) -> bool:
    text = row.text.strip()
    if _PAGE_LINE.fullmatch(text) or (outermost and _PAGE_NUMBER.fullmatch(text)):
        return True
    if outermost and _is_code(row) and (text, top) in repeated:
        return True
    if row.page.number == 1 and top:
        return False  # the title block itself, which the later pages repeat
    # an item of a list may well stand first on two pages: "1. Ulcerative Colitis", "2. Ulcerative Colitis"
    return marker_of(text) is None and (_masked(text), top) in repeated
