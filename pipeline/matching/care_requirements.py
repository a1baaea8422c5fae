"""Requirements about care as it was given: studies done, treatment that goes on, programs, records, devices.

The rest of `requirements`, apart from it only because the two together are too long to read.
"""

from dataclasses import dataclass
from typing import ClassVar

from pipeline.matching.requirements import Requirement, Therapy, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Study(Requirement):
    """Examinations or laboratory panels that have to have been done, whatever came of them (studies.yaml)."""

    kind: ClassVar[str] = "study_done"
    studies: tuple[str, ...]  # keys of `studies`
    every: bool = False  # each of them, not any
    parts: tuple[str, ...] = ()  # keys of `parts`: of any of these parts of the body
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuing(Requirement):
    """Treatment that has to go on beside the requested drug."""

    kind: ClassVar[str] = "continued_therapy"
    therapies: tuple[Therapy, ...]
    every: bool = False
    planned: bool = False  # the plan has to say so: that it is taken today does not settle it
    spared: bool = False  # "unless contraindicated", "if tolerated": one that ends may have a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplements(Requirement):
    """Supplements that have to be taken (supplements.yaml)."""

    kind: ClassVar[str] = "supplements"
    names: tuple[str, ...]
    every: bool = False
    daily: bool = False  # the chart has to print how often


@dataclass(frozen=True, slots=True, kw_only=True)
class Fills(Requirement):
    """Adherence by pharmacy records: a supply at hand on so large a share of the days."""

    kind: ClassVar[str] = "days_covered"
    therapies: tuple[Therapy, ...]  # any of them; empty: the requested drug
    share: float  # 0.75
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(Requirement):
    """A program gone through visit by visit (programs.yaml)."""

    kind: ClassVar[str] = "program"
    program: str  # key of `programs`
    visits: int
    monthly: bool = False  # each in another month
    consecutive: bool = False  # with no month left out
    supervised: bool = False
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary(Requirement):
    """A diary that has to have been kept (diaries.yaml)."""

    kind: ClassVar[str] = "diary"
    of: str  # key of `of`: what is written down
    days: int | None = None  # for how long, without a gap; None: at all
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility(Requirement):
    """A place that has to hold an accreditation (facilities.yaml)."""

    kind: ClassVar[str] = "facility"
    accreditation: str  # key of `bodies`


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUse(Requirement):
    """A device used for so long on so many days (device_use.yaml)."""

    kind: ClassVar[str] = "device_use"
    device: str  # key of `devices`; empty: the one requested
    hours: float  # a night or day
    share: float  # of the nights or days: 0.7
    days: int | None = None  # of the period counted; None: any
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One dose of a schedule."""

    amount: float
    unit: str  # "mg", "mg/kg"
    days: float | None = None  # one such dose in so many days
    weeks: tuple[int, ...] = ()  # the weeks it is given in: 0, 4, 8
    until: int | None = None  # the last week of it


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSchedule(Requirement):
    """Doses one after another, as the label has them."""

    kind: ClassVar[str] = "dose_schedule"
    steps: tuple[Step, ...]
    at_most: bool = False  # smaller doses keep it too
