"""Pages under the letterhead of a clinic whose chart is in the same file: they are of that chart.

A log of messages that says "Denied", a patient's "my appeal is due in 180 days" and a chart summary look like a
plan's letter to any single cue. But no plan writes under a clinic's letterhead.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.documents.classify import Judged
from extractors.documents.segment import DocumentType
from extractors.evidence import Line, Page
from extractors.vocabulary.payers import find_payers

_LINES = 4  # of the top of a page
# What a practice, a hospital or a laboratory calls itself.
_ORGANIZATION = lore.regex(
    r"\b(?:clinic|center|centre|associates?|partners?|hospital|institute|practice|group|physicians?|doctors|medicine"
    r"|medical|health|healthcare|wellness|family|surgery|surgical|rehab\w*|therapy|pharmacy|laborator\w+|imaging"
    r"|radiology|endoscopy|pain|spine|heart|vascular|eye|retina|foot|joint|women's|pediatric\w*|psychiatry"
    r"|\w+(?:ology|iatrics|opedics|opaedics))\b",
    re.IGNORECASE,
)
# The line that a fax machine or a portal prints over every page, whoever wrote it.
_STAMP = lore.regex(
    r"\d:\d\d|\bfax(?:ed)?\b|\bfrom\b|\bto\b|\bp(?:age|g)?\.? ?\d|\bname\b|\bdob\b|\bborn\b", re.IGNORECASE
)


def by_letterhead(pages: Sequence[Page], judged: dict[int, Judged]) -> dict[int, Judged]:
    """Return the judgements, pages under the letterhead of a chart page of the same file made chart pages too."""
    heads = {page.number: _heads(page) for page in pages}
    charts = {
        head
        for page in pages
        if judged[page.number].document_type is DocumentType.CHART and judged[page.number].confidence >= 0.9
        for head in heads[page.number]
    }
    refusing = {page.number for page in pages if _refuses(page, judged[page.number])}
    return {
        number: _chart(at)
        if at.document_type in _DOUBTFUL and heads[number] & charts and number not in refusing
        else at
        for number, at in judged.items()
    }


_GREETS = lore.regex(r"^\W*(?:dear|estimad[oa])\b", re.IGNORECASE | re.MULTILINE)


def _refuses(page: Page, at: Judged) -> bool:
    """Whether a page decides in so many words and greets whom it refuses, as a group that decides for a plan does."""
    return at.document_type is DocumentType.DENIAL_LETTER and at.settled and bool(_GREETS.search(page.text))


# What a single page of a chart is taken for. A policy, a card, a cover say more of themselves.
_DOUBTFUL = (
    DocumentType.DENIAL_LETTER,
    DocumentType.APPROVAL_LETTER,
    DocumentType.INFORMATION_REQUEST,
    DocumentType.APPEAL_ACKNOWLEDGEMENT,
    DocumentType.PAYER_POLICY,
    DocumentType.OTHER,
)


def _chart(at: Judged) -> Judged:
    return replace(at, document_type=DocumentType.CHART, confidence=0.9, settled=True, evidence=())


def _heads(page: Page) -> set[str]:
    """Return the letterhead lines of a page, letters only: an organization that is no plan."""
    return {folded for line in page.lines[:_LINES] if len(folded := _letterhead(line)) >= 10}


def _letterhead(line: Line) -> str:
    text = line.text
    if not _ORGANIZATION.search(text) or _STAMP.search(text) or find_payers(text):
        return ""
    return "".join(c for c in text.casefold() if c.isalpha())
