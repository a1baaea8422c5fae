"""Tables of a chart: the head row, the columns under it, and one logical row per entry.

A cell may run over several lines and an OCR line over several columns, so words are
dealt to columns by where they stand, and lines to entries by the spacing.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from extractors import lore
from extractors.chart.dates import parse_date
from extractors.chart.entries import Cells, group_rows
from extractors.chart.layout import Passage, Row, once_a_row, pitch, text_of
from extractors.evidence import Line, Page, Word
from extractors.vocabulary.labs import lab_named
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.scores import find_scores
from extractors.vocabulary.terms import Term, TermFinder


@dataclass(frozen=True, slots=True)
class Column:
    """One column's heading."""

    role: str  # key of `columns` in tables.yaml
    heading: str  # as printed
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One logical row: a cell per column, empty where the table is."""

    cells: tuple[str, ...]
    passage: Passage  # its words, cell by cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its entries."""

    kind: str  # key of `kinds` in tables.yaml
    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    end: int  # index of the first row after it

    def cell(self, entry: Entry, *roles: str) -> str:
        """Return the entry's text in the first of these columns that the table has and fills."""
        for role in roles:
            for column, cell in zip(self.columns, entry.cells, strict=True):
                if column.role == role and cell:
                    return cell
        return ""


@cache
def _rules() -> tuple[TermFinder, dict[str, tuple[frozenset[str], ...]]]:
    data = read_yaml("tables.yaml", "extractors.chart")
    finder = TermFinder((str(term), role) for role, terms in data["columns"].items() for term in terms)
    kinds = {}
    for kind, needs in data["kinds"].items():
        asked = tuple(frozenset(needs.get(how, ())) for how in ("all", "any", "none"))
        if not frozenset().union(*asked) <= set(data["columns"]):
            raise ValueError(f"tables.yaml: {kind} asks for a column that is not defined")
        kinds[kind] = asked
    return finder, kinds


@once_a_row
def find_head(row: Row) -> tuple[str, tuple[Column, ...]] | None:
    """Return a table's kind and columns when the row is its head, else None."""
    if not 2 <= len(row.words) <= 18 or row.text.rstrip().endswith("."):
        return None
    if flow := _flow_head(row):
        return flow
    text = row.text
    if _speaks(text):
        return None
    finder, kinds = _rules()
    found = _terms_of(finder, row)
    if len({term.start for term in found}) < 2:
        return None
    covered = sum(len(set(range(term.start, term.end))) for term in {(t.start): t for t in found}.values())
    if covered < _COVERED * _letters(text):
        return None
    spans = _word_spans(row.words)
    columns = []
    for term in found:
        if columns and columns[-1][0] == term.start:
            continue  # one heading, two roles: the first listed stands
        if columns and _one_heading(row, columns[-1][0], term.start):
            continue  # "Status / why ended": the run of words is one heading, and its first word says of what
        words = [word for word, (a, b) in zip(row.words, spans, strict=True) if a < term.end and b > term.start]
        columns.append((term.start, Column(term.key, text[term.start : term.end], words[0].box.x0, words[-1].box.x1)))
    heads = tuple(column for _, column in columns)
    # headings of a table stand apart; "Start date" in a sentence does not
    gaps = [b.x0 - a.x1 for a, b in pairwise(heads)]
    height = row.letter_height
    if sum(gap > 0.8 * height for gap in gaps) < max(1, len(gaps) // 2):
        return None
    roles = {column.role for column in heads}
    if "name" in roles and "medication" not in roles and roles & {"dose", "strength"} and roles & {"start", "stop"}:
        heads = tuple(replace(column, role="medication") if column.role == "name" else column for column in heads)
        roles = {column.role for column in heads}
    for kind, (needed, any_of, none_of) in kinds.items():
        if needed <= roles and any_of & roles and not none_of & roles:
            return kind, heads
    return None


_COVERED = 0.8  # of the letters of a head, by its headings
_RUN = lore.regex(r"[^\W_]+")


def _letters(text: str) -> int:
    """Return how many signs the text has, less those that part headings."""
    return len("".join(text.split())) - sum(map(text.count, "/.-:|"))


@cache
def _heading_words() -> frozenset[str]:
    data = read_yaml("tables.yaml", "extractors.chart")["columns"]
    return frozenset(word for terms in data.values() for term in terms for word in _RUN.findall(str(term).lower()))


def _speaks(text: str) -> bool:
    """Tell by its words that a row is no head: too much of it stands in none of them. Most rows are sentences."""
    low = text.lower()
    if len(low) != len(text):
        return False
    known = _heading_words()
    strange = len("".join([word for word in low.split() if word not in known and word.isalnum()]))
    return strange > len(text) - _COVERED * _letters(text)


def _terms_of(finder: TermFinder, row: Row) -> list[Term]:
    """Return the headings of a row; none reaches over a gap: "Stop   Reason / comment" is no stop reason."""
    found, at = [], 0
    for text in row.texts:
        found += [Term(term.start + at, term.end + at, term.key, term.term) for term in finder.find(text)]
        at += len(text) + 1
    return found


def _one_heading(row: Row, start: int, end: int) -> bool:
    """Tell whether two places of the row's text lie in one run of words that a stroke parts: "Reason / result"."""
    at = 0
    for text in row.texts:
        if at <= start and end < at + len(text):
            return "/" in text[start - at : end - at]
        at += len(text) + 1
    return False


@cache
def _flow_words() -> tuple[frozenset[str], frozenset[str]]:
    data = read_yaml("tables.yaml", "extractors.chart")["flow"]
    return frozenset(map(str, data["date"])), frozenset(map(str, data["test"]))


def _flow_head(row: Row) -> tuple[str, tuple[Column, ...]] | None:
    """Return the head of a flow sheet: "Date  Weight  BMI" or "Test  05/01/2026  08/01/2026"."""
    if len(row.lines) < 2:
        return None
    if all(_is_day(line.text) for line in row.lines):  # the corner above the tests is left empty
        lead = Column("test", "", 0.0, 0.0)
        return "trend", (lead, *(Column("value", line.text, line.box.x0, line.box.x1) for line in row.lines))
    first, *others = row.lines
    dates, tests = _flow_words()
    word = first.text.strip(" :").lower()
    if word in dates and all(_names_value(line.text) for line in others):
        kind, role = "flow", "date"
    elif (
        word in tests
        and any(_is_day(at.text) for at in others)
        and all(_is_day(at.text) or _side_role(at.text) for at in others)
    ):
        kind, role = "trend", "test"
    else:
        return None
    lead = Column(role, first.text, first.box.x0, first.box.x1)
    roles = ["value" if kind == "flow" else _side_role(line.text) or "value" for line in others]
    values = (Column(at, line.text, line.box.x0, line.box.x1) for at, line in zip(roles, others, strict=True))
    return kind, (lead, *values)


def _side_role(text: str) -> str | None:
    """Return unit, reference or flag for the heading of such a column."""
    found = _rules()[0].find(text)
    whole = [term for term in found if term.end - term.start >= len(text.strip()) - 1]
    return next((term.key for term in whole if term.key in ("unit", "reference", "flag")), None)


def _names_value(text: str) -> bool:
    """Tell a heading that is a test or a score and nothing else."""
    return lab_named(text) is not None or any(term.start == 0 for term in find_scores(text))


def _is_day(text: str) -> bool:
    found = parse_date(text)
    return bool(found and found.precision == "day" and found.end - found.start >= len(text.strip()) - 1)


def _word_spans(words: Sequence[Word]) -> list[tuple[int, int]]:
    spans, at = [], 0
    for word in words:
        spans.append((at, at + len(word.text)))
        at += len(word.text) + 1
    return spans


def read_table(page: Page, rows: Sequence[Row], head: int, is_heading: Callable[[Row], bool]) -> Table | None:
    """Return the table whose head is rows[head]; None when no entry follows.

    `is_heading(row)` tells a section heading, which ends the table.
    """
    found = find_head(rows[head])
    if found is None:
        return None
    kind, columns = found
    body, at = [], head + 1
    widest = 1.9 * rows[head].letter_height
    while at < len(rows) and not _ends(rows[at - 1], rows[at], columns, widest, is_heading):
        widest = max(widest, pitch(rows[at - 1], rows[at]))
        body.append(rows[at])
        at += 1
    columns, body = _join_head(columns, rows[head], body)
    if not body:
        return None
    cuts = _cuts(columns, body)
    value = next((at for at, column in enumerate(columns) if at and column.role in _VALUES), None)
    groups = group_rows(body, [_cells(row, cuts) for row in body], value)
    entries = tuple([_entry(page, group) for group in groups])
    return Table(kind, columns, entries, at)


def _ends(above: Row, row: Row, columns: Sequence[Column], widest: float, is_heading: Callable[[Row], bool]) -> bool:
    """Tell whether a row is no part of the table any more; `widest` is the greatest step between its rows so far."""
    step = pitch(above, row)
    if step <= 0 or find_head(row):
        return True
    if step > 1.6 * widest:
        return True
    if len(find_totals(row)) >= 1 and not _column_like(row, columns):
        return True
    if len(row.lines) > 1:
        return False
    if row.x0 <= columns[0].x0 + 3 and is_heading(row):
        return True
    # a single run of words that pays no heed to the columns is prose
    line = row.lines[0]
    crossed = [column for column in columns[1:] if line.box.x0 < column.x0 - 2 and line.box.x1 > column.x0 + 6]
    if line.box.x0 < columns[0].x0 - 3.5 and len(line.words) > 1:
        return True
    if not crossed:
        return bool(re.search(r":\s*\S", line.text)) and line.box.x0 < columns[0].x0 + 3 and not body_like(line.text)
    gaps = [
        b.box.x0 - a.box.x1
        for a, b in zip(line.words, line.words[1:], strict=False)
        if any(a.box.x1 <= column.x0 + 2 and abs(b.box.x0 - column.x0) < 3 for column in columns[1:])
    ]
    return len(gaps) < len(crossed)


def find_totals(row: Row) -> list[Line]:
    """Return the runs of a row that each name a score with its value: "TOTAL BSA 14%    PASI 15.1"."""
    return [line for line in row.lines if re.search(r"\d", line.text) and find_scores(line.text)]


def _column_like(row: Row, columns: Sequence[Column]) -> bool:
    """Tell an entry of the table: some run of the row begins under a heading other than the first, and is short."""
    first = row.lines[0]
    return not re.search(r"\d", first.text) or (
        len(row.lines) > 1
        and not find_totals(row)[1:]
        and any(abs(row.lines[-1].box.x0 - c.x0) < 6 for c in columns[1:])
    )


def body_like(text: str) -> bool:
    """Tell a cell that merely holds a colon ("9:10 / 11:25") from a labelled line below the table."""
    return bool(re.match(r"^[\d\s:/.,-]+$", text))


def _join_head(columns: tuple[Column, ...], head: Row, body: list[Row]) -> tuple[tuple[Column, ...], list[Row]]:
    """Put the second and third line of a wrapped heading to their columns."""
    height = head.letter_height
    finder, _ = _rules()
    above, taken = head, 0
    for row in body[:2]:
        first_empty = row.x0 > columns[0].x1 + 2
        covered = sum(term.end - term.start for term in finder.find(row.text))
        if not (first_empty and pitch(above, row) < 1.75 * height and len(row.words) <= 4):
            break
        words = row.text.lower().split()
        if covered < 0.6 * len(row.text.replace(" ", "")) and not set(words) <= {"reason", "stopped", "date", "range"}:
            break
        owner = max((c for c in columns if c.x0 <= row.x0 + 3), key=lambda c: c.x0)
        columns = tuple(
            Column(c.role, f"{c.heading} {row.text}", c.x0, max(c.x1, row.x1)) if c is owner else c for c in columns
        )
        above, taken = row, taken + 1
    return columns, body[taken:]


def _cuts(columns: Sequence[Column], body: Sequence[Row]) -> list[float]:
    """Return the x where each column but the first begins: the place between two headings that fewest words cross."""
    boxes = [word.box for row in body for word in row.words]
    wide = [box for box in boxes if box.x0 < box.x1]
    starts, ends = sorted([box.x0 for box in wide]), sorted([box.x1 for box in wide])
    cuts = []
    for left, right in pairwise(columns):
        low, high, usual = left.x0 + 4, right.x1, right.x0 - 1.5
        places = sorted({usual, *[box.x0 - 1.0 for box in boxes if low < box.x0 <= high]})

        def cost(x: float, usual: float = usual) -> tuple[int, float]:
            crossed = bisect_left(starts, x) - bisect_right(ends, x)  # words that began before and do not end before
            # a heading is left-aligned with its cells more often than not
            return crossed, abs(x - usual)

        cuts.append(min((x for x in places if low < x <= high), key=cost, default=usual))
    return cuts


def _cells(row: Row, cuts: Sequence[float]) -> Cells:
    cells: Cells = [[] for _ in range(len(cuts) + 1)]
    edges = sorted([cut - 0.5 for cut in cuts])
    for word in row.words:
        cells[bisect_right(edges, word.box.x0)].append(word)
    return cells


_VALUES = frozenset({"result", "score", "reading"})


def _entry(page: Page, rows: Sequence[Cells]) -> Entry:
    cells: Cells = [[] for _ in rows[0]]
    breaks: list[set[int]] = [set() for _ in cells]
    for row in rows:
        for index, words in enumerate(row):
            if words:
                breaks[index].add(len(cells[index]))
                cells[index].extend(words)
    ordered: list[Word] = []
    marks: set[int] = set()
    for index, words in enumerate(cells):
        marks |= {len(ordered) + at for at in breaks[index] if at}
        ordered.extend(words)
    texts = tuple(text_of(page, words, breaks[index] - {0}) if words else "" for index, words in enumerate(cells))
    return Entry(texts, Passage(page, tuple(ordered), frozenset(marks)))
