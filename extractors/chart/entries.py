"""Which rows of a table are one entry: a cell may run over several lines."""

from collections.abc import Sequence
from itertools import pairwise

from extractors.chart.layout import Row, pitch
from extractors.evidence import Word
from extractors.middle import median

Cells = list[list[Word]]  # the words of a row, column by column


def group_rows(body: Sequence[Row], dealt: Sequence[Cells], value: int | None) -> list[list[Cells]]:
    """Return the rows of each entry, dealt to their columns: wrapped lines stand closer than entries do.

    value: the column that holds what was measured; a row that names something and has a value is no wrapped line
    where no line surely is one: rows of a scan stand up to a sixth closer than others by chance.
    """
    steps = [pitch(a, b) for a, b in pairwise(body)]
    filled_cells = [[index for index, cell in enumerate(cells) if cell] for cells in dealt]
    told = _told_limit(steps, filled_cells[1:])
    limit = told or _step_limit(steps)
    groups: list[list[Cells]] = [[dealt[0]]]
    for index, cells in enumerate(dealt[1:], start=1):
        filled = filled_cells[index]
        if limit is not None:
            wrapped = steps[index - 1] < limit and len(filled) < max(3, len(cells))
            wrapped = wrapped and (told is not None or not {0, value} <= set(filled))
        elif 0 not in filled:
            wrapped = True
        else:
            first = cells[0][0].text
            wrapped = filled == [0] and (first[0] == "(" or first[0].islower()) and dealt[index - 1][0] != []
        if wrapped:
            groups[-1].append(cells)
        else:
            groups.append([cells])
    return groups


def _told_limit(steps: list[float], filled: list[list[int]]) -> float | None:
    """Return the spacing between lines that surely go on (first cell empty) and rows that surely begin (three)."""
    wraps = [step for step, cells in zip(steps, filled, strict=True) if 0 not in cells]
    begins = [step for step, cells in zip(steps, filled, strict=True) if 0 in cells and len(cells) >= 3]
    if not wraps or not begins:
        return None
    low, high = median(wraps), median(begins)
    return (low + high) / 2 if high > 1.06 * low else None


def _step_limit(steps: list[float]) -> float | None:
    """Return the spacing that parts wrapped lines from entries, None when all rows stand alike."""
    ordered = sorted(steps)
    best, limit = 1.13, None
    for a, b in pairwise(ordered):
        if a > 0 and b / a > best:
            best, limit = b / a, (a + b) / 2
    return limit
