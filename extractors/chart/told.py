"""A course as prose tells it: what one sentence says of a drug, and what later sentences add."""

import re
from dataclasses import dataclass, field, replace

from extractors import lore
from extractors.chart.dates import coarser
from extractors.chart.facts import Assertion, Fact, Outcome, Statement, Treatment
from extractors.chart.spans import span_of
from extractors.chart.treatments import find_outcomes, outcome_of
from extractors.vocabulary.drugs import drug
from extractors.vocabulary.sieve import rare


@dataclass(slots=True)
class Told:
    """A course as prose tells it, sentence after sentence."""

    generic: str
    assertion: Assertion
    statement: Statement
    treatment: Treatment
    more: list[Statement] = field(default_factory=list)
    affected: bool = False  # a side effect stands beside it, the reason if it is stopped

    def fact(self) -> Fact:
        return Fact(
            kind="treatment",
            name=self.generic,
            assertion=self.assertion,
            date=self.statement.date,
            statement=self.statement,
            evidence=tuple(s.evidence for s in (self.statement, *self.more)),
            treatment=self.treatment,
        )


def merged(found: list[Told]) -> list[Told]:
    """Join what two clauses of one sentence say of one drug: "no response to X after 36 weeks; stop X today"."""
    kept: dict[tuple[str, Assertion], Told] = {}
    for course in found:
        key = (course.generic, course.assertion)
        if key not in kept:
            kept[key] = course
            continue
        first, second = kept[key].treatment, course.treatment
        if first.outcome and second.outcome and first.outcome != second.outcome:
            key = (course.generic + " ", course.assertion)  # they disagree: both stand
            kept[key] = course
            continue
        kept[key].treatment = replace(
            first,
            route=first.route or second.route,
            dose=first.dose or second.dose,
            start=first.start or second.start,
            stop=first.stop or second.stop,
            days=first.days if first.days is not None else second.days,
            days_at_least=first.days_at_least if first.days is not None else second.days_at_least,
            days_about=first.days_about if first.days is not None else second.days_about,
            outcome=first.outcome or second.outcome,
            date_precision=coarser(first.date_precision, second.date_precision),
            running=(first.running or second.running) and not (first.stop or second.stop),
        )
    return list(kept.values())


def give_reason(course: Told, told: list[Told]) -> None:
    """Name the side effect told earlier on the page as the reason of a stop that names none."""
    if course.assertion is not Assertion.AFFIRMED or course.treatment.stop is None or course.treatment.outcome:
        return
    earlier = [
        other
        for other in told[: told.index(course)]
        if other.generic == course.generic and other.assertion is Assertion.AFFIRMED
    ]
    if any(other.affected for other in earlier) and all(
        other.treatment.outcome in (None, Outcome.CURRENT, Outcome.INTOLERANCE) for other in earlier
    ):
        course.treatment = replace(course.treatment, outcome=Outcome.INTOLERANCE)
        course.more[:0] = [other.statement for other in earlier if other.affected]


_STOP_IT = rare(
    r"\b(?:stop(?:ped)?|discontinue[d]?|hold|held)\s+(?:it|this|the\s+(?:drug|medicine|medication|infusions?|injections?|pills|tablets))\b|"
    r"\b(?:it|this|the\s+(?:drug|medicine|medication))\s+(?:was|has\s+been|is)\s+(?:stopped|discontinued)\b|"
    r"^\s*(?:stopped|discontinued)\s*(?:[.;,]|(?:on|in|after|because|due|for|by|today|at)\b|\d)",
    re.IGNORECASE,
)

_STARTED = rare(r"^\s*(?:it\s+was\s+)?(?:started|begun|first\s+dose|start(?:\s+date)?)\b", re.IGNORECASE)

_IN_ALL = rare(
    r"\b(?:taken\s+)?(?:in\s+all|in\s+total|altogether|total)\b|\b(?:has|had|was|were)\s+taken\b|^\s*taken\b|\btaken\s+(?:for|without)\b",
    re.I,
)

_OUTCOME_FIRST = rare(
    r"^\s*(?:\d[.)]\s*)?(?:inadequate|insufficient|incomplete|partial|poor|suboptimal|primary|secondary|lost|loss|lack|no\s+(?:response|benefit|improvement|effect|relief)|"
    r"(?:\w+\s+){1,3}(?:persist|continu|remain)\w*\s+(?:\w+\s+)?(?:despite|in\s+spite\s+of)\s+(?:it|this)\b|"
    r"did\s+not\s+(?:help|work|respond)|it\s+(?:failed|did\s+not)|failed|this\s+failed|not\s+(?:effective|helpful|tolerated)|could\s+not\s+tolerate|unable\s+to\s+tolerate)\b",
    re.IGNORECASE,
)


def extend(topic: Told, statement: Statement) -> None:
    """Add what a sentence without a drug's name says of the course, if it clearly speaks of one."""
    text, course = statement.text, topic.treatment
    if _HARM_AFTER.match(text) and _side_effect(text):
        topic.affected = True
        topic.more.append(statement)
    if not any(pattern.search(text) for pattern in (_STARTED, _STOP_IT, _IN_ALL, _OUTCOME_FIRST)):
        return
    span = span_of(text, statement.date)
    changed = course
    if _STARTED.search(text) and span.start and course.start is None:
        changed = replace(changed, start=span.start, date_precision=coarser(course.date_precision, span.precision))
    reasoned = course.stop is None or course.outcome is None  # "... to 09/08/2025. It was stopped because of ..."
    if (order := _STOP_IT.search(text)) and reasoned and not _denied_stop(text) and _fits(order[0], topic.generic):
        stop = course.stop or span.stop or statement.date
        changed = replace(changed, stop=stop, running=False)
        if changed.outcome is None or changed.outcome is Outcome.CURRENT:
            reason = outcome_of(text, stopped=True)
            changed = replace(changed, outcome=reason or (Outcome.INTOLERANCE if topic.affected else None))
    if _IN_ALL.search(text) and span.days and len(text.split()) <= 10:
        changed = replace(changed, days=span.days, days_at_least=span.at_least, days_about=span.about)
    found = _outcome_alone(text)
    if found and course.outcome in (None, Outcome.CURRENT, found):
        changed = replace(changed, outcome=found)
        if span.days and course.days is None:
            changed = replace(changed, days=span.days, days_at_least=span.at_least, days_about=span.about)
    if changed != course:
        topic.treatment = changed
        topic.more.append(statement)


# "Rash after two weeks.": so soon after the start, of the drug just spoken of
_HARM_AFTER = rare(
    r"^\s*(?:\w+\s+){1,4}(?:after|within|following|by|on|with)\s+(?:the\s+|a\s+|only\s+)?(?:first|second|third|one|two|three|four|five|six|\d+)\b"
    r"[^.;]{0,20}\b(?:days?|weeks?|doses?|injections?|infusions?|months?)\b",
    re.IGNORECASE,
)


def _side_effect(text: str) -> bool:
    return any(held.outcome is Outcome.INTOLERANCE for held in find_outcomes(text, stopped=True))


# "No improvement." or "... after 24 weeks" speaks of the drug; "no improvement with physical therapy" does not
_OF_NOTHING_ELSE = lore.regex(
    r"\s*(?:$|[.;,:]|(?:it|this)\s*(?:$|[.;,])|(?:to|with|on|from)\s+(?:it|this|that|treatment|the\s+(?:drug|medicine|medication|treatment))\b|"
    r"(?:after|at|by|over|so\s+far|yet)\b|in\s+(?:spite|\d|[A-Z]))"
)


def _outcome_alone(text: str) -> Outcome | None:
    """Return the outcome a sentence without a drug's name states of the drug before it."""
    if not _OUTCOME_FIRST.search(text):
        return None
    held = find_outcomes(text)
    if not held or not _OF_NOTHING_ELSE.match(text, held[0].end):
        return None
    return outcome_of(text)


_FORMS = {
    "infusion": frozenset({"intravenous"}),
    "injection": frozenset({"subcutaneous", "intramuscular", "intravenous"}),
    "pills": frozenset({"oral"}),
    "tablets": frozenset({"oral"}),
}


def _fits(order: str, generic: str) -> bool:
    """Tell whether "stop the injections" can mean this drug: one that is swallowed is not injected."""
    known = drug(generic)
    routes = next((routes for form, routes in _FORMS.items() if form in order.lower()), None)
    return routes is None or known is None or not known.routes or bool(routes & set(known.routes))


def _denied_stop(text: str) -> bool:
    return bool(
        re.search(
            r"\b(?:not|never|did\s+not|do\s+not|don't|would\s+rather|would\s+like\s+to|wants?\s+to|wishe[sd]\s+to|hopes?\s+to|asks?\s+to|asked\s+to|if\s+we|may|might|could|"
            r"should|will|plans?\s+to|consider(?:s|ing)?)\s+(?:\w+\s+)?(?:stop|discontinue|hold)",
            text,
            re.IGNORECASE,
        )
    )
