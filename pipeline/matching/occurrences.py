"""Single events that the chart dates one by one: "relapse on 03/18/2026", an emergency record that names its cause.

They give a least number, never a most: another may have gone unrecorded.
"""

import datetime as dt
import re
from functools import cache
from itertools import pairwise

from extractors import lore
from extractors.chart.dates import DateMention, find_dates
from extractors.chart.facts import Statement
from pipeline.matching.record import Record, not_yet, page_of
from pipeline.matching.requirements import Events
from pipeline.matching.terms import data, wording

# Two dates nearer than this may tell of one event twice (GINA 2024 and McDonald 2017 part attacks by 30 days at most).
APART_DAYS = 30
_DENIED = wording("occurrences.denied")
_NOT_ONE = wording("occurrences.not_one")
_NO_EVENT = wording("occurrences.no_event")
_SELF = wording("occurrences.diagnosis")


@cache
def setting_pattern(keys: tuple[str, ...], part: str) -> re.Pattern[str]:
    """Return the pattern of these settings: `part` is criterion, chart or record."""
    held = data("event_settings")["settings"]
    return lore.regex("|".join(at for key in keys for at in held[key][part]), re.IGNORECASE)


@cache
def cause_pattern(event: str) -> re.Pattern[str]:
    """Return the words that name the cause of a visit."""
    return lore.regex("|".join(data("event_settings")["causes"][event]), re.IGNORECASE)


@cache
def event_pattern(event: str) -> re.Pattern[str]:
    """Return the words that name the event in a chart."""
    return lore.regex("|".join(f"(?:{at})" for at in data("events")[event]["chart"]), re.IGNORECASE)


def words_of_event(requirement: Events) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of which each clause that tells of such an event holds one."""
    cause = (cause_pattern(requirement.event),) if requirement.settings else ()
    return (event_pattern(requirement.event), *cause)


def find_occurrences(requirement: Events, record: Record) -> list[tuple[dt.date, Statement]]:
    """Return the events dated one by one inside the window, newest first, each once."""
    found = [
        (day, statement)
        for statement in record.may_say(*words_of_event(requirement))
        if statement.section != "header"
        for day in _days(statement, requirement, record)
        if record.inside(day, requirement.window) and day <= record.request_date
    ]
    kept: list[tuple[dt.date, Statement]] = []
    for day, statement in sorted(found, key=lambda at: at[0], reverse=True):
        if all(abs((day - held).days) >= APART_DAYS for held, _ in kept):
            kept.append((day, statement))
    return kept


def _days(statement: Statement, requirement: Events, record: Record) -> list[dt.date]:
    if not_yet(statement.text) or _NO_EVENT.search(statement.text):
        return []
    days = []
    for part in re.split(r"(?<=[.;])\s+", statement.text):
        if not _is_one(part, requirement, statement, record):
            continue
        dates = [at for at in find_dates(part, near=statement.date) if at.precision != "year"]
        if len(dates) == 1 or _is_list(part, dates):
            days += [at.day for at in dates]
        elif not dates and statement.date and _own_record(part, requirement, statement, record):
            days.append(statement.date)
    return days


_JOINED = lore.regex(r"\s*(?:\([^()]{0,20}\)\s*)?(?:[,;&]|and)?\s*(?:and\s+)?(?:on\s+)?", re.IGNORECASE)


def _is_list(part: str, dates: list[DateMention]) -> bool:
    """Whether several days stand in one row ("on 01/03/2026, 04/10/2026 and 07/20/2026"), each of an event."""
    between = [part[a.end : b.start] for a, b in pairwise(dates)]
    return len(dates) > 1 and all(at.precision == "day" for at in dates) and all(map(_JOINED.fullmatch, between))


def _is_one(part: str, requirement: Events, statement: Statement, record: Record) -> bool:
    """Whether a clause tells of one such event as a fact."""
    if requirement.settings:
        there = setting_pattern(requirement.settings, "chart").search(part)
        if there and not caused_by(requirement.event, part, there.end()):
            return False
        if not cause_pattern(requirement.event).search(part):
            return False
        if not there and not _in_record(requirement, statement, record):
            return False
    else:
        named = event_pattern(requirement.event).search(part)
        if not named:
            return False
        if named[0].lower().endswith("s") and not _is_list(part, find_dates(part, near=statement.date)):
            return False  # "exacerbations in May" may be any number; a count is read elsewhere
    return not _DENIED.search(part) and not _NOT_ONE.search(part)


_FOR = lore.regex(
    r"\b(?:for|with|due to|because of|from|after|following|secondary to)\s+(?P<what>(?:[\w/-]+\s*){1,5})", re.IGNORECASE
)


def caused_by(event: str, part: str, end: int) -> bool:
    """Whether the visit told up to `end` was for this event: the cause named behind it, else one named before."""
    behind = _FOR.search(part, end)
    if behind:
        return bool(cause_pattern(event).search(behind["what"]))
    return bool(cause_pattern(event).search(part[:end])) or bool(event_pattern(event).search(part))


def _in_record(requirement: Events, statement: Statement, record: Record) -> bool:
    """Whether the page is itself the record of such a visit."""
    heads = [at.text for at in record.on_page(page_of(statement.evidence))[:8] if at.section in ("header", "title", "")]
    return any(setting_pattern(requirement.settings, "record").search(at) for at in heads if len(at) < 80)


def _own_record(part: str, requirement: Events, statement: Statement, record: Record) -> bool:
    """Whether the diagnosis of an emergency or hospital record names the event, so that the page's day is its day."""
    return bool(requirement.settings) and bool(_SELF.search(part)) and _in_record(requirement, statement, record)
