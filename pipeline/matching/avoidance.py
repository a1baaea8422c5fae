"""A clinical reason to avoid every one of several drugs."""

from extractors.chart.facts import Assertion, Fact, Outcome
from pipeline.matching.naming import names_of
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import Avoidance
from pipeline.matching.terms import belongs
from pipeline.matching.trials import no_bar
from pipeline.matching.verdict import Verdict, met, not_met, unclear


def judge_avoidance(requirement: Avoidance, record: Record) -> Verdict:
    """Return the verdict on "a clinical reason to avoid all of these"."""
    barred, free = [], []
    for therapy in requirement.therapies:
        facts = [at for at in record.facts if at.kind in ("treatment", "allergy") and belongs(at.name, therapy)]
        against = [at for at in facts if _bars(at)]
        says_free = no_bar(record, therapy.name)
        if against and not says_free:
            barred.append(newest_first(against)[0])
        elif says_free and not against:
            free.append(says_free[0])
    wanted = names_of(requirement.therapies, "and")
    if free and requirement.every:
        proof = list(dict.fromkeys(id(at) for at in free))
        counted = sorted(free, key=lambda at: -sum(at is other for other in free))
        return (
            not_met("no_bar", cite(counted), drug=wanted, wanted=wanted)
            if proof
            else unclear("silent_bar", wanted=wanted)
        )
    needed = len(requirement.therapies) if requirement.every else 1
    if len(barred) >= needed:
        return met("barred", cite(barred), wanted=wanted, drug=wanted)
    if free and len(free) == len(requirement.therapies):
        return not_met("no_bar", cite(free), drug=wanted, wanted=wanted)
    return unclear("silent_bar", cite(barred), wants=f"why {wanted} must be avoided", wanted=wanted)


def _bars(fact: Fact) -> bool:
    if fact.assertion not in (Assertion.AFFIRMED, Assertion.HISTORICAL):
        return False
    if fact.kind == "allergy":
        return True
    return bool(fact.treatment and fact.treatment.outcome in (Outcome.CONTRAINDICATION, Outcome.INTOLERANCE))
