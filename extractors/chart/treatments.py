"""The words of a treatment course: dose, route, span of time, outcome."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from extractors.chart.assertion import assert_of
from extractors.chart.dates import DateMention, Precision, coarser, find_dates, find_durations
from extractors.chart.facts import Assertion, Outcome, Treatment
from extractors.vocabulary.drugs import drug
from extractors.vocabulary.terms import TermFinder


@cache
def _data() -> dict[str, Any]:
    return yaml.safe_load(files("extractors.chart").joinpath("treatments.yaml").read_text(encoding="utf-8"))


@cache
def _outcomes() -> TermFinder:
    return TermFinder((str(term), key) for key, terms in _data()["outcomes"].items() for term in terms)


@cache
def _words(kind: str) -> TermFinder:
    return TermFinder((str(term), kind) for term in _data()[kind])


@cache
def _routes() -> TermFinder:
    return TermFinder((str(term), key) for key, terms in _data()["routes"].items() for term in terms)


def says(kind: str, text: str) -> bool:
    """Tell whether the text has a term of use, current, never or stops."""
    return bool(_words(kind).find(text))


@dataclass(frozen=True, slots=True)
class OutcomeMention:
    """A phrase that tells how a course went."""

    start: int
    end: int
    outcome: Outcome


def find_outcomes(text: str, stopped: bool = False) -> list[OutcomeMention]:
    """Return outcome phrases that are asserted; side effects count where the drug was stopped for them."""
    found = []
    for term in _outcomes().find(text):
        if _denied(text, term.start, term.end):
            continue
        found.append(OutcomeMention(term.start, term.end, Outcome(term.key)))
    if stopped or says("stops", text):
        for term in _words("side_effects").find(text):
            if not _denied(text, term.start, term.end):
                found.append(OutcomeMention(term.start, term.end, Outcome.INTOLERANCE))
    return sorted(found, key=lambda at: at.start)


# "no side effects", "not stopped for intolerance", "without adverse effects", "no contraindication", "denies nausea"
_DENIAL = re.compile(
    r"\b(?:no|not|never|without|denie[sd]|denying|free\s+of|nor|neither|none|absence\s+of|absent|has\s+no|hasn't|didn't|isn't|wasn't)\b"
    r"(?:\W+\w+){0,5}\W*$",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    r"\b(?:if|unless|in\s+case|risk\s+of|(?-i:may)|might|could|watch\s+for|monitor\s+for|possible|should)\b[^.;,]*$",
    re.I,
)


def _denied(text: str, start: int, end: int) -> bool:
    before = re.split(r"[.;:]|\bbut\b|\bhowever\b|,\s+and\b", text[:start])[-1]
    if _DENIAL.search(before) and not re.search(r"\bno\s+longer\s*$|\bnot\s+only\b", before, re.IGNORECASE):
        # "No missed doses, inadequate response": the denial ended with its own noun
        tail = re.split(r",", before)[-1]
        return bool(_DENIAL.search(tail)) or tail.strip() == ""
    if _POSSIBLE.search(before):
        return True
    return assert_of(text, start, end) in (Assertion.FAMILY, Assertion.HYPOTHETICAL)


def outcome_of(text: str, stopped: bool = False) -> Outcome | None:
    """Return the one outcome the text states, None when it states none or they disagree.

    Response and tolerance decide over money; two different medical outcomes leave it open.
    """
    held = {found.outcome for found in find_outcomes(text, stopped)}
    medical = held & {Outcome.INADEQUATE_RESPONSE, Outcome.INTOLERANCE, Outcome.CONTRAINDICATION}
    if len(medical) == 1:
        return medical.pop()
    if len(medical) > 1:
        return None
    for outcome in (Outcome.OTHER, Outcome.COMPLETED):
        if outcome in held:
            return outcome
    return None


_DOSE = re.compile(
    r"\d[\d,]*(?:\.\d+)?\s*(?:-\s*\d+(?:\.\d+)?\s*)?(?:mg/kg|mcg/kg|mg/m2|mg|mcg|µg|ug|g|grams?|units?|IU|mL|ml|%|tablets?|tabs?|puffs?)(?![A-Za-z/])"
    r"(?:\s*/\s*(?:\d+(?:\.\d+)?\s*)?(?:mL|kg|day|d|wk|week|dose|hr|h))?"
)
_FREQUENCY = re.compile(
    r"[\s,]*(?:(?:IV|SC|SQ|PO|IM|subcutaneously|intravenously|orally|by\s+mouth|tablet|ointment|cream|oint)\s+)*"
    r"(?:(?:once|twice|three\s+times|four\s+times|\d\s*(?:x|times))\s+(?:a\s+|per\s+|every\s+)?(?:daily|day|weekly|week|month|monthly)|"
    r"(?:once\s+|twice\s+)?(?:daily|weekly|monthly|nightly|biweekly)|every\s+(?:other\s+)?(?:\w+\s+)?(?:days?|weeks?|months?|hours?|morning|night|evening)|"
    r"(?:a|per|each)\s+(?:day|week|month)|at\s+bedtime|as\s+needed|q\s?\d+\s?(?:h|hours|w|weeks|wk|d|days)|q(?:d|hs|am|pm|week|wk|w)|BID|TID|QID|QD|PRN|QHS)",
    re.IGNORECASE,
)


def dose_of(text: str) -> str | None:
    """Return the first dose with its frequency, as printed: "400 mg a day"."""
    match = _DOSE.search(text)
    if not match:
        return None
    frequency = _FREQUENCY.match(text, match.end())
    return text[match.start() : frequency.end() if frequency else match.end()].strip()


def route_of(text: str, generic: str) -> str | None:
    """Return the route the text states, else the drug's own where it has only one."""
    found = {term.key for term in _routes().find(text)}
    if len(found) == 1:
        return found.pop()
    known = drug(generic)
    return known.routes[0] if known and len(known.routes) == 1 and not found else None


@dataclass(frozen=True, slots=True)
class Span:
    """When a course ran, as far as a text says."""

    start: dt.date | None = None
    stop: dt.date | None = None
    days: int | None = None
    at_least: bool = False
    precision: Precision = "day"
    running: bool = False  # "since", still taken

    @property
    def empty(self) -> bool:
        return self.start is None and self.stop is None and self.days is None


# "was given twice, on 03/02 and 03/16"
_TWO_DAYS = re.compile(
    r"\b(?:given|infused|administered|received|injected|doses?)\b[^.;]{0,30}\bon\s+(\S+)\s+and\s+(?:on\s+)?([\d/]+)",
    re.I,
)
_FROM = re.compile(
    r"\b(?:from|started(?:\s+on)?|starting|begun(?:\s+on)?|began(?:\s+on)?|initiated(?:\s+on)?|start(?:\s+date)?:?|beginning|commenced|first\s+dose(?:\s+on)?)\s*[:(]?\s*$",
    re.I,
)
_SINCE = re.compile(r"\b(?:since|ever\s+since)\s*$", re.IGNORECASE)
_UNTIL = re.compile(
    r"\b(?:to|until|till|through|thru|and\s+stopped(?:\s+on)?|stopped(?:\s+on|\s+in)?|discontinued(?:\s+on|\s+in)?|ended(?:\s+on)?|last\s+dose(?:\s+on)?|"
    r"stop(?:\s+date)?:?|ending|last\s+taken(?:\s+on)?|held(?:\s+on)?|off\s+since)\s*[:(]?\s*$|[-–—]\s*$",
    re.IGNORECASE,
)
_DOSE_SINCE = re.compile(
    r"\bat\s+[\d.,]+\s*(?:mg|mcg|g|units)\b[^,;]*\bsince\s*$|\b(?:dose|increased|raised|lowered|reduced)\b[^,;]*\bsince\s*$",
    re.I,
)
# "in 4 weeks", "every 8 weeks", "the last 16 weeks", "week 12": no length of the course
_NOT_LENGTH = re.compile(
    r"\b(?:in|every|q|each|within|the\s+last|last|past|next|the\s+first|first|at|return\s+in|by|per|over\s+the\s+(?:last|past|next)|another|wait|needs?|after\s+the|x|"
    r"stiffness\s+(?:for|of)|aged?|worked|has\s+had\s+\w+\s+for|disease\s+for|diagnosed)\s*$",
    re.IGNORECASE,
)


def span_of(text: str, near: dt.date | None, name: tuple[int, int] | None = None) -> Span:
    """Return the span a clause states about its one drug; `near` is the visit, for dates without a year.

    `name` is where the drug stands in the text: "two flares since October that needed prednisone"
    dates the flares, "eight months of azathioprine" the drug.
    """
    span = Span()
    dates = find_dates(
        text, bare_years=bool(re.search(r"\b(?:since|from|until|to|through)\s+(?:19|20)\d\d\b", text)), near=near
    )
    previous: DateMention | None = None
    for date in dates:
        before = text[: date.start]
        if _DOSE_SINCE.search(before):
            continue
        if name and date.end <= name[0] and _SINCE.search(before) and before.strip().lower() != "since":
            continue
        if _SINCE.search(before):
            span = replace(span, start=date.day, running=True, precision=coarser(span.precision, date.precision))
        elif _FROM.search(before):
            span = replace(span, start=date.day, precision=coarser(span.precision, date.precision))
        elif _UNTIL.search(before):
            between = text[previous.end : date.start] if previous else ""
            if previous and span.start is None and re.fullmatch(r"\s*(?:to|until|till|through|thru|[-–—])\s*", between):
                span = replace(span, start=previous.day, precision=coarser(span.precision, previous.precision))
            span = replace(span, stop=date.day, precision=coarser(span.precision, date.precision))
        previous = date
    if span.start is None and span.stop is None and (both := _TWO_DAYS.search(text)):
        days = [at.day for at in dates if both.start() <= at.start < both.end()]
        if len(days) == 2 and days[0] <= days[1]:
            span = replace(span, start=days[0], stop=days[1])
    if (
        near
        and re.search(r"\b(?:start(?:ed)?|begun|began)\b[^.;]{0,60}\btoday\b", text, re.IGNORECASE)
        and span.start is None
    ):
        span = replace(span, start=near)
    return _with_days(span, text, near, name)


_OF_DRUG = re.compile(
    r"^\s*(?:of|on|with|taking|trial|course)\b(?:\s+(?:a|of|on|trial|course|oral|weekly|daily|full-dose|therapy|treatment|with|continuous))*\s*"
    r"(?:[\d.,]+\s*(?:mg|mcg|g|units)\s*(?:of\s+)?)?$",
    re.IGNORECASE,
)


def _with_days(span: Span, text: str, near: dt.date | None, name: tuple[int, int] | None) -> Span:
    lengths = [
        found
        for found in find_durations(text)
        if not _NOT_LENGTH.search(text[: found.start])
        and not found.at_most
        and not re.match(
            r"\s*(?:ago|later|apart|from\s+now|before|earlier|course\s+of\s+prednisone)\b",
            text[found.end :],
            re.IGNORECASE,
        )
    ]
    if name:
        lengths = [found for found in lengths if found.start >= name[1] or _OF_DRUG.match(text[found.end : name[0]])]
    if lengths:
        first = lengths[0]
        return replace(span, days=first.days, at_least=first.at_least)
    if span.start and span.stop and span.stop >= span.start:
        return replace(span, days=(span.stop - span.start).days)
    if span.start and span.running and near and near >= span.start:
        return replace(span, days=(near - span.start).days, at_least=True)
    return span


def treatment_of(generic: str, text: str, span: Span, outcome: Outcome | None, dose: str | None) -> Treatment:
    """Return the course of one drug from what its clause says."""
    known = drug(generic)
    return Treatment(
        generic=generic,
        classes=known.classes if known else (),
        route=route_of(text, generic),
        dose=dose,
        start=span.start,
        stop=span.stop,
        days=span.days,
        days_at_least=span.at_least,
        outcome=outcome,
        date_precision=span.precision,
        running=span.running,
    )
