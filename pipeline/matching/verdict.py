"""Met, not met, unclear: a verdict on one leaf, and the words it rests on."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pipeline.matching.record import Cited
from pipeline.matching.terms import data


class Status(StrEnum):
    """Three answers; silence and contradiction are both UNCLEAR."""

    MET = "met"
    NOT_MET = "not_met"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the chart says of one requirement."""

    status: Status
    explanation: str  # one sentence that the evidence bears out
    evidence: tuple[Cited, ...] = ()  # at most three, best first
    wants: str = ""  # for UNCLEAR: what a note would have to state


@cache
def _sentences() -> dict[str, str]:
    return {key: str(text) for key, text in data("sentences").items()}


def sentence(key: str, **facts: object) -> str:
    """Return the sentence of sentences.yaml with these facts in it, capital first, full stop last."""
    text = " ".join(_sentences()[key].format(**facts).split())
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]  # "eGFR was 26" keeps its own capitals


def met(key: str, evidence: tuple[Cited, ...], **facts: object) -> Verdict:
    """Return MET; without evidence it is UNCLEAR, whatever the caller thought."""
    if not evidence:
        return unclear("silent", **facts)
    return Verdict(status=Status.MET, explanation=sentence(key, **facts), evidence=evidence)


def not_met(key: str, evidence: tuple[Cited, ...], **facts: object) -> Verdict:
    """Return NOT_MET; without evidence it is UNCLEAR."""
    if not evidence:
        return unclear("silent", **facts)
    return Verdict(status=Status.NOT_MET, explanation=sentence(key, **facts), evidence=evidence)


def unclear(key: str, evidence: tuple[Cited, ...] = (), wants: str = "", **facts: object) -> Verdict:
    """Return UNCLEAR with what would settle it."""
    return Verdict(status=Status.UNCLEAR, explanation=sentence(key, **facts), evidence=evidence, wants=wants)


def any_of(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict of "one of these": the first met; not met only when all are."""
    for status in (Status.MET, Status.UNCLEAR):
        chosen = [at for at in verdicts if at.status is status]
        if chosen:
            return max(chosen, key=lambda at: len(at.evidence))
    return _joined(verdicts, Status.NOT_MET)


def all_of(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict of "each of these": one not met decides, then one unclear."""
    for status in (Status.NOT_MET, Status.UNCLEAR):
        chosen = [at for at in verdicts if at.status is status]
        if chosen:
            return chosen[0]
    return _joined(verdicts, Status.MET)


def _joined(verdicts: list[Verdict], status: Status) -> Verdict:
    evidence: list[Cited] = []
    for place in range(3):  # each part's best first
        evidence += [
            at.evidence[place] for at in verdicts if len(at.evidence) > place and at.evidence[place] not in evidence
        ]
    explanation = " ".join(dict.fromkeys(at.explanation for at in verdicts))
    return Verdict(status=status, explanation=explanation, evidence=tuple(evidence[:3]))
