"""A chart page as statements: sentences, list items and table rows with what they inherit from their place."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from extractors.chart.heads import Head, title_section
from extractors.chart.layout import Passage, Row, ends_paragraph, once_a_row, passage_of, read_rows, usual_pitch
from extractors.chart.page_days import is_visit
from extractors.chart.sentences import split_sentences
from extractors.chart.tables import Table, find_head, read_table
from extractors.evidence import Page
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.sections import section_of_heading
from extractors.vocabulary.sieve import rare

_TABLE_SECTIONS = {
    "medications": "medications",
    "fills": "fills",
    "labs": "data",
    "results": "data",
    "problems": "problems",
    "scores": "scores",
    "infusions": "infusions",
    "readings": "data",
    "given": "infusions",
    "flow": "data",
    "trend": "data",
    "vitals": "vital_signs",
    "allergies": "allergies",
}
_COPIED = rare(
    r"\b(?:cop(?:ied|y)|carried|pulled|brought)[ -]?forward|\bcarried\s+over\b|\bcopied\s+(?:from|over)\b|"
    r"\bfrom\s+(?:an?\s+|the\s+)?(?:prior|previous|old)\s+(?:note|record|chart)s?\b|"
    r"\b(?:pulled|auto-?populated|populated|transferred)\s+(?:in\s+)?from\b|\bimported\s+from\s+(?:\w+\s+){0,2}(?:exchange|records?|chart)\b|"
    r"\b(?:PMHx?|Hx|HPI|history)\s+copied\b|"
    r"\bcloned\s+from\b|\bimported\s+from\s+(?:a\s+)?(?:prior|previous)|\bunchanged\s+from\s+(?:the\s+)?(?:last|prior)\s+note",
    re.IGNORECASE,
)
# "History (copied forward from 08/2024)", "Plan:", "Pathology (07/11/2026):"
_INLINE = lore.regex(r"^(?P<head>[A-Za-z][A-Za-z&/,' -]{0,45}?)\s*(?P<note>\([^)]{0,80}\))?\s*:(?:\s|$)")
_FAX_LINE = lore.regex(
    r"^\W*(?:\d{1,2}[/-]\d{1,2}[/-]\d{2,4}.{0,40}\b(?:FAX|PAGE|P\.?\s?\d)|FAX\b.{0,60}\d{1,2}:\d\d|From:.{0,60}\bFax:)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Place:
    """What text inherits from the heading above it."""

    section: str = ""
    copied: bool = False
    date: dt.date | None = None  # of copied text, or of a heading with its own date
    dated: bool = False  # the heading, not the page, says when


@dataclass(frozen=True, slots=True)
class Block:
    """A table with its statements' indexes, so that facts can be read from cells."""

    table: Table
    first: int  # index of its first entry among the page's statements
    title: str  # the nearest heading above


@dataclass(frozen=True, slots=True)
class PageText:
    """The statements of one page in order, and its tables."""

    page: Page
    statements: tuple[Statement, ...]
    blocks: tuple[Block, ...]


def read_statements(page: Page, head: Head, rows: list[Row] | None = None) -> PageText:
    """Return the page's statements; `head` says where its letterhead ends and whose visit it is."""
    rows = read_rows(page) if rows is None else rows
    reader = _Reader(page, rows, head)
    reader.read()
    return PageText(page, tuple(reader.statements), tuple(reader.blocks))


@once_a_row
def _is_heading(row: Row) -> bool:
    return title_section(row.text.strip(), loose=False) is not None


_LIST_OF = {"medication_list": "medications", "problem_list": "problems", "fill_history": "fills"}
_FORMER = rare(r"\b(?:history|prior|past|previous|tried|inactive)\b", re.IGNORECASE)


def _section_of_list(head: Sequence[Row], kind: str) -> str:
    """Return the section that a list's own title opens where it shares its row with letterhead or patient."""
    section = _LIST_OF.get(kind, "")
    if section == "medications" and any(_FORMER.search(row.text) for row in head):
        return "past_treatment"
    return section if head else ""


class _Reader:
    """Walks the rows once, keeping the section that holds."""

    def __init__(self, page: Page, rows: list[Row], head: Head) -> None:
        self.page, self.rows, self.head = page, rows, head
        self.statements: list[Statement] = []
        self.blocks: list[Block] = []
        self.place = Place(_section_of_list(rows[: head.body], head.kind))
        self.title = ""
        body = rows[head.body :]
        self.spacing = usual_pitch(body or rows)
        self.width = (min((r.x0 for r in body), default=0.0), max((r.x1 for r in body), default=page.width))

    def read(self) -> None:
        at = 0
        while at < len(self.rows):
            if at < self.head.body:
                at = self._read_header(at)
            elif table := read_table(self.page, self.rows, at, _is_heading):
                self._add_table(table)
                at = table.end
            elif at == self.head.visit or (at <= self.head.body + 1 and is_visit(self.rows[at].text)):
                at = self._add_rows(at, at + 1, self.place.section or "title")
            elif (place := self._heading(self.rows[at], first=at == self.head.body)) is not None:
                self.place = place
                self.title = self.rows[at].text
                at = self._add_rows(at, at + 1, place.section or "title")
            elif (end := self._form_end(at)) > at:
                for row in range(at, end):
                    self._add_form_row(self.rows[row])
                at = end
            else:
                at = self._read_paragraph(at)

    def _read_header(self, at: int) -> int:
        end = at + 1
        section = "fax_header" if _FAX_LINE.search(self.rows[at].text) else "header"
        self._add(passage_of(self.page, self.rows[at:end]), replace(self.place, section=section))
        return end

    def _add_rows(self, start: int, end: int, section: str) -> int:
        while end < len(self.rows) and _continues(self.rows[end - 1], self.rows[end], self.spacing):
            end += 1
        self._add(passage_of(self.page, self.rows[start:end]), replace(self.place, section=section))
        return end

    def _heading(self, row: Row, first: bool) -> Place | None:
        """Return the place that starts here when the row is a heading that stands alone."""
        text = row.text.strip()
        found = title_section(text, loose=first)
        if found is None:
            return None
        return _place(found, text, self.place)

    def _form_end(self, at: int) -> int:
        """Return the end of a run of label-and-value rows ("Order date    09/14/2026"); `at` when there is none."""
        end = at
        while end < len(self.rows) and _is_form_row(self.rows[end]) and not find_head(self.rows[end]):
            lines, first = self.rows[end].lines, self.rows[at].lines
            if abs(lines[0].box.x0 - first[0].box.x0) > 5 or abs(lines[1].box.x0 - first[1].box.x0) > 12:
                break
            end += 1
        return end if end - at >= 2 else at

    def _add_form_row(self, row: Row) -> None:
        label, value = row.lines[0].text, " ".join(line.text for line in row.lines[1:])
        self._add(passage_of(self.page, [row]), self.place, (label, value))

    def _read_paragraph(self, at: int) -> int:
        end = at + 1
        while end < len(self.rows):
            above, row = self.rows[end - 1], self.rows[end]
            if _is_heading(row) or find_head(row):
                break
            if ends_paragraph(above, row, self.width, self.spacing) or _inline_section(row.text):
                break
            if len(row.lines) > 2 or len(above.lines) > 2:
                break
            listed = self.place.section in _LISTS and not _inline_section(self.rows[at].text)
            if listed and _starts_with_drug(row.text):
                break
            if _is_entry(self.rows[at].text, row.text):
                break
            end += 1
        passage = passage_of(self.page, self.rows[at:end])
        gap = at > 0 and _is_gap(self.rows[at - 1], self.rows[at], self.spacing)
        if gap and self.place.section == "family_history":
            self.place = Place()  # relatives end with their paragraph
        if self.place.section in _LISTS and _starts_with_drug(passage.text) and _names_one_drug(passage.text):
            self._add(passage, self.place)  # an entry of a list: its sentences speak of one medicine
        else:
            self._add_prose(passage)
        return end

    def _add_prose(self, passage: Passage) -> None:
        text = passage.text
        lead = _LEAD_DAY.match(text)
        for start, end in split_sentences(text):
            sentence = text[start:end]
            if inline := _inline_section(sentence):
                section, note = inline
                self.place = _place(section, note, self.place)
            place = self.place
            if _COPIED.search(sentence) and not place.copied and not _is_disclaimer(sentence):
                place = replace(place, copied=True)
            if lead and not place.dated:
                place = self._dated(place, lead["day"])
            self._add(passage.part(start, end), place)

    def _add_table(self, table: Table) -> None:
        section = _TABLE_SECTIONS.get(table.kind, self.place.section)
        self.blocks.append(Block(table, len(self.statements), self.title))
        headers = tuple(column.heading for column in table.columns)
        for entry in table.entries:
            place = replace(self.place, section=section)
            if table.kind == "log":  # each line is a note of its own day, told in prose
                self._add(entry.passage, self._dated(place, table.cell(entry, "date")))
            else:
                self._add(entry.passage, place, entry.cells, headers)

    def _dated(self, place: Place, lead: str) -> Place:
        """Give text the day it opens with, unless that lies after the page's own."""
        days = [at for at in find_dates(lead) if at.precision == "day"]
        if len(days) != 1 or place.copied or (self.head.date and days[0].day > self.head.date and not self.head.visit):
            return place
        return replace(place, date=days[0].day, dated=True)

    def _add(self, passage: Passage, place: Place, cells: Sequence[str] = (), headers: Sequence[str] = ()) -> None:
        date = place.date if place.copied or place.dated else self.head.date
        self.statements.append(
            Statement(
                text=passage.text,
                evidence=passage.evidence(),
                section=place.section,
                date=date,
                copied_forward=place.copied,
                author=self.head.author,
                specialty=self.head.specialty,
                cells=tuple(cells),
                headers=tuple(headers),
                confidence=passage.confidence,
            )
        )


# "04/20/2026 Wt 224 lb", "06/03/26 called, no answer"; not "06/03/2026 to 08/01/2026"
_LEAD_DAY = lore.regex(
    r"^\W{0,3}(?P<day>\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d\d))\b(?!\s*(?:-|–|to\b|through\b|until\b))[,:]?\s+\S"
)
# "G43.709 Chronic migraine", "1. K21.9 GERD"
_LEAD_CODE = lore.regex(r"^\W*(?:\d{1,2}[.)]\s+)?\(?[A-TV-Z]\d[0-9A-B](?:\.[0-9A-Z]{1,4})?\)?[\s:,-]+[A-Za-z]")


def _is_entry(first: str, text: str) -> bool:
    """Tell a row that begins as the paragraph does: with a day, or with a code of a diagnosis."""
    return any(lead.match(first) and lead.match(text) for lead in (_LEAD_DAY, _LEAD_CODE))


_LISTS = frozenset({"medications", "past_treatment"})


_GOES_ON = lore.regex(r"(?:of|or|and|to|on|with|for|from|by|in|is)\b")  # the sentence of the row above


def _starts_with_drug(text: str) -> bool:
    """Tell an entry of a medication list from a sentence about medicines."""
    if _GOES_ON.match(text):
        return False
    return any(mention.start <= 4 for mention in find_drugs(text[:60]))


def _names_one_drug(text: str) -> bool:
    return len({mention.generic for mention in find_drugs(text)}) == 1


def _is_gap(above: Row, below: Row, spacing: float) -> bool:
    """Tell a blank line between two rows, also on a page whose rows all stand far apart."""
    return below.middle - above.middle > 1.9 * min(spacing, 1.4 * above.box.height)


def _is_form_row(row: Row) -> bool:
    label = row.lines[0]
    return len(row.lines) == 2 and len(label.words) <= 6 and not label.text.endswith((".", ";", ","))


def _continues(above: Row, below: Row, spacing: float) -> bool:
    """A heading's second line: "(Rheumatology)" under the provider, or a line in lower case."""
    close = 0 < below.middle - above.middle < 1.5 * spacing
    return close and (below.text.startswith("(") or below.text[:1].islower()) and len(below.words) <= 6


def _place(section: str, heading: str, above: Place) -> Place:
    if _COPIED.search(heading):
        dates = find_dates(heading)
        return Place(section, copied=True, date=dates[0].day if dates else None)
    note = re.search(r"\(([^)]*)\)\s*:?\s*$", heading.strip())
    dates = find_dates(note[1]) if note else []
    printed = bool(note and re.search(r"print|updat|review", note[1], re.IGNORECASE))
    if len(dates) == 1 and not printed and section in ("pathology", "imaging", "data", "procedures", "scores"):
        return Place(section, date=dates[0].day, dated=True)
    return Place(section)


# "Plan.", "Assessment. Obesity with sleep apnea": a heading that a full stop closes is a sentence of its own
_STOPPED = lore.regex(r"^\W*(?P<head>[A-Z][A-Za-z]{2,}(?:[ /&]+[A-Za-z]+){0,3})\.(?=\s|$)")


@lru_cache(maxsize=2048)  # asked of a row by the paragraph above it, and of each sentence
def _inline_section(text: str) -> tuple[str, str] | None:
    """Return the section a text opens with ("FH: father had ...") and the heading as printed."""
    match = _INLINE.match(text) or _STOPPED.match(text)
    if not match:
        return None
    section = section_of_heading(match["head"])
    return (section, text[: match.end()]) if section else None


# a footer about the note, not a heading of the text that was copied
def _is_disclaimer(sentence: str) -> bool:
    return bool(re.match(r"^(?:parts?|portions?|some|contains|this|sections?)\b", sentence.strip(), re.IGNORECASE))
