"""The head of a chart page: where it ends, and the visit it names (date, author, specialty, kind)."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from extractors.chart.authors import Author, find_authors
from extractors.chart.dates import find_dates
from extractors.chart.layout import Row
from extractors.chart.tables import find_head
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.labs import find_labs
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.scores import find_scores
from extractors.vocabulary.sections import section_of_heading
from extractors.vocabulary.specialties import find_specialties


@dataclass(frozen=True, slots=True)
class Head:
    """What the head and the signature of a page say."""

    body: int  # index of the first row below letterhead and patient block
    date: dt.date | None = None
    author: str | None = None
    specialty: str | None = None
    kind: str = ""
    contact: str | None = None
    continued: bool = False  # second sheet of a note
    visit: int | None = None  # index of the row that names visit and clinician


_IDENTITY = re.compile(
    r"\b(?:D\.?[O0]\.?B\b|date of birth|birth\s*date|MRN|medical record|patient\s*(?:name)?\s*:|name\s*:|"
    r"chart\s+(?:no|id|number|#)|"
    r"account\s+(?:no|#|\d)|CHART\s+\w*\d|\bID\s+[A-Z]*-?\d)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:tel|phone|fax|suite|street|avenue|ave|blvd|road|drive|plaza|p\.?o\.?\s+box|www\.|T\s+\d{3}-|F\s+\d{3}-)\b|\b[A-Z]{2}\s+\d{5}\b|"
    r"\d{3}[-.]\d{3}[-.]\d{4}|\d{3}-$",
    re.IGNORECASE,
)
_CONTINUED = re.compile(
    r"\bcontinued\b|\bcont'?d\b|\bpage\s+(?:[2-9]|1\d)\s*(?:of|/)|^\W*page\s+[2-9]\W*$", re.IGNORECASE
)
_FAX = re.compile(r"\bfax\b.*\d{1,2}:\d\d|\d{1,2}:\d\d.*\bfax\b|\bP\.?\s?\d{1,3}\s?/\s?\d{1,3}\b", re.IGNORECASE)


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str], str | None], ...]:
    data = read_yaml("page_kinds.yaml", "extractors.chart")
    return tuple(
        (kind, re.compile(r"(?:" + "|".join(entry["titles"]) + r")", re.IGNORECASE), entry.get("contact"))
        for kind, entry in data.items()
    )


def title_section(text: str, loose: bool) -> str | None:
    """Return the section a row heads when it stands alone: "Problem list (printed 08/19/2026)".

    `loose`, for the first row below the letterhead: the heading may go on ("Infusion record, Inflectra").
    None: the row is no heading. The empty string is never returned.
    """
    stripped = text.strip().strip("*_-–—=: ").strip()
    if not stripped or len(stripped) > 90 or (stripped.endswith(".") and not stripped.isupper()):
        return None
    for cut in _cuts(stripped):
        section = section_of_heading(stripped[:cut])
        rest = stripped[cut:].strip(" ,:—–-")
        if section and (not rest or _is_note(rest) or (loose and len(rest.split()) <= 7)):
            return section
    if loose and find_scores(stripped) and len(stripped.split()) <= 14 and find_dates(stripped):
        return "scores"
    return None


def _cuts(text: str) -> list[int]:
    places = {len(text)}
    places |= {match.start() for match in re.finditer(r"[(,:—–]| - |\s(?=\d{1,2}/)|\bcollected\b|\bcontinued\b", text)}
    return sorted(places, reverse=True)


_NOTE = re.compile(
    r"^\(?(?:[^()]*\b(?:printed|updated|reviewed|as of|copied|carried|forward|from|on|continued|today|current|"
    r"per)\b[^()]*|"
    r"[\d/.,\s-]+|collected.*|reported.*)\)?:?$",
    re.IGNORECASE,
)


def _is_note(rest: str) -> bool:
    if rest.startswith("(") and rest.endswith((")", "):")) and rest.count("(") == 1:
        return True
    dated = find_dates(rest)
    return bool(_NOTE.match(rest)) and (bool(dated) or "continued" in rest.lower() or len(rest.split()) <= 3)


def read_head(rows: list[Row], births: Collection[dt.date] = ()) -> Head:
    """Return what the page's head and signature say; a birth date of `births` is never the page's own date."""
    body = _body_start(rows)
    top = list(range(body, min(len(rows), body + 6)))
    kind, contact = _kind(rows, top)
    dated = _page_date(rows, body, frozenset(births))
    visit = next(
        (
            i
            for i in top[:3]
            if any(a.writes for a in find_authors(_joined(rows, i))) and (is_visit(rows[i].text) or i == body)
        ),
        None,
    )
    author = _author(rows, body, visit)
    specialty = _specialty(rows, author, visit, body)
    continued = any(_CONTINUED.search(rows[i].text) for i in top) or any(
        re.search(r"\b(?:page\s+)?([2-9])\s*(?:of|/)\s*([2-9])\s*$", row.text, re.IGNORECASE) for row in rows[-3:]
    )
    return Head(
        body=body,
        date=dated,
        author=author.name if author else None,
        specialty=specialty,
        kind=kind,
        contact=contact,
        continued=continued,
        visit=visit,
    )


def _joined(rows: list[Row], index: int) -> str:
    text = rows[index].text
    if index + 1 < len(rows) and rows[index + 1].text.startswith("("):
        text += " " + rows[index + 1].text
    return text


def _body_start(rows: list[Row]) -> int:
    """Return the index of the first row below letterhead and patient block."""
    last = -1
    for index, row in enumerate(rows[:10]):
        if title_section(row.text, loose=False) or (
            index > 0 and is_visit(row.text) and not _IDENTITY.search(row.text)
        ):
            break
        prose = len(row.text) >= 130 or re.search(r"[a-z]{3,}\. [A-Z]", row.text)
        if not prose and (_IDENTITY.search(row.text) or _ADDRESS.search(row.text)):
            last = index
    if last < 0:
        return 0
    # the patient block may wrap once more: no gap wider than a line parts it from the row above
    while last + 1 < min(len(rows), 10):
        row, above = rows[last + 1], rows[last]
        gap = row.box.top - above.box.bottom
        if (
            gap > 0.45 * row.box.height
            or title_section(row.text, loose=True)
            or is_visit(row.text)
            or len(row.words) > 6
            or find_head(row)
            or _is_content(row.text)
        ):
            break
        if find_dates(row.text) and not _IDENTITY.search(row.text):
            break
        last += 1
    return last + 1


def _is_content(text: str) -> bool:
    """Tell a row that names a drug, a disease or a result from one more row of the patient block."""
    numbered = re.match(r"^\s*\d{1,2}[.)]\s", text)
    return bool(numbered or find_drugs(text) or find_conditions(text) or (find_labs(text) and re.search(r"\d", text)))


# "12/03/2024   Office visit", "VISIT 01/08/2025", "Date of visit: ...", "Telephone encounter 03/24/2025 09:15"
_VISIT_WORD = (
    r"(?:visit|encounter|note|follow[- ]?up|consultation|consult|telehealth|telephone|admission|report|evaluation|"
    r"appointment|"
    r"record|list|summary|history|sheet|score|download|assessment|results?|procedure|order|form|referral|letter)"
)
_LABELLED_VISIT = re.compile(
    r"\b(?:date\s+of\s+(?:visit|service|encounter|procedure|exam(?:ination)?|consultation|assessment|study|test|eval(?:uation)?|surgery|call)|visit\s+date|encounter\s+date|"
    r"(?:exam|test|study|eval(?:uation)?|surgery|scan|call)\s+date|(?:study\s+)?night\s+of(?:\s+study)?|study\s+night|date\s+(?:performed|of\s+scan)|arrival|arrived|service\s+date|DOS|date\s+seen|seen\s+on|seen(?=\s*:)|visit\s+of|procedure\s+date|date\s+of\s+report)\s*[:\s]\s*",
    re.IGNORECASE,
)
# in the row of name and birth date: "DOB: 11/17/1959 MRN 209-4415 Visit 09/15/2026, 1 of 2"
_VISIT_IN_BLOCK = re.compile(
    r"(?<!last )(?<!next )(?<!prior )(?<!previous )(?<!first )\b(?:visit|seen|consult|exam|encounter)\s*:?\s*",
    re.IGNORECASE,
)
_COLLECTED = re.compile(
    r"\b(?:collected|collection\s+date|date\s+collected|drawn|specimen\s+date|date\s+of\s+collection|(?<!re)coll?\.?(?:\s+(?:date|time))?|spec(?:imen)?\.?\s+(?:collected|date)|collection)\s*(?:on)?\s*[:\s]\s*",
    re.I,
)
_ASSESSED = re.compile(r"\b(?:date\s+of\s+assessment|assessed(?:\s+on)?|assessment\s+date)\s*[:\s]\s*", re.IGNORECASE)
_DISCHARGED = re.compile(
    r"\b(?:disch(?:arge)?\.?(?:\s+date)?|date\s+of\s+discharge|discharged(?:\s+on)?|D/C(?:\s+date)?|DC\s+date)\s*[:\s]\s*",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"\b(?:printed|updated|as\s+of|last\s+reviewed|reviewed|reported|generated|list\s+date)\s*(?:on)?\s*[:\s]\s*", re.I
)
_LETTER = re.compile(
    r"^\s*(?:date\s*:?\s*)?(?P<date>[A-Z][a-z]+\.? \d{1,2}, \d{4}|\d{1,2}/\d{1,2}/\d{4})\s*$", re.IGNORECASE
)
_VISIT_COLUMN = re.compile(
    r"^\W*(?:(?:visit|service|encounter|exam)\s+date|date\s+of\s+(?:visit|service|encounter|exam\w*))\b(?!.*\d{2})",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"\b(?:signed|e-signed|authenticated|dictated|(?:electronic|digital) signature)\b", re.IGNORECASE)
# "DD: 05/14/2026  DT: 05/16/2026": dictated on the day of the visit, typed later
_DICTATED = re.compile(r"(?:^|\s)(?:DD|D)\s*:\s*", re.IGNORECASE)
_TRANSCRIBED = re.compile(r"(?:^|\s)(?:DT|T)\s*:\s*\d", re.IGNORECASE)
_NOT_VISIT = re.compile(
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


def _page_date(rows: list[Row], body: int, births: frozenset[dt.date]) -> dt.date | None:
    """Return when the page's statements were made: visit, else collection, assessment, letter, print, signature."""
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
        if match := _LETTER.match(row.text):
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
        if found := _date_after(re.compile(r"\b(?:order\s+)?date\s*:?\s+", re.IGNORECASE), row.text, births):
            return found
    for row in rows[-8:]:
        if _SIGNED.search(row.text) and (day := _first_day(row.text, births)):
            return day
    if any(_TRANSCRIBED.search(row.text) for row in rows[-8:]):
        return next((day for row in rows[-8:] if (day := _date_after(_DICTATED, row.text, births))), None)
    return _only_day((*rows[:body], *top[:4]), births)


_STAY = re.compile(r"\b(?:discharge|hospital|admission|admit\w*|inpatient|stay)\b", re.IGNORECASE)
_THROUGH = re.compile(r"\s*(?:-|–|—|to|through|thru)\s*", re.IGNORECASE)


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
_STAMP = re.compile(
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


_NO_REPORT_DAY = re.compile(
    r"\b(?:rpt|rep|rept|report\w*|result\w*|released|final\w*|rec'?d|admit\w*|admission|due|auth\w*|approv\w*|update\w*|review\w*|DOB|D\.O\.B|born|birth|sent|received|fax\w*|print\w*|scan\w*|copied|forward\w*|next|return\s+(?:to|on|in|by|appt\w*|appointment)|expires|valid|since|last|prior"
    r"|previous|period|range|start\w*|order\w*|refer\w*|effective|through|until|from|to)\b",
    re.IGNORECASE,
)


# "Tel 207-555-0133 Fax 207-555-0134", "DOB 04/19/1979 MRN 58-20716": labels with a number of their own
_NUMBERED = re.compile(
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
        if at.precision == "day" and at.day not in births and not _NOT_VISIT.search(text[: at.start]):
            return at.day
    return None


def _date_after(pattern: re.Pattern[str], text: str, births: frozenset[dt.date]) -> dt.date | None:
    match = pattern.search(text)
    if not match:
        return None
    days = [
        at
        for at in find_dates(text)
        if at.precision == "day" and at.day not in births and 0 <= at.start - match.end() <= 3
    ]
    return days[0].day if days else None


def _kind(rows: list[Row], top: list[int]) -> tuple[str, str | None]:
    letterhead = [rows[i].text for i in range(min(4, top[0] if top else 0))]
    # the title decides before the letterhead: a hospital's laboratory also prints its clinic's notes
    for texts in ([rows[i].text for i in top[:1]], [rows[i].text for i in top[1:2]], letterhead):
        for kind, pattern, contact in _kinds():
            if any(pattern.search(text) for text in texts):
                return kind, contact
    if any(re.match(r"^\s*Dear\b", rows[i].text) for i in top):
        return "letter", "letter"
    return "", None


def _author(rows: list[Row], body: int, visit: int | None) -> Author | None:
    """Return who wrote the page: of the visit line, else of the signature at its end."""
    if visit is not None:
        return next(a for a in find_authors(_joined(rows, visit)) if a.writes)
    found: Author | None = None
    for index in range(body, len(rows)):
        text = rows[index].text
        for author in find_authors(text):
            if author.writes and (found is None or _SIGNED.search(text)):
                found = author
    if found is None:  # "Patient: TILLERY, Rowan   Provider: Ines Okafor, MD" stands in the patient block
        named = [author for row in rows[:body] if _SEEN_BY.search(row.text) for author in find_authors(row.text)]
        found = next((author for author in named if author.writes), None)
    return found


_SEEN_BY = re.compile(
    r"(?<!referring )(?<!ordering )(?<!care )\b(?:provider|clinician|physician|attending|seen\s+by|author|from)\b",
    re.IGNORECASE,
)
# "RHEUMATOLOGY CONSULTATION", "Dermatology progress note"; not "Rheumatology referral"
_TITLE_OF_NOTE = re.compile(
    r"\b(?:consult(?:ation)?(?:\s+(?:note|report))?|progress\s+notes?|clinic\s+(?:note|visit)|office\s+(?:note|visit)|follow-?up(?:\s+(?:note|visit))?)\W*$",
    re.IGNORECASE,
)
_DEPARTMENT = re.compile(
    r"\b(?:department|dept\.?|division|specialty|speciality|service)\s*(?:of\s+|:\s*)(?P<words>[A-Za-z&/ ]{4,40})",
    re.IGNORECASE,
)


def _specialty_of_note(rows: list[Row], body: int) -> str | None:
    """Return the specialty that the note's title or its department names, where it is one."""
    named = set()
    for row in rows[: body + 6]:
        if label := _DEPARTMENT.search(row.text):
            named |= set(find_specialties(label["words"]))
        elif len(row.words) <= 5 and _TITLE_OF_NOTE.search(row.text):
            named |= set(find_specialties(row.text))
    return named.pop() if len(named) == 1 else None


def _specialty(rows: list[Row], author: Author | None, visit: int | None, body: int) -> str | None:
    """Return the author's specialty: beside the name, on the line below a signature, or of the visit's own title."""
    if author is None:
        return None
    if author.specialty:
        return author.specialty
    if not author.physician:
        return None
    surname = author.name.split()[-1].lower()
    for index, row in enumerate(rows):
        for other in find_authors(row.text):
            if other.specialty and other.name.split()[-1].lower() == surname:
                return other.specialty
            alone = other.writes and other.name.split()[-1].lower() == surname and index + 1 < len(rows)
            if alone and (len(row.words) <= 5 or (len(row.words) <= 9 and other.end >= len(row.text) - 1)):
                below = rows[index + 1].text
                found = find_specialties(below)
                if len(found) == 1 and len(below.split()) <= 4:
                    return found[0]
    if visit is not None:
        found = find_specialties(rows[visit].text)
        if len(found) == 1:
            return found[0]
    return _specialty_of_note(rows, body)
