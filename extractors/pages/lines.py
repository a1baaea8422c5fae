"""Words to lines, and lines to reading order: one geometry for text layers and OCR.

A line is words on one baseline with no gap of a column between them. Table cells and the
sides of a label/value row are lines of their own; justified prose stays whole.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

from extractors.evidence import Box, Line, Word, line_of
from extractors.middle import median
from extractors.pages.clean import clean_words
from extractors.pages.order import in_reading_order

# In ems (about twice the mean character width, so the same for ink boxes and font boxes).
COLUMN_GAP = 1.7  # a gap that always parts two cells
RULED_GAP = 0.4  # a gap that parts them where an upright line runs through it
TIGHT_GAP = 0.45  # a gap that may part them where several rows nearby start a cell there
WIDER_THAN_USUAL = 1.6  # times the usual space of the page that any such gap has
CELL_GAP = 0.62  # a gap that parts them where other rows have a cell starting at the same place
ALIGNED = 0.4  # how far starts of one column may differ
NEAR_ROWS = 5  # rows above and below that are asked for the same start
BELOW = 0.22  # share of the height, from ascender to descender, that is below the baseline
BASELINE = 0.36  # how far baselines of one row may differ, neighbour to neighbour

# Letters without a stroke up or down. The engine gives a lone "a" now and then the box of its whole line.
_FLAT = frozenset("acemnosuvwxz")
TALL = 2.0  # times its mean width: no flat letter is so high
# ems from which a word has the box of its whole line, as the engine gives "5" and "at" too: capitals have 0.8
WHOLE_LINE = 1.1

_DESCENDERS = frozenset("gjpqy,;()[]{}Q|/@$§")
_HIGH = frozenset("\"'*^°®™“”‘’`")
_MIDDLE = frozenset("-–—•·~=+<>:«»")


@dataclass(slots=True)
class _Row:
    """Words on one baseline while they are gathered, left to right."""

    base: float  # baseline of its last word
    right: float  # where that ends
    band: int  # the band of one em that its baseline is in
    words: list[Word] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)  # of the type of its words
    cuts: set[int] = field(default_factory=set)  # index of words that start a new cell
    em: float = 0.0  # size of its type, once all its words are gathered
    gaps: list[float] = field(default_factory=list)  # before each word but the first, in ems


def build_lines(words: Sequence[Word], ink: bool, rulings: Sequence[Box] = ()) -> tuple[Line, ...]:
    """Return the lines of a page in reading order.

    ink: boxes hug the ink, as those of OCR do; else they have the height of the font.
    rulings: upright lines on the page, borders of cells.
    """
    words, read_as_words = clean_words(words, ink)
    if not words:
        return ()
    words = sorted(words, key=attrgetter("box.x0"))
    sizes = _sizes(words)
    em = _em(sizes, words)
    rows = _gather_rows(words, sizes, em, ink)
    for row in rows:
        row.em = _em(row.sizes, row.words)
        row.gaps = [(word.box.x0 - before.box.x1) / row.em for before, word in pairwise(row.words)]
    _cut_rows(rows, rulings, read_as_words)
    lines = [line_of(part) for row in rows for part in _parts(row)]
    return tuple(in_reading_order(lines, em))


def _sizes(words: Sequence[Word]) -> list[float]:
    """Return the size of each word's type from the mean width of its characters, in points; -1 for a short word."""
    return [
        2.0 * ((box := word.box).x1 - box.x0) / length if (length := len(word.text)) > 2 else -1.0 for word in words
    ]


def _em(sizes: Sequence[float], words: Sequence[Word]) -> float:
    """Return the size of the type in points."""
    told = [size for size in sizes if size >= 0]
    return max(median(told or [word.box.height for word in words]), 3.0)


def _baseline(word: Word, em: float) -> float:
    """Return y of the line the word stands on, from its ink."""
    box, text = word.box, word.text
    if all(character in _MIDDLE for character in text):
        return (box.top + box.bottom) / 2 + 0.3 * em
    if all(character in _HIGH for character in text):
        return box.top + 0.75 * em
    if not _DESCENDERS.isdisjoint(text):
        return box.bottom - BELOW * box.height
    width = box.width / len(text)
    if box.height > WHOLE_LINE * max(em, 2 * width) or (_FLAT.issuperset(text) and box.height > TALL * width):
        return box.bottom - BELOW * box.height
    return box.bottom


def _gather_rows(words: Sequence[Word], sizes: Sequence[float], em: float, ink: bool) -> list[_Row]:
    """Chain words, given left to right, to the row whose last word stands on the nearest baseline."""
    rows: list[_Row] = []
    by_band: dict[int, list[_Row]] = defaultdict(list)
    for word, size in zip(words, sizes, strict=True):
        box = word.box
        left, bottom, height = box.x0, box.bottom, box.bottom - box.top
        base = _baseline(word, em) if ink else bottom - BELOW * height
        band, high = int(base // em), 0.75 * height
        best, nearest = None, BASELINE * (em if high < em else min(high, 3 * em))
        for near in (band - 1, band, band + 1):
            for row in by_band.get(near, ()):
                away = abs(row.base - base)
                if away < nearest and row.right - left < em:
                    best, nearest = row, away
        if best is None:
            best = _Row(base=base, right=box.x1, band=band)
            rows.append(best)
            by_band[band].append(best)
        elif best.band != band:
            by_band[best.band].remove(best)
            by_band[band].append(best)
        best.words.append(word)
        best.sizes.append(size)
        best.base, best.right, best.band = base, box.x1, band
    return sorted(rows, key=lambda row: median([word.box.bottom for word in row.words]))


def _cut_rows(rows: list[_Row], rulings: Sequence[Box], read_as_words: Sequence[Word]) -> None:
    """Mark where cells start: at wide gaps, at ruling lines, and at narrow gaps that line up with them."""
    borders = [(box.x0 + box.x1, box.top, box.bottom) for box in (*rulings, *(word.box for word in read_as_words))]
    least = max(TIGHT_GAP, WIDER_THAN_USUAL * _usual_gap(rows))
    starts: list[list[float]] = []  # x of cells behind a wide gap, per row
    weak: list[list[tuple[int, float, float]]] = []  # (index of word, x, gap in ems)
    for row in rows:
        strong_here, weak_here = [], []
        for index, gap in enumerate(row.gaps, 1):
            if gap <= RULED_GAP:
                continue
            before, word = row.words[index - 1].box, row.words[index].box
            if gap > COLUMN_GAP or (borders and _is_ruled(before, word, borders)):
                row.cuts.add(index)
                strong_here.append(word.x0)
            elif gap > least:
                weak_here.append((index, word.x0, gap))
        starts.append(strong_here)
        weak.append(weak_here)
    for number, candidates in enumerate(weak):
        if candidates:
            em = rows[number].em
            first, last = max(0, number - NEAR_ROWS), min(len(rows), number + NEAR_ROWS + 1)
            around = [(starts[near], weak[near]) for near in range(first, last) if near != number]
            rows[number].cuts.update(index for index, x, gap in candidates if _lines_up(x, gap, em, around))


def _usual_gap(rows: Sequence[_Row]) -> float:
    """Return the usual space between words in ems: 0.3 in proportional type, 0.6 in a typewriter's."""
    return median([gap for row in rows for gap in row.gaps if 0 < gap < 1.2] or [0.3])


def _lines_up(x: float, gap: float, em: float, around: Sequence[tuple[list[float], list]]) -> bool:
    """Say whether rows nearby have cells starting at x, more of them the narrower the gap."""
    cells = sum(any(abs(x - at) < ALIGNED * em for at in strong) for strong, _ in around)
    if gap < CELL_GAP:
        return cells >= 2 and sum(any(abs(x - at) < ALIGNED * em / 2 for at in strong) for strong, _ in around) >= 2
    return cells >= 1 or sum(any(abs(x - at) < ALIGNED * em / 2 for _, at, _ in maybe) for _, maybe in around) >= 2


def _is_ruled(before: Box, word: Box, borders: Sequence[tuple[float, float, float]]) -> bool:
    """Say whether an upright line parts two words; borders: (twice x, top, bottom)."""
    left, right, middle = 2 * before.x1 - 2, 2 * word.x0 + 2, (word.top + word.bottom) / 2
    return any(left <= x <= right and top < middle < bottom for x, top, bottom in borders)


def _parts(row: _Row) -> list[list[Word]]:
    if not row.cuts:
        return [row.words]
    bounds = [0, *sorted(row.cuts), len(row.words)]
    return [row.words[start:end] for start, end in pairwise(bounds)]
