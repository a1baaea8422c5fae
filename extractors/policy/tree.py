"""A payer's criteria as a tree: ALL / ANY / AT LEAST n over leaves quoted verbatim."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from extractors.evidence import Evidence, Finding

Op = Literal["all", "any", "at_least", "leaf"]
Phase = Literal["initial", "continuation", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, exception or footnote that belongs to an item, verbatim."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One item of the outline: a group with children, or a leaf to be met."""

    op: Op
    number: str  # path of markers from the outline's root, joined by dots: "1.A.ii.b"
    text: str  # verbatim: joined over line breaks, hyphenation undone, joining "; AND" at the end left off
    evidence: tuple[Evidence, ...]  # where the text stands in the policy; one entry per page it touches
    n: int | None = None  # of "at_least"
    children: tuple["Node", ...] = ()
    notes: tuple[Note, ...] = ()
    tags: tuple[str, ...] = ()  # "documentation required", as printed in brackets
    negated: bool = False  # an exclusion: met when the patient is NOT so
    flags: tuple[str, ...] = ()  # what the reader found odd: "head says ONE, item ends say AND"
    unsure: bool = False  # the print joins its items by AND and by OR: decided only where both readings agree
    uncertain: bool = False  # put together from single sentences that no list was read from: never decided as a whole
    refers: tuple["Node", ...] = ()  # what a leaf leads to, "criteria 1 and 2 above are met": all of it is to be met
    lead: str = ""  # the words a fragment hangs on: the head over "methotrexate", the row label over a table cell

    def leaves(self) -> Iterator["Node"]:
        """Yield the leaves in the policy's order."""
        if self.op == "leaf":
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication:
    """The criteria for one use of the drug or service."""

    name: str  # "Systemic Lupus Erythematosus", as printed
    phase: Phase
    tree: Node
    duration: str | None = None  # "6 months", as printed
    section: str = ""  # heading it stands under: "FDA-Approved Indication"
    products: tuple[str, ...] = ()  # names and strengths as printed, where the policy tells brands of one drug apart
    drugs: tuple[str, ...] = ()  # generic names, where the policy approves its drugs by different criteria; () is all


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One coverage policy."""

    document: str
    title: Finding[str] | None
    payer: Finding[str] | None
    number: Finding[str] | None
    effective_date: Finding[date] | None
    drugs: tuple[str, ...]  # generic names of the drugs (or names of the services) it is about
    indications: tuple[Indication, ...]
    exclusions: tuple[Node, ...] = field(default=())  # "Conditions not covered": leaves with negated=True
    problems: tuple[str, ...] = field(default=())  # what could not be read, in one sentence each
