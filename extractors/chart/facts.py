"""What a chart says: dated statements, and the facts read from them."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from extractors.evidence import Evidence, Finding, Person

FactKind = Literal["diagnosis", "treatment", "measurement", "finding", "allergy", "encounter"]


class Assertion(StrEnum):
    """What the chart says of a fact: the ConText classes and those a chart adds."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HISTORICAL = "historical"
    FAMILY = "family"
    PLANNED = "planned"
    DECLINED = "declined"
    HYPOTHETICAL = "hypothetical"
    ENTERED_IN_ERROR = "entered_in_error"


class Outcome(StrEnum):
    """How a course of treatment ended."""

    INADEQUATE_RESPONSE = "inadequate_response"
    INTOLERANCE = "intolerance"
    CONTRAINDICATION = "contraindication"
    COMPLETED = "completed"
    CURRENT = "current"
    OTHER = "other"  # cost, coverage, moved away, never filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence, list item or table row of the chart, with what it inherits from its place.

    The unit that evidence is quoted in. Text is verbatim, joined over line breaks.
    """

    text: str
    evidence: Evidence  # box encloses all its lines
    section: str = ""  # key of extractors/vocabulary/sections.yaml: "plan", "family_history", "medications"...
    date: dt.date | None = None  # of the encounter, collection or report; the first date where copied forward
    copied_forward: bool = False
    author: str | None = None
    specialty: str | None = None  # of the author, as a key of specialties.yaml
    cells: tuple[str, ...] = ()  # of a table row, left to right; empty for prose
    headers: tuple[str, ...] = ()  # of the same table, one per cell where they line up
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One course of one drug."""

    generic: str  # "methotrexate"
    classes: tuple[str, ...]  # most specific first: ("csDMARD", "immunosuppressant")
    route: str | None = None
    dose: str | None = None  # as printed
    start: dt.date | None = None
    stop: dt.date | None = None
    days: int | None = None  # from start to stop, or as the text states ("for ten weeks" = 70); None if not known
    days_at_least: bool = False  # the duration is a lower bound ("more than three years", or still running)
    outcome: Outcome | None = None
    date_precision: Literal["day", "month", "year"] = "day"  # the coarser of start and stop
    days_about: bool = False  # the text gives the length as a rough one: "about three months", "2-3 weeks"
    running: bool = False  # the text says that it is still taken, whatever its outcome so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value of a lab test, score or vital sign."""

    value: float | str  # 10.0, or "positive", "indeterminate", "1:640" (a titer stays as printed)
    unit: str | None = None
    comparator: str | None = None  # "<", ">", "about"
    limit: str | None = None  # the laboratory's reference as printed: "0-29", "<1:80"
    flag: str | None = None  # H, L, A as printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """A visit, call or letter."""

    author: str | None = None
    specialty: str | None = None
    contact: str | None = None  # "in_person", "telehealth", "telephone", "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing the chart says, dated, with how it is asserted."""

    kind: FactKind
    name: str  # canonical: generic drug, score key, test key, diagnosis as printed
    assertion: Assertion
    date: dt.date | None
    statement: Statement  # what it was read from
    evidence: tuple[Evidence, ...]
    code: str | None = None  # ICD-10 where printed
    treatment: Treatment | None = None
    measurement: Measurement | None = None
    encounter: Encounter | None = None
    onset: dt.date | None = None  # of a diagnosis, where the list says since when
    condition: str | None = None  # of a diagnosis: key of extractors/vocabulary/conditions.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage:
    """Who a page is about and what visit it belongs to."""

    document: str
    page: int
    person: Finding[Person] | None  # None: the page names nobody
    date: dt.date | None = None
    author: str | None = None
    specialty: str | None = None
    kind: str = ""  # key of extractors/chart/page_kinds.yaml: "progress_note", "labs", "medication_list", ...
    people: tuple[Finding[Person], ...] = ()  # everyone the page names as a patient; more than one is a mixed page
    continued: bool = False  # second sheet of a note
    contact: str | None = None  # "in_person", "telehealth", "telephone", "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything read from the chart pages of a case, in page order."""

    pages: tuple[ChartPage, ...]
    statements: tuple[Statement, ...]
    facts: tuple[Fact, ...] = field(default=())
