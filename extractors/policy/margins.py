"""What is printed over or beside the text of a policy and is no text of it: watermarks, line numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.evidence import Line, Page, enclose
from extractors.middle import median

_TALL = 4.0  # times the usual height of a line: a word laid over the page
_FEWEST = 6  # numbers from which a margin counts lines
_SHARE = 0.7  # of the rows between the first number and the last


def without_margins(pages: Sequence[Page]) -> list[Page]:
    """Return the pages without watermarks and line numbers; a page that has none stays as it is."""
    return [_without_line_numbers(_without_watermark(page)) for page in pages]


def _without_watermark(page: Page) -> Page:
    if len(page.lines) < 3:
        return page
    usual = median(line.box.height for line in page.lines)
    kept = tuple(line for line in page.lines if line.box.height <= _TALL * usual or len(line.words) > 4)
    return page if len(kept) == len(page.lines) else replace(page, lines=kept)


def _without_line_numbers(page: Page) -> Page:
    """Take the first word of each row that a margin numbers: 1, 2, 3 down the page, or each fifth line at the edge."""
    firsts = [(at, row[0]) for at, row in enumerate(page.rows) if re.fullmatch(r"[0-9]{1,4}", row[0].words[0].text)]
    values = [int(line.words[0].text) for _, line in firsts]
    if len(firsts) < _FEWEST or not _counts(page, firsts, values):
        return page
    numbered = {id(line) for _, line in firsts}
    lines = (_shortened(line) if id(line) in numbered else line for line in page.lines)
    return replace(page, lines=tuple(line for line in lines if line is not None))


def _counts(page: Page, firsts: Sequence[tuple[int, Line]], values: Sequence[int]) -> bool:
    steps = [after - before for before, after in pairwise(values)]
    if steps.count(1) >= 0.8 * len(steps):
        return len(firsts) >= _SHARE * (firsts[-1][0] - firsts[0][0] + 1)
    if steps.count(5) < 0.8 * len(steps):
        return False
    edge = max(line.words[0].box.x1 for _, line in firsts)
    numbers = {id(line) for _, line in firsts}
    return all(line.box.x0 > edge for line in page.lines if id(line) not in numbers)


def _shortened(line: Line) -> Line | None:
    words = line.words[1:]
    return Line(words=words, box=enclose(word.box for word in words)) if words else None
