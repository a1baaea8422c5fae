"""How many doses a chart tells of, and where it tells two lengths of one course."""

import re

from extractors import lore
from extractors.dates import find_dates
from pipeline.matching.phrases import number_of
from pipeline.matching.trials import Trial

_COUNTED = lore.regex(
    r"\b(?P<n>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+(?:\w+\s+)?"
    r"(?:doses|injections|infusions|sessions|treatments|visits|shots|cycles)\b",
    re.IGNORECASE,
)
_GIVEN = lore.regex(
    r"\b(?:given|infus\w+|inject\w+|dos(?:e|es|ed)|received|administered|sessions?|visits?)\b", re.IGNORECASE
)


def most_doses(trials: list[Trial]) -> int:
    """Return the largest number of doses that one statement or record shows; 1 where a drug was taken at all."""
    return max((_doses(at) for at in trials), default=0)


def _doses(trial: Trial) -> int:
    text = trial.fact.statement.text
    told = [int(number_of(at["n"]) or 0) for at in _COUNTED.finditer(text)]
    days = {at.day for at in find_dates(text)} if _GIVEN.search(text) else set()
    recorded = len(trial.fact.evidence) if trial.fact.statement.section == "infusions" else 0
    return max(1, recorded, len(days), *(told[:1] if len(told) == 1 else []))


def two_lengths(trials: list[Trial], minimum_days: int) -> list[Trial]:
    """Return the two statements that give one course lengths on both sides of what is asked; empty where none do.

    A list with both days and a note that tells a length may be rounded apart, not more: seven weeks are not fourteen.
    What a note told while the course was still running is no second length.
    """
    dated = [at for at in trials if _from_to(at)]
    for at in dated:
        held = at.fact.treatment
        if held and held.days is not None and _on_both_sides(_span(at), held.days, minimum_days):
            return [at]
    if len({_from_to(at) for at in dated}) != 1:
        return []
    course = dated[0]
    start, stop = _from_to(course) or (None, None)
    for told in trials:
        held = told.fact.treatment
        if told.days is None or held is None or held.start or held.stop or held.running:
            continue
        while_running = told.date is not None and start is not None and stop is not None and start <= told.date <= stop
        shorter = told.days < _span(course)
        if shorter and (held.days_at_least or while_running):
            continue
        if _on_both_sides(_span(course), told.days, minimum_days):
            return [course, told]
    return []


def _span(trial: Trial) -> int:
    start, stop = _from_to(trial) or (None, None)
    return (stop - start).days if start and stop else 0


def _on_both_sides(one: int, other: int, minimum_days: int) -> bool:
    """Whether one length reaches what is asked and the other does not, by more than rounding."""
    low, high = sorted((one, other))
    return low < minimum_days <= high and high - low > max(10, 0.15 * high)


def _from_to(trial: Trial) -> tuple | None:
    held = trial.fact.treatment
    if held and held.start and held.stop and held.date_precision == "day" and trial.days is not None:
        return held.start, held.stop
    return None
