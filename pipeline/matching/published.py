"""A match as the published case document has it."""

from extractors.policy.tree import Policy
from pipeline.case import CriterionOut, EvidenceOut, PolicyChosen
from pipeline.matching.match import Criterion, Match
from pipeline.matching.record import Cited


def published(match: Match) -> list[CriterionOut]:
    """Return the criteria in the policy's order, ready for the case document."""
    return [_criterion(at) for at in match.criteria]


def published_choice(policy: Policy, match: Match) -> PolicyChosen:
    """Return which policy and section the criteria come from."""
    return PolicyChosen(
        document=policy.document,
        title=policy.title.value if policy.title else None,
        number=policy.number.value if policy.number else None,
        effective_date=policy.effective_date.value.isoformat() if policy.effective_date else None,
        indication=match.indication.name if match.indication else None,
        phase=match.indication.phase if match.indication else None,
        not_chosen=list(match.not_chosen),
        warnings=list(match.warnings),
    )


def _criterion(criterion: Criterion) -> CriterionOut:
    leaf, verdict = criterion.leaf, criterion.verdict
    return CriterionOut(
        number=leaf.number,
        text=leaf.text,
        policy_page=leaf.evidence[0].page if leaf.evidence else 1,
        status=verdict.status.value,
        explanation=verdict.explanation,
        evidence=[_evidence(at) for at in verdict.evidence],
        requirement=criterion.requirement.published(),
        notes=[note.text for note in leaf.notes],
        settled_by="reviewer" if criterion.reason is not None else None,
        reason=criterion.reason,
    )


def _evidence(cited: Cited) -> EvidenceOut:
    evidence = cited.evidence
    return EvidenceOut(
        document=evidence.document,
        page=evidence.page,
        bbox=evidence.bbox.as_list(),
        text=evidence.text,
        date=cited.date.isoformat() if cited.date else None,
    )
