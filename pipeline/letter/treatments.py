"""The table of prior treatments: courses of the drugs that the criteria are about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from extractors import lore
from extractors.evidence import asserted
from extractors.vocabulary.drugs import is_a, is_class
from pipeline.case import CaseDocument, EvidenceOut, FactOut, TreatmentOut

_TOLD = ("affirmed", "historical")  # what the chart says happened to this patient
_ENDED = {
    "inadequate_response": "inadequate response",
    "intolerance": "not tolerated",
    "contraindication": "contraindicated",
    "completed": "completed",
    "current": "ongoing",
}

# "infliximab-dyyb" is infliximab: four letters that name no other substance (FDA guidance of 2017).
_BIOSIMILAR = lore.regex(r"-[a-z]{4}$")


_A_MONTH = 28  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course of one drug, as the chart tells it."""

    drug: str
    dose: str | None
    start: str | None  # ISO, as coarse as the chart has it: "2024-05-10", "2024-05", "2024"
    stop: str | None
    days: int | None
    days_are: Literal["exactly", "about", "at least"]
    outcome: str | None  # in words
    runs: bool  # the chart says that it goes on
    told: str | None  # the day that was said, ISO
    evidence: tuple[EvidenceOut, ...]  # where it is told, then where start and dose are, if elsewhere

    @property
    def said(self) -> int:
        """How many of its columns the chart fills."""
        return sum(value is not None for value in (self.dose, self.start, self.stop, self.days, self.outcome))


def prior_treatments(case: CaseDocument) -> list[Course]:
    """Return one row for each course, oldest first.

    Only facts of this patient (affirmed or historical, on no excluded page), only drugs that
    the criteria or their evidence name or that are of a kind of which the criteria ask a trial,
    never the denied drug itself, and only courses with a start, a stop or an outcome.
    """
    courses: dict[str, list[Course]] = {}
    for fact in _treatments(case):
        course = _course(case, fact)
        if course:
            courses.setdefault(_BIOSIMILAR.sub("", course.drug.casefold()), []).append(course)
    rows = [_completed(row, found) for found in courses.values() for row in _distinct(found)]
    return sorted(rows, key=lambda row: (row.start or row.stop or "9999", row.drug))


def _treatments(case: CaseDocument) -> Iterator[FactOut]:
    denied = (asserted(case.denial.service) or "").casefold()
    relevant = " ".join(
        text
        for criterion in case.criteria
        for text in (criterion.text, criterion.explanation, *(e.text for e in criterion.evidence))
    ).casefold()
    asked = _classes_asked_for(case)
    for document in case.documents:
        for fact in document.facts or ():
            if fact.kind != "treatment" or fact.assertion not in _TOLD or fact.treatment is None:
                continue
            names = [fact.name.casefold(), (fact.treatment.class_ or "").casefold()]
            named = any(name and name in relevant for name in names)
            if names[0] != denied and (named or any(is_a(_BIOSIMILAR.sub("", names[0]), one) for one in asked)):
                yield fact


def _classes_asked_for(case: CaseDocument) -> set[str]:
    """Return the classes of which the criteria ask a trial: a fact tells the first class of its drug alone."""
    named: set[str] = set()
    asked = [at.requirement for at in case.criteria if at.requirement]
    for requirement in asked:
        asked.extend(requirement.get("options", ()))  # "one of these", "each of these"
        if requirement["kind"] == "prior_therapy":
            named |= {therapy["name"] for therapy in requirement["therapies"]}
    return {name for name in named if is_class(name)}


def _course(case: CaseDocument, fact: FactOut) -> Course | None:
    excluded = {(page.document, page.page) for page in case.excluded_pages}
    evidence = next((e for e in fact.evidence if (e.document, e.page) not in excluded), None)
    treatment = fact.treatment
    if evidence is None or treatment is None:
        return None
    return Course(
        drug=fact.name,
        dose=treatment.dose,
        start=_as_coarse(treatment.start, treatment.date_precision),
        stop=_as_coarse(treatment.stop, treatment.date_precision),
        days=None if _is_hardly_known(treatment) else treatment.days,
        days_are=_days_are(treatment),
        outcome=_ENDED.get(treatment.outcome or ""),
        runs=treatment.outcome == "current",
        told=fact.date,
        evidence=(evidence,),
    )


def _as_coarse(day: str | None, precision: str | None) -> str | None:
    """Cut a date to what the chart says: a month is not its first day.

    Where the precision is not told, a first of the month may stand for the month and the
    first of January for the year: the coarser date is true either way.
    """
    if day is None:
        return None
    if precision is None:
        precision = "year" if day.endswith("-01-01") else "month" if day.endswith("-01") else "day"
    return day[: {"day": 10, "month": 7, "year": 4}[precision]]


def _is_hardly_known(treatment: TreatmentOut) -> bool:
    """Whether the months tell next to nothing: "02/2019 to 03/2019" is a day at least, and perhaps two months."""
    coarse = treatment.stop is not None and treatment.date_precision not in (None, "day")
    return coarse and bool(treatment.days_at_least) and (treatment.days or 0) < _A_MONTH


def _days_are(treatment: TreatmentOut) -> Literal["exactly", "about", "at least"]:
    """How the number of days is meant; without a stop the course went on for that long at least."""
    if treatment.days_at_least or treatment.stop is None:
        return "at least"
    dates = [_as_coarse(day, treatment.date_precision) or "" for day in (treatment.start, treatment.stop)]
    return "exactly" if all(len(day) == 10 for day in dates) else "about"


def _distinct(courses: list[Course]) -> list[Course]:
    """Keep the fullest telling of each course; what a fuller one contradicts or repeats falls away.

    An old list copied forward calls a drug current after it was stopped: the telling with a
    stop wins.
    """
    kept: list[Course] = []
    for course in sorted([at for at in courses if at.start or at.stop or at.outcome], key=_fullest_first):
        if not any(_same_course(course, other) for other in kept):
            kept.append(course)
    return kept


def _fullest_first(course: Course) -> tuple[object, ...]:
    ended = course.outcome not in (None, _ENDED["current"])
    place = (course.evidence[0].document, course.evidence[0].page)
    return (course.stop is None, not ended, -len(course.start or ""), -course.said, _vagueness(course.dose), place)


def _vagueness(dose: str | None) -> int:
    """Return how little a dose says: "125 mg daily" before "2 tablets daily" and "2 mg/kg"."""
    return 2 if dose is None else 0 if _amounts(dose) else 1


def _completed(course: Course, tellings: list[Course]) -> Course:
    """Add start, dose and length from the telling that has them, where the chart tells of one course without an end.

    A note says that the drug failed, the medication list since when it is taken; that it goes on, if it says so on the
    same day or later. Where the chart gives a stop, whose
    start it is would be a guess; where it gives other amounts, so would be which one was taken.
    """
    begun = [at for at in tellings if at.start]
    if course.start or not begun or any(at.stop for at in tellings):
        return course
    earliest = min(at.start or "" for at in begun)
    first = max(
        (at for at in begun if _overlap(at.start or "", earliest)), key=lambda at: (len(at.start or ""), at.said)
    )
    alike = len({told for at in tellings if at.dose and (told := _amounts(at.dose))}) <= 1
    dose = course.dose or (first.dose if alike else None)
    longer = first.days_are == course.days_are == "at least" and (first.days or 0) > (course.days or 0)
    return replace(
        course,
        start=first.start,
        dose=dose,
        days=first.days if longer else course.days,
        runs=course.runs or (first.runs and bool(course.told and first.told and first.told >= course.told)),
        evidence=course.evidence + first.evidence,
    )


_AMOUNT = lore.regex(r"(\d[\d,.]*)\s*(mg|mcg|g|units?)\b(?!\s*(?:/|per\b)\s*(?:kg|m2|m²))", re.IGNORECASE)


def _amounts(dose: str) -> frozenset[tuple[str, str]]:
    return frozenset((number.rstrip(".,"), unit.casefold()) for number, unit in _AMOUNT.findall(dose))


def _same_course(course: Course, kept: Course) -> bool:
    """True if this telling can be of the kept course: no start, the same start, or a start while that one ran."""
    if not (course.start and kept.start):
        return True
    if _overlap(course.start, kept.start):
        return True
    # A new dose within a course ("20 mg weekly since April") is no new course.
    return kept.start < course.start and (kept.stop is None or course.start < kept.stop)


def _overlap(one: str, other: str) -> bool:
    """True if two dates can be the same, one of them perhaps coarser: "2024-05" and "2024-05-10"."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]
