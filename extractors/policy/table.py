"""A policy printed as a table of labelled rows, as Part D plans file them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors import lore
from extractors.evidence import Line
from extractors.policy.found import Criteria
from extractors.policy.headings import heading_kind, is_label_start, table_label
from extractors.policy.heads import bare_duration, names_condition
from extractors.policy.inline import split_inline
from extractors.policy.labelled import Part, nodes_for, parts_of_cell, uses_of
from extractors.policy.nodes import group_of_prose, leaf_of, negative
from extractors.policy.prose import sentences_of
from extractors.policy.quantifiers import split_end
from extractors.policy.rows import Row
from extractors.policy.runs import Run
from extractors.policy.tree import Indication, Node
from extractors.vocabulary.drugs import find_drugs

_FEWEST = 3  # labels from which a page of rows is such a table
_EMPTY = lore.regex(
    r"(?:n/?a|none|not applicable|-+|all (?:fda[- ]approved|medically[- ]accepted) indications.*)\.?", re.I
)


@dataclass
class _Cell:
    label: str
    content: Run = field(default_factory=Run)
    beside: bool = True  # the content begins on the label's own line


def read_table(rows: Sequence[Row], title: str) -> Criteria | None:
    """Return the criteria of a labelled table, None if the rows are none."""
    cells = _cells(rows)
    if len({cell.label for cell in cells if cell.beside and table_label(cell.label) is not None}) < _FEWEST:
        return None
    found, leaves = Criteria(), []
    parts: list[Part] = []
    name, duration = _condition_over(rows) or title, None
    for cell in cells:
        use, text = _use_of(cell), cell.content.text.strip()
        if use is None or not text:
            continue
        if use == "duration":
            duration = bare_duration(text) or text
        elif use == "indication" and not _EMPTY.fullmatch(text):
            name = text
        elif use == "excluded" and not _EMPTY.fullmatch(text):
            found.exclusions += [negative(node) for node in sentences_of(cell.content, [cell.label], 0)]
        elif use == "criteria" and not _EMPTY.fullmatch(text):
            said = parts_of_cell(cell.content, cell.label)
            parts += said
            leaves += [] if said else [_node_of_cell(cell)]
    for use in uses_of(parts):
        children = (*nodes_for(use, parts), *leaves)
        tree = Node(op="all", number="", text=title, evidence=children[0].evidence, children=children)
        found.indications.append(Indication(name=use[0] or name, phase=use[1], tree=tree, duration=duration))
    if found.indications:
        return found
    if not leaves:
        return None
    tree = Node(op="all", number="", text=title, evidence=leaves[0].evidence, children=tuple(leaves))
    found.indications.append(Indication(name=name, phase="any", tree=tree, duration=duration))
    return found


# labels of what no criterion is
_ASIDE = lore.regex(
    r".*\b(?:quantit\w+|limits?|codes?|hcpcs|cpt|icd|line of business|formulary|effective|revised|reviewed|"
    r"brand|generic|"
    r"products?|drugs?|medications?|polic\w+|dos\w+|approval|authorization|notes?|background|references?|benefit|plan|"
    r"payer|title|number|date|name|route|strengths?|class)\b.*",
    re.I,
)


def _use_of(cell: _Cell) -> str | None:
    """What a cell holds; an unknown label among known ones, "Severity", is that of a criterion."""
    known = table_label(cell.label)
    if known is not None or not cell.beside or heading_kind(cell.label) is not None:
        return known
    return None if _ASIDE.fullmatch(cell.label) or len(cell.label.split()) > 5 else "criteria"


def _condition_over(rows: Sequence[Row]) -> str:
    """The condition that stands on a line of its own over the table; "" for none."""
    lone = [row.text.strip() for row in rows[:14] if len(row.lines) == 1]
    return next((text for text in reversed(lone) if names_condition(text) and not find_drugs(text)), "")


def _node_of_cell(cell: _Cell) -> Node:
    if listed := split_inline(cell.content.text, prose=True):
        return group_of_prose(cell.content, [cell.label], 0, listed)
    end = len(split_end(cell.content.text)[0])
    return leaf_of(cell.content, [cell.label], 0, end, lead=cell.label)


def _cells(rows: Sequence[Row]) -> list[_Cell]:
    """Label and content of each row of the table; a label may run over two lines beside its content."""
    cells: list[_Cell] = []
    edge: float | None = None  # left edge of the content column
    for row in rows:
        left, *right = row.lines
        longer = f"{cells[-1].label} {left.text.strip().rstrip(':')}" if cells else ""
        if cells and edge is not None and left.box.x0 < edge - 10 and table_label(longer) is not None:
            cells[-1].label = longer
        elif (_starts_label(left.text) or _is_beside(left, right, edge)) and (right or edge is not None):
            cells.append(_Cell(left.text.strip().rstrip(":"), beside=bool(right)))
            edge = right[0].box.x0 if right else edge
        elif cells and table_label(cells[-1].label) is None and (edge is None or left.box.x0 < edge - 10):
            cells[-1].label = f"{cells[-1].label} {left.text.strip().rstrip(':')}"
        elif cells and edge is not None and left.box.x0 >= edge - 10:
            right = list(row.lines)
        else:
            continue
        pieces = row.pieces()
        cells[-1].content.add([piece for piece in pieces if piece.line in right])
    return cells


def _is_beside(left: Line, right: Sequence[Line], edge: float | None) -> bool:
    """Whether "Severity:" stands in the column of the labels, with its content beside it."""
    if edge is None or not right or not left.text.strip().endswith(":"):
        return False
    return left.box.x0 < edge - 10 and abs(right[0].box.x0 - edge) < 10


def _starts_label(text: str) -> bool:
    return table_label(text) is not None or is_label_start(text)
