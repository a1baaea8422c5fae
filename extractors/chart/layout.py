"""Rows, columns and paragraphs of a chart page, before anyone asks what they say."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic, Self, TypeVar, overload

from extractors import lore
from extractors.evidence import Box, Evidence, Line, Page, Word, enclose, line_of
from extractors.middle import median
from extractors.vocabulary.sieve import rare

T = TypeVar("T")


class kept(Generic[T]):
    """A property worked out at its first use; `functools.cached_property` takes a lock for each, five times as slow."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self._name, self.__doc__ = make, make.__name__, make.__doc__

    @overload
    def __get__(self, held: None, owner: type) -> Self: ...
    @overload
    def __get__(self, held: object, owner: type) -> T: ...
    def __get__(self, held: object | None, owner: type) -> Self | T:
        if held is None:
            return self
        value = held.__dict__[self._name] = self._make(held)
        return value


@dataclass(frozen=True)  # no slots: what is derived is kept
class Row:
    """Words on one baseline of one column of text."""

    lines: tuple[Line, ...]  # left to right; more than one where gaps of a column part them

    @kept
    def words(self) -> tuple[Word, ...]:
        return self.lines[0].words if len(self.lines) == 1 else tuple([at for line in self.lines for at in line.words])

    @kept
    def texts(self) -> tuple[str, ...]:
        """The text of each line."""
        return tuple([line.text for line in self.lines])

    @kept
    def text(self) -> str:
        return " ".join(self.texts)

    @kept
    def box(self) -> Box:
        return enclose([line.box for line in self.lines])

    @kept
    def middle(self) -> float:
        return median([(word.box.top + word.box.bottom) / 2 for word in self.words])

    @kept
    def letter_height(self) -> float:
        """The height of its words, the middle one."""
        return median([word.box.bottom - word.box.top for word in self.words])

    @kept
    def x0(self) -> float:
        return self.lines[0].box.x0

    @kept
    def x1(self) -> float:
        return max([line.box.x1 for line in self.lines])


def once_a_row(ask: Callable[["Row"], T]) -> Callable[["Row"], T]:
    """Keep the answer to a question with the row it was asked of: each step of a page asks it again."""
    name = f"{ask.__module__}.{ask.__qualname__}"

    def answer(row: "Row") -> T:
        held = row.__dict__
        if name not in held:
            held[name] = ask(row)
        return held[name]

    answer.__doc__ = ask.__doc__
    return answer


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
    gaps = []
    for row in rows:
        for before, word in pairwise([word.box for word in row.words]):
            if 0 < (gap := word.x0 - before.x1) < 3 * (before.bottom - before.top):
                gaps.append(gap)
    gaps.sort()
    usual = gaps[len(gaps) // 4] if gaps else 3.0  # a quarter: in a table most gaps are those of columns
    done = []
    for row in rows:
        words = sorted(row.words, key=_left)
        wide = max(2.2 * usual, 0.9 * row.letter_height)
        cuts = [i for i in range(1, len(words)) if words[i].box.x0 - words[i - 1].box.x1 > wide]
        parts = [tuple(words[start:end]) for start, end in pairwise([0, *cuts, len(words)])]
        done.append(Row(tuple(map(line_of, parts))))
    return done


def _left(part: Word) -> float:
    return part.box.x0


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
    rows: Sequence[Row] = field(default=(), compare=False)  # all of whose words these are, where it is all

    @kept
    def text(self) -> str:
        """The words joined; a word broken at a line's end is mended."""
        return "".join(self._pieces) if self._mended else self._printed

    @kept
    def _printed(self) -> str:
        return " ".join([word.text for word in self.words])

    @kept
    def _mended(self) -> frozenset[int]:
        """Index of each word that goes on with the word before it."""
        words = self.words
        return frozenset([i for i in self.breaks if _is_broken(words[i - 1].text, words[i].text)])

    @kept
    def _pieces(self) -> list[str]:
        pieces: list[str] = []
        for index, word in enumerate(self.words):
            if index == 0:
                pieces.append(word.text)
            elif index in self._mended:
                if pieces[-1].endswith("-") and word.text[0].islower() and not _keeps_hyphen(pieces[-1]):
                    pieces[-1] = pieces[-1][:-1]
                pieces.append(word.text)
            else:
                pieces.append(" " + word.text)
        return pieces

    @kept
    def _offsets(self) -> tuple[list[int], list[int]]:
        """Where each word begins and ends in `text`."""
        starts, ends, at = [], [], 0
        if not self._mended:
            for word in self.words:
                starts.append(at)
                at += len(word.text)
                ends.append(at)
                at += 1
            return starts, ends
        for piece in self._pieces:
            starts.append(at + 1 if piece.startswith(" ") else at)
            at += len(piece)
            ends.append(at)
        return starts, ends

    def part(self, start: int, end: int) -> "Passage":
        """Return the words that characters start..end (exclusive) of `text` touch."""
        starts, ends = self._offsets
        first, stop = bisect_right(ends, start), bisect_left(starts, end)
        if first >= stop or (first == 0 and stop == len(starts)):
            return self
        breaks = frozenset([i - first for i in self.breaks if first < i < stop])
        return Passage(self.page, self.words[first:stop], breaks)

    def evidence(self) -> Evidence:
        """Cite the words as they stand on the page."""
        return Evidence(
            document=self.page.document,
            page=self.page.number,
            bbox=enclose([part.box for part in self.rows or self.words]).moved_by(self.page.to_shown),
            text=self._printed,
        )

    @property
    def confidence(self) -> float:
        return min([word.confidence for word in self.words])


# "hydroxychloro-" + "quine" is one word; "330-" + "118" keeps its hyphen and loses the space.
_KEEP = rare(
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


def text_of(page: Page, words: Sequence[Word], breaks: Collection[int]) -> str:
    """Return the text that the words would have as a passage; of most nothing else is asked."""
    if any(_is_broken(words[i - 1].text, words[i].text) for i in breaks):
        return Passage(page, tuple(words), frozenset(breaks)).text
    return " ".join([word.text for word in words])


def passage_of(page: Page, rows: list[Row]) -> Passage:
    """Return the rows as one text."""
    words: list[Word] = []
    breaks = set()
    for row in rows:
        breaks.add(len(words))
        words.extend(row.words)
    breaks.discard(0)
    return Passage(page, tuple(words), frozenset(breaks), rows)


_LIST_ITEM = lore.regex(r"^\s*(?:\(?\d{1,2}[.)]|[-•*·‣▪o]|\[[ xX✓]?\]|[☐☒☑])\s+\S")


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
