"""When a value told in prose was measured, and the later value that the same words may give."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Assertion, Fact, Measurement, Statement
from extractors.chart.quantities import NUMBER, UNIT, measured
from extractors.vocabulary.sieve import rare

_MONTH_AFTER = lore.regex(
    r"^\s*,?\s*(?:in|of|on|from|\()\s*(?P<when>[A-Z][a-z]+\.?\s+\d{1,2}(?:,\s*\d{4})?(?!\d)|[A-Z][a-z]+(?:\s+\d{4})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4})\s*\)?"
)
# "AHI 32 events/hour on home sleep test of 05/02/2026", "-2.8 at the femoral neck (DXA 04/10/2026)"
_DATE_AFTER = lore.regex(
    r"^(?P<what>[^,;.()\d]{0,60}(?:\b(?:on|of|dated|from)\s+|\([^()\d]{0,30}\s))(?P<when>\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4}|[A-Z][a-z]{2,8}\s\d{1,2},\s\d{4}|[A-Z][a-z]{2,8}\s\d{4})"
)
# "home sleep test of 02/2024, AHI 12": the day of what the value comes from stands before it
_DATE_BEFORE = lore.regex(
    r"\b(?:of|on|from|dated|in)\s+(?P<when>\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4}|[A-Z][a-z]{2,8}\s\d{1,2},\s\d{4}|[A-Z][a-z]{2,8}\s\d{4})\s*[:,]?\s*(?:(?:the|an?|showed|shows|with|gave)\s+){0,2}$"
)
# "22 (8/10; 27 in April)", "9.1% (7/1)", "8.7% 4/2026", "EASI 28.4 1/15/26": a date alone behind the value
_DATE_RIGHT_BEHIND = lore.regex(
    r"^\s*(?:[HL*]\s+)?(?:\(\s*(?:on\s+)?(?P<when>\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}/\d{4}|[A-Z][a-z]{2,8}\.?\s+(?:\d{1,2},?\s+)?\d{4})\s*[,;)]"
    r"|,?\s*(?P<bare>\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/(?:19|20)\d\d)(?=\s*(?:[,;).]|$|and\b|then\b))"
    r"|(?:,\s*|\s)last\s+(?P<last>[A-Z][a-z]{2,8})\b)"
)
# "Labs 11/14/24: ALT 94, AST 71": the day of every value of the sentence that has none of its own
_DAY_OF_ALL = lore.regex(
    r"^\W*(?P<what>(?:[A-Za-z][\w/&+-]*\.?,?\s+(?:and\s+)?){0,5})\(?(?P<when>\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4}|\d{1,2}/\d{1,2}|"
    r"[A-Z][a-z]{2,8}\.?\s+\d{1,2},\s+\d{4}|[A-Z][a-z]{2,8}\.?\s+\d{4})\)?\s*(?P<colon>[:–—-])?\s"
)
# "Flex sig 07/2026 Mayo endoscopic subscore 3", "echo 07/28 LVEF 35%": right before the name of the value
_DAY_RIGHT_BEFORE = lore.regex(
    r"(?<![\d/-])(?P<when>\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/(?:19|20)\d\d|\d{1,2}/\d{1,2})\)?\s*(?::|\bw/|\bwith|\bshow(?:s|ed)|\bhad)?\s*(?:an?\s+|the\s+)?$"
)
_OTHER_EVENT = lore.regex(
    r"\b(?:start|began|begun|stop|since|until|before|after|prior|goal|target|due|repeat|recheck|change|switch|while|improv|down|up)",
    re.I,
)
_YEAR_AFTER = lore.regex(
    r"^\s*,?\s*\(?(?:back\s+)?(?:in|of|from)\s+(?:early\s+|late\s+|mid-?)?(?P<year>(?:19|20)\d\d)\b(?!-)"
)
# "112 before rosuvastatin", "30% prior to treatment": of an earlier day that is not told
_BEFORE_AFTER = lore.regex(
    r"^\s*\(?(?:before|prior to|pre-?treatment|at (?:diagnosis|baseline)|initially|originally|years ago)\b", re.I
)
# "..., recovered to 52% on 06/02/2026", "31 now", "54 on it": a later value of the same thing in the same words
_LATER = lore.regex(
    rf"(?:[,;(]|->|→|–>|=>|\band\b|\bbut\b|\bto\b|\bthen\b)\s*(?:(?:initial|initially|prior|previously|previous|baseline|earlier|vs|and|but|then|now|has|have|recovered|improved|fell|rose|came|risen|fallen|dropped|is|was|to|down|up|only|at)\s+){{0,4}}"
    rf"(?P<value>{NUMBER})(?![\d:/]|[-.,]\d)\s*(?P<percent>%)?\s*(?P<unit>{UNIT})?\s*(?P<when>now\b|today\b|currently\b|at\s+this\s+visit|this\s+(?:visit|week|month)"
    r"|on\s+(?:it|therapy|treatment)\b|(?:on|in|of)\s+(?:\d{1,2}/\d|[A-Z][a-z]{2,8}\b)|\(\d{1,2}/\d|\d{1,2}/(?:\d{1,2}/)?\d{2,4}|,\s*\d{1,2}/\d{1,2}/\d{2,4}(?=\s*\))|last\s+[A-Z][a-z]{2,8}\b)",
    re.IGNORECASE,
)
# "Starting weight 132 kg", "baseline EASI 28": of another day, which the sentence may name or not
_EARLIER = rare(
    r"\b(?:starting|baseline|initial|previous|prior|pre-?treatment|original|heaviest|highest|earlier|pre-?biologic)\s+(?:\w+\s+)?$",
    re.I,
)


def day_beside(statement: Statement, after: str) -> dt.date | None:
    """Return the date that stands beside the value, else the statement's own."""
    if year := _YEAR_AFTER.match(after):
        return dt.date(int(year["year"]), 1, 1)
    if (named := _DATE_AFTER.match(after)) and not _OTHER_EVENT.search(named["what"]):
        dates = find_dates(named["when"])
        if len(dates) == 1:
            return dates[0].day
    if beside := _DATE_RIGHT_BEHIND.match(after):
        dates = find_dates(beside["when"] or beside["bare"] or f"in {beside['last']}", near=statement.date)
        if len(dates) == 1:
            return dates[0].day
    if match := _MONTH_AFTER.match(after):
        dates = find_dates(f"in {match['when']}", near=statement.date)
        if len(dates) == 1:
            return dates[0].day
    return statement.date


def told_day(statement: Statement, start: int, after: str) -> dt.date | None:
    """Return the day of a value; None for an earlier one whose day is not told."""
    day = day_beside(statement, after)
    if day == statement.date and (before := _DATE_BEFORE.search(statement.text[:start])):
        dates = find_dates(before["when"])
        day = dates[0].day if len(dates) == 1 else day
    if day == statement.date and (lead := _day_before(statement, start)):
        day = lead
    earlier = (
        _EARLIER.search(statement.text[:start], statement.text)
        or _BEFORE_AFTER.match(after)
        or _is_superseded(after, 0)
    )
    return None if earlier and day == statement.date else day


def _day_before(statement: Statement, start: int) -> dt.date | None:
    """Return the day that stands right before a value's name, or before all the values of the sentence."""
    text = statement.text[:start]
    found = _DAY_RIGHT_BEFORE.search(text)
    whole = _DAY_OF_ALL.match(statement.text)
    if found and not _OTHER_EVENT.search(_last_clause(text[: found.start()])):
        when = found["when"]
    elif (
        whole
        and whole.end() <= start
        and (whole["colon"] or not whole["what"])
        and not _OTHER_EVENT.search(whole["what"])
    ):
        when = whole["when"]
    else:
        return None
    dates = find_dates(when, near=statement.date)
    return dates[0].day if len(dates) == 1 else None


def _last_clause(text: str) -> str:
    return re.split(r"[.;,:]\s", text)[-1]


def _is_superseded(tail: str, end: int) -> bool:
    """Whether today's value of the same thing follows, so that this one is of an earlier day."""
    found = _LATER.search(tail, end)
    return bool(found) and not re.match(
        r"\(?(?:on|in|of)\s+(?!it\b|therapy|treatment)|[(,]?\s*\d|last\b", found["when"], re.I
    )


def later_values(
    key: str, statement: Statement, tail: str, end: int, unit: str | None, assertion: Assertion
) -> list[Fact]:
    """Return the value that the words give for a later day ("58 in 2024, 31 now")."""
    found = _LATER.search(tail, end)
    if not found or found.end() <= end:
        return []
    when = tail[found.start("when") :][:40]
    dates = [at for at in find_dates(when, near=statement.date) if at.start <= 5]
    if (
        found["when"].lower().startswith(("on ", "in ", "of ", "(", ",", "last "))
        and not dates
        and not re.match(r"on\s+(?:it|therapy|treatment)", when, re.I)
    ):
        return []
    number = float(found["value"].replace(",", ""))
    value = Measurement(value=number, unit=found["unit"] or ("%" if found["percent"] else unit))
    told = measured(key, value, dates[0].day if dates else statement.date, statement, assertion)
    return [told, *later_values(key, statement, tail, found.start("when"), unit, assertion)]
