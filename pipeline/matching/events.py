"""Counts of events: exacerbations, fractures, low readings, headache days."""

import datetime as dt
import math
import re
from dataclasses import dataclass

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.occurrences import (
    cause_pattern,
    caused_by,
    event_pattern,
    find_occurrences,
    setting_pattern,
    words_of_event,
)
from pipeline.matching.phrases import find_lengths, number_of
from pipeline.matching.record import Record, cite, not_yet, tells_of_before
from pipeline.matching.requirements import Events
from pipeline.matching.terms import data, wording
from pipeline.matching.values import day_words
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_HOW_MANY = wording("events.how_many")
_BEHIND = wording("events.behind")
_GOAL = lore.regex(r"\b(?:goal|target|aim(?:ing)?|fewer than|less than|reduc\w+ (?:to|by))\b", re.IGNORECASE)
_NONE_WORDS = lore.regex(r"^(?:no|zero|never|none|denies|without|not)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many events a sentence states: one number, or the two that a range or a bound leaves open."""

    low: float
    high: float

    @property
    def words(self) -> str:
        if self.low == self.high:
            return f"{self.low:g}"
        return f"at least {self.low:g}" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"


def judge_events(requirement: Events, record: Record) -> Verdict:
    """Return the verdict on a count of events: only a sentence that gives the number decides."""
    entry = data("events")[requirement.event]
    wanted = _events_shown(requirement, entry["name"])
    counts: list[tuple[Count, Statement]] = []
    for statement in record.may_say(*words_of_event(requirement)):
        count = _count_in(statement, requirement)
        if count is None or not record.holds(statement, requirement.window):
            count = _last_before(statement, requirement, record)
        if count is not None:
            counts.append((count, statement))
    facts = {"wanted": wanted, "name": entry["name"], "count": "", "date": ""}
    single = (
        find_occurrences(requirement, record) if requirement.comparator in (">=", ">") and not requirement.per else []
    )
    least = Count(low=len(single), high=math.inf)
    if single and _holds(least, requirement) and not any(_holds(n, requirement) is False for n, _ in counts):
        return met("events_right", cite([at for _, at in single]), **facts | {"count": least.words})
    if not counts:
        return unclear(
            "silent_events", wants=f"the number and dates of {entry['name']}s, with the record of each", **facts
        )
    newest = max((at.date for _, at in counts if at.date), default=None)
    latest = [(n, at) for n, at in counts if at.date == newest] or counts
    answers = {_holds(n, requirement) for n, _ in latest}
    proof = [at for _, at in sorted(latest, key=lambda pair: -pair[0].low)]
    others = [
        at
        for n, at in sorted(counts, key=lambda pair: pair[1].date or dt.date.min, reverse=True)
        if at not in proof and {_holds(n, requirement)} == answers
    ]
    facts |= {"count": latest[0][0].words, "date": day_words(newest)}
    if answers == {True}:
        return met("events_right", cite([*proof, *others]), **facts)
    if (
        answers == {False}
        and all(
            _holds(n, requirement) is False for n, at in counts if at.date and newest and (newest - at.date).days < 365
        )
        and not _spoken_of_since(requirement, record, newest)
    ):
        none = latest[0][0].high == 0
        return not_met("events_none" if none else "events_wrong", cite([*proof, *others]), **facts)
    return unclear("events_unsure", cite([*proof, *others]), wants=f"the number and dates of {entry['name']}s", **facts)


def _spoken_of_since(requirement: Events, record: Record, newest: dt.date | None) -> bool:
    """Whether a later sentence speaks of such an event as a fact without counting it."""
    return any(
        at.date and newest and at.date > newest and _affirms(at, requirement) and record.holds(at, requirement.window)
        for at in record.saying(event_pattern(requirement.event))
    )


def _affirms(statement: Statement, requirement: Events) -> bool:
    match = event_pattern(requirement.event).search(statement.text)
    if not match or not_yet(statement.text):
        return False
    return not re.search(r"\b(?:no|not|never|denies|without|none|nor|if)\b", statement.text, re.IGNORECASE)


_LAST = lore.regex(r"\blast\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


def _last_before(statement: Statement, requirement: Events, record: Record) -> Count | None:
    """Return none for "last admitted in March 2024" where the window begins after it."""
    first = record.first_day(requirement.window)
    if first is None or statement.cells or not statement.date or not record.inside(statement.date, requirement.window):
        return None
    for part in re.split(r"(?<=[.;])\s+(?=[A-Z])", statement.text):
        match = event_pattern(requirement.event).search(part)
        if match and _LAST.search(part[: match.start()]) and tells_of_before(part, first):
            return Count(low=0, high=0)
    return None


_RANGE_TO = lore.regex(
    r"\s*(?:to|or|-|–)\s*(?P<high>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE
)
_AT_LEAST = lore.regex(r"\b(?:at least|a minimum of|[≥]|>=)\s*$", re.IGNORECASE)
_MORE_THAN = lore.regex(r"\b(?:more than|over)\s*$|>\s*$", re.IGNORECASE)


def _number_before(lead: str) -> re.Match[str] | None:
    """Return the number nearest before the event: "two exacerbations, no admission" counts no admission."""
    found = _HOW_MANY.search(lead)
    while found and not _RANGE_TO.match(lead, found.end("n")):
        nearer = _HOW_MANY.search(lead, found.end("n"))
        if nearer is None:
            break
        found = nearer
    if found and not _NONE_WORDS.match(found["n"]) and not _OF_EVENT.fullmatch(lead, found.end("n")):
        return None
    return found


# What may stand between a number and the event that it counts: "3 (severe) (asthma) exacerbations", "two episodes of".
# "5 days for an exacerbation", "34, exacerbation in May", "2 puffs for exacerbations" count something else.
_OF_EVENT = lore.regex(
    r"\s*(?:(?:to|or|-|–)\s*\w+\s+)?(?:more\s+)?(?:(?:episodes?|events?|attacks?|spells?)\s+(?:of|with)\s+)?"
    r"(?:(?!(?:for|after|before|of|since|with|in|on|at|from|and|or|then|during|when|until|by|due|to|per|the|an?|her|his|mg|mcg|ml"
    r"|puffs?|tablets?|doses?|visits?|hours?|days?|weeks?|months?|years?|nebulizers?|pills?|times?|y|yo|yr|percent)\b)"
    r"[a-z][a-z-]*\s+){0,4}",
    re.IGNORECASE,
)


def _count_in(statement: Statement, requirement: Events) -> Count | None:
    """Return the number of events that a sentence states; None when it states none."""
    if statement.cells or not_yet(statement.text) or _GOAL.search(statement.text):
        return None
    if requirement.averaged and (mean := mean_a_month(statement.text, requirement)) is not None:
        return Count(low=mean, high=mean)
    for part in re.split(r"(?<=[.;])\s+", statement.text):
        for match in _counted(requirement, part):
            lead = part[: match.start()]
            if found := _number_before(lead):
                count = 0.0 if _NONE_WORDS.match(found["n"]) else number_of(found["n"])
            elif behind := _BEHIND.match(part[match.end() :]):
                count = 0.0 if _NONE_WORDS.match(behind["n"]) else number_of(behind["n"])
            elif re.search(r"\b(?:denies|no|never|not|without)\b[^.;]{0,60}$", lead, re.IGNORECASE):
                count = 0.0
            else:
                continue
            if requirement.per == "month" and _OVER_MONTHS.match(part, match.end()):
                continue  # "27 migraine days over June to August"
            if count is not None and not _length_there(part, match.start(), found):
                if requirement.per == "month" and (listed := _by_month(part[match.end() :])):
                    return Count(low=min(count, *listed), high=max(count, *listed))
                return _bounds(count, *(lead[: found.start("n")], lead[found.end("n") :]) if found else ("", ""))
    return None


def _counted(requirement: Events, part: str) -> list[re.Match[str]]:
    """Return where a clause names what is counted: the event, or the visits that it led to together with its cause."""
    if not requirement.settings:
        return list(event_pattern(requirement.event).finditer(part))
    if not cause_pattern(requirement.event).search(part):
        return []
    held = [key for key in requirement.settings if setting_pattern((key,), "chart").search(part)]
    denied = re.search(r"\b(?:no|denies|never|without|not)\b", part, re.IGNORECASE)
    if denied and len(held) < len(requirement.settings):
        return []  # "no admission for asthma" leaves the emergency room open
    found = setting_pattern(requirement.settings, "chart").finditer(part)
    return [at for at in found if caused_by(requirement.event, part, at.end())]


_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
# "over June to August", "in the past 3 months", "since May": the events of more than one month
_OVER_MONTHS = lore.regex(
    rf"\s*(?:\([^)]*\)\s*)?(?:(?:over|between|from|during|in|for|across|since|within)\s+)(?:the\s+)?(?:(?:past|last)\s+)?"
    rf"(?:{_MONTH}(?:\s+\d{{4}})?\s*(?:to|through|and|until|-|–)\s*{_MONTH}|(?:\d+|two|three|four|five|six|twelve)\s+(?:\w+\s+)?(?:months|weeks)"
    rf"|quarter|summer|winter|spring|fall|year)",
    re.IGNORECASE,
)
_IN_MONTH = lore.regex(rf"[\s,;]*(?:and\s+)?(?:(?P<n>\d{{1,2}})\s+)?in\s+{_MONTH}", re.IGNORECASE)


def _by_month(tail: str) -> list[float]:
    """Return the further counts of "9 migraine days in June, 8 in July and 10 in August"."""
    found: list[float] = []
    at = _IN_MONTH.match(tail)
    while at:
        found += [float(at["n"])] if at["n"] else []
        at = _IN_MONTH.match(tail, at.end())
    return found


_SUM_OVER = lore.regex(
    rf"\s*(?:\([^)]*\)\s*)?(?:over|in|during|for|across|from|between)\s+(?:the\s+)?(?:(?:past|last)\s+)?(?:(?P<n>\d+|two|three|four|six|twelve)\s+months"
    rf"|(?P<a>{_MONTH})(?:\s+\d{{4}})?\s*(?:to|through|and|until|-|–)\s*(?P<b>{_MONTH}))",
    re.IGNORECASE,
)


def mean_a_month(text: str, requirement: Events) -> float | None:
    """Return the mean of "9 migraine days in June, 8 in July and 10 in August", of "27 over June to August"."""
    for match in event_pattern(requirement.event).finditer(text):
        lead = re.search(r"(?P<n>\d{1,3})\s+(?:\w+\s+)?$", text[: match.start()])
        if not lead:
            continue
        count, tail = float(lead["n"]), text[match.end() :]
        if over := _SUM_OVER.match(tail):
            months = number_of(over["n"]) if over["n"] else _months_between(over["a"], over["b"])
            return round(count / months, 2) if months else None
        if re.match(rf"\s*in\s+{_MONTH}", tail, re.IGNORECASE) and (listed := _by_month(tail)):
            held = [count, *listed]
            return round(sum(held) / len(held), 2)
    return None


def _months_between(first: str, last: str) -> int | None:
    start, end = (_MONTH_NUMBERS.get(at[:3].lower()) for at in (first, last))
    return (end - start) % 12 + 1 if start and end else None


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH_NUMBERS = {name: at for at, name in enumerate(_MONTHS.split(), start=1)}


def _bounds(count: float, before: str, behind: str) -> Count:
    if match := _RANGE_TO.match(behind):
        other = number_of(match["high"]) or count
        return Count(low=min(other, count), high=max(other, count))
    if _MORE_THAN.search(before):
        return Count(low=count + 1, high=math.inf)
    if _AT_LEAST.search(before):
        return Count(low=count, high=math.inf)
    return Count(low=count, high=count)


def _length_there(part: str, at: int, found: re.Match[str] | None) -> bool:
    """Whether the number before the event belongs to a length of time ("two years of migraine")."""
    return (
        bool(found)
        and any(length.start <= found.start("n") < length.end for length in find_lengths(part[:at]))
        and "day" not in part[found.start("n") : at + 20].lower()
    )


def _holds(count: Count, requirement: Events) -> bool | None:
    """Whether the count keeps the bound; None where a range or "at least" leaves it open."""
    answers = {_keeps(count.low, requirement), _keeps(count.high, requirement)}
    low, high = requirement.value, requirement.high
    if requirement.comparator == "between" and high is not None and count.low < low and count.high > high:
        return None
    if requirement.comparator == "between" and answers == {False} and count.low < low <= count.high:
        return None
    return answers.pop() if len(answers) == 1 else None


def _keeps(count: float, requirement: Events) -> bool:
    high = requirement.high if requirement.high is not None else requirement.value
    return {
        ">": count > requirement.value,
        ">=": count >= requirement.value,
        "<": count < requirement.value,
        "<=": count <= requirement.value,
        "between": requirement.value <= count <= high,
    }.get(requirement.comparator, count == requirement.value)


def _events_shown(requirement: Events, name: str) -> str:
    words = {">": "more than", ">=": "at least", "<": "fewer than", "<=": "at most"}
    if requirement.comparator == "between" and requirement.high is not None:
        return f"{requirement.value:g} to {requirement.high:g} {name}" + (
            f" a {requirement.per}" if requirement.per else ""
        )
    per = f" a {requirement.per}" if requirement.per else ""
    plural = "s" if requirement.value != 1 and not name.endswith(("s", ")")) else ""
    return f"{words.get(requirement.comparator, '')} {requirement.value:g} {name}{plural}{per}".strip()
