"""What kind of document pages are, by weighted cues and where on the page they stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors.documents.misread import mend_words
from extractors.documents.policy_shape import shaped_as_policy
from extractors.documents.segment import DocumentType
from extractors.evidence import Evidence, Line, Page, PageSource
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.pattern_set import PatternSet


@dataclass(frozen=True, slots=True)
class _Cue:
    document_type: DocumentType
    where: str  # heading, title, opening, line, sentence, told, any
    weight: float
    pattern: re.Pattern[str]
    over: tuple[DocumentType, ...] = ()  # types that this cue, on the first page, rules out
    firm: bool = False  # a decision in the present or the perfect, or a heading that says so
    offer: bool = False  # a right of appeal held out: nobody offers one who has refused nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The type of some pages, how far it is ahead, and the words that say so."""

    document_type: DocumentType
    confidence: float
    scores: dict[DocumentType, float]
    evidence: tuple[Evidence, ...] = ()
    settled: bool = False  # by a decision in so many words, or by a heading that leaves no doubt


# A space of a pattern stands for any space or hyphen, " ?" for none too, but not inside [...].
_SPACE = re.compile(r"\[(?:\\.|[^\]])*\]|\\ | \??")
# Accents go too: scanners drop them, and so do some letters in Spanish.
_PLAIN = str.maketrans("’‘“”–—\u00a0áéíóúüñÁÉÍÓÚÜÑ", "''\"\"-- aeiouunAEIOUUN")


def _compile(pattern: str) -> re.Pattern[str]:
    loose = _SPACE.sub(lambda match: {" ": r"[ \n-]+", " ?": r"[ \n-]*"}.get(match[0], match[0]), pattern)
    return re.compile(loose, re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Table:
    cues: tuple[_Cue, ...]
    not_live: tuple[re.Pattern[str], ...]  # sentences that tell of a decision without being one
    not_live_titles: tuple[re.Pattern[str], ...]


@cache
def _table() -> _Table:
    data = read_yaml("cues.yaml", "extractors.documents")
    not_live, titles = (tuple(map(_compile, data.pop(name))) for name in _STORIES)
    cues = tuple(
        _Cue(
            document_type=DocumentType(kind),
            where=row["where"],
            weight=float(row["weight"]),
            pattern=_compile(row["pattern"]),
            over=tuple(DocumentType(other) for other in row.get("over", ())),
            firm=bool(row.get("firm", False)),
            offer=bool(row.get("offer", False)),
        )
        for kind, rows in data.items()
        for row in rows
    )
    return _Table(cues=cues, not_live=not_live, not_live_titles=titles)


_PLACES = ("heading", "title", "opening")
_STORIES = ("not_live", "not_live_titles")
_KNOWN_PIECES = 8192  # lines and sentences kept: a chart is judged page by page and then as one, and repeats itself


@cache
def _cues_at(where: str, over: bool) -> tuple[tuple[int, ...], PatternSet]:
    """Return the places in the table of the cues of one place on the page, and their patterns as a set."""
    cues = _table().cues
    numbers = tuple(n for n, cue in enumerate(cues) if cue.where == where and bool(cue.over) == over)
    return numbers, PatternSet([cues[n].pattern for n in numbers])


@lru_cache(maxsize=_KNOWN_PIECES)
def _found_in(where: str, over: bool, piece: str) -> tuple[tuple[int, str], ...]:
    """Return each cue found in a piece of text, by its place in the table, with the words found."""
    numbers, patterns = _cues_at(where, over)
    found = []
    for at in patterns.possible(piece):
        if match := _table().cues[numbers[at]].pattern.search(piece):
            found.append((numbers[at], match[0]))
    return tuple(found)


@cache
def _stories(name: str) -> PatternSet:
    return PatternSet(getattr(_table(), name))


@lru_cache(maxsize=_KNOWN_PIECES)
def _is_story(name: str, piece: str) -> bool:
    """Say whether a sentence or a title only tells of decisions."""
    patterns = getattr(_table(), name)
    return any(patterns[at].search(piece) for at in _stories(name).possible(piece))


_TWO = re.compile(r"[A-Za-z0-9]{2}")


def words_on(page: Page) -> int:
    """Return how many words with two letters or digits the page has."""
    return sum(_TWO.search(word.text) is not None for line in page.lines for word in line.words)


_LEFT_BLANK = re.compile(r"(?:page|this) (?:is )?(?:intentionally|purposely) (?:left )?blank", re.IGNORECASE)


def is_blank(page: Page) -> bool:
    """Whether there is nothing to read: no words, specks only, or "intentionally left blank"."""
    if page.source is PageSource.BLANK:
        return True
    count = words_on(page)
    return (count == 0 and page.source is not PageSource.FAILED) or (count < 12 and bool(_LEFT_BLANK.search(page.text)))


def judge(pages: Sequence[Page]) -> Judged:
    """Return the type of pages taken as one document."""
    pages = [page for page in pages if page.lines]
    if not pages or all(is_blank(page) for page in pages):
        return Judged(document_type=DocumentType.BLANK, confidence=1.0, scores={})
    views = _views(pages)
    scores: dict[DocumentType, float] = {}
    said: dict[DocumentType, list[tuple[float, str]]] = {}
    ruled_out: set[DocumentType] = set()  # by what the paper is
    yielding: list[_Cue] = []  # by what it tells, unless it decides in so many words
    firm, offered = False, 0.0
    first = views if len(pages) == 1 else _views(pages[:1])
    hits = _hits(views, first)
    for number, cue in enumerate(_table().cues):
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
    _weigh(scores, pages, offered)
    if shaped_as_policy(pages):
        scores = {kind: min(score, 2.0) for kind, score in scores.items()} | {DocumentType.PAYER_POLICY: 8.0}
        firm = False
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best, score = ranked[0] if ranked else (DocumentType.OTHER, 0.0)
    if score < _LEAST.get(best, 3.0):
        # An appeal is offered and nothing granted, asked or acknowledged: refused in words we do not know.
        refused = (
            offered >= 2 and ranked[0][0] is DocumentType.DENIAL_LETTER and bool(_ADDRESSED.search(views["opening"][0]))
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


def _hits(views: dict[str, list[str]], first: dict[str, list[str]]) -> dict[int, str]:
    """Return each cue found, by its place in the table, with the first words found; `first`: of the first page."""
    hits: dict[int, str] = {}
    for over, pieces in ((False, views), (True, first)):
        for where, texts in pieces.items():
            # whole pages do not come again
            look = _found_in.__wrapped__ if where in ("any", "opening") else _found_in
            for piece in texts:
                for number, words in look(where, over, piece):
                    hits.setdefault(number, words)
    return hits


# The least score that makes a type: a denial opened where there is none is the worst mistake.
_LEAST = {
    DocumentType.DENIAL_LETTER: 4.0,
    DocumentType.APPROVAL_LETTER: 4.0,
    DocumentType.FAX_COVER: 5.0,
    DocumentType.INSURANCE_CARD: 4.5,
    DocumentType.PAYER_POLICY: 5.0,
}


# Said to somebody or about somebody's request, as a page of rights or of a handbook is not.
_ADDRESSED = _compile(
    r"(?:^|\n)\W*(?:dear|hello|hi|estimad[oa]s?)\b|\b(?:re|subject|member|patient|enrollee|claim|request|reference"
    r"|participant|case|ref|auth\w*|stay|admission)\b(?: \w+)?(?: of [A-Z]|:|\W{0,3}[A-Z]{0,3}-?\d{3})"
    r"|\bwe (?:have )?(?:reviewed|looked|finished|decided|considered)\b"
)


def type_of(pages: Sequence[Page]) -> DocumentType:
    """Return the type of pages taken as one document."""
    return judge(pages).document_type


def _weigh(scores: dict[DocumentType, float], pages: Sequence[Page], offered: float) -> None:
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
    words = sum(words_on(page) for page in pages)
    if words > 130:
        scores[DocumentType.INSURANCE_CARD] = scores.get(DocumentType.INSURANCE_CARD, 0.0) - 4.0
    if words > 220:
        scores[DocumentType.FAX_COVER] = scores.get(DocumentType.FAX_COVER, 0.0) - 4.0


def _views(pages: Sequence[Page]) -> dict[str, list[str]]:
    """Return the pieces of text that cues of each place are looked for in."""
    lines = _without_empty_boxes([_read(line) for page in pages for line in page.lines])
    rows = [" ".join(_read(line) for line in row) for page in pages for row in page.rows if len(row) > 1]
    rows = _without_empty_boxes(rows)
    short = [line for line in (*lines, *rows) if len(line.split()) <= 12]
    titles = [
        title
        for page in pages
        for line in page.lines
        if line.box.top < 0.42 * page.height
        and len(line.words) <= 14
        and not line.text.rstrip().endswith((".", ",", "?"))
        and not line.text.lstrip()[:1].islower()  # the middle of a sentence: "with our denial of Austedo, which"
        and not _is_story("not_live_titles", title := _read(line))
    ]
    known = set(lines)
    titles = [title for title in titles if title in known]
    heading = [
        _read(line)
        for line in pages[0].lines[:8]
        if len(line.words) <= 12 and not line.text.rstrip().endswith((".", ",", ";"))
    ]
    heading = [line for line in heading if line in known]
    opening = "\n".join(_read(line) for page in pages[:2] for line in page.lines[:12])
    whole = "\n".join(lines)
    told = _sentences(whole)
    return {
        "heading": heading,
        "title": titles,
        "opening": [opening],
        "line": short,
        "told": told,
        "sentence": [sentence for sentence in told if not _is_story("not_live", sentence)],
        "any": [whole],
    }


_TICKED = re.compile(r"[\[(] ?[xX] ?[\])]|[\u2611\u2612\u2713\u2714\u25a0]")
# An empty box and its words, up to the next box: "[ ] Denied", "\u2610 Out of network".
_UNTICKED = re.compile(
    r"(?:\[[ _]?\]|\( ?_?\)|[\u2610\u25a1\u25fb]|^(?:\[J|\(\]|[CLU][Jj]|[CL]\])(?= ))"
    r"[^\[\](\u2610-\u2612\u25a0-\u25fb\n]*"
)


def _without_empty_boxes(lines: list[str]) -> list[str]:
    """Return the lines less what stands at boxes left empty, where another box is ticked."""
    if not any(map(_TICKED.search, lines)):
        return lines
    return [line for line in (_UNTICKED.sub("", line) for line in lines) if line.strip()]


def _read(line: Line) -> str:
    """Return the text of a line with plain quotes and the engine's slips in letter words put right."""
    if line.confidence >= 1.0:
        return line.text.translate(_PLAIN)
    return " ".join(mend_words((word.text.translate(_PLAIN), word.confidence) for word in line.words))


_END = re.compile(r"(?<=[.!?:])\s+(?=[\"'(]?[A-Z0-9])|\n(?=[A-Z][^\n]{0,40}:)|\n{2,}")


def _sentences(text: str) -> list[str]:
    return [piece for piece in _END.split(text) if piece and piece.strip()]


def _evidence(pages: Sequence[Page], texts: list[str]) -> tuple[Evidence, ...]:
    """Return the line where each cue's words begin."""
    found = []
    for text in texts:
        head = text.strip().split("\n")[0].strip()
        for page in pages:
            line = next((line for line in page.lines if head and head.lower() in _read(line).lower()), None)
            if line is not None:
                found.append(page.evidence(line))
                break
    return tuple(found)
