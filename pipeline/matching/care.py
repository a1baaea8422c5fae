"""Courses of treatment that are no drugs (physical therapy, CPAP), read from sentences of the chart."""

import re
from collections.abc import Iterable

from extractors import lore
from extractors.chart import Assertion, Fact, Outcome, Statement, Treatment, assert_of
from extractors.dates import find_dates
from pipeline.matching.phrases import find_lengths
from pipeline.matching.terms import find_therapies, wording

_FAILED = wording("care.failed")
_NOT_TOLERATED = wording("care.not_tolerated")
_GOES_ON = wording("care.goes_on")


def find_care(statements: Iterable[Statement]) -> list[Fact]:
    """Return one fact for each treatment of care.yaml that a sentence names, with its length and outcome."""
    found = []
    statements = tuple(statements)
    for place, statement in enumerate(statements):
        for mention in find_therapies(statement.text):
            if mention.therapy.sort != "care":
                continue
            asserted = assert_of(statement.text, mention.start, mention.end, statement.section)
            if _ORDERED.search(statement.text[: mention.start]) and not _DONE.search(statement.text):
                asserted = Assertion.PLANNED
            if _SET_UP.search(statement.text[mention.end :]) and not _HELD.search(statement.text):
                asserted = Assertion.PLANNED
            found.append(
                Fact(
                    kind="treatment",
                    name=mention.therapy.name,
                    assertion=asserted,
                    date=statement.date,
                    statement=statement,
                    evidence=(statement.evidence,),
                    treatment=_course(mention.therapy.name, statement, asserted),
                )
            )
            if asserted is Assertion.AFFIRMED and (
                told := _outcome_behind(statement, statements[place + 1 : place + 7])
            ):
                found.append(
                    Fact(
                        kind="treatment",
                        name=mention.therapy.name,
                        assertion=asserted,
                        date=told.date,
                        statement=told,
                        evidence=(told.evidence,),
                        treatment=Treatment(
                            generic=mention.therapy.name, classes=(), outcome=Outcome.INADEQUATE_RESPONSE
                        ),
                    )
                )
    return found


# "Insurance approved 8 weeks of PT" is no therapy that was done
_ORDERED = lore.regex(
    r"\b(?:approv\w+|authori[sz]\w+|order\w*|referr\w+|refers?|request\w*|prescrib\w+|schedul\w+|recommend\w*|offered"
    r"|covers?|eligible for|script for|rx for)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_DONE = lore.regex(
    r"\b(?:complet\w+|attend\w+|finish\w+|underwent|did|done|has had|went|tried|failed|received|participat\w+)\b",
    re.IGNORECASE,
)

# "physical therapy evaluation; plan of care twice weekly for 6 weeks": what is to come
_SET_UP = lore.regex(
    r"^\s*(?:initial\s+)?(?:evaluation|eval|intake|orders?|prescription|script|referral)\b|\bplan of care\b",
    re.IGNORECASE,
)
_HELD = lore.regex(
    r"\b(?:complet\w+|attend\w+|finish\w+|sessions?|visits?|discharged|underwent|received|tried|failed|done"
    r"|did not help|no (?:relief|benefit|improvement)|without)\b",
    re.IGNORECASE,
)

# "Outcome: goals not met." some sentences behind "Eight weeks of physical therapy", nothing else named between
_ANSWERS = lore.regex(
    r"^\W*(?:outcomes?|results?|response|goals?|discharge(?:d)?|pain|symptoms|function|no |not |little|without"
    r"|minimal|assessment)\b",
    re.IGNORECASE,
)


def _outcome_behind(statement: Statement, behind: tuple[Statement, ...]) -> Statement | None:
    """Return the sentence shortly behind a treatment that tells that it failed."""
    if statement.cells or not find_lengths(statement.text):
        return None
    for at in behind:
        here, there = statement.evidence, at.evidence
        if at.cells or (there.document, there.page) != (here.document, here.page) or find_therapies(at.text):
            return None
        if _ANSWERS.match(at.text) and _FAILED.search(at.text) and not _BETTER.search(at.text):
            return at
    return None


_BETTER = lore.regex(r"\b(?:improved|better|good|goals? met|resolved|relieved)\b", re.IGNORECASE)


def _course(name: str, statement: Statement, asserted: Assertion) -> Treatment:
    text = statement.text
    lengths = find_lengths(text)
    days = sorted(at.day for at in find_dates(text))
    start, stop = (days[0], days[-1]) if len(days) >= 2 else (None, None)
    outcome = None
    if asserted in (Assertion.AFFIRMED, Assertion.HISTORICAL, Assertion.NEGATED):
        if _NOT_TOLERATED.search(text):
            outcome = Outcome.INTOLERANCE
        elif _FAILED.search(text):
            outcome = Outcome.INADEQUATE_RESPONSE
    running = outcome is None and bool(_GOES_ON.search(text))
    return Treatment(
        generic=name,
        classes=(),
        start=start,
        stop=stop,
        days=lengths[0].days if lengths else (stop - start).days if start and stop else None,
        days_at_least=bool(lengths and lengths[0].at_least),
        outcome=Outcome.CURRENT if running else outcome,
        running=running,
    )
