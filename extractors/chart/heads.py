"""The head of a chart page: where it ends, and the visit it names (date, author, specialty, kind)."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors import lore
from extractors.chart.authors import Author, find_authors
from extractors.chart.dates import find_dates
from extractors.chart.layout import Row
from extractors.chart.page_days import SIGNED, is_visit, page_date
from extractors.chart.tables import find_head
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.labs import find_labs
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.scores import find_scores
from extractors.vocabulary.sections import section_of_heading
from extractors.vocabulary.sieve import rare
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


_IDENTITY = lore.regex(
    r"\b(?:D\.?[O0]\.?B\b|date of birth|birth\s*date|MRN|medical record|patient\s*(?:name)?\s*:|name\s*:|"
    r"chart\s+(?:no|id|number|#)|"
    r"account\s+(?:no|#|\d)|CHART\s+\w*\d|\bID\s+[A-Z]*-?\d)",
    re.IGNORECASE,
)
_ADDRESS = lore.regex(
    r"\b(?:tel|phone|fax|suite|street|avenue|ave|blvd|road|drive|plaza|p\.?o\.?\s+box|www\.|T\s+\d{3}-|F\s+\d{3}-)\b|\b[A-Z]{2}\s+\d{5}\b|"
    r"\d{3}[-.]\d{3}[-.]\d{4}|\d{3}-$",
    re.IGNORECASE,
)
_CONTINUED = rare(r"\bcontinued\b|\bcont'?d\b|\bpage\s+(?:[2-9]|1\d)\s*(?:of|/)|^\W*page\s+[2-9]\W*$", re.IGNORECASE)


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str], str | None], ...]:
    data = read_yaml("page_kinds.yaml", "extractors.chart")
    return tuple(
        (kind, lore.regex(r"(?:" + "|".join(entry["titles"]) + r")", re.IGNORECASE), entry.get("contact"))
        for kind, entry in data.items()
    )


def remote_contact(text: str) -> str | None:
    """Return "telehealth" or "telephone" where the text names such a visit by the words that head one."""
    found = {contact for _, pattern, contact in _kinds() if contact in _REMOTE and pattern.search(text)}
    return next((contact for contact in _REMOTE if contact in found), None)


_REMOTE = ("telehealth", "telephone")


@lru_cache(maxsize=2048)  # a row is asked at each step of the table or paragraph above it
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


_NOTE = lore.regex(
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
    dated = page_date(rows, body, frozenset(births))
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
            if author.writes and (found is None or SIGNED.search(text)):
                found = author
    if found is None:  # "Patient: TILLERY, Rowan   Provider: Ines Okafor, MD" stands in the patient block
        named = [author for row in rows[:body] if _SEEN_BY.search(row.text) for author in find_authors(row.text)]
        found = next((author for author in named if author.writes), None)
    return found


_SEEN_BY = rare(
    r"(?<!referring )(?<!ordering )(?<!care )\b(?:provider|clinician|physician|attending|seen\s+by|author|from)\b",
    re.IGNORECASE,
)
# "RHEUMATOLOGY CONSULTATION", "Dermatology progress note"; not "Rheumatology referral"
_TITLE_OF_NOTE = rare(
    r"\b(?:consult(?:ation)?(?:\s+(?:note|report))?|progress\s+notes?|clinic\s+(?:note|visit)|office\s+(?:note|visit)|follow-?up(?:\s+(?:note|visit))?)\W*$",
    re.IGNORECASE,
)
_DEPARTMENT = rare(
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
