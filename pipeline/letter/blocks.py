"""A letter as structure: what the wording produces and the two layouts print.

No layout here and no sentence: `wording` fills these from a template, `pdf` and `word`
turn them into pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.letter.exhibits import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text of one kind."""

    text: str
    kind: Literal["text", "strong", "reference", "blank"] = "text"
    reference: Reference | None = None  # of a reference


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    level: int
    runs: Runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    runs: Runs
    style: Literal["body", "address", "bullet", "quote", "signature"] = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Labelled values, as at the head of a letter."""

    rows: tuple[tuple[str, Runs], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    widths: tuple[int, ...]  # parts of the width, one for each column
    headers: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion of the policy, verbatim, and what answers it."""

    number: str
    text: Runs
    status: str  # "Met", "Not met", ...
    answer: Runs
    findings: tuple[Runs, ...]


Block = Heading | Paragraph | Facts | Table | Criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The whole letter, ready to be laid out."""

    kind: str  # name of its template
    title: str  # first line, plain
    date: str  # ISO
    running: str  # patient, member and reference, for the foot of each page
    blocks: tuple[Block, ...]
    final: bool = False  # approved: without the mark of a draft
    logo: bytes | None = None  # a PNG or JPEG picture that stands above it

    @property
    def blanks(self) -> list[str]:
        """What a person has to fill in, in reading order, each once."""
        return list(dict.fromkeys(run.text for run in runs_of(self.blocks) if run.kind == "blank"))

    @property
    def references(self) -> list[Reference]:
        """Every exhibit page the letter cites, in reading order."""
        return [run.reference for run in runs_of(self.blocks) if run.reference is not None]


def passages_of(blocks: tuple[Block, ...]) -> Iterator[Runs]:
    """Yield every passage in reading order: a paragraph, a finding, a row of a table."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.runs
            case Facts():
                for _, runs in block.rows:
                    yield runs
            case Table():
                for row in block.rows:
                    yield tuple(run for n, cell in enumerate(row) for run in ((Run(text=" | "),) * (n > 0) + cell))
            case Criterion():
                yield block.text
                yield block.answer
                yield from block.findings


def runs_of(blocks: tuple[Block, ...]) -> Iterator[Run]:
    """Yield every run in reading order."""
    return (run for runs in passages_of(blocks) for run in runs)
