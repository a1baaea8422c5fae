"""Which words of which exhibit page are pointed at, and for which criterion."""

from collections.abc import Iterator, Mapping

from extractors.evidence import Page, asserted
from pipeline.case import CaseDocument
from pipeline.letter.exhibits import cited_findings
from pipeline.letter.treatments import prior_treatments
from pipeline.packet.plan import BoxKey, SourcePage

Pointer = tuple[SourcePage, BoxKey, str]


def find_marks(
    case: CaseDocument, pages: Mapping[str, list[Page]] | None = None
) -> dict[SourcePage, dict[BoxKey, list[str]]]:
    """Map each source page to its marked boxes (shown frame) and what each bears on: criterion numbers and the like.

    With the pages at hand the criteria themselves are marked in the policy too.
    """
    marks: dict[SourcePage, dict[BoxKey, list[str]]] = {}
    for source, box, label in [*_evidence(case), *_policy(case, pages or {})]:
        labels = marks.setdefault(source, {}).setdefault(box, [])
        if label and label not in labels:
            labels.append(label)
    return marks


def _evidence(case: CaseDocument) -> Iterator[Pointer]:
    if asserted(case.denial.reasons):
        for evidence in case.denial.reasons.evidence:
            yield (evidence.document, evidence.page), tuple(evidence.bbox), "reason"
    for criterion in case.criteria:
        for evidence in cited_findings(case, criterion):
            yield (evidence.document, evidence.page), tuple(evidence.bbox), criterion.number
    for course in prior_treatments(case):
        for evidence in course.evidence:
            yield (evidence.document, evidence.page), tuple(evidence.bbox), ""


def _policy(case: CaseDocument, pages: Mapping[str, list[Page]]) -> Iterator[Pointer]:
    """Yield where each criterion stands in the policy, found by its words from the top of its page down."""
    if case.policy is None:
        return
    by_number = {page.number: page for page in pages.get(case.policy.document, ())}
    passed: dict[int, int] = {}  # page -> how far down it criteria have been found; two may share their words
    for criterion in case.criteria:
        page = by_number.get(criterion.policy_page)
        if page is None:
            continue
        letters, owners = _letters(page)
        wanted = _letters_of(criterion.text)
        start = letters.find(wanted, passed.get(page.number, 0))
        if not wanted or start < 0:
            continue  # it goes on overleaf, or the scan reads otherwise: no mark rather than a wrong one
        end = start + len(wanted)
        passed[page.number] = end
        lines = [page.lines[at] for at in dict.fromkeys(owners[start:end])]
        box = page.evidence(lines).bbox
        yield (case.policy.document, page.number), tuple(box.as_list()), criterion.number


def _letters(page: Page) -> tuple[str, list[int]]:
    """Return the letters and digits of a page, and for each the index of its line."""
    letters, owners = [], []
    for at, line in enumerate(page.lines):
        text = _letters_of(line.text)
        letters.append(text)
        owners += [at] * len(text)
    return "".join(letters), owners


def _letters_of(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
