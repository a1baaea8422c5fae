"""Reading order: row by row, but true columns one after the other.

A table must stay in rows and a two-column letter in columns; both have an empty gutter.
What tells them apart is whether the two sides share their baselines and whether they
hold prose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.evidence import Line

MIN_LINES = 5  # on each side of a gutter that parts columns
SHARED = 0.6  # share of the shorter side's lines with a partner, from which a gutter is a table's
PROSE_WORDS = 5  # words in a full line of prose
FULL_LINES = 3  # of prose that a column has
FULL = 0.7  # share of the column's width that a full line of prose fills


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A strip without words from one height to another."""

    x: float
    top: float
    bottom: float


def in_reading_order(lines: Sequence[Line], em: float) -> list[Line]:
    """Return the lines as they are read: top to bottom, left to right, columns one after the other."""
    rows = _by_row(lines)
    gutter = _find_gutter(rows, em)
    if gutter is None:
        return [line for row in rows for line in row]
    above, left, right, below = [], [], [], []
    for row in rows:
        for line in row:
            middle = (line.box.top + line.box.bottom) / 2
            if middle < gutter.top:
                above.append(line)
            elif middle > gutter.bottom:
                below.append(line)
            else:
                (left if line.box.x0 < gutter.x else right).append(line)
    # what stands above, below or on one side may have columns of its own
    ordered: list[Line] = []
    for part in (above, left, right, below):
        ordered += in_reading_order(part, em) if part else []
    return ordered


def _by_row(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that share a baseline, left to right; rows from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda at: at.box.top + at.box.bottom):
        middle = (line.box.top + line.box.bottom) / 2
        if rows and any(at.box.top < middle < at.box.bottom for at in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda at: at.box.x0) for row in rows]


def _find_gutter(rows: Sequence[Sequence[Line]], em: float) -> _Gutter | None:
    """Return the tallest gutter that parts columns of text, or None."""
    prose = [line.box for row in rows for line in row if len(line.words) >= PROSE_WORDS]
    if len(prose) < FULL_LINES:
        return None
    starts = sorted({round(line.box.x0) for row in rows for line in row[1:]})
    spans = [[(line.box.x0, line.box.x1) for line in row] for row in rows]
    best: _Gutter | None = None
    for start in starts:
        x = start - 0.25 * em
        if sum(box.x1 <= start or box.x0 >= x for box in prose) < FULL_LINES:
            continue  # nearly all of the text runs across
        for first, last in _runs(spans, x):
            inside = [line for row in rows[first:last] for line in row]
            top, bottom = min(at.box.top for at in inside), max(at.box.bottom for at in inside)
            if best is not None and bottom - top <= best.bottom - best.top:
                continue
            left = [line for line in inside if line.box.x1 <= start]
            right = [line for line in inside if line.box.x0 >= x]
            if _are_columns(left, right, em):
                best = _Gutter(x, top, bottom)
    return best


def _runs(spans: Sequence[Sequence[tuple[float, float]]], x: float):
    """Yield (first row, row behind the last) of rows in a row that no line crosses at x; enough lines for columns."""
    first = count = 0
    for number, row in enumerate(spans):
        for x0, x1 in row:
            if x0 < x < x1:
                if count >= 2 * MIN_LINES:
                    yield first, number
                first, count = number + 1, 0
                break
        else:
            count += len(row)
    if count >= 2 * MIN_LINES:
        yield first, len(spans)


def _are_columns(left: Sequence[Line], right: Sequence[Line], em: float) -> bool:
    if min(len(left), len(right)) < MIN_LINES:
        return False
    overlap = min(left[-1].box.bottom, right[-1].box.bottom) - max(left[0].box.top, right[0].box.top)
    if overlap < 3 * em:
        return False  # one side follows below the other
    prose = [_is_prose(side) for side in (left, right)]
    if all(prose):
        return True
    return any(prose) and _shared(left, right, em) < SHARED


def _is_prose(lines: Sequence[Line]) -> bool:
    """Most words stand in lines that fill the column: running text, headings and short last lines aside."""
    x0, x1 = min(line.box.x0 for line in lines), max(line.box.x1 for line in lines)
    width = x1 - x0
    full = [
        len(line.words)
        for line in lines
        if line.box.width > FULL * width and line.box.x0 - x0 < 0.25 * width and len(line.words) >= PROSE_WORDS
    ]
    return len(full) >= FULL_LINES and sum(full) >= 0.5 * sum(len(line.words) for line in lines)


def _shared(left: Sequence[Line], right: Sequence[Line], em: float) -> float:
    """Return the share of the shorter side's lines that stand on a baseline of the other side."""
    few, many = sorted((left, right), key=len)
    bottoms = [line.box.bottom for line in many]
    partnered = sum(any(abs(line.box.bottom - at) < 0.25 * em for at in bottoms) for line in few)
    return partnered / len(few)
