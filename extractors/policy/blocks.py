"""A policy's rows as plain blocks: headings, and the texts between them, by edges, gaps and sentence ends alone.

No outline is built: what stands beside what is all that is told. It is read beside the outline to see what that
left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors import lore
from extractors.evidence import Line
from extractors.policy.demands import area_of
from extractors.policy.headings import heading_kind
from extractors.policy.heads import names_condition
from extractors.policy.markers import marker_of
from extractors.policy.nodes import is_sentence
from extractors.policy.quantifiers import connector_of, is_head
from extractors.policy.rows import Row
from extractors.policy.runs import Run
from extractors.policy.shapes import DANGLING, DURATION_ROW, ENDED, FACT
from extractors.policy.spacing import gap_between, margin_of, pitch_of
from extractors.vocabulary.drugs import find_drugs

_EDGE = 6.0  # points within which two left edges are one
_LONGEST = 11  # words of a heading
_GAP = 9.0  # points of white between two cells of a table
# "SECTION A. DIAGNOSIS", "Part 2: Tests", "Table 1."
_DIVISION = lore.regex(r"(?:section|part|step|table|box|chapter|§)\s+[\dA-Z]{1,4}\b\s*[.:)–-]*\s*(?=\S)", re.I)
_BRACKET = lore.regex(r"\s*\([^()]*\)\s*$")


@dataclass
class Block:
    """A heading, or one text with the edge that it begins at."""

    run: Run
    x0: float
    body: float  # left edge of its text
    heading: bool = False
    marked: bool = False  # it opens with a marker, a bullet or a box
    label: str = ""  # cell left of it
    rows: list[Row] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.run.text


def blocks_of(rows: Sequence[Row]) -> list[Block]:
    """Return the blocks in the order of the page."""
    right, pitch = margin_of(rows), pitch_of(rows) or 4.0
    found: list[Block] = []
    at = 0
    while at < len(rows):
        if taken := _table_at(rows, at):
            found += _cells(rows[at : at + taken], pitch)
            at += taken
            continue
        row, last = rows[at], found[-1] if found else None
        if _is_parted(row):
            at += 1  # cells of a table that is not understood: their words are never joined
            found.append(Block(Run(), row.x0, row.x0, rows=[row]))
            continue
        if not connector_of(row.text):
            if _heads(rows, at, right):
                found.append(_begin(row, heading=True))
            elif last is None or _begins(last, row, right, pitch):
                found.append(_begin(row))
            else:
                last.run.add(row.pieces())
                last.rows.append(row)
        at += 1
    return [block for block in found if block.run]


def _is_parted(row: Row) -> bool:
    """Whether white space parts a row into cells, its marker aside."""
    cells = row.lines[1:] if row.marker and row.marker.length >= len(row.lines[0].text) else row.lines
    return any(right.box.x0 - left.box.x1 > _GAP for left, right in pairwise(cells))


def _begin(row: Row, heading: bool = False) -> Block:
    marker = row.marker
    taken = marker.length if marker else 0
    division = _DIVISION.match(row.text)
    if heading and division:
        taken = division.end()
    body = row.word_x0(taken)
    run = Run(row.pieces(taken))
    return Block(run, row.x0, row.x0 if body is None else body, heading, marker is not None, rows=[row])


def title_of(block: Block) -> str:
    """The words of a heading without the bracket that says how many of its items are needed."""
    return _BRACKET.sub("", block.text).strip(" :.–-") or block.text


def _heads(rows: Sequence[Row], at: int, right: float) -> bool:
    """Whether a row is a heading by itself: short, no sentence, and over something that begins anew."""
    row = rows[at]
    text = row.text.strip()
    division = _DIVISION.match(text)
    marker = row.marker
    bare = text[division.end() :] if division else text[marker.length :] if marker else text
    bare = _BRACKET.sub("", bare).strip()
    if not bare or len(bare.split()) > _LONGEST or bare[-1] in ".;," or not re.match(r"[A-Z]", bare):
        return False
    if DURATION_ROW.fullmatch(text) or (len(row.lines) > 1 and not marker and not division):
        return False
    below = rows[at + 1] if at + 1 < len(rows) else None
    if below is None or (not re.match(r"[A-Z(\[☐□•_\d–-]", below.text) and below.marker is None):
        return False
    above = rows[at - 1] if at else None
    if above is not None and not marker and not division and _goes_on(above, row, right):
        return False
    if division or heading_kind(bare) is not None:
        return True
    if bare.endswith(":"):
        return False
    if marker is None and _BRACKET.search(text) and is_head(text) and not is_head(bare):
        return True  # "Medicines tried (at least one)"
    if marker is not None:
        fellow = below.marker is not None and below.marker.punctuation == marker.punctuation
        return not fellow and marker.punctuation != "bullet" and area_of(bare) is not None
    if FACT.search(bare) and not find_drugs(bare):
        return False
    asks = re.match(r"(?:who|what|when|how|why|to)\b", bare, re.I) is not None
    return asks or not is_sentence(bare) or area_of(bare) is not None


def _goes_on(above: Row, row: Row, right: float) -> bool:
    """Whether a row's first word had no room on the row above, which is no heading or cell itself."""
    if len(above.lines) > 1 and above.marker is None:
        return False
    if ENDED.search(above.text):
        return False
    if DANGLING.search(above.text):
        return True
    return above.x1 + row.lines[0].words[0].box.width >= 0.97 * right


def _begins(last: Block, row: Row, right: float, pitch: float) -> bool:
    above = last.rows[-1]
    if last.heading or not last.run or row.marker is not None:
        return True
    if re.match(r"[a-z(&]", row.text) or DANGLING.search(above.text):
        return False
    if above.page is not row.page:
        return ENDED.search(above.text) is not None
    if last.marked and row.x0 < last.body - _EDGE and row.x0 <= last.x0 + _EDGE and re.match(r"[A-Z]", row.text):
        return ENDED.search(above.text) is not None or above.x1 < 0.85 * right
    if gap_between(above, row) > pitch + max(1.5, 0.2 * row.height) and ENDED.search(above.text):
        return True
    return ENDED.search(above.text) is not None and above.x1 < 0.8 * right


# ---------------------------------------------------------------- tables


def _table_at(rows: Sequence[Row], at: int) -> int:
    """How many rows a table of two columns takes from here; 0: none begins."""
    edge = _edge_of(rows[at])
    if edge is None:
        return 0
    count, parted = 0, 0
    for row in rows[at:]:
        own = _edge_of(row)
        if own is not None and abs(own - edge) <= _EDGE:
            parted += 1
        elif not (len(row.lines) == 1 and (row.x0 >= edge - _EDGE or (row.x1 < edge and parted))) or (
            row.x1 < edge and heading_kind(row.text) is not None
        ):
            break
        count += 1
    while count and _edge_of(rows[at + count - 1]) is None and rows[at + count - 1].x1 < edge:
        count -= 1
    wide = sum(len(_uncounted(row)) > 2 for row in rows[at : at + count])
    return count if parted > 1 and wide * 3 < count else 0


def _edge_of(row: Row) -> float | None:
    """Left edge of the second cell; None for a row without cells, or one whose first cell is only a marker."""
    cells = _uncounted(row)
    if len(cells) < 2 or cells[1].box.x0 - cells[0].box.x1 < 3:
        return None
    if marker_of(f"{cells[0].text} X") and len(cells[0].text) < 5:
        return None
    return cells[1].box.x0


_COUNT = lore.regex(r"\d{1,2}\.?|no\.?|#|nr\.?|item|row", re.I)


def _uncounted(row: Row) -> tuple[Line, ...]:
    """The cells without the one that counts the rows of a table, where two others stand beside it."""
    counted = len(row.lines) > 2 and _COUNT.fullmatch(row.lines[0].text.strip())
    return row.lines[1:] if counted else row.lines


def _cells(rows: Sequence[Row], pitch: float) -> Iterator[Block]:
    """The cells of the second column, parted by markers and sentence ends, each with the words left of it."""
    edge = next(found for row in rows if (found := _edge_of(row)) is not None)
    label, block, fresh = "", None, True
    above: Row | None = None
    for row in rows:
        left = tuple(line for line in _uncounted(row) if line.box.x0 < edge - _EDGE)
        right = tuple(line for line in row.lines if abs(line.box.x0 - edge) <= 2.5 * _EDGE)
        apart = above is None or above.page is not row.page or gap_between(above, row) > pitch + 3
        if left and (apart or not label):
            label, fresh = " ".join(line.text for line in left), True
            if (names_condition(label) and block is None) or (names_condition(label) and right):
                yield from [block] if block else []
                block = None
                yield Block(Run(Row(row.page, left).pieces()), row.x0, row.x0, heading=True, rows=[row])
        elif left:
            label = f"{label} {' '.join(line.text for line in left)}"
        if right:
            cell = Row(row.page, right)
            if block is None or fresh or cell.marker is not None:
                yield from [block] if block else []
                block, fresh = _begin(cell), False
                block.label = label
            else:
                block.run.add(cell.pieces())
                block.rows.append(cell)
        fresh = fresh or above is None  # the head of the table is no text of its first row
        above = row
    if block:
        yield block
