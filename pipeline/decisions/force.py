"""Which decisions are in force: the last about each thing that was not undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.storage import digest
from pipeline.workflow import DecisionRow, DocumentRow

PageKey = tuple[str, int]

# What a row's target begins with: files stand there by their id, since names are kept in one place only.
VALUE, CRITERION, PAGE, WARNING, APPROVAL = "value:", "criterion:", "page:", "warning:", "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The decisions in force, by what they are about."""

    values: Mapping[str, DecisionRow] = field(default_factory=dict)  # by field of the denial
    criteria: Mapping[str, DecisionRow] = field(default_factory=dict)  # by number
    pages: Mapping[PageKey, DecisionRow] = field(default_factory=dict)
    warnings: Mapping[str, DecisionRow] = field(default_factory=dict)  # by key
    approval: DecisionRow | None = None
    rows: tuple[DecisionRow, ...] = ()  # all of these but the approval, as taken

    @property
    def excluded(self) -> frozenset[PageKey]:
        return frozenset(page for page, row in self.pages.items() if row.kind == "exclude_page")


def settle(rows: Iterable[DecisionRow], documents: Iterable[DocumentRow]) -> Settled:
    """Return the decisions in force; those on a page of a file that is gone are not."""
    names = {document.id: document.name for document in documents}
    rows = list(rows)
    last = in_force(rows)
    found: dict[str, dict[Any, DecisionRow]] = {VALUE: {}, CRITERION: {}, PAGE: {}, WARNING: {}}
    for row in last:
        for prefix, held in found.items():
            if row.target.startswith(prefix):
                about = row.target.removeprefix(prefix)
                if prefix != PAGE:
                    held[about] = row
                elif (page := page_of(about, names)) is not None:
                    held[page] = row
    return Settled(
        values=found[VALUE],
        criteria=found[CRITERION],
        pages=found[PAGE],
        warnings=found[WARNING],
        approval=next((row for row in last if row.kind == "approve"), None),
        rows=tuple(row for row in last if row.kind != "approve"),
    )


def in_force(rows: Iterable[DecisionRow]) -> list[DecisionRow]:
    """Return the rows that stand, as taken. What was undone gives way to the one before it.

    An approval is of one result: any decision after it takes it back.
    """
    rows = list(rows)
    undone = {row.value["decision"] for row in rows if row.kind == "undo"}
    last = {row.target: row for row in rows if row.kind != "undo" and row.number not in undone}
    newest = rows[-1] if rows else None
    return [row for row in rows if last.get(row.target) is row and (row.kind != "approve" or row is newest)]


def page_of(about: str, names: Mapping[str, str]) -> PageKey | None:
    """Return file name and page of "a1b2:12", None where there is no such file."""
    document_id, _, number = about.rpartition(":")
    return (names[document_id], int(number)) if document_id in names else None


def warning_key(text: str) -> str:
    """Return how a warning is named in a decision."""
    return digest(text.encode())[:12]


def target_told(target: str, names: Mapping[str, str]) -> str:
    """Return a row's target as it is named from outside: the field, the number, "chart.pdf:12"."""
    if target.startswith(PAGE):
        document_id, _, number = target.removeprefix(PAGE).rpartition(":")
        return f"{names.get(document_id, '?')}:{number}"
    if target == APPROVAL:
        return ""
    return target if target.startswith(WARNING) else target.partition(":")[2]
