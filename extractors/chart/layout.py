"""Rows, columns and paragraphs of a chart page, before anyone asks what they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from extractors.evidence import Box, Evidence, Line, Page, Word, enclose


@dataclass(frozen=True)  # no slots: what is derived is kept
class Row:
    """Words on one baseline of one column of text."""

    lines: tuple[Line, ...]  # left to right; more than one where gaps of a column part them

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line.words)

    @cached_property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @cached_property
    def box(self) -> Box:
        return enclose(line.box for line in self.lines)

    @cached_property
    def middle(self) -> float:
        return median((word.box.top + word.box.bottom) / 2 for word in self.words)

    @cached_property
    def x0(self) -> float:
        return self.lines[0].box.x0

    @cached_property
    def x1(self) -> float:
        return max(line.box.x1 for line in self.lines)


def _around(words: Sequence[Word]) -> Box:
    """Return the box around words; as `enclose`, in lists, which are twice as fast for the many words of a chart."""
    boxes = [word.box for word in words]
    return Box(
        x0=min([box.x0 for box in boxes]),
        top=min([box.top for box in boxes]),
        x1=max([box.x1 for box in boxes]),
        bottom=max([box.bottom for box in boxes]),
    )


def read_rows(page: Page) -> list[Row]:
    """Return the page's rows in reading order; two columns of prose are read one after the other."""
    rows = _resegment([Row(tuple(row)) for row in page.rows])
    gutter = _gutter(rows)
    if gutter is None:
        return rows
    start, end, x = gutter
    left = [Row(part) for row in rows[start:end] if (part := tuple(at for at in row.lines if at.box.x0 < x))]
    right = [Row(part) for row in rows[start:end] if (part := tuple(at for at in row.lines if at.box.x0 >= x))]
    return [*rows[:start], *left, *right, *rows[end:]]


def _resegment(rows: list[Row]) -> list[Row]:
    """Part rows at gaps of a column, measured by the page's own word spacing: a typewriter's spaces are wide."""
    gaps = sorted(
        gap for row in rows for a, b in pairwise(row.words) if 0 < (gap := b.box.x0 - a.box.x1) < 3 * a.box.height
    )
    usual = gaps[len(gaps) // 4] if gaps else 3.0  # a quarter: in a table most gaps are those of columns
    done = []
    for row in rows:
        words = sorted(row.words, key=lambda word: word.box.x0)
        wide = max(2.2 * usual, 0.9 * median(word.box.height for word in words))
        parts = [[words[0]]]
        for before, word in pairwise(words):
            if word.box.x0 - before.box.x1 > wide:
                parts.append([word])
            else:
                parts[-1].append(word)
        done.append(Row(tuple(Line(words=tuple(part), box=_around(part)) for part in parts)))
    return done


def _gutter(rows: list[Row]) -> tuple[int, int, float] | None:
    """Return first row, end row and x of the gap between two columns of prose, None without such.

    Prose: both sides of most rows have at least 25 characters. A table's cells are shorter, and a
    letterhead beside a patient block has few rows.
    """
    paired = [
        index
        for index, row in enumerate(rows)
        if len(row.lines) == 2 and all(len(line.text) >= 25 for line in row.lines)
    ]
    if len(paired) < 6:
        return None
    lefts = [rows[index].lines[1].box.x0 for index in paired]
    x = median(lefts)
    aligned = [index for index, at in zip(paired, lefts, strict=True) if abs(at - x) < 9]
    if len(aligned) < 6:
        return None
    start, end = aligned[0], aligned[-1] + 1
    crossing = sum(any(at.box.x0 < x - 9 and at.box.x1 > x for at in row.lines) for row in rows[start:end])
    return (start, end, x - 4) if crossing <= (end - start) * 0.1 else None


def pitch(above: Row, below: Row) -> float:
    """Return the distance between the middles of two rows, points."""
    return below.middle - above.middle


def usual_pitch(rows: list[Row]) -> float:
    """Return the line spacing of running text: three in ten distances are tighter."""
    steps = [pitch(a, b) for a, b in pairwise(rows) if 0 < pitch(a, b) < 30]
    if not steps:
        return 14.0
    steps.sort()
    return steps[len(steps) * 3 // 10]


@dataclass(frozen=True)  # no slots: its text is asked for again and again
class Passage:
    """Words that make one text, and where they stand."""

    page: Page
    words: tuple[Word, ...]
    breaks: frozenset[int] = frozenset()  # index of each word that begins a new line

    @cached_property
    def text(self) -> str:
        """The words joined; a word broken at a line's end is mended."""
        return "".join(self._pieces)

    @cached_property
    def _pieces(self) -> list[str]:
        pieces: list[str] = []
        for index, word in enumerate(self.words):
            if index == 0:
                pieces.append(word.text)
            elif index in self.breaks and _is_broken(self.words[index - 1].text, word.text):
                if pieces[-1].endswith("-") and word.text[0].islower() and not _keeps_hyphen(pieces[-1]):
                    pieces[-1] = pieces[-1][:-1]
                pieces.append(word.text)
            else:
                pieces.append(" " + word.text)
        return pieces

    @cached_property
    def _offsets(self) -> list[tuple[int, int]]:
        """Where each word lies in `text`."""
        spans, at = [], 0
        for piece in self._pieces:
            lead = 1 if piece.startswith(" ") else 0
            spans.append((at + lead, at + len(piece)))
            at += len(piece)
        return spans

    def part(self, start: int, end: int) -> "Passage":
        """Return the words that characters start..end (exclusive) of `text` touch."""
        touched = [i for i, (a, b) in enumerate(self._offsets) if a < end and b > start]
        if not touched:
            return self
        first, last = touched[0], touched[-1]
        breaks = frozenset(i - first for i in self.breaks if first < i <= last)
        return Passage(self.page, self.words[first : last + 1], breaks)

    def evidence(self) -> Evidence:
        """Cite the words as they stand on the page."""
        box = _around(self.words)
        return Evidence(
            document=self.page.document,
            page=self.page.number,
            bbox=box.moved_by(self.page.to_shown),
            text=" ".join(word.text for word in self.words),
        )

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)


# "hydroxychloro-" + "quine" is one word; "330-" + "118" keeps its hyphen and loses the space.
_KEEP = re.compile(
    r"(?:^|\W)(?:anti|non|pre|post|self|long|short|well|low|high|follow|re|co|x|year|week|month|twice)-$", re.I
)


def _is_broken(before: str, after: str) -> bool:
    return (
        len(before) > 1
        and before.endswith("-")
        and before[-2].isalnum()
        and (after[0].islower() or (before[-2].isdigit() and after[0].isdigit()))
    )


def _keeps_hyphen(before: str) -> bool:
    return bool(_KEEP.search(before.strip())) or before.rstrip()[-2:-1].isdigit()


def passage_of(page: Page, rows: list[Row]) -> Passage:
    """Return the rows as one text."""
    words: list[Word] = []
    breaks = set()
    for row in rows:
        breaks.add(len(words))
        words.extend(row.words)
    breaks.discard(0)
    return Passage(page, tuple(words), frozenset(breaks))


_LIST_ITEM = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-•*·‣▪o]|\[[ xX✓]?\]|[☐☒☑])\s+\S")


def ends_paragraph(above: Row, below: Row, width: tuple[float, float], spacing: float) -> bool:
    """Tell whether a paragraph ends between two rows; `width` is the text block's left and right edge."""
    step, text = pitch(above, below), above.text.rstrip()
    runs_on = below.text[:1].islower() and not text.endswith((".", ":", "!", "?"))
    if step <= 0 or step > (2.0 if runs_on else 1.33) * spacing:
        return True
    if runs_on:
        return False
    left, right = width
    if _LIST_ITEM.match(below.text) or abs(above.x0 - below.x0) > 0.25 * (right - left):
        return True
    short = above.x1 < left + 0.75 * (right - left)
    first = below.words[0]
    # a full line would have had room for the next word
    room = above.x1 + (first.box.width + 4) < right
    if text.endswith((".", "!", "?")) and short:
        return True
    return short and room and not text.endswith((",", "-", "and", "or", "with", "of")) and below.text[:1].isupper()
