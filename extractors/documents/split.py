"""Pages of one file parted into the documents they make: cover, letter, chart, card."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from extractors import lore
from extractors.documents.classify import Judged, is_blank, judge, words_on
from extractors.documents.language import read_language
from extractors.documents.letterhead import by_letterhead
from extractors.documents.looks import Look, look_at
from extractors.documents.person import names_a_person
from extractors.documents.segment import DocumentType, Segment
from extractors.each import Each
from extractors.evidence import Page, PageSource

_LETTERS = {
    DocumentType.DENIAL_LETTER,
    DocumentType.APPROVAL_LETTER,
    DocumentType.EXPLANATION_OF_BENEFITS,
    DocumentType.INFORMATION_REQUEST,
    DocumentType.APPEAL_ACKNOWLEDGEMENT,
    DocumentType.OTHER,
}
# Sheets that lie between others and belong to none.
_LOOSE = {DocumentType.BLANK, DocumentType.FAX_COVER, DocumentType.INSURANCE_CARD}


# The first page of an e-mail as our reader prints it
_MAIL_HEAD = lore.regex(r"^from: [^\n]+@[^\n]*\n(?:[^\n]*\n){0,4}?(?:to|date|subject): ", re.IGNORECASE)


def split_documents(pages: Sequence[Page], each: Each = map) -> list[Segment]:
    """Return the documents of one file in the order of their first pages; every page is in exactly one.

    Pages of a letter stay together, pages of a chart too, whatever covers, cards and blank
    sheets lie between them. The parts of an e-mail (body, each attachment) are never joined. `each` does the work page
    by page.
    """
    segments: list[Segment] = []
    parts = [list(part) for _, part in groupby(pages, key=lambda page: page.part)]
    for part in parts:
        segments.extend(_split_part(part, len(parts) > 1 and bool(_MAIL_HEAD.search(part[0].text[:600])), each))
    return sorted(segments, key=lambda segment: min(segment.pages))


def _split_part(pages: list[Page], body: bool, each: Each) -> list[Segment]:
    looks = {page.number: look for page, look in zip(pages, each(look_at, pages), strict=True)}
    judged = by_letterhead(pages, {page.number: _judge_page(page, looks) for page in pages})
    groups: list[list[Page]] = []
    current: list[Page] | None = None
    for page in pages:
        kind = judged[page.number].document_type
        if kind in _LOOSE:
            groups.append([page])
        elif (letter := _letter_missing(page, groups, judged)) is not None and letter is not current:
            letter.append(page)  # the chart that lies between goes on after it
        elif current is not None and (letter is current or _belongs(page, current, judged)):
            current.append(page)
        else:
            current = [page]
            groups.append(current)
    segments = [_segment(in_reading_order(group), judged, looks, body) for group in groups]
    return _join_charts(segments)


def _judge_page(page: Page, looks: Mapping[int, Look]) -> Judged:
    if is_blank(page):
        return Judged(document_type=DocumentType.BLANK, confidence=1.0, scores={})
    if page.source is PageSource.FAILED and not page.lines:
        return Judged(document_type=DocumentType.OTHER, confidence=0.5, scores={})
    return judge([page], looks)


def _letter_missing(page: Page, groups: list[list[Page]], judged: dict[int, Judged]) -> list[Page] | None:
    """Return the letter before this page that this page is a page of, by its number or as its enclosure."""
    if judged[page.number].document_type not in _LETTERS or page.source is PageSource.FAILED:
        return None
    letters = [group for group in groups if _lead_of(group, judged) in _LETTERS]
    if printed := _printed(page):
        for letter in reversed(letters):
            numbers = [_printed(at) for at in letter]
            if all(at and at[1] == printed[1] for at in numbers) and printed not in numbers:
                return letter
        return None
    after_chart = groups and _lead_of(groups[-1], judged) in (DocumentType.CHART, *_LOOSE)
    return letters[-1] if letters and after_chart and _is_enclosure(page) else None


def in_reading_order(pages: list[Page]) -> list[Page]:
    """Return the pages of one letter by the numbers printed on them, where every page has its own."""
    printed = [_printed(page) for page in pages]
    if all(printed) and len(set(printed)) == len(pages):
        return sorted(pages, key=lambda page: _printed(page) or (0, 0))
    return pages


def _is_enclosure(page: Page) -> bool:
    """Whether a page is headed as what letters enclose: rights, help in other languages, the form to send back."""
    return any(_ENCLOSED.search(line.text) for line in page.lines[:8] if len(line.words) <= 10)


_ENCLOSED = lore.regex(
    r"^\W*(?:(?:your|member|provider|important|information about|know|what are) )*(?:appeal rights"
    r"|rights? to (?:an? )?appeal"
    r"|you have (?:the|a) right to (?:ask for (?:an? )?)?appeal"
    r"|how (?:to|do i|can i|you can) (?:file (?:an? )?|ask for an? )?appeal|where to send|language assistance"
    r"|non-?discrimination|get help|help in (?:your|other)|interpreter"
    r"|(?:\w+ ){0,3}(?:appeal|grievance)(?: request)? form"
    r"|request for (?:an? )?(?:\w+ )?(?:appeal|review|hearing|reconsideration)|(?:independent|external) review\W*$"
    r"|appointment of representative|your rights|derechos? de apelaci)",
    re.IGNORECASE,
)
_PAGE_OF = lore.regex(r"\bpage\s+(\d{1,2})\s*(?:of|/)\s*(\d{1,2})\b|\|\s*page\s+(\d{1,2})\b", re.IGNORECASE)
_OPENS = lore.regex(r"^\W*(?:dear|hello|hi|estimad[oa])\b", re.IGNORECASE | re.MULTILINE)
_LETTER_GOES_ON = lore.regex(
    r"appeal|your rights?|external review|fair hearing|get help|language assistance|non-?discrimination|sincerely"
    r"|interpreter|derecho",
    re.IGNORECASE,
)


def _belongs(page: Page, current: list[Page], judged: dict[int, Judged]) -> bool:
    """Whether the page goes on with the document begun before it."""
    kind = judged[page.number].document_type
    before = [judged[at.number].document_type for at in current]
    lead = _lead(before)
    if page.source is PageSource.FAILED:
        return True
    if lead in _LETTERS and _begins_another(page, current, judged):
        return False
    if number := _page_number(page):
        if number > 1 and lead in _LETTERS and kind in _LETTERS:
            return True
        if number == 1 and lead in _LETTERS and kind in _LETTERS:
            return False
        if kind is DocumentType.PAYER_POLICY and lead in _LETTERS and _page_number(current[-1]) == number - 1:
            return True  # the rights page of a letter speaks of criteria and coverage too
    if lead is DocumentType.PAYER_POLICY and kind is not lead:
        return not _opens_letter(page) and not _is_enclosure(page) and not names_a_person(page)
    if lead is DocumentType.CHART or lead is DocumentType.PAYER_POLICY:
        if kind is lead:
            return True
        return kind is DocumentType.OTHER and not _opens_letter(page) and not _is_enclosure(page)
    if lead in _LETTERS and lead is not DocumentType.OTHER and _is_enclosure(page) and not names_a_person(page):
        return True
    if kind in (DocumentType.CHART, DocumentType.PAYER_POLICY):
        # A rights page quotes criteria; a page with a record number is a chart whatever it follows.
        return False
    if _opens_letter(page):
        if all(_is_enclosure(at) for at in current):
            return True
        # Only a cover page ("important information is enclosed") goes before the letter it covers.
        return lead is DocumentType.OTHER and not any(_opens_letter(at) for at in current) and _covers(current)
    return kind is DocumentType.OTHER or kind is lead or bool(_LETTER_GOES_ON.search(page.text))


def _begins_another(page: Page, current: list[Page], judged: dict[int, Judged]) -> bool:
    """Whether a page without a greeting is a document of its own: of another kind, or of other people."""
    mine, lead = judged[page.number], _lead_of(current, judged)
    if not mine.settled or mine.confidence < 0.9 or (_page_number(page) or 1) > 1 or _is_enclosure(page):
        return False
    if _opens_letter(page) or (lead is DocumentType.OTHER and _covers(current)):
        return False  # told elsewhere
    if mine.document_type is not lead:
        return any(judged[at.number].settled for at in current)
    heads = [set(_NAMES.findall(" ".join(line.text for line in at.lines[:6]))) for at in (page, current[0])]
    shared = heads[0] & set(_NAMES.findall(current[0].text))
    return all(len(names) >= 3 for names in heads) and 4 * len(shared) <= len(heads[0])


_NAMES = lore.regex(r"\b[A-Z][a-z]{3,}\b")


def _lead_of(group: list[Page], judged: dict[int, Judged]) -> DocumentType:
    return _lead([judged[page.number].document_type for page in group])


def _lead(kinds: list[DocumentType]) -> DocumentType:
    return next((kind for kind in kinds if kind is not DocumentType.OTHER), DocumentType.OTHER)


def _page_number(page: Page) -> int | None:
    edge = [line.text for line in (*page.lines[:6], *page.lines[-4:])]
    for text in edge:
        if match := _PAGE_OF.search(text):
            return int(next(group for group in (match[1], match[3]) if group))
    return None


def _printed(page: Page) -> tuple[int, int] | None:
    """Return number and count of "page 2 of 3" as the letter prints it; the header of a fax machine counts the fax."""
    for line in (*page.lines[:6], *page.lines[-4:]):
        match = _PAGE_OF.search(line.text)
        if match and match[2] and int(match[1]) <= int(match[2]) and not _CLOCK.search(line.text):
            return int(match[1]), int(match[2])
    return None


_CLOCK = lore.regex(r"\d:\d\d|\bfax\b|\bfrom\b|\bp\. ?\d", re.IGNORECASE)


def _opens_letter(page: Page) -> bool:
    return bool(_OPENS.search(page.text))


def _covers(current: list[Page]) -> bool:
    return any(
        re.search(
            r"enclosed|important information|letter (?:starts|follows|begins)|this package", page.text, re.IGNORECASE
        )
        for page in current
    )


def _segment(group: list[Page], judged: dict[int, Judged], looks: Mapping[int, Look], body: bool) -> Segment:
    kinds = [judged[page.number].document_type for page in group]
    read = [page for page in group if page.lines]
    whole = judged[group[0].number] if len(group) == 1 or not read else judge(read, looks)
    kind, sure, evidence = whole.document_type, whole.confidence, whole.evidence
    lead = _lead(kinds)
    if len(group) > 1 and lead in (DocumentType.CHART, DocumentType.PAYER_POLICY):
        kind = lead
    if body and kind in (DocumentType.DENIAL_LETTER, DocumentType.APPROVAL_LETTER):
        # What a patient writes in an e-mail about an attached letter is not the letter.
        kind, sure, evidence = DocumentType.OTHER, 0.8, ()
    if kind is DocumentType.OTHER and words_on(group[0]) == 0 and group[0].source is not PageSource.FAILED:
        kind, sure = DocumentType.BLANK, 1.0
    return Segment(
        document=group[0].document,
        pages=tuple(page.number for page in group),
        document_type=kind,
        confidence=sure,
        language=read_language(group),
        evidence=evidence if kind not in (DocumentType.BLANK, DocumentType.OTHER) else (),
    )


def _join_charts(segments: list[Segment]) -> list[Segment]:
    """Make the chart pages of a file one segment; loose sheets between them stay their own."""
    charts = [segment for segment in segments if segment.document_type is DocumentType.CHART]
    if len(charts) < 2:
        return segments
    joined = Segment(
        document=charts[0].document,
        pages=tuple(sorted(number for segment in charts for number in segment.pages)),
        document_type=DocumentType.CHART,
        confidence=min(segment.confidence for segment in charts),
        language=next((segment.language for segment in charts if segment.language), None),
        evidence=charts[0].evidence,
    )
    return [joined, *(segment for segment in segments if segment.document_type is not DocumentType.CHART)]
