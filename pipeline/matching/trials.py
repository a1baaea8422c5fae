"""Courses of treatment: what was taken, how long at least, how it ended."""

import datetime as dt
import re
from dataclasses import dataclass

from extractors import lore
from extractors.chart.facts import Assertion, Fact, Outcome, Statement, Treatment
from extractors.vocabulary.drugs import is_a
from pipeline.matching.phrases import find_lengths
from pipeline.matching.record import Record, drugs_of, newest_first, not_yet
from pipeline.matching.terms import base_of, find_therapies, wording

# months and years are first-of-month when printed without a day: a start may be this much later
_SLACK_DAYS = {"day": 0, "month": 30, "year": 364}
_NEVER = wording("trials.never")
_TOLERATED = wording("trials.tolerated")
_NO_BAR = wording("trials.no_bar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One statement about one drug that the patient took."""

    generic: str
    fact: Fact
    days: int | None  # least number of days that the words allow
    closed: bool  # it ended, so that its days are all there were
    outcome: Outcome | None

    @property
    def date(self) -> dt.date | None:
        return self.fact.date


def was_taken(fact: Fact) -> bool:
    """Whether the patient took the drug, by this statement."""
    if fact.assertion not in (Assertion.AFFIRMED, Assertion.HISTORICAL):
        return False
    return not _NEVER.search(_clause(fact)) and not _planned(fact)


def never_taken(fact: Fact) -> bool:
    """Whether this statement says outright that the drug was not taken."""
    return fact.assertion in (Assertion.NEGATED, Assertion.DECLINED) or bool(_NEVER.search(_clause(fact)))


def _planned(fact: Fact) -> bool:
    held = fact.treatment
    return not_yet(_clause(fact)) and not (held and (held.start or held.days or held.stop))


def _clause(fact: Fact) -> str:
    """Return the part of the sentence that holds the drug's name, the whole row of a table."""
    text = fact.statement.text
    if fact.statement.cells:
        return text
    for part in re.split(r"(?<=[.;])\s+", text):
        if any(base_of(at.therapy.name) == base_of(fact.name) for at in find_therapies(part, fuzzy=True)):
            return part
    return text


def trials_of(record: Record, generic: str, facts: list[Fact]) -> list[Trial]:
    """Return what was taken of one drug, newest statement first."""
    found = []
    for fact in newest_first(facts):
        if not was_taken(fact):
            continue
        days, closed = _days(fact)
        outcome = fact.treatment.outcome if fact.treatment else None
        if _doubted(fact, outcome):
            outcome = None
        told = _told(fact) if outcome in (None, Outcome.CURRENT, *_ENDS) else ()
        for at in dict.fromkeys((outcome, *told) if outcome in _BOTH else told or (outcome,)):
            ended = closed or (at is not outcome and outcome is not Outcome.CURRENT)  # "taking, little help" goes on
            found.append(Trial(generic=generic, fact=fact, days=days, closed=ended, outcome=at))
    return found


# "Little help, stopped for heartburn" is both.
_BOTH = (Outcome.INADEQUATE_RESPONSE, Outcome.INTOLERANCE)
_ENDS = (*_BOTH, Outcome.COMPLETED)
_NOT_FAILED = wording("trials.not_failed")
_NOT_STOPPED_FOR = wording("trials.not_stopped_for")
_GOES_ON_BEHIND = wording("trials.goes_on_behind")


def _doubted(fact: Fact, outcome: Outcome | None) -> bool:
    """Whether the sentence speaks against the outcome that was read from it: "with good effect", "... goes on"."""
    text = fact.statement.text
    if outcome is Outcome.INADEQUATE_RESPONSE:
        return bool(_NOT_FAILED.search(_clause(fact)))
    if outcome is not Outcome.INTOLERANCE:
        return False
    behind = [
        text[at.end :] for at in find_therapies(text, fuzzy=True) if base_of(at.therapy.name) == base_of(fact.name)
    ]
    return bool(_NOT_STOPPED_FOR.search(_clause(fact))) or any(_GOES_ON_BEHIND.match(at) for at in behind)


_FAILED = wording("trials.failed")
_FOLLOWED = wording("trials.followed")
_OTHERWISE = wording("trials.followed_otherwise")
_ALL_FAILED = wording("trials.all_failed")
_STOPPED_FOR = wording("trials.stopped_for")
_OPEN = lore.regex(
    r"\b(?:if|unless|until|may|might|could|would|will|expect\w*|risk|monitor\w*|no (?:fail"
    r"|loss|lack)\w*|not (?:fail|stop|discontinu)\w*"
    r"|never (?:fail|stop)\w*|except|but)\b",
    re.IGNORECASE,
)


# "...; new fracture while taking it", "...; joints still swollen at 7 months": said of the drug of the clause before
_TIED = lore.regex(
    r"\b(?:on|with|taking|using|despite|after) (?:it|this|them)\b|\bat (?:week|month) \d+|\bat \d+ (?:weeks|months)\b",
    re.IGNORECASE,
)


def _tied_behind(text: str, part: str) -> list[str]:
    """Return the clauses behind a drug's own that name no other and go back to it in words."""
    found = []
    behind = text[text.find(part) + len(part) :]
    for clause in re.split(r"(?<=[.;])\s+", behind.strip()):
        if not clause or find_therapies(clause, fuzzy=True):
            break
        if _TIED.search(clause):
            found.append(clause)
    return found


def _told(fact: Fact) -> tuple[Outcome, ...]:
    """Return the outcomes that the sentence states of its one drug, or of all of its drugs."""
    text = fact.statement.text
    part = _clause(fact)
    if not fact.statement.cells:
        part = " ".join([part, *_tied_behind(text, part)])
    if _OPEN.search(part):
        return ()
    drugs = {base_of(at.therapy.name) for at in find_therapies(part, fuzzy=True) if at.therapy.sort != "class"}
    if len(drugs) != 1:
        return (Outcome.INADEQUATE_RESPONSE,) if len(drugs) > 1 and _ALL_FAILED.search(part) else ()
    if fact.statement.cells and len({base_of(at.therapy.name) for at in find_therapies(text, fuzzy=True)}) > 1:
        return ()
    told = []
    followed = _FOLLOWED.search(part) and not _OTHERWISE.search(part)
    if (_FAILED.search(part) or followed) and not _NOT_FAILED.search(part):
        told.append(Outcome.INADEQUATE_RESPONSE)
    if _STOPPED_FOR.search(part) and not _doubted(fact, Outcome.INTOLERANCE):
        told.append(Outcome.INTOLERANCE)
    return tuple(told)


def _days(fact: Fact) -> tuple[int | None, bool]:
    """Return the least days the words allow, and whether no more can have followed."""
    held = fact.treatment
    if held is None:
        return None, False
    if held.days is None and held.start is None and (unbroken := _unbroken(fact)):
        return unbroken, not _running(held)
    slack = _SLACK_DAYS[held.date_precision]
    days: int | None = None
    closed = False
    if held.start and held.stop:
        days, closed = max((held.stop - held.start).days - slack, held.days if held.days and slack == 0 else 0), True
    elif held.days is not None:
        days, closed = held.days, not held.days_at_least and not _running(held)
        if held.start and slack:
            days = max(days - slack, 0)
    elif held.start and _running(held) and fact.statement.date and fact.statement.date > held.start:
        days = max((fact.statement.date - held.start).days - slack, 0)
    if days is not None and any(at.at_most and abs(at.days - days) <= 1 for at in find_lengths(fact.statement.text)):
        days -= 1
    return days, closed


_IN_A_ROW = lore.regex(r"\b(?:consecutive|straight|continuous|in a row)\b", re.IGNORECASE)


def _unbroken(fact: Fact) -> int | None:
    """Return the days of "applied daily for 28 consecutive days", which no course of the chart reader holds."""
    part = _clause(fact)
    lengths = [at for at in find_lengths(part) if _IN_A_ROW.search(at.text)]
    drugs = {base_of(at.therapy.name) for at in find_therapies(part, fuzzy=True) if at.therapy.sort != "class"}
    return lengths[0].days if len(lengths) == 1 and len(drugs) == 1 and not lengths[0].at_most else None


def _running(held: Treatment) -> bool:
    return held.running or held.outcome is Outcome.CURRENT


def longest(trials: list[Trial]) -> int | None:
    """Return the longest least duration known."""
    return max((at.days for at in trials if at.days is not None), default=None)


def tolerance(record: Record, generic: str) -> list[Statement]:
    """Return sentences that say outright that the drug was tolerated, newest first."""
    return newest_first(
        [
            at
            for at in record.saying(_TOLERATED)
            if not re.search(r"\bnot tolerat|\bun(?:able|tolerat)|\bcould not tolerat", at.text, re.IGNORECASE)
            and _speaks_of(record, at, generic)
        ]
    )


def no_bar(record: Record, generic: str) -> list[Statement]:
    """Return sentences that say outright that nothing stands against the drug, newest first."""
    return newest_first(
        [
            at
            for at in record.saying(_NO_BAR)
            if _after_bar(at.text, generic)
            or (not find_therapies(at.text) and _OF_WHAT.search(at.text) and base_of(generic) in _drugs(record, at))
        ]
    )


# "so the infusion is not contraindicated": of the drug named before
_OF_WHAT = lore.regex(
    r"\b(?:it|this|that|the (?:infusions?|drug|medicine|medication|treatment|tablets?|injections?))"
    r" (?:is|are|was) not\b",
    re.IGNORECASE,
)


def _drugs(record: Record, statement: Statement) -> list[str]:
    return [base_of(name) for name in drugs_of(record, statement)]


def _after_bar(text: str, generic: str) -> bool:
    """Whether the drug (or a class of it) is named in the same sentence as "no contraindication"."""
    for mention in find_therapies(text, fuzzy=True):
        if mention.therapy.sort == "class" and is_a(generic, mention.therapy.name):
            return True
        if mention.therapy.sort != "class" and base_of(mention.therapy.name) == base_of(generic):
            return True
    return False


def _speaks_of(record: Record, statement: Statement, generic: str) -> bool:
    classes = [at.therapy.name for at in find_therapies(statement.text) if at.therapy.sort == "class"]
    if any(is_a(generic, name) for name in classes):
        return True
    return base_of(generic) in [base_of(name) for name in drugs_of(record, statement)]


_DAILY = lore.regex(
    r"\b(?:daily|every day|nightly|each (?:day|night|morning|evening)|every (?:night|morning"
    r"|evening)|(?:once|twice|two times|three times|2x|1x)"
    r" (?:a|per|each) day|b\.?i\.?d|q\.?d|t\.?i\.?d|qhs|q(?:am|pm)|every \d+ hours)\b",
    re.IGNORECASE,
)
_NOT_DAILY = lore.regex(
    r"\b(?:as needed|prn|now and then|off and on|on and off|intermittent\w*"
    r"|sometimes|occasional\w*|sporadic\w*|irregular\w*"
    r"|weekly|a week|per week|days? a week|weekends?|every other day|missed|skipp\w+|for flares?)\b",
    re.IGNORECASE,
)


def every_day(trial: Trial) -> bool:
    """Whether the chart prints that the drug was taken or applied every day."""
    text = trial.fact.statement.text
    return bool(_DAILY.search(text)) and not _NOT_DAILY.search(text)
