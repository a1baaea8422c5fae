"""Dates as charts write them, full or partial, and lengths of time.

A chart says "02/03/2025", "May 2024", "03/2024", "since 2019" and "on 03/16": each
comes back with its precision, so nobody takes a month for a day.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from extractors import lore
from extractors.numbers import ARTICLES, ONES, TENS
from extractors.vocabulary.sieve import rare

Precision = Literal["day", "month", "year"]
_RANK = {"day": 0, "month": 1, "year": 2}

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")"

# Tried in this order at each place; the first that fits wins.
_DATE = lore.regex(
    rf"""(?=[\dJFMASOND])(?<![\d/.])(?<!\b\d-)(?<!\b\d\d-)(?:
      (?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)-(?P<id>\d\d)(?!\d)                       # 2025-02-03
    | (?P<m>\d{{1,2}})[/.-](?P<d>\d{{1,2}})[/.-](?P<y>(?:19|20)\d\d)(?!\d)        # 02/03/2025, 02-03-2025
    | (?P<m2>\d{{1,2}})[/-](?P<d2>\d{{1,2}})[/-](?P<y2>\d\d)(?![\d/%])            # 02/03/25
    | \b(?P<mon>{_MONTH})\.?\s+(?P<md>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<my>(?:19|20)\d\d)(?!\d)  # February 3, 2025
    | (?P<dd>\d{{1,2}})\s*[- ]\s*(?P<dmon>{_MONTH})\.?,?\s*[- ]\s*(?P<dy>(?:19|20)\d\d)(?!\d)     # 3 February 2025
    | (?P<pm>\d{{1,2}})/(?P<py>(?:19|20)\d\d)(?!\d)                               # 02/2025
    | \b(?P<wmon>{_MONTH})\.?,?\s+(?:of\s+)?(?P<wy>(?:19|20)\d\d)(?!\d)           # February 2025
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Only where a caller expects a date: too many numbers look like these.
_BARE_YEAR = lore.regex(r"(?<![\d/.,-])(?P<y>(?:19|20)\d\d)(?![\d/.%-])(?!\s*(?:mg|mcg|units|feet))")
_YEAR_RANGE = lore.regex(r"(?<![\d/.,-])(?P<a>(?:19|20)\d\d)\s*[-–]\s*(?P<b>(?:19|20)\d\d)(?![\d/.%-])")
_YEAR_TO_MONTH = lore.regex(r"(?<![\d/.,-])(?P<y>(?:19|20)\d\d)(?=\s*[-–]\s*\d{1,2}/(?:19|20)\d\d)")
_DAY_MONTH = lore.regex(r"(?<![\d/.-])(?P<m>0?[1-9]|1[0-2])/(?P<d>[0-2]?\d|3[01])(?![\d/%])")
_MONTH_DAY = rare(
    rf"\b(?P<mon>{_MONTH})\.?\s+(?P<d>[0-2]?\d|3[01])(?:st|nd|rd|th)?\b(?!,?\s*\d{{4}}|[/.:]\d|\s*(?:mg|mcg|%|units))",
    re.IGNORECASE,
)
_DIGIT = lore.regex(r"\d")
_BARE_MONTH = rare(rf"\b(?P<mon>{_MONTH})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text; `day` is the first day of its month or year when coarser."""

    start: int
    end: int
    day: dt.date
    precision: Precision


def coarser(*precisions: Precision) -> Precision:
    """Return the coarsest of them: a span is as exact as its worse end."""
    return max(precisions, key=_RANK.__getitem__, default="day")


def days_between(
    start: dt.date, start_precision: Precision, stop: dt.date, stop_precision: Precision
) -> tuple[int, bool]:
    """Return the days from start to stop and whether that is only a lower bound.

    "02/2025 to 07/2025" is at least February 28 to July 1: a coarse date counts as its unfavourable end.
    """
    if start_precision == "month":
        start = (start.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    elif start_precision == "year":
        start = start.replace(month=12, day=31)
    coarse = (start_precision, stop_precision) != ("day", "day")
    return max(0, (stop - start).days), coarse


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= year <= 2100 else None


def _read(match: re.Match[str]) -> tuple[dt.date | None, Precision]:
    part = match.groupdict()
    if part["iy"]:
        return _date(int(part["iy"]), int(part["im"]), int(part["id"])), "day"
    if part["m"]:
        return _date(int(part["y"]), int(part["m"]), int(part["d"])), "day"
    if part["m2"]:
        year = int(part["y2"])
        return _date(year + (2000 if year < 50 else 1900), int(part["m2"]), int(part["d2"])), "day"
    if part["mon"]:
        return _date(int(part["my"]), _MONTHS[part["mon"].lower()], int(part["md"])), "day"
    if part["dd"]:
        return _date(int(part["dy"]), _MONTHS[part["dmon"].lower()], int(part["dd"])), "day"
    if part["pm"]:
        return _date(int(part["py"]), int(part["pm"]), 1), "month"
    return _date(int(part["wy"]), _MONTHS[part["wmon"].lower()], 1), "month"


def find_dates(text: str, bare_years: bool = False, near: dt.date | None = None) -> list[DateMention]:
    """Return the dates in reading order.

    `bare_years` also takes "2019" alone. `near` (the visit) gives the year to "on 03/16"
    and "in January": the last such day at or before it.
    """
    return list(_dates_in(text, bare_years, near))


@lru_cache(maxsize=2048)  # a row or sentence is asked for its dates at several steps
def _dates_in(text: str, bare_years: bool, near: dt.date | None) -> tuple[DateMention, ...]:
    found = []
    if not _DIGIT.search(text) and not (near and _BARE_MONTH.search(text)):
        return ()  # every date but a bare month has a figure
    for match in _DATE.finditer(text):
        day, precision = _read(match)
        if day:
            found.append(DateMention(match.start(), match.end(), day, precision))

    years: list[DateMention] = []

    def free(match: re.Match[str]) -> bool:
        return not any(at.start < match.end() and match.start() < at.end for at in found)

    if near:
        for match in _DAY_MONTH.finditer(text) if "/" in text else ():
            if int(match["d"]) == near.year % 100 and len(match["d"]) == 2 and int(match["m"]) <= near.month:
                # "d/c'd 3/26" in 2026: of March in either reading
                if free(match) and (day := _date(near.year, int(match["m"]), 1)):
                    found.append(DateMention(match.start(), match.end(), day, "month"))
                continue
            if free(match) and (day := _last_before(near, int(match["m"]), int(match["d"]))):
                found.append(DateMention(match.start(), match.end(), day, "day"))
        for match in _MONTH_DAY.finditer(text):
            if not match[0][0].isupper() or not free(match) or _verb_may(text, match):
                continue
            if day := _last_before(near, _MONTHS[match["mon"].lower()], int(match["d"])):
                found.append(DateMention(match.start(), match.end(), day, "day"))
        for match in _BARE_MONTH.finditer(text):
            # "may" is a verb and "march" a walk: only the written-out month with a capital counts
            if not match[0][0].isupper() or not free(match) or _verb_may(text, match):
                continue
            if day := _last_before(near, _MONTHS[match["mon"].lower()], 1):
                found.append(DateMention(match.start(), match.end(), day, "month"))
    if bare_years:
        for match in _YEAR_RANGE.finditer(text):
            for part in ("a", "b"):
                if free(match) and (day := _date(int(match[part]), 1, 1)):
                    years.append(DateMention(match.start(part), match.end(part), day, "year"))
        for match in _YEAR_TO_MONTH.finditer(text):
            if free(match) and (day := _date(int(match["y"]), 1, 1)):
                years.append(DateMention(match.start("y"), match.end("y"), day, "year"))
        found += years
        for match in _BARE_YEAR.finditer(text):
            if free(match) and (day := _date(int(match["y"]), 1, 1)):
                found.append(DateMention(match.start(), match.end(), day, "year"))
    return tuple(sorted(found, key=_start))


def _start(at: DateMention) -> int:
    return at.start


def _verb_may(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()].rstrip()
    return match["mon"].lower() in ("may", "march", "mar") and (not before or before[-1] in ".:;")


def _last_before(near: dt.date, month: int, day: int) -> dt.date | None:
    for year in (near.year, near.year - 1):
        found = _date(year, month, day)
        if found and found <= near:
            return found
    return None


def parse_date(text: str) -> DateMention | None:
    """Return the date a table cell or label value holds; None when it holds none or several."""
    found = find_dates(text, bare_years=True)
    return found[0] if len(found) == 1 else None


# "several weeks" is a length that nobody knows
_WORDS = {word: n for word, n in ONES.items() if n} | TENS | ARTICLES | {"several": None}
_NUMBER = r"(?:\d+(?:\.\d+)?|" + "|".join(word for word, n in _WORDS.items() if n) + r")"
# days per unit; a month is 30 days and a year 365, so that no course comes out longer than it was
_UNIT_DAYS = {
    "day": 1,
    "week": 7,
    "wk": 7,
    "month": 30,
    "mo": 30,
    "mos": 30,
    "year": 365,
    "yr": 365,
    "d": 1,
    "w": 7,
    "y": 365,
}
_DURATION = lore.regex(
    rf"""(?P<more>\b(?:more\s+than|over|at\s+least|greater\s+than|longer\s+than|well\s+over|beyond|>=?|>\s*)\s*)?
    (?P<less>\b(?:less\s+than|under|not\s+quite|barely|up\s+to|at\s+most|nearly|almost|<=?)\s*)?
    (?P<about>\b(?:about|approximately|approx\.?|around|some|roughly|~)\s*)?
    (?<![\d/.])\b(?P<n>{_NUMBER})(?P<half>\s+and\s+a\s+half)?
    (?:\s*(?:-|to|–)\s*(?P<n2>{_NUMBER}))?
    \s*-?\s*(?:(?:full|consecutive|straight|continuous|whole|complete|solid)\s+)?(?P<unit>days?|weeks?|wks?|months?|mos?|years?|yrs?|(?<=x\s\d\s)[dwy]|(?<=x\d\s)[dwy]|(?<=x\s\d\d\s)[dwy]|(?<=x\d\d\s)[dwy]|(?<=x\d)[dwy]|(?<=x\d\d)[dwy]|(?<=x\s\d)[dwy]|(?<=x\s\d\d)[dwy])\b
    (?P<plus>\s*(?:\+|or\s+more|or\s+longer))?""",
    re.IGNORECASE | re.VERBOSE,
)


# what every length of time holds: one pass for it, where most sentences tell of none
_UNIT = lore.regex(r"day|week|wk|mo|year|yr|x\s?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in a text, in days."""

    start: int
    end: int
    days: int
    at_least: bool = False
    at_most: bool = False
    about: bool = False
    unit: str = "day"


_OF_EACH = lore.regex(
    r"\s*(?:(?:a|per|each|every|of\s+(?:the|a|each|every)|in\s+(?:the|a|each|every)|out\s+of\s+(?:the|a|each|every)|/)\s*"
    r"(?:week|wk|month|mo|year|yr|cycle)s?\b(?!\s+(?:ago|before|earlier|later|of))|(?:weekly|monthly)\b"
    r"|(?:every|out\s+of|in|of)\s+(?:\d{1,2}|two|three|four|six|seven|eight|twelve|thirty)\b)",
    re.IGNORECASE,
)


def _number(word: str) -> float:
    return float(word) if word[0].isdigit() else float(_WORDS[word.lower()] or 0)


@lru_cache(maxsize=2048)
def find_durations(text: str) -> tuple[Duration, ...]:
    """Return lengths of time in reading order: "fifteen months" is 450 days, "2-3 weeks" the shorter."""
    found = []
    if not _UNIT.search(text):
        return ()
    for match in _DURATION.finditer(text):
        unit = match["unit"].lower().rstrip("s") or "mo"
        number = _number(match["n"]) + (0.5 if match["half"] else 0.0)
        tail = text[match.end() :].lower()
        if match["n"].lower() in ("a", "an") and not re.search(
            r"\b(?:for|after|about|over|than|nearly|almost|lasted)\s*$", text[: match.start("n")], re.I
        ):
            continue  # "400 mg a day"
        if tail.startswith(("-old", " old", " of age", " ago", "'s old")) or tail.startswith("s old"):
            continue  # an age or a distance in time, no length
        if unit in ("day", "d") and _OF_EACH.match(tail):
            continue  # "on 12 to 14 days a month"
        found.append(
            Duration(
                match.start(),
                match.end(),
                round(number * _UNIT_DAYS[unit]),
                at_least=bool(match["more"] or match["plus"]),
                at_most=bool(match["less"]),
                about=bool(match["about"] or match["n2"]),
                unit=unit,
            )
        )
    return tuple(found)
