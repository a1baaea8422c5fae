"""How the letters of a page are set, measured on its ink before the engine: how wide, and whether in lines of prose.

The engine brings every line to one height and its cost goes by how wide the line then is. A typewriter face
takes half as much again of it as Times, and can be shown narrower before a letter is lost; Times cannot at
all. Costs some 12 ms a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from extractors.pages.prepare import halved

LEAST_LETTERS = 150  # of a page that is measured at all
LEAST_OF_ROW, LEAST_OF_SHORT, LEAST_ROWS = 15, 4, 3
# Advance from letter to letter of a word, in heights of a capital, at which the engine still reads as well: Times has
# 0.5, Helvetica 0.64, Courier 0.9. With these, 18 scans cost 15% less and numbers were read as before (96.6%); a
# tenth narrower, 1.4 points fewer. A fax has none to spare: a tenth narrower, one of 430 fields of letters fell.
READABLE = {"lines": 0.50, "scan": 0.55, "coarse": 0.75}
LEAST_WIDTH = {"lines": 0.70, "scan": 0.75, "coarse": 0.78}  # of its width that a page keeps
_INK = 130  # of a picture whose paper is white: brighter is what joins letters that stand close
_TALL = 0.85  # of a row's letters, by height, where capitals and figures begin, in prose as in tables
_NARROW = 10  # percentile of rows that decides where a page has several faces
_WIDE = 1.05  # heights of a capital: more are two letters that touch, or an m, which all but one face have as wide
_SPACE = 0.3  # heights of a capital: less lies between letters of a word, more between words
_WIDE_GAP = 3.0  # heights of a capital: more is a column's gap
_SHARED = 0.65  # heights of a capital by which descenders may reach into the next line
_LINE = 1.9  # heights of a capital that a line has at most, from ascender to descender
_PLAIN = 0.92  # share of rows that must be lines of text, and of ink that must not be larger than letters
_PROSE = 0.5  # share of rows without a column's gap: of a page that is all table numbers are lost sooner
_MOST_SHAPES = 60_000  # told apart in 16 bits, at 6 ms a page and not 15; more is no print


@dataclass(frozen=True, slots=True)
class Typeface:
    """What was measured; of a page with too few letters nothing is known."""

    advance: float = 0.0  # from letter to letter, heights of a capital, of the narrowest rows; 0 unknown
    capital: float = 0.0  # height of a capital, pixels
    plain: bool = False  # lines one under the other, hardly any ink but letters, not all of it a table

    def width(self, sharp: bool) -> float:
        """Return the share of its width at which the page is still read as well; sharp: a scan with detail to spare."""
        if not self.advance:
            return 1.0
        kind = "coarse" if not sharp else "lines" if self.plain else "scan"
        return min(1.0, max(LEAST_WIDTH[kind], READABLE[kind] / self.advance))


def look_at_type(grey: np.ndarray, dpi: int) -> Typeface:
    """Return how an upright page with white paper is set."""
    ink = cv2.threshold(halved(grey), _INK - 1, 1, cv2.THRESH_BINARY_INV)[1]
    if cv2.countNonZero((ink[1:, 1:] > (ink[:-1, 1:] | ink[1:, :-1])).view(np.uint8)) > _MOST_SHAPES:
        return Typeface()
    _, _, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_16U, cv2.CCL_SPAGHETTI)
    left, top, wide, high, area = stats[1:].T
    unit = dpi / 200  # a hundredth of an inch at half the size
    letters = (high >= 3 * unit) & (high <= 30 * unit) & (wide <= 40 * unit) & (area >= 4 * unit)
    if letters.sum() < LEAST_LETTERS:
        return Typeface()
    order = np.argsort((top + high / 2)[letters], kind="stable")
    left, top, wide, high = (side[letters][order] for side in (left, top, wide, high))
    ends = np.flatnonzero(np.diff(top + high / 2) > 0.35 * np.median(high)) + 1
    groups = [of for of in np.split(np.arange(len(left)), ends) if len(of) >= LEAST_OF_SHORT]
    every = [_row(left[of], top[of], wide[of], high[of]) for of in groups]
    rows = [row for of, row in zip(groups, every, strict=True) if len(of) >= LEAST_OF_ROW]
    advances = [row.advance for row in rows if row.advance]
    if len(advances) < LEAST_ROWS:
        return Typeface()
    lines, prose = (sum(told) / len(rows) for told in zip(*[(row.is_line, row.is_whole) for row in rows], strict=True))
    larger = area[(stats[1:, cv2.CC_STAT_HEIGHT] > 30 * unit) | (stats[1:, cv2.CC_STAT_WIDTH] > 40 * unit)].sum()
    text = 1 - larger / area.sum()
    plain = min(lines, text) >= _PLAIN and prose >= _PROSE and not _overlap(every)
    capital = 2 * float(np.median([row.capital for row in rows]))
    return Typeface(float(np.percentile(advances, _NARROW)), capital, bool(plain))


@dataclass(frozen=True, slots=True)
class _Row:
    top: float
    bottom: float
    capital: float  # height
    advance: float  # heights of a capital; 0 unknown
    is_line: bool  # not two lines that stand side by side, nor one over the other
    is_whole: bool  # without a column's gap


def _row(left: np.ndarray, top: np.ndarray, wide: np.ndarray, high: np.ndarray) -> _Row:
    capital = float(np.sort(high)[int(_TALL * len(high))])
    order = np.argsort(left)
    left, wide = left[order], wide[order]
    steps = np.diff(left)
    # neither to an accent nor over letters that touch, and none across a space or to the next cell
    letter = (steps > 0.1 * capital) & (wide[:-1] < _WIDE * capital) & (steps - wide[:-1] < _SPACE * capital)
    within = steps[letter]
    return _Row(
        top=float(top.min()),
        bottom=float((top + high).max()),
        capital=capital,
        advance=float(within.mean()) / capital if len(within) >= LEAST_OF_ROW / 2 else 0.0,
        is_line=bool((top + high).max() - top.min() <= _LINE * capital),
        is_whole=bool(steps.max() <= _WIDE_GAP * capital),
    )


def _overlap(rows: Sequence[_Row]) -> bool:
    """Say whether rows stand beside each other at other heights, as columns and letterheads do."""
    return any(row.bottom - after.top > _SHARED * min(row.capital, after.capital) for row, after in pairwise(rows))
