"""When a clause says that a finding was there, and for how long."""

import datetime as dt
import re

from extractors import lore
from extractors.dates import find_dates
from pipeline.matching.phrases import find_lengths

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_MONTH_OF_YEAR = lore.regex(rf"\b{_MONTH},?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)
_NUMERIC_MONTH = lore.regex(r"(?<![\d/.-])(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\d/])")
_YEAR = lore.regex(
    r"\b(?:(?P<lead>in|since|from|of)\s+(?:\w+\s+)?(?P<year>(?:19|20)\d\d)\b(?!\s*(?:mg|units?))"
    r"|(?<!since )(?<![/.-])(?P<before>(?:19|20)\d\d)(?=:\s))"
)
_A_UNIT = lore.regex(
    r"\b(?:more than|over|for|about|at least)\s+(?:an?|one)\s+(?:full\s+)?(?P<unit>year|month|week)\b", re.IGNORECASE
)
_DAYS = {"year": 365, "month": 30, "week": 7}
_SINCE = lore.regex(
    r"\bsince\s+(?:(?:the\s+)?(?:middle|start|beginning|end|early|late|mid)(?:\s+of)?[\s-]+)?"
    rf"(?:{_MONTH}(?:\s+(?:\d{{1,2}},?\s+)?(?P<year>(?:19|20)\d\d))?|(?P<only>(?:19|20)\d\d))(?!\w)",
    re.IGNORECASE,
)


# "pain for two and a half years, after the fusion of 2023": the year is that of the operation
_FOR_SO_LONG = lore.regex(r"\bfor (?:the past |the last )?[\w ]{1,20}?\b(?:years|months|weeks)\b", re.I)
_WAS = lore.regex(r"\b(?:had|was|were|until|resolved|gone|then|ago)\b", re.IGNORECASE)
_AFTER_EVENT = lore.regex(
    r",?\s*\b(?:after|following|since)\s+(?:the |her |his |an? )?(?:[a-z-]+ ){1,4}(?:(?:of|in|on) )?"
    r"(?:\d{1,2}/)?(?:\d{1,2}/)?(?:19|20)\d\d\b",
    re.IGNORECASE,
)


def day_of(clause: str, said: dt.date | None) -> tuple[dt.date | None, bool]:
    """Return the day a clause is about, and whether it prints it; of a month or a year that is its last day."""
    if _FOR_SO_LONG.search(clause) and not _WAS.search(clause):
        clause = _AFTER_EVENT.sub(" ", clause)
    days = [at.day for at in find_dates(clause)]
    if days:
        return max(days), True
    bare = _SINCE.sub(" ", clause)
    months = [(int(at["year"]), _MONTHS.index(at["month"].lower()[:3]) + 1) for at in _MONTH_OF_YEAR.finditer(bare)]
    months += [(int(at["year"]), int(at["month"])) for at in _NUMERIC_MONTH.finditer(bare)]
    if months:
        day = _last_day(*max(months))
        return (min(day, said) if said else day), True
    years = [int(at["year"] or at["before"]) for at in _YEAR.finditer(bare) if (at["lead"] or "").lower() != "since"]
    if years and (said is None or max(years) < said.year):
        return dt.date(max(years), 12, 31), True
    return said, False


def lengths_in(clause: str, said: dt.date | None) -> list[tuple[int, int, int]]:
    """Return (start, end, days) of each length of time a clause gives; "since March" counts to the day it was said."""
    found = [(at.start, at.end, at.days) for at in find_lengths(clause) if not at.at_most]
    found += [(at.start(), at.end(), _DAYS[at["unit"].lower()]) for at in _A_UNIT.finditer(clause)]
    if said:
        found += [(at.start(), at.end(), (said - _began(at, said)).days) for at in _SINCE.finditer(clause)]
    return found


def _began(since: re.Match[str], said: dt.date) -> dt.date:
    """Return the latest day that "since March" can mean."""
    if since["only"]:
        return min(dt.date(int(since["only"]), 12, 31), said)
    month = _MONTHS.index(since["month"].lower()[:3]) + 1
    year = int(since["year"]) if since["year"] else said.year - (month > said.month)
    return min(_last_day(year, month), said)


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
