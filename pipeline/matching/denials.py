"""What a sentence denies, and from when on: "never had an MRI", "no injection since March", "MRI: not done".

Stricter than the assertion of a finding: between the "no" and what it denies only the words of a list
may stand, so that "no relief from the injection" denies no injection.
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.phrases import find_lengths
from pipeline.matching.record import Record
from pipeline.matching.terms import wording

_CLAUSE_END = lore.regex(
    r"(?<=[.;])\s+|\s[–—]\s|,?\s+\b(?:but|however|although|though|whereas|while|except)\b", re.IGNORECASE
)
_CUE = wording("denials.cue")
_APART = wording("denials.apart")
_BEHIND = wording("denials.behind")
_LIFELONG = wording("denials.lifelong")
_SINCE = lore.regex(r"\b(?:since|after|from)\s+(?:the |her |his |about |around |early |late |mid-?)*$", re.IGNORECASE)
_LATEST = lore.regex(
    r"\b(?:last|latest|most recent|final|previous)\b(?![\w\s-]{0,20}?\b(?:\d+|few|several) (?:day|week|month|year))",
    re.IGNORECASE,
)
_PAST = lore.regex(
    r"\b(?:in|within|over|during|for|these|the)\s+(?:at least )?(?:the )?(?:past|last|previous|prior|preceding)?\s*$",
    re.IGNORECASE,
)
_MONTHS = tuple(calendar.month_name[at].lower() for at in range(1, 13))
_MONTH_DAY = lore.regex(
    rf"\b(?P<mon>{'|'.join(_MONTHS)}|{'|'.join(at[:3] for at in _MONTHS)}|sept)\.?\s+"
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,?\s*\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A denial of something that a sentence names."""

    cue: str  # "never had", "no", as printed, lower case
    between: str  # what stands between the cue and the thing, lower case
    clause: str
    behind: bool = False  # the cue stands behind the thing: "MRI: not done"


def clause_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the clause that holds characters start..end."""
    cuts = list(_CLAUSE_END.finditer(text))
    left = max((at.end() for at in cuts if at.end() <= start), default=0)
    right = min((at.start() for at in cuts if at.start() >= end), default=len(text))
    return left, right


def denial_at(text: str, start: int, end: int) -> Denial | None:
    """Return what denies the words start..end of a text; None when nothing does."""
    left, right = clause_at(text, start, end)
    clause = text[left:right]
    lead = text[left:start]
    cues = list(_CUE.finditer(lead))
    if cues:
        between = lead[cues[-1].end() :]
        if not _APART.search(between) and not _new_subject(between):
            return Denial(cue=cues[-1][0].lower(), between=between.lower().strip(), clause=clause)
    behind = _BEHIND.match(text[end:right])
    if behind and not (cues and not _APART.search(lead[cues[-1].end() :])):
        return Denial(cue=(behind["cue"] or behind["cue2"]).lower(), between="", clause=clause, behind=True)
    return None


# "No red flags, MRI in March showed stenosis": what follows the comma has a verb of its own
_VERB = lore.regex(
    r"\b(?:is|are|was|were|has|had|have|shows?|showed|reveal\w*|demonstrat\w*|found|done|performed|uses?|takes?|will)\b",
    re.IGNORECASE,
)


def _new_subject(between: str) -> bool:
    """Whether a comma or an "and" behind the cue begins something that the cue does not govern."""
    return bool(
        re.search(r"(?:,|\band)\s+(?:an?|the|his|her|their|she|he|they|it|now|there)\b", between, re.IGNORECASE)
    )


# "Gave no vaccine there, sent her to the county": what one place did not do another may have done.
_ONE_PLACE = lore.regex(
    r"\b(?:t?here\b(?! (?:is|are|was|were|has|have)\b)|(?:in|at) (?:our|this|that) (?:office|clinic|practice|pharmacy|"
    r"visit|appointment|hospital|facility)|(?:by|from|with) us)\b",
    re.IGNORECASE,
)


def covered_from(denial: Denial, day: dt.date | None, lifelong: bool = False) -> dt.date | None:
    """Return the first day that a denial of `day` speaks for; None when it speaks of that day only.

    `lifelong`: a plain "no MRI of the neck" is taken as "none so far".
    """
    text = denial.clause
    if _ONE_PLACE.search(text):
        return None
    for mention in find_dates(text, bare_years=True, near=day):
        if _SINCE.search(text[: mention.start]):
            return _upper(mention.day, mention.precision)
    if (mention := _month_day(text, day)) and _SINCE.search(text[: mention[1]]):
        return mention[0]
    for length in find_lengths(text):
        lead = text[: length.start].rstrip() + " "
        if day and (_PAST.search(lead) or re.search(r"\b(?:past|last|previous|prior)\s*$", lead, re.IGNORECASE)):
            return day - dt.timedelta(days=length.days)
    if day and re.search(
        r"\b(?:in|within|over|during) the (?:past|last|previous|prior|preceding) year\b", text, re.IGNORECASE
    ):
        return day.replace(day=1) - dt.timedelta(days=365) + dt.timedelta(days=day.day - 1)
    if day and re.search(r"\bthis year\b", text, re.IGNORECASE):
        return dt.date(day.year, 1, 1)
    if _LIFELONG.search(text) or lifelong:
        return dt.date.min
    return None


def _month_day(text: str, near: dt.date | None) -> tuple[dt.date, int] | None:
    """Return ("August 11" as the last such day at or before `near`, its place)."""
    match = _MONTH_DAY.search(text)
    if not match or near is None:
        return None
    month = next(at for at, name in enumerate(_MONTHS, start=1) if name.startswith(match["mon"].lower()[:3]))
    for year in (near.year, near.year - 1):
        try:
            found = dt.date(year, month, int(match["day"]))
        except ValueError:
            return None
        if found <= near:
            return found, match.start()
    return None


def _upper(day: dt.date, precision: str) -> dt.date:
    """Return the last day of a month or year that is told as a whole."""
    if precision == "year":
        return day.replace(month=12, day=31)
    if precision == "month":
        return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return day


def span_of(text: str, near: dt.date | None) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day that the only date of a text may mean; None for none or several."""
    days: list[tuple[dt.date, dt.date]] = []
    named = _month_day(text, near)
    for mention in find_dates(text, bare_years=True, near=near):
        if named and mention.start == named[1]:
            continue
        days.append((mention.day, _upper(mention.day, mention.precision)))
    if named:
        days.append((named[0], named[0]))
    return days[0] if len(set(days)) == 1 else None


_PLAN = lore.regex(
    r"^\W*(?:assessment\s*(?:and|/|&)\s*)?(?:plan|recommendations?|orders|instructions)\b", re.IGNORECASE
)
_LABEL = lore.regex(r"^[A-Z][\w /&-]{2,40}[.:](?:\s|$)")


def in_plan(record: Record, statement: Statement) -> bool:
    """Whether a sentence stands in a plan: by its section, or below a line "Plan." with no other label between."""
    if statement.section in ("plan", "assessment_plan", "instructions") or _PLAN.match(statement.text):
        return True
    for before in record.before(statement, 15):
        if _PLAN.match(before.text):
            return True
        if _LABEL.match(before.text):
            return False
    return False
