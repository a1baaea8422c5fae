"""What a leaf asks of a finding in words, as types: the finding, how many of it, what narrows it."""

from dataclasses import dataclass
from typing import ClassVar

from pipeline.matching.requirements import Requirement, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A word of a leaf that narrows a finding; any one of `keys` suffices."""

    role: str  # "site", "side", "level", "modality", "severity", "quality", "grade"
    keys: tuple[str, ...]  # of clinical_findings.yaml; "same": of what is requested, or where the symptoms are
    printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPart:
    """One finding of a leaf with what narrows it."""

    heads: tuple[str, ...]  # keys of clinical_findings.yaml; any one of them
    least: int = 1  # how many of it: three swollen joints
    narrowed: tuple[Narrowing, ...] = ()  # each is asked for
    printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFinding(Requirement):
    """A finding that the chart has to state, with all that the leaf says of it."""

    kind: ClassVar[str] = "stated_finding"
    parts: tuple[FindingPart, ...]  # each is asked for
    minimum_days: int | None = None  # how long it has lasted
    window: Window | None = None
    latest_visit: bool = False
    words: tuple[str, ...] = ()  # further words of the leaf, each to stand in the chart by its stem
    denied: bool = False  # asked to be ruled out
    loosely: bool = False  # which of its halves a word belongs to is open: never not met
    terms: tuple[str, ...] = ()  # words worth looking for
