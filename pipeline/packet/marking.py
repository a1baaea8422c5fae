"""Which words of which exhibit page are pointed at, and for which criterion."""

from collections.abc import Iterator

from pipeline.case import CaseDocument, EvidenceOut
from pipeline.letter.exhibits import SourcePage, cited_findings
from pipeline.letter.treatments import prior_treatments

BoxKey = tuple[float, ...]


def find_marks(case: CaseDocument) -> dict[SourcePage, dict[BoxKey, list[str]]]:
    """Map each source page to its marked boxes (shown frame) and what each bears on: criterion numbers and the like."""
    marks: dict[SourcePage, dict[BoxKey, list[str]]] = {}
    for evidence, label in _labelled(case):
        boxes = marks.setdefault((evidence.document, evidence.page), {})
        labels = boxes.setdefault(tuple(evidence.bbox), [])
        if label and label not in labels:
            labels.append(label)
    return marks


def _labelled(case: CaseDocument) -> Iterator[tuple[EvidenceOut, str]]:
    if case.denial.reasons:
        for evidence in case.denial.reasons.evidence:
            yield evidence, "reason"
    for criterion in case.criteria:
        for evidence in cited_findings(case, criterion):
            yield evidence, criterion.number
    for course in prior_treatments(case):
        yield course.evidence, ""
