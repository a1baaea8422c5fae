"""The day of a chart page: of its visit, else of collection, discharge, letter, print or signature."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.layout import Row
from extractors.evidence import Box, Line
from extractors.vocabulary.sieve import Rare, rare

_FAX = lore.regex(r"\bfax\b.*\d{1,2}:\d\d|\d{1,2}:\d\d.*\bfax\b|\bP\.?\s?\d{1,3}\s?/\s?\d{1,3}\b", re.IGNORECASE)


# "12/03/2024   Office visit", "VISIT 01/08/2025", "Date of visit: ...", "Telephone encounter 03/24/2025 09:15"
_VISIT_WORD = (
    r"(?:visit|encounter|note|follow[- ]?up|consultation|consult|telehealth|telephone|admission|report|evaluation|"
    r"appointment|"
    r"record|list|summary|history|sheet|score|download|assessment|results?|procedure|order|form|referral|letter)"
)
_LABELLED_VISIT = rare(
    r"\b(?:date\s+of\s+(?:visit|service|encounter|procedure|exam(?:ination)?|consultation|assessment|study|test|eval(?:uation)?|surgery|call)|visit\s+date|encounter\s+date|"
    r"(?:exam|test|study|eval(?:uation)?|surgery|scan|call)\s+date|(?:study\s+)?night\s+of(?:\s+study)?|study\s+night|date\s+(?:performed|of\s+scan)|arrival|arrived|service\s+date|DOS|date\s+seen|seen\s+on|seen(?=\s*:)|visit\s+of|procedure\s+date|date\s+of\s+report)\s*[:\s]\s*",
    re.IGNORECASE,
)
# in the row of name and birth date: "DOB: 11/17/1959 MRN 209-4415 Visit 09/15/2026, 1 of 2"
_VISIT_IN_BLOCK = rare(
    r"(?<!last )(?<!next )(?<!prior )(?<!previous )(?<!first )\b(?:visit|seen|consult|exam|encounter)\s*:?\s*",
    re.IGNORECASE,
)
_COLLECTED = rare(
    r"\b(?:collected|collection\s+date|date\s+collected|drawn|specimen\s+date|date\s+of\s+collection|(?<!re)coll?\.?(?:\s+(?:date|time))?|spec(?:imen)?\.?\s+(?:collected|date)|collection)\s*(?:on)?\s*[:\s]\s*",
    re.I,
)
_ASSESSED = rare(r"\b(?:date\s+of\s+assessment|assessed(?:\s+on)?|assessment\s+date)\s*[:\s]\s*", re.IGNORECASE)
_DISCHARGED = rare(
    r"\b(?:disch(?:arge)?\.?(?:\s+date)?|date\s+of\s+discharge|discharged(?:\s+on)?|D/C(?:\s+date)?|DC\s+date)\s*[:\s]\s*",
    re.IGNORECASE,
)
_PRINTED = lore.regex(
    r"\b(?:printed|updated|as\s+of|last\s+reviewed|reviewed|reported|generated|list\s+date)\s*(?:on)?\s*[:\s]\s*", re.I
)
_LETTER = lore.regex(
    r"^\s*(?:date\s*:?\s*)?(?P<date>[A-Z][a-z]+\.? \d{1,2}, \d{4}|\d{1,2}/\d{1,2}/\d{4})\s*$", re.IGNORECASE
)
_VISIT_COLUMN = lore.regex(
    r"^\W*(?:(?:visit|service|encounter|exam)\s+date|date\s+of\s+(?:visit|service|encounter|exam\w*))\b(?!.*\d{2})",
    re.IGNORECASE,
)
_DATE_LABEL = rare(r"\b(?:order\s+)?date\s*:?\s+", re.IGNORECASE)
SIGNED = rare(r"\b(?:signed|e-signed|authenticated|dictated|(?:electronic|digital) signature)\b", re.IGNORECASE)
_SIGNING = lore.regex(r"sign|authenticated|dictated", re.IGNORECASE)  # few rows, and each of a page is asked
# what stands before "signed" where the page itself is: nothing, its name, or who did
_OF_THE_PAGE = lore.regex(
    r"^[\W\d]*(?:(?:electronically|digitally|e|was|has\s+been|and|this|the|progress|office|clinic|visit|final|"
    r"note|report|record|document|chart|encounter|addendum|results?|letter|summary)\W+)*$|"
    r"\b(?:MD|M\.D|DO|D\.O|NP|FNP|APRN|ARNP|CRNP|PA-?C|PA|RN|CNS|CNM|DPM|PhD|PharmD|DPT|PT|OT|LCSW|DDS|OD)\b|\bDr\b",
    re.IGNORECASE,
)
# "Old records asked for; release signed 06/14/2022", "Dr. Oyelaran has the consent signed 02/02/2024"
_OF_ANOTHER_SHEET = lore.regex(
    r"\b(?:releases?|ROI|consents?|agreements?|authorizations?|waivers?|directives?|contracts?|forms?|orders?|papers?|"
    r"requests?|prescriptions?)\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
# "DD: 05/14/2026  DT: 05/16/2026": dictated on the day of the visit, typed later
_DICTATED = lore.regex(r"(?:^|\s)(?:DD|D)\s*:\s*", re.IGNORECASE)
_TRANSCRIBED = lore.regex(r"(?:^|\s)(?:DT|T)\s*:\s*\d", re.IGNORECASE)
_NOT_VISIT = rare(
    r"\b(?:valid\s+until|expires|next\s+(?:visit|appointment)|scheduled(?:\s+for)?|return|last\s+(?:\w+\s+)?(?:visit|seen|appointment)|(?:previous|prior)\s+(?:\w+\s+)?visit|DOB|D\.O\.B|born|birth|sent|received)\b.{0,20}$",
    re.I,
)


def is_visit(text: str) -> bool:
    """Tell a line that names a visit, report or list with its date."""
    days = [at for at in find_dates(text) if at.precision == "day"]
    if not days or len(text) > 130:
        return False
    if _LABELLED_VISIT.search(text):
        return True
    if not re.search(_VISIT_WORD, text, re.IGNORECASE) and not re.match(r"^\S+,?\s+(?:continued|cont)", text, re.I):
        return False
    return days[0].start <= 2 or days[0].start <= 60


def page_date(rows: list[Row], body: int, births: frozenset[dt.date]) -> dt.date | None:
    """Return when the page's statements were made: visit, else collection, assessment, letter, print, signature."""
    stamped = _stamped(rows)
    rows = [*rows[:body], *(row for row in rows[body:] if not (_SIGNING.search(row.text) and _signs_another(row.text)))]
    top = rows[body : body + 8]
    for pattern in (_LABELLED_VISIT, _DISCHARGED, _COLLECTED, _ASSESSED):
        for row in (*top, *rows[:body]):  # the row of name and birth date may end in "Visit 09/15/2026, 1 of 2"
            if found := _date_after(pattern, row.text, births):
                return found
    for row in rows[:body]:
        if found := _date_after(_VISIT_IN_BLOCK, row.text, births):
            return found
    if (stay := _end_of_stay(rows[: body + 3], births)) or (stay := _block_day(rows[:body], births)):
        return stay
    for row in top[:4]:
        if is_visit(row.text) and (day := _first_day(row.text, births)):
            return day
    for label, row in pairwise(rows[:13]):  # labels in one row, their values in the next
        days = find_dates(row.text)
        if _VISIT_COLUMN.match(label.text) and days and days[0].start <= 2 and days[0].day not in births:
            return days[0].day
    for row in (*top, *rows[:body]):  # a letter is dated above the line "Re: ..." that names the patient
        if match := _LETTER.match(stamped.get(id(row), row.text)):
            days = [at for at in find_dates(match["date"]) if at.day not in births]
            if days:
                return days[0].day
    for row in (*top, *rows[:body]):
        if found := _date_after(_PRINTED, row.text, births):
            return found
    for row in top[:2]:
        days = [at for at in find_dates(row.text) if at.precision == "day" and at.day not in births]
        if len(days) == 1 and len(row.words) <= 12:
            return days[0].day
    for row in top:
        if found := _date_after(_DATE_LABEL, row.text, births):
            return found
    for row in rows[-8:]:
        if _is_signature(row.text) and (day := _first_day(row.text, births)):
            return day
    if any(_TRANSCRIBED.search(row.text) for row in rows[-8:]):
        return next((day for row in rows[-8:] if (day := _date_after(_DICTATED, row.text, births))), None)
    return _only_day((*rows[:body], *top[:4]), births)


_STAMP_WORD = r"(?:scanned|received|rec'?d|faxed|copied|posted|indexed|mailed)"
_STAMP_ALONE = lore.regex(rf"^\W*{_STAMP_WORD}\W*$", re.IGNORECASE)
_STAMP_OF_A_DAY = lore.regex(rf"^\W*{_STAMP_WORD}(?:\W+on)?\W+(?=[A-Z]{{3}}|\d)", re.IGNORECASE)


def _stamped(rows: list[Row]) -> dict[int, str]:
    """Return, by the id of a row, what it says without the day of a stamp: "October 3, 2022    SCANNED OCT 07 2022".

    For the day of a letter alone, which stands in its row by itself: beside anything else a second day is a warning
    that either may not be the page's.
    """
    found = {}
    for index, row in enumerate(rows):
        above = [at.box for at in rows[max(0, index - 2) : index] if _STAMP_ALONE.match(at.text)]
        kept = [line.text for line in row.lines if not _is_stamp(line, above)]
        if len(kept) < len(row.lines):
            found[id(row)] = " ".join(kept)
    return found


def _is_stamp(line: Line, above: list[Box]) -> bool:
    """Say whether the line is a day behind the word of a stamp, or under one."""
    day = _STAMP_OF_A_DAY.sub("", line.text)
    under = any(box.x0 < line.box.x1 and line.box.x0 < box.x1 for box in above)
    return (under or day != line.text) and _is_a_day(day)


def _is_a_day(text: str) -> bool:
    """Say whether the text is a day, perhaps with its time, and nothing else."""
    days = find_dates(text)
    return len(days) == 1 and not re.sub(r"[\W\d]|[ap]m", "", text[: days[0].start] + text[days[0].end :], flags=re.I)


def _is_signature(text: str) -> bool:
    """Tell the line that signs the page from one that says what else was signed."""
    signed = SIGNED.search(text)
    return signed is not None and _OF_THE_PAGE.search(text[: signed.start()]) is not None


def _signs_another(text: str) -> bool:
    """Tell a line about another sheet, on a day of its own: a release, a consent, an order."""
    signed = SIGNED.search(text)
    return signed is not None and _OF_ANOTHER_SHEET.search(text[: signed.start()]) is not None


_STAY = rare(r"\b(?:discharge|hospital|admission|admit\w*|inpatient|stay)\b", re.IGNORECASE)
_THROUGH = lore.regex(r"\s*(?:-|–|—|to|through|thru)\s*", re.IGNORECASE)


def _end_of_stay(rows: Sequence[Row], births: frozenset[dt.date]) -> dt.date | None:
    """Return the last day of a stay that the head prints as a span: "Discharge summary ... 02/03/2025 - 02/10/2025"."""
    if not any(_STAY.search(row.text) for row in rows):
        return None
    for row in rows:
        days = [at for at in find_dates(row.text) if at.precision == "day" and at.day not in births]
        for first, last in pairwise(days):
            if _THROUGH.fullmatch(row.text[first.end : last.start]) and first.day <= last.day:
                return last.day
    return None


# "05/12/2026 03:14 MIDLAND CLIN LABS   PAGE 1 OF 1": when a machine sent the sheet
_STAMP = lore.regex(
    r"\b\d{1,2}:\d\d\b.*(?:\bP(?:AGE|G)?\.?\s*\d|\b\d{1,3}\s?/\s?\d{1,3}\s*$|\b\d{10}\b|\bfax)", re.IGNORECASE
)


def _block_day(rows: Sequence[Row], births: frozenset[dt.date]) -> dt.date | None:
    """Return the one day that title and patient block print under no label that speaks of another time."""
    days: set[dt.date] = set()
    for index, row in enumerate(rows):
        if _STAMP.search(row.text) or (index == 0 and _FAX.search(row.text)):
            continue
        text = _NUMBERED.sub(lambda match: " " * len(match[0]), row.text)
        for at in find_dates(text):
            other = at.precision != "day" or at.day in births
            if not other and not _NO_REPORT_DAY.search(text[max(0, at.start - 30) : at.start]):
                days.add(at.day)
    return days.pop() if len(days) == 1 else None


_NO_REPORT_DAY = lore.regex(
    r"\b(?:rpt|rep|rept|report\w*|result\w*|released|final\w*|rec'?d|admit\w*|admission|due|auth\w*|approv\w*|update\w*|review\w*|DOB|D\.O\.B|born|birth|sent|received|fax\w*|print\w*|scan\w*|copied|forward\w*|next|return\s+(?:to|on|in|by|appt\w*|appointment)|expires|valid|since|last|prior"
    r"|previous|period|range|start\w*|order\w*|refer\w*|effective|through|until|from|to)\b",
    re.IGNORECASE,
)


# "Tel 207-555-0133 Fax 207-555-0134", "DOB 04/19/1979 MRN 58-20716": labels with a number of their own
_NUMBERED = rare(
    r"\b(?:tel|phone|fax|MRN|DOB|D\.O\.B\.?|born|birth\s*date|date of birth|acc(?:oun)?t|chart|rec)\b[\s.:#no]*"
    r"(?:\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|[\dA-Z()-]*\d[\d().-]{2,}(?:\s\d{3}-\d{4})?)",
    re.IGNORECASE,
)


def _only_day(rows: Sequence[Row], births: frozenset[dt.date]) -> dt.date | None:
    """Return the one day that the head prints under no label the program knows ("Night of 05/29/2025").

    Two such days, or one beside a word of sending, printing or an earlier time, tell nothing.
    """
    days: set[dt.date] = set()
    for row in rows:
        text = _NUMBERED.sub(lambda match: " " * len(match[0]), row.text)
        for at in find_dates(text):
            if at.precision == "day" and at.day not in births:
                if _NO_REPORT_DAY.search(text[max(0, at.start - 30) : at.start]):
                    return None
                days.add(at.day)
    return days.pop() if len(days) == 1 else None


def _first_day(text: str, births: frozenset[dt.date]) -> dt.date | None:
    for at in find_dates(text):
        if at.precision == "day" and at.day not in births and not _NOT_VISIT.search(text[: at.start], text):
            return at.day
    return None


def _date_after(pattern: Rare, text: str, births: frozenset[dt.date]) -> dt.date | None:
    match = pattern.search(text)
    if not match:
        return None
    days = [
        at
        for at in find_dates(text)
        if at.precision == "day" and at.day not in births and 0 <= at.start - match.end() <= 3
    ]
    return days[0].day if days else None
