"""What a criterion asks for, as types that can be checked against a chart.

`requirement_of` (module `reading`) makes one of these from a leaf; `published` is the
`requirement` of the JSON. What fits no type stays `FreeText`, which is never met.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

# What a criterion wants to have come of a treatment; any one of those named suffices.
Wanted = Literal["trial", "inadequate_response", "intolerance", "contraindication"]
Comparator = Literal[">", ">=", "<", "<=", "=", "between"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Base of all requirements."""

    kind: ClassVar[str] = "requirement"
    besides: str | None = (
        None  # a further condition in the same leaf that no field holds; met only if the chart says it
    )
    # another reading of the same words, tried where this one leaves the leaf unclear
    otherwise: "Requirement | None" = field(default=None, compare=False, repr=False)

    def published(self) -> dict[str, Any]:
        """Return the requirement as plain JSON values; what is not asked for is left out."""
        return {"kind": self.kind} | {
            name: _plain(value)
            for name in (at.name for at in dataclasses.fields(self))
            if name != "otherwise" and (value := getattr(self, name)) not in (None, (), "", False)
        }


def _plain(value: Any) -> Any:
    if isinstance(value, Requirement):
        return value.published()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {at.name: _plain(getattr(value, at.name)) for at in dataclasses.fields(value)}
        return {name: plain for name, plain in fields.items() if plain not in (None, [], "", False)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Therapy:
    """A drug, class of drugs or other treatment that a criterion names."""

    name: str  # generic name, or key of the class, or key of care.yaml
    sort: Literal["drug", "class", "care"] = "drug"
    printed: str = ""  # the policy's words
    parts: tuple["Therapy", ...] = ()  # the closed list in brackets behind it: only these count


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back from the request evidence may lie."""

    days: int | None = None
    months: int | None = None
    years: int | None = None
    anchor: str = "request"  # "request", "start" (of the drug), "order"
    printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Age(Requirement):
    kind: ClassVar[str] = "age"
    minimum_years: int | None = None
    maximum_years: int | None = None
    above: bool = False  # the minimum itself is too young
    below: bool = False  # the maximum itself is too old
    minimum_months: int | None = None  # "6 months of age or older"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis(Requirement):
    kind: ClassVar[str] = "diagnosis"
    names: tuple[str, ...]  # any one of them
    severity: tuple[str, ...] = ()  # "moderate", "severe": any one of them must be said
    qualifiers: tuple[str, ...] = ()  # further words that the chart has to use of it: "relapsing", "eosinophilic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting(Requirement):
    """A condition that has gone on for some time."""

    kind: ClassVar[str] = "condition_duration"
    names: tuple[str, ...]  # keys of conditions; empty: symptoms in general
    minimum_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorTherapy(Requirement):
    kind: ClassVar[str] = "prior_therapy"
    therapies: tuple[Therapy, ...]
    count: int = 1  # how many different drugs
    every: bool = False  # each of `therapies`, not any
    minimum_days: int | None = None  # of a trial or an inadequate response; not of an intolerance
    minimum_doses: int | None = None
    wanted: tuple[Wanted, ...] = ("trial",)
    dose: str | None = None  # "15 mg weekly or more"
    window: Window | None = None
    but_not: tuple[Therapy, ...] = ()  # drugs a note says do not count
    by_examples: bool = False  # the therapies are the examples of a note: others may count too
    daily: bool = False  # taken or applied every day: the chart has to print how often
    times_daily: int | None = None  # twice a day, three times a day, or more often
    beside: tuple[Therapy, ...] = ()  # taken at the same time as any of these: "added to an H1 antihistamine"
    label_multiple: float | None = None  # at so many times the labeled dose, or more
    shown_by: str | None = (
        None  # how a failure has to show, in the policy's words: "new fracture or falling bone density"
    )
    apart: bool = False  # each from another pharmacologic class: two of one class count once


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcurrentTherapy(Requirement):
    kind: ClassVar[str] = "concurrent_therapy"
    therapies: tuple[Therapy, ...]
    count: int = 1
    every: bool = False  # two that are asked for as one: "cyclophosphamide with a corticosteroid"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoConcurrentTherapy(Requirement):
    kind: ClassVar[str] = "no_concurrent_therapy"
    therapies: tuple[Therapy, ...]
    preventive: bool = False  # only what is taken to prevent: a drug for the acute attack may stay
    purpose: tuple[
        str, ...
    ] = ()  # keys of the conditions that the other drugs are for: "another drug for osteoporosis"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedWith(Requirement):
    """Is on a drug now."""

    kind: ClassVar[str] = "treated_with"
    therapies: tuple[Therapy, ...]
    minimum_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoidance(Requirement):
    """A clinical reason to avoid every one of several drugs."""

    kind: ClassVar[str] = "clinical_reason_to_avoid"
    therapies: tuple[Therapy, ...]
    every: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence(Requirement):
    kind: ClassVar[str] = "absence"
    conditions: tuple[str, ...]  # none of them may be present
    window: Window | None = None  # within which they may not
    ever: bool = False  # "no history of": not now and not before


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Requirement):
    kind: ClassVar[str] = "measurement"
    names: tuple[str, ...]  # keys of the vocabulary's scores and tests; any one
    comparator: Comparator | None = None
    value: float | str | None = None  # "1:80" for a titer
    high: float | None = None  # of "between"
    unit: str | None = None
    limit: Literal["above_upper", "below_lower", "within"] | None = None  # against the laboratory's own range
    also: tuple["Measurement", ...] = ()  # of the same assessment
    window: Window | None = None
    baseline: bool = False  # the value before treatment
    sites: tuple[str, ...] = ()  # keys of sites.yaml: measured at any of these
    of_upper_limit: bool = False  # `value` counts in upper limits of the laboratory's own range ("3 times the ULN")
    occasions: int | None = None  # on how many different days the value has to keep the bound; None: on one
    newest: bool = False  # "most recent": the newest value alone decides
    ever: bool = False  # "has had": any value of any day


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult(Requirement):
    """A test that came out positive or negative."""

    kind: ClassVar[str] = "test"
    names: tuple[str, ...]
    result: Literal["negative", "positive"]
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Requirement):
    """A number of events: exacerbations, fractures, low readings, headache days."""

    kind: ClassVar[str] = "events"
    event: str  # key of events.yaml
    comparator: Comparator
    value: float
    high: float | None = None  # of "between"
    per: str | None = None  # "month"
    window: Window | None = None
    averaged: bool = False  # the mean of the months decides, not each of them
    settings: tuple[str, ...] = ()  # keys of event_settings.yaml: each took the patient to any of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure(Requirement):
    """Blood pressure on one side of a bound, mmHg."""

    kind: ClassVar[str] = "blood_pressure"
    systolic: int
    diastolic: int
    above: bool  # else below
    reached: bool = False  # the bound itself counts
    drugs: int | None = None  # on at least so many drugs for it
    lasting: bool = False  # "stays", "remains": one reading does not show it
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescriber(Requirement):
    kind: ClassVar[str] = "prescriber_specialty"
    specialties: tuple[str, ...]
    consultation: bool = False  # "or in consultation with"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Requirement):
    kind: ClassVar[str] = "visit"
    contacts: tuple[str, ...]  # "in_person", "telehealth"
    purpose: str = ""
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas(Requirement):
    """Parts of the body that are affected; any one suffices."""

    kind: ClassVar[str] = "body_areas"
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation(Requirement):
    """Something the chart has to state in so many words (concepts.yaml)."""

    kind: ClassVar[str] = "documentation"
    concept: str
    of: tuple[Therapy, ...] = ()  # what it has to be said of: adherence to CPAP is not adherence to an inhaler


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Requirement):
    kind: ClassVar[str] = "response_to_therapy"
    therapies: tuple[Therapy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose(Requirement):
    """A ceiling of the dose or the quantity asked for."""

    kind: ClassVar[str] = "dose"
    amount: float
    unit: str  # "mg", "mg/kg", "tablet"
    days: float | None = None  # one such amount in so many days; None: no interval is named
    exactly: bool = False  # "Dose: 60 mg every 6 months"


@dataclass(frozen=True, slots=True, kw_only=True)
class DosesReceived(Requirement):
    """No more than so many doses in a lifetime."""

    kind: ClassVar[str] = "doses_received"
    therapies: tuple[Therapy, ...]
    most: int
    planned_too: bool = False  # "will not exceed 12 doses": those planned count as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Requirement):
    """A fall or a rise of something by a share or a number of points."""

    kind: ClassVar[str] = "change"
    quantity: str  # key of changes.yaml
    least: float
    unit: str  # "%" or "points"
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fracture(Requirement):
    """Broken bones without much force."""

    kind: ClassVar[str] = "fracture"
    sites: tuple[str, ...] = ()  # keys of sites.yaml; any one; empty: any bone
    least: int = 1
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed(Requirement):
    """Something that has to have been done: an examination, a screening, an evaluation (deeds.yaml)."""

    kind: ClassVar[str] = "done"
    deed: str
    window: Window | None = None
    by: str | None = None  # key of clinicians.yaml: who has to have done it
    cleared: bool = False  # it has to have found no reason against the treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A test or procedure, where it is done and on which side."""

    name: str  # key of procedures.yaml
    region: str = ""  # key of regions.yaml; empty: that of the request, or any
    side: str = ""  # "right", "left"
    of_request: bool = False  # "the knee to be operated on": the side is that of the request


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Requirement):
    """Something that may not have been done: no imaging, no injection, no operation (procedures.yaml)."""

    kind: ClassVar[str] = "not_done"
    things: tuple[Procedure, ...]  # none of them
    window: Window | None = None  # in which; anchor "operation": counted back from the planned operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused(Requirement):
    """A substance that must not be used (substances.yaml)."""

    kind: ClassVar[str] = "not_used"
    substances: tuple[str, ...]  # none of them
    minimum_days: int | None = None  # for so long before the request; None: at the request


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTaper(Requirement):
    """A corticosteroid that cannot be lowered without the disease coming back."""

    kind: ClassVar[str] = "cannot_taper"
    below_mg: float | None = None  # of prednisone a day; None: at all


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken(Requirement):
    """Treatments that may not be taken now, or may never have been."""

    kind: ClassVar[str] = "not_taken"
    therapies: tuple[Therapy, ...]  # none of them
    ever: bool = False
    window: Window | None = None  # within which they may not have been


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Requirement):
    kind: ClassVar[str] = "any_of"
    options: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Requirement):
    kind: ClassVar[str] = "all_of"
    options: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText(Requirement):
    kind: ClassVar[str] = "free_text"
    terms: tuple[str, ...] = field(default=())  # words worth looking for
