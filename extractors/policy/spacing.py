"""What the spaces between the rows of a policy tell: levels, paragraphs, wrapped lines."""

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.middle import median
from extractors.policy.placing import SAME
from extractors.policy.rows import Row


def is_indented(rows: Sequence[Row]) -> bool:
    """Whether left edges tell levels apart: those of the markers differ."""
    edges = [row.x0 for row in rows if row.marker]
    return bool(edges) and max(edges) - min(edges) > SAME


def gap_between(above: Row, row: Row) -> float:
    return row.lines[0].box.top - above.lines[-1].box.bottom


def pitch_of(rows: Sequence[Row]) -> float | None:
    """The gap between lines of one paragraph: that over rows which go on in lower case; None: too few of them."""
    gaps = [
        gap_between(above, row)
        for above, row in pairwise(rows)
        if above.page is row.page and re.match(r"[a-z]{2}", row.text) and not row.marker
    ]
    return median(gaps) if len(gaps) >= 3 else None


def hangs_in(rows: Sequence[Row]) -> bool | None:
    """Whether the lines of an item stand under its text: told where one goes on in lower case; None: none does."""
    under_text = under_marker = 0
    for above, row in pairwise(rows):
        marker = above.marker
        body = above.word_x0(marker.length) if marker else None
        if body is None or body - above.x0 <= SAME or not re.match(r"(?!and\b|or\b)[a-z]{2}", row.text):
            continue
        if row.marker:
            continue
        under_text += abs(row.x0 - body) <= SAME
        under_marker += abs(row.x0 - above.x0) <= SAME
    return None if under_text == under_marker == 0 else under_marker == 0


def margin_of(rows: Sequence[Row]) -> float:
    """Return the right margin of the text: its widest line, or, where no line goes on in the next, as wide a margin as
    the left one."""
    widest = max((row.x1 for row in rows), default=0.0)
    if not rows or any(re.match(r"[a-z]{2}", row.text) and not row.marker for row in rows):
        return widest
    return max(widest, rows[0].page.width - min(row.x0 for row in rows))


def parts_rows(above: Row, row: Row, pitch: float) -> bool:
    """Return whether more space stands between two rows of a page than between the lines of a paragraph."""
    return gap_between(above, row) > pitch + max(1.5, 0.15 * row.height)
