"""What a clause of a chart takes from its page: the study it reports, its place in the body, its day."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from extractors import lore
from extractors.chart.facts import Statement
from extractors.dates import find_dates
from pipeline.matching.clinical_terms import Held, find_clinical
from pipeline.matching.record import PageKey, Record, page_of
from pipeline.matching.stated_leaves import wording_of

_REPORTS = ("imaging", "pathology", "procedures")
_HEAD_ROWS = 14
_AS_LEVEL = lore.regex(r"^\W*(?:at\s+)?(?P<level>[CTL]\d{1,2}\s*[-–/]\s*[CTLS]?\d{1,2})\s*:", re.IGNORECASE)
_LABELLED = lore.regex(
    r"^\W*(?:exam|study|procedure|specimens?|examination|test|operation|site|modality|tissue)\b", re.IGNORECASE
)
_TITLE = lore.regex(r"^[A-Z0-9][A-Z0-9 ,.&/()'-]{5,}$|^\W*(?:MRI|CT|X-?ray|Radiographs?|Ultrasound|Biopsy)\b")
_CLINIC = lore.regex(
    r"\b(?:center|centre|clinic|associates|institute|hospital|LLC|department|group|imaging)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What all sentences of a report share."""

    held: tuple[Held, ...] = ()  # the study, its part of the body and side
    is_report: bool = False


class Places:
    """The pages of a record, read once where they are asked for."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._pages: dict[PageKey, list[Statement]] = defaultdict(list)
        for at in record.statements:
            self._pages[page_of(at.evidence)].append(at)
        self._places: dict[PageKey, Place] = {}
        self._order = {id(at): place for place, at in enumerate(record.statements)}

    def order(self, statement: Statement) -> int:
        """Return where a statement stands in the chart."""
        return self._order[id(statement)]

    def place(self, statement: Statement) -> Place:
        """Return what the page of a statement says of all its sentences."""
        key = page_of(statement.evidence)
        if key not in self._places:
            self._places[key] = _place_of(self._pages[key])
        return self._places[key]

    def level(self, statement: Statement) -> tuple[Held, ...]:
        """Return the level of the spine that the lines above put a sentence under ("L4-5: ...")."""
        own = self._pages[page_of(statement.evidence)]
        at = next(place for place, held in enumerate(own) if held is statement)
        for earlier in reversed(own[: at + 1]):
            if earlier.section != statement.section:
                return ()
            if match := _AS_LEVEL.match(earlier.text):
                return tuple(held for held in find_clinical(match[0]) if held.role == "level")
        return ()

    def day(self, statement: Statement) -> dt.date | None:
        """Return the day of a statement: its own, else the only day that the head of its page prints."""
        if statement.date or statement.copied_forward:
            return statement.date
        return _head_day(self._pages[page_of(statement.evidence)], self.record)


def _place_of(page: Iterable[Statement]) -> Place:
    """Return the study a page reports; a visit that tells of studies is none."""
    page = list(page)
    if not any(at.section in _REPORTS or re.match(r"\W*(?:findings|impression)\s*:", at.text, re.I) for at in page):
        return Place()
    for pattern in (_LABELLED, _TITLE):  # a labelled study before a title, which may be the name of a clinic
        for at in page[:_HEAD_ROWS]:
            text = at.text
            if not pattern.match(text) or wording_of("compared").search(text) or _CLINIC.search(text):
                continue
            held = tuple(one for one in find_clinical(text) if one.role in ("modality", "site", "side", "level"))
            roles = {one.role for one in held}
            if "modality" in roles and (pattern is _LABELLED or roles & {"site", "level"}):
                return Place(held=held, is_report=True)
    return Place(is_report=any(at.section in ("pathology", "procedures") for at in page))


def _head_day(page: list[Statement], record: Record) -> dt.date | None:
    days = set()
    for at in page[:_HEAD_ROWS]:
        if at.section not in ("header", "title"):
            continue
        for mention in find_dates(at.text):
            before = at.text[max(0, mention.start - 14) : mention.start]
            if not wording_of("no_visit_day").search(before) and mention.day != record.birth_date:
                days.add(mention.day)
    days = {at for at in days if (record.request_date - at).days < 20 * 365 and at <= record.request_date}
    return days.pop() if len(days) == 1 else None


def latest_visit(record: Record) -> dt.date | None:
    """Return the day of the last visit that the record holds."""
    contacts = ("in_person", "telehealth")
    days = [
        at.date
        for at in record.facts
        if at.kind == "encounter" and at.date and at.encounter and at.encounter.contact in contacts
    ]
    return max((at for at in days if at <= record.request_date), default=None)
