"""What kind of document pages are, by weighted cues and where on the page they stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from extractors import lore
from extractors.documents.cues import Cue, all_cues, compile_loosely
from extractors.documents.looks import Look, found_on, look_at, opening, read_line
from extractors.documents.policy_shape import shaped_as_policy
from extractors.documents.segment import DocumentType
from extractors.evidence import Evidence, Page, PageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The type of some pages, how far it is ahead, and the words that say so."""

    document_type: DocumentType
    confidence: float
    scores: dict[DocumentType, float]
    evidence: tuple[Evidence, ...] = ()
    settled: bool = False  # by a decision in so many words, or by a heading that leaves no doubt


_PLACES = ("heading", "title", "opening")
_WITH_TWO = lore.regex(r"[A-Za-z0-9]{2}[^ \n]*")  # the rest of a word from there


_MANY = 250  # words: more than any question about their number goes up to


def words_on(page: Page, most: int = _MANY) -> int:
    """Return how many words with two letters or digits the page has, at most so many."""
    return sum(1 for _ in islice(_WITH_TWO.finditer(page.text), most))


def _words_of(pages: Sequence[Page]) -> int:
    """Return how many words the pages have, no more than are asked about: a chart of 300 pages has 180,000."""
    count = 0
    for page in pages:
        count += words_on(page)
        if count >= _MANY:
            break
    return count


_LEFT_BLANK = lore.regex(r"(?:page|this) (?:is )?(?:intentionally|purposely) (?:left )?blank", re.IGNORECASE)


def is_blank(page: Page) -> bool:
    """Whether there is nothing to read: no words, specks only, or "intentionally left blank"."""
    if page.source is PageSource.BLANK:
        return True
    count = words_on(page, most=12)
    return (count == 0 and page.source is not PageSource.FAILED) or (count < 12 and bool(_LEFT_BLANK.search(page.text)))


def judge(pages: Sequence[Page], looks: Mapping[int, Look] | None = None) -> Judged:
    """Return the type of pages taken as one document; `looks`: by page number, where they were looked at before."""
    pages = [page for page in pages if page.lines]
    if not pages or all(map(is_blank, pages)):
        return Judged(document_type=DocumentType.BLANK, confidence=1.0, scores={})
    scores: dict[DocumentType, float] = {}
    said: dict[DocumentType, list[tuple[float, str]]] = {}
    ruled_out: set[DocumentType] = set()  # by what the paper is
    yielding: list[Cue] = []  # by what it tells, unless it decides in so many words
    firm, offered = False, 0.0
    hits = found_on(pages, [looks[page.number] if looks else look_at(page) for page in pages])
    for number, cue in enumerate(all_cues()):
        if number not in hits:
            continue
        scores[cue.document_type] = scores.get(cue.document_type, 0.0) + cue.weight
        if cue.weight > 0:
            said.setdefault(cue.document_type, []).append((cue.weight, hits[number]))
        if cue.where in _PLACES:
            ruled_out.update(cue.over)
        elif cue.over:
            yielding.append(cue)
        firm = firm or cue.firm
        offered += cue.weight if cue.offer else 0.0
    headed = bool(ruled_out)
    for cue in yielding:
        if firm:
            scores[cue.document_type] -= cue.weight
        else:
            ruled_out.update(cue.over)
    for kind in ruled_out & scores.keys():
        scores[kind] = min(scores[kind], 2.0)
    _weigh(scores, _words_of(pages), offered)
    if shaped_as_policy(pages):
        scores = {kind: min(score, 2.0) for kind, score in scores.items()} | {DocumentType.PAYER_POLICY: 8.0}
        firm = False
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best, score = ranked[0] if ranked else (DocumentType.OTHER, 0.0)
    if score < _LEAST.get(best, 3.0):
        # An appeal is offered and nothing granted, asked or acknowledged: refused in words we do not know.
        refused = (
            offered >= 2 and ranked[0][0] is DocumentType.DENIAL_LETTER and bool(_ADDRESSED.search(opening(pages)))
        )
        return Judged(
            document_type=DocumentType.DENIAL_LETTER if refused else DocumentType.OTHER, confidence=0.55, scores=scores
        )
    lead = score - (ranked[1][1] if len(ranked) > 1 else 0.0)
    sure = 0.97 if lead >= 3 else 0.9 if lead >= 1.5 else 0.7
    return Judged(
        document_type=best,
        confidence=sure,
        scores=scores,
        settled=(firm if best is DocumentType.DENIAL_LETTER else headed) or lead >= 4,
        evidence=_evidence(pages, [text for _, text in sorted(said.get(best, ()), key=lambda at: -at[0])[:3]]),
    )


# The least score that makes a type: a denial opened where there is none is the worst mistake.
_LEAST = {
    DocumentType.DENIAL_LETTER: 4.0,
    DocumentType.APPROVAL_LETTER: 4.0,
    DocumentType.FAX_COVER: 5.0,
    DocumentType.INSURANCE_CARD: 4.5,
    DocumentType.PAYER_POLICY: 5.0,
}


# Said to somebody or about somebody's request, as a page of rights or of a handbook is not.
_ADDRESSED = compile_loosely(
    r"(?:^|\n)\W*(?:dear|hello|hi|estimad[oa]s?)\b|\b(?:re|subject|member|patient|enrollee|claim|request|reference"
    r"|participant|case|ref|auth\w*|stay|admission)\b(?: \w+)?(?: of [A-Z]|:|\W{0,3}[A-Z]{0,3}-?\d{3})"
    r"|\bwe (?:have )?(?:reviewed|looked|finished|decided|considered)\b"
)


def type_of(pages: Sequence[Page]) -> DocumentType:
    """Return the type of pages taken as one document."""
    return judge(pages).document_type


def _weigh(scores: dict[DocumentType, float], words: int, offered: float) -> None:
    """Let the kinds that exclude each other settle it between them; `offered` is the share of offers of an appeal."""
    if any(score >= 4 for kind, score in scores.items() if kind is not DocumentType.DENIAL_LETTER):
        # What the paper is explains the offer; it proves no refusal.
        scores[DocumentType.DENIAL_LETTER] = scores.get(DocumentType.DENIAL_LETTER, 0.0) - offered
    denial, approval = scores.get(DocumentType.DENIAL_LETTER, 0.0), scores.get(DocumentType.APPROVAL_LETTER, 0.0)
    if denial >= 4 and approval > 0:
        # A part approved and a part denied is a denial of the part.
        scores[DocumentType.APPROVAL_LETTER] = min(approval, denial - 1.5)
    if scores.get(DocumentType.EXPLANATION_OF_BENEFITS, 0.0) >= 8:
        for kind in (
            DocumentType.DENIAL_LETTER,
            DocumentType.APPROVAL_LETTER,
            DocumentType.INSURANCE_CARD,
            DocumentType.CHART,
        ):
            scores[kind] = min(scores.get(kind, 0.0), 4.0)
    if words > 130:
        scores[DocumentType.INSURANCE_CARD] = scores.get(DocumentType.INSURANCE_CARD, 0.0) - 4.0
    if words > 220:
        scores[DocumentType.FAX_COVER] = scores.get(DocumentType.FAX_COVER, 0.0) - 4.0


def _evidence(pages: Sequence[Page], texts: list[str]) -> tuple[Evidence, ...]:
    """Return the line where each cue's words begin."""
    found = []
    for text in texts:
        head = text.strip().split("\n")[0].strip()
        for page in pages:
            line = next((line for line in page.lines if head and head.lower() in read_line(line).lower()), None)
            if line is not None:
                found.append(page.evidence(line))
                break
    return tuple(found)
