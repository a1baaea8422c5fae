"""When a treatment ran: start, stop and length, as far as a clause says."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from extractors import lore
from extractors.chart.dates import DateMention, Precision, coarser, days_between, find_dates, find_durations
from extractors.vocabulary.sieve import rare

# "on hold since June" tells of an end, not of a course since June
HELD_SINCE = rare(
    r"\b(?:on hold|paused|suspended|withheld|interrupted|off(?: of)?(?: it)?)\s+(?:\w+\s+)?since\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a course ran."""

    start: dt.date | None = None
    stop: dt.date | None = None
    days: int | None = None
    at_least: bool = False
    about: bool = False  # a rough length
    start_precision: Precision = "day"
    stop_precision: Precision = "day"
    running: bool = False  # "since", still taken

    @property
    def precision(self) -> Precision:
        """The coarser of start and stop."""
        return coarser(self.start_precision, self.stop_precision)

    @property
    def empty(self) -> bool:
        return self.start is None and self.stop is None and self.days is None


# words right before a date
_FROM = rare(
    r"\b(?:from|started(?:\s+on)?|starting|begun(?:\s+on)?|began(?:\s+on)?|initiated(?:\s+on)?|start(?:\s+date)?:?|date\s+started:?|"
    r"beginning|commenced|first\s+dose(?:\s+on)?)\s*[:(]?\s*$",
    re.IGNORECASE,
)
_SINCE = rare(r"\bsince\s*$", re.IGNORECASE)
_UNTIL = lore.regex(
    r"\b(?:to|until|till|through|thru|stopped(?:\s+on|\s+in)?|d/c'?d?(?:\s+on)?|dc'?d(?:\s+on)?|"
    r"discontinued(?:\s+on|\s+in)?|completed(?:\s+on|\s+in)?|finished(?:\s+on|\s+in)?|ended(?:\s+on)?|end(?:\s+date)?:?|date\s+stopped:?|last\s+dose(?:\s+on)?|stop(?:\s+date)?:?|ending|"
    r"last\s+taken(?:\s+on)?)\s*[:(]?\s*$|[-–—]\s*$",
    re.IGNORECASE,
)
_RANGE = lore.regex(r"\s*(?:to|until|till|through|thru|[-–—])\s*")
_OFF = rare(
    r"\b(?:off|stopped|not\s+(?:taken|taking|on|used)|discontinued|no\s+longer\s+(?:on|taking)|held)\b[^.;]*$",
    re.IGNORECASE,
)
# since when at this dose, not since when at all
_DOSE_SINCE = rare(
    r"\bat\s+[\d.,]+\s*(?:mg|mcg|g|units)\b[^,;]*\bsince\s*$|"
    r"\b(?:dose|increased|raised|lowered|reduced|decreased|cut|doubled|halved|(?:titrated|weaned)(?!\s+off))\b"
    r"[^,;)]*\bsince\s*$",
    re.IGNORECASE,
)
_UP_TO = lore.regex(r"\b(?:to|until|till|through|thru)\s*$", re.IGNORECASE)
# "until June on 12 days a month; cut to 5 since July": so much of it was taken until then, and it went on. What falls
# must be the drug: "until 06/10/2025, CRP reduced to 4" ends it.
_CHANGED = lore.regex(
    r"(?:\W+(?:on|at)\s[^;,.]{1,40})?\W+(?:(?:and|then|when|dose|was|it|is|the)\W+){0,3}(?:cut|increased|raised|lowered|reduced|decreased|doubled|halved|titrated|weaned)"
    r"(?:\s+(?:back|down|up|further))?\s+(?:from\s+[^;,.]{1,30}?\s+)?to\s+(?:(?!0\b)\d|half\b|once\b|twice\b|(?:bi)?weekly\b|one\b|two\b|every\b)"
    r"(?![^;.]*\b(?:then|and)\s+(?:off|stopped|ended|discontinued)\b)",
    re.IGNORECASE,
)
_YEARS = lore.regex(
    r"\b(?:since|from|until|to|through|stopped|started|begun|ended|d/c'?d)\s+(?:in\s+)?(?:19|20)\d\d\b|\b(?:19|20)\d\d\s*[-–]\s*\d{1,2}/(?:19|20)\d\d\b|\b(?:19|20)\d\d\s*[-–]\s*(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# "was given twice, on 03/02 and 03/16"
_TWO_DAYS = rare(
    r"\b(?:given|infused|administered|received|injected|doses?)\b[^.;]{0,30}?\s(?:on\s+\S+|\d[\d/]+)\s+and\s+(?:on\s+)?[\d/]+",
    re.IGNORECASE,
)
# "10/2025 - current"
_TO_NOW = rare(r"\s*(?:-|–|—|to|through|until)\s*(?:the\s+)?(?:present|current|now|ongoing|today)\b", re.IGNORECASE)
_TODAY = rare(r"\b(?:start(?:ed)?|begun|began)\b[^.;]{0,60}\btoday\b", re.IGNORECASE)


def span_of(text: str, near: dt.date | None, name: tuple[int, int] | None = None) -> Span:
    """Return the span a clause states about its one drug; `near` is the visit, for dates without a year.

    `name` is where the drug stands in the text: "two flares since October that needed prednisone"
    dates the flares, "eight months of azathioprine" the drug.
    """
    span = Span()
    dates = find_dates(text, bare_years=bool(_YEARS.search(text)), near=near)
    previous: DateMention | None = None
    for date in dates:
        before = text[: date.start]
        early = name is not None and date.end <= name[0]
        since = _SINCE.search(before, text)
        if _DOSE_SINCE.search(before, text) or (early and since and before.strip().lower() != "since"):
            continue
        if since and _OFF.search(before):
            span = replace(span, stop=date.day, stop_precision=date.precision)  # "off methotrexate since January"
        elif since:
            span = replace(span, start=date.day, running=True, start_precision=date.precision)
        elif _FROM.search(before, text):
            span = replace(span, start=date.day, start_precision=date.precision)
        elif (
            previous and not text[previous.end : date.start].strip() and previous.day <= date.day and span.start is None
        ):
            # two columns of a list whose head is lost: "20 mg daily 10/06/2025 11/10/2025 thigh pain"
            span = replace(span, start=previous.day, start_precision=previous.precision)
            span = replace(span, stop=date.day, stop_precision=date.precision)
        elif _UNTIL.search(before):
            if previous and span.start is None and _RANGE.fullmatch(text[previous.end : date.start]):
                span = replace(span, start=previous.day, start_precision=previous.precision)
            if not (_UP_TO.search(before) and _CHANGED.match(text, _past_name(date.end, name))):
                span = replace(span, stop=date.day, stop_precision=date.precision)
        previous = date
    if span.start is None and (running := _TO_NOW.search(text)):
        began = [at for at in dates if at.end == running.start()]
        if began:
            span = replace(span, start=began[0].day, start_precision=began[0].precision, running=True)
    span = _in_order(_two_days(span, text, dates), text)
    if near and span.start is None and _TODAY.search(text):
        span = replace(span, start=near)
    return _with_days(span, text, near, name)


def _past_name(end: int, name: tuple[int, int] | None) -> int:
    """Return where to read on behind a date: behind the drug too, where that comes next ("until June sumatriptan")."""
    return name[1] if name and end <= name[0] <= end + 3 else end


def _in_order(span: Span, text: str) -> Span:
    """Give a start without a year that of the stop ("from February 3 to September 8, 2025"); none after the stop."""
    if span.start is None or span.stop is None or span.start <= span.stop:
        return span
    if (
        str(span.start.year) in text
        or span.start.strftime("/%y") in text
        or (span.start.month, span.start.day) == (2, 29)
    ):
        return replace(span, start=None)
    year = span.stop.year - ((span.start.month, span.start.day) > (span.stop.month, span.stop.day))
    return replace(span, start=span.start.replace(year=year))


def _two_days(span: Span, text: str, dates: list[DateMention]) -> Span:
    both = _TWO_DAYS.search(text)
    if span.start or span.stop or not both:
        return span
    days = [at.day for at in dates if both.start() <= at.start < both.end()]
    return replace(span, start=days[0], stop=days[1]) if len(days) == 2 and days[0] <= days[1] else span


# "in 4 weeks", "every 8 weeks", "the last 16 weeks", "week 12": no length of the course
_NOT_LENGTH = lore.regex(
    r"\b(?:in|every|q|each|within|the\s+last|last|past|next|the\s+first|first|at|return\s+in|by|per|another|wait|needs?|"
    r"recheck|repeat|rtc|rtn|f/u|follow[- ]?up|again\s+in|"
    r"over\s+the\s+(?:last|past|next)|after\s+the|stiffness\s+(?:for|of)|aged?|worked|has\s+had\s+\w+\s+for|disease\s+for|"
    r"diagnosed|(?:cut|reduced|limited|lowered|decreased|increased|raised|restricted|down|back)\s+to)\s*$",
    re.IGNORECASE,
)
# a pause is no course: "held for two weeks, then resumed"
_PAUSE = rare(
    r"\b(?:held|hold|holding|paused|interrupted|skipped|missed|off|without|delayed)\b[^.;,]{0,40}$", re.IGNORECASE
)
_ELSEWHEN = lore.regex(r"\s*(?:ago|later|apart|from\s+now|before|earlier)\b", re.IGNORECASE)
_SPREAD = rare(r"\b(?:taper(?:ed)?|given|infused|spread|tapering)\s*$", re.IGNORECASE)
# between a length and the drug it is said of: "eight months of azathioprine", "a 12-week course of topical steroid"
_OF_DRUG = lore.regex(
    r"^\s*(?:of|trial\s+of|course\s+of|taking|treatment\s+with|therapy\s+with)\s+"
    r"(?!.*\b(?:on|with|while|and|before|after|despite)\b)(?:[\w-]+\s+){0,2}"
    r"(?:[\d.,]+\s*(?:mg|mcg|g|units)\s*(?:of\s+)?)?$",
    re.IGNORECASE,
)
_ON_DRUG = lore.regex(r"^\s*(?:on|with)\s+(?:[\w-]+\s+){0,1}$", re.IGNORECASE)
_LED = lore.regex(r"(?:^|\bafter\s|,\s*)\s*$", re.IGNORECASE)


def _said_of(text: str, start: int, end: int, name: int) -> bool:
    """Tell whether a length before the drug's name is the drug's, not a symptom's."""
    between = text[end:name]
    return bool(_OF_DRUG.match(between) or (_ON_DRUG.match(between) and _LED.search(text[:start])))


def _agree(span: Span, told: int) -> bool:
    """Whether two whole days come to the length told beside them, as "nine months" do for 280 days.

    The days themselves then count; where they disagree the length told is kept.
    """
    if span.start is None or span.stop is None or (span.start_precision, span.stop_precision) != ("day", "day"):
        return False
    counted = (span.stop - span.start).days
    return counted > 0 and abs(counted - told) <= max(7, counted // 10)


def _with_days(span: Span, text: str, near: dt.date | None, name: tuple[int, int] | None) -> Span:
    for found in find_durations(text):
        before = text[: found.start]
        if (
            found.at_most
            or _NOT_LENGTH.search(before)
            or _PAUSE.search(before, text)
            or _ELSEWHEN.match(text[found.end :])
        ):
            continue
        if name and found.start < name[1] and not _said_of(text, found.start, found.end, name[0]):
            continue
        if _agree(span, found.days):
            break
        return replace(span, days=found.days, at_least=found.at_least and not _SPREAD.search(before), about=found.about)
    if span.start and span.stop and span.stop >= span.start:
        days, at_least = days_between(span.start, span.start_precision, span.stop, span.stop_precision)
        if days == 0 and at_least:
            return span  # both in one year or month: that tells no length
        return replace(span, days=days, at_least=at_least)
    if span.start and span.running and near and near >= span.start:
        return replace(span, days=days_between(span.start, span.start_precision, near, "day")[0], at_least=True)
    return span
