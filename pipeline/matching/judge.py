"""The one place that sends each kind of requirement to its judge."""

import re
from dataclasses import replace

from pipeline.matching import events, findings, people, prior, together, values
from pipeline.matching.record import Record
from pipeline.matching.requirements import (
    Absence,
    Age,
    AllOf,
    AnyOf,
    Areas,
    Avoidance,
    ConcurrentTherapy,
    Diagnosis,
    Documentation,
    Events,
    FreeText,
    LabResult,
    Measurement,
    NoConcurrentTherapy,
    Prescriber,
    PriorTherapy,
    Requirement,
    Response,
    TreatedWith,
    Visit,
)
from pipeline.matching.verdict import Status, Verdict, all_of, any_of, sentence

_JUDGES = {
    Absence: findings.judge_absence,
    Age: people.judge_age,
    Areas: findings.judge_areas,
    Avoidance: prior.judge_avoidance,
    ConcurrentTherapy: together.judge_concurrent,
    Diagnosis: findings.judge_diagnosis,
    Documentation: findings.judge_documentation,
    Events: events.judge_events,
    FreeText: findings.best_passages,
    LabResult: values.judge_result,
    Measurement: values.judge_measurement,
    NoConcurrentTherapy: together.judge_no_concurrent,
    Prescriber: people.judge_prescriber,
    PriorTherapy: prior.judge_prior,
    Response: findings.judge_response,
    TreatedWith: together.judge_current,
    Visit: people.judge_visit,
}


def judge(requirement: Requirement, record: Record) -> Verdict:
    """Return the verdict of the chart on one requirement."""
    if isinstance(requirement, AnyOf):
        return any_of([judge(option, record) for option in requirement.options])
    if isinstance(requirement, AllOf):
        return all_of([judge(option, record) for option in requirement.options])
    verdict = _JUDGES[type(requirement)](requirement, record)
    if requirement.besides and verdict.status is Status.MET and not _said_besides(requirement.besides, verdict):
        return replace(
            verdict,
            status=Status.UNCLEAR,
            explanation=sentence("besides", wanted=requirement.besides),
            wants=requirement.besides,
        )
    return verdict


_SMALL = frozenset(
    [
        "that",
        "with",
        "which",
        "while",
        "despite",
        "spite",
        "least",
        "more",
        "than",
        "from",
        "their",
        "this",
        "have",
        "been",
        "continues",
        "continue",
        "requiring",
        "required",
    ]
)


def _said_besides(besides: str, verdict: Verdict) -> bool:
    """Whether the cited words also say what the criterion adds, nearly word for word."""
    words = [at for at in re.findall(r"[a-z]{4,}", besides.lower()) if at not in _SMALL]
    text = " ".join(at.evidence.text.lower() for at in verdict.evidence)
    return bool(words) and all(word[:6] in text for word in words)
