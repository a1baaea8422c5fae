"""From findings to the published models of `pipeline.case`."""

import datetime as dt
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from extractors.chart.facts import Chart
from extractors.denial.fields import AppealLevel, Codes, Denial, Reason, StatedDeadline, StatedWindow
from extractors.documents.segment import DocumentType, Segment
from extractors.evidence import Evidence, Finding, Page, PageSource
from extractors.policy.tree import Policy
from pipeline.case import (
    CandidateOut,
    CodesOut,
    DenialOut,
    DocumentOut,
    EvidenceOut,
    FactOut,
    LevelOut,
    ReasonOut,
    Value,
    WindowOut,
)

# "The letter does not say" is an answer of its own for the plan type: the scale of the law depends on it.
_UNKNOWN_PLAN = Value[str](value="unknown", confidence=0.5, evidence=[])


def publish_evidence(evidence: Evidence, date: dt.date | None = None) -> EvidenceOut:
    return EvidenceOut(
        document=evidence.document,
        page=evidence.page,
        bbox=evidence.bbox.as_list(),
        text=evidence.text,
        date=date.isoformat() if date else None,
    )


def publish_denial(denial: Denial) -> DenialOut:
    """Return the fields of a letter; what it does not say is null, but for the plan type."""
    given = {name: _value(getattr(denial, name)) for name in DenialOut.model_fields}
    given["plan_type"] = given["plan_type"] or _UNKNOWN_PLAN
    return DenialOut(**given)


def publish_candidates(denial: Denial) -> dict[str, list[CandidateOut]]:
    """Return what else the letter offers for each field."""
    found: dict[str, list[CandidateOut]] = {}
    for one in denial.candidates:
        told = CandidateOut(value=publish_value(one.value), evidence=[publish_evidence(e) for e in one.evidence])
        found.setdefault(one.field, []).append(told)
    return found


def publish_document(segment: Segment, pages: Iterable[Page]) -> DocumentOut:
    """Return a document without what it says: pages that could not be read are named."""
    mine = set(segment.pages)
    failed = [
        {"page": page.number, "problem": page.problem or "unreadable"}
        for page in pages
        if page.number in mine and page.document == segment.document and page.source is PageSource.FAILED
    ]
    return DocumentOut(
        document=segment.document,
        pages=list(segment.pages),
        document_type=DocumentType(segment.document_type).value,
        confidence=segment.confidence,
        language=segment.language,
        failed_pages=failed,
    )


def publish_facts(chart: Chart, segment: Segment) -> list[FactOut]:
    """Return the facts of a chart that were read from the pages of this document."""
    from extractors.chart import published_facts

    mine = {(segment.document, page) for page in segment.pages}
    facts = [at for at in chart.facts if at.evidence and (at.evidence[0].document, at.evidence[0].page) in mine]
    return [FactOut.model_validate(fact) for fact in published_facts(facts)]


def publish_policy(policy: Policy) -> dict[str, Any]:
    """Return the criteria tree with what each leaf asks for, as `rebut criteria --json` prints it."""
    from extractors.policy import published
    from pipeline.matching import requirement_of

    return published(policy, lambda leaf, heads: requirement_of(leaf, heads).published())


def _value(finding: Finding[Any] | None) -> Value[Any] | None:
    if finding is None:
        return None
    return Value[Any](
        value=publish_value(finding.value),
        confidence=round(min(1.0, max(0.0, finding.confidence)), 3),
        evidence=[publish_evidence(e) for e in finding.evidence],
    )


def publish_value(value: Any) -> Any:
    """Return a value of a denial as it is published: dates as ISO, groups as models."""
    if isinstance(value, Reason):
        return ReasonOut(category=str(value.category), quote=value.quote)
    if isinstance(value, Codes):
        return CodesOut(icd10=list(value.icd10), hcpcs_cpt=list(value.hcpcs_cpt), ndc=list(value.ndc))
    if isinstance(value, StatedDeadline):
        stated = {"days": value.days, "months": value.months, "date": _iso(value.date), "anchor": value.anchor}
        return {name: told for name, told in stated.items() if told is not None}
    if isinstance(value, StatedWindow):
        return WindowOut(
            kind=str(value.kind),
            hours=value.hours,
            business_days=value.business_days,
            days=value.days,
            months=value.months,
            date=_iso(value.date),
            anchor=value.anchor,
            quote=value.quote,
            evidence=[publish_evidence(e) for e in value.evidence],
        )
    if isinstance(value, AppealLevel):
        return LevelOut(stage=str(value.stage), next_step=value.next_step and str(value.next_step))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [publish_value(item) for item in value]
    return value


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
