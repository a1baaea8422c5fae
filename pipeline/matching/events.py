"""Counts of events: exacerbations, fractures, low readings, headache days."""

import datetime as dt
import re
from functools import cache

from extractors.chart.facts import Statement
from pipeline.matching.phrases import find_lengths, number_of
from pipeline.matching.record import Record, cite, not_yet
from pipeline.matching.requirements import Events
from pipeline.matching.terms import data, wording
from pipeline.matching.values import day_words
from pipeline.matching.verdict import Verdict, met, not_met, unclear


@cache
def _chart_pattern(event: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{at})" for at in data("events")[event]["chart"]), re.IGNORECASE)


_HOW_MANY = wording("events.how_many")
_BEHIND = wording("events.behind")
_GOAL = re.compile(r"\b(?:goal|target|aim(?:ing)?|fewer than|less than|reduc\w+ (?:to|by))\b", re.IGNORECASE)
_NONE_WORDS = re.compile(r"^(?:no|zero|never|none|denies|without|not)\b", re.IGNORECASE)


def judge_events(requirement: Events, record: Record) -> Verdict:
    """Return the verdict on a count of events: only a sentence that gives the number decides."""
    entry = data("events")[requirement.event]
    wanted = _events_shown(requirement, entry["name"])
    counts: list[tuple[float, Statement]] = []
    for statement in record.statements:
        count = _count_in(statement, requirement)
        if count is None or not record.holds(statement, requirement.window):
            continue
        counts.append((count, statement))
    facts = {"wanted": wanted, "name": entry["name"], "count": "", "date": ""}
    if not counts:
        return unclear(
            "silent_events", wants=f"the number and dates of {entry['name']}s, with the record of each", **facts
        )
    newest = max((at.date for _, at in counts if at.date), default=None)
    latest = [(n, at) for n, at in counts if at.date == newest] or counts
    answers = {_holds(n, requirement) for n, _ in latest}
    proof = [at for _, at in sorted(latest, key=lambda pair: -pair[0])]
    others = [
        at
        for n, at in sorted(counts, key=lambda pair: pair[1].date or dt.date.min, reverse=True)
        if at not in proof and {_holds(n, requirement)} == answers
    ]
    facts |= {"count": f"{latest[0][0]:g}", "date": day_words(newest)}
    if answers == {True}:
        return met("events_right", cite([*proof, *others]), **facts)
    if answers == {False} and all(
        _holds(n, requirement) is False for n, at in counts if at.date and newest and (newest - at.date).days < 365
    ):
        return not_met("events_wrong" if latest[0][0] else "events_none", cite([*proof, *others]), **facts)
    return unclear("events_unsure", cite([*proof, *others]), wants=f"the number and dates of {entry['name']}s", **facts)


def _count_in(statement: Statement, requirement: Events) -> float | None:
    """Return the number of events that a sentence states; None when it states none."""
    if statement.cells or not_yet(statement.text) or _GOAL.search(statement.text):
        return None
    for part in re.split(r"(?<=[.;])\s+", statement.text):
        for match in _chart_pattern(requirement.event).finditer(part):
            lead = part[: match.start()]
            if found := _HOW_MANY.search(lead):
                count = 0.0 if _NONE_WORDS.match(found["n"]) else number_of(found["n"])
            elif behind := _BEHIND.match(part[match.end() :]):
                count = number_of(behind["n"])
            elif re.search(r"\b(?:denies|no|never|not|without)\b[^.;]{0,60}$", lead, re.IGNORECASE):
                count = 0.0
            else:
                continue
            if count is not None and not _length_there(part, match.start(), found):
                return count
    return None


def _length_there(part: str, at: int, found: re.Match[str] | None) -> bool:
    """Whether the number before the event belongs to a length of time ("two years of migraine")."""
    return (
        bool(found)
        and any(length.start <= found.start("n") < length.end for length in find_lengths(part[:at]))
        and "day" not in part[found.start("n") : at + 20].lower()
    )


def _holds(count: float, requirement: Events) -> bool:
    return {
        ">": count > requirement.value,
        ">=": count >= requirement.value,
        "<": count < requirement.value,
        "<=": count <= requirement.value,
    }.get(requirement.comparator, count == requirement.value)


def _events_shown(requirement: Events, name: str) -> str:
    words = {">": "more than", ">=": "at least", "<": "fewer than", "<=": "at most"}
    per = f" a {requirement.per}" if requirement.per else ""
    plural = "s" if requirement.value != 1 and not name.endswith(("s", ")")) else ""
    return f"{words.get(requirement.comparator, '')} {requirement.value:g} {name}{plural}{per}".strip()
