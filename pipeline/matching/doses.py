"""The dose planned and the doses received against a ceiling."""

import re

from extractors import lore
from extractors.chart.facts import Fact, Statement
from pipeline.matching.care_requirements import DoseSchedule, Step
from pipeline.matching.dose_leaves import Regimen, find_regimens
from pipeline.matching.phrases import number_of
from pipeline.matching.record import Record, cite, drugs_of, newest_first, not_yet
from pipeline.matching.requirements import Dose, DosesReceived
from pipeline.matching.terms import base_of, find_therapies, wording
from pipeline.matching.trials import never_taken, was_taken
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_PLANNED = wording("doses.planned")
_SECTIONS = ("plan", "assessment_plan", "assessment_and_plan", "medications", "orders")
# 28 days against a month: nearer than this, the words do not tell which is more
_NEAR = 0.1


def judge_dose(requirement: Dose, record: Record) -> Verdict:
    """Return the verdict on a ceiling: every dose that the newest plan prints of the requested drug has to keep it."""
    drug = record.drug or "the drug"
    wanted = _shown(requirement.amount, requirement.unit, requirement.days)
    latest = _newest_plan(record)
    if not latest:
        return unclear("silent_dose", wants=f"the dose of {drug} and how often it is given", drug=drug, wanted=wanted)
    asked = [held for _, found in latest for held in found if _counts_for(held, requirement)]
    sides = {_keeps(held, requirement) for held in asked}
    proof = [at for at, _ in latest]
    facts = {"drug": drug, "wanted": wanted, "value": _told(latest[0][1])}
    if sides == {True}:
        return met("dose_kept", cite(proof), **facts)
    if sides == {False}:
        return not_met("dose_exceeded", cite(proof), **facts)
    return unclear("dose_unsure", cite(proof), wants=f"the dose of {drug} and how often it is given", **facts)


def _newest_plan(record: Record) -> list[tuple[Statement, list[Regimen]]]:
    """Return the sentences of the newest day that plan a dose of the requested drug, with the doses."""
    planned = [(at, found) for at in record.statements if (found := _planned(at, record))]
    newest = max((at.date for at, _ in planned if at.date), default=None)
    return [(at, found) for at, found in planned if at.date == newest]


def judge_schedule(requirement: DoseSchedule, record: Record) -> Verdict:
    """Return the verdict on doses one after another: the newest plan has to print each, at its time."""
    drug = record.drug or "the drug"
    wanted = ", then ".join(_shown(at.amount, at.unit, at.days, at.weeks) for at in requirement.steps)
    latest = _newest_plan(record)
    wants = f"each dose of {drug} and when it is given"
    if not latest:
        return unclear("silent_dose", wants=wants, drug=drug, wanted=wanted)
    held = [at for _, found in latest for at in found]
    facts = {"drug": drug, "wanted": wanted, "value": _told(held)}
    proof = cite([at for at, _ in latest])
    sides = [_step_kept(step, held, requirement.at_most) for step in requirement.steps]
    most = max(at.amount for at in requirement.steps)
    beyond = any(at.unit == requirement.steps[0].unit and at.amount > most for at in held)
    if all(sides) and not beyond:
        return met("schedule_kept", proof, **facts)
    if False in sides:
        return not_met("schedule_broken", proof, **facts)
    return unclear("dose_unsure", proof, wants=wants, **facts)


def _step_kept(step: Step, held: list[Regimen], at_most: bool) -> bool | None:
    """Whether a plan prints a step; False where it prints another amount at the same times; None where it is silent."""
    same = [at for at in held if at.unit == step.unit and _same_times(at, step)]
    if any(at.amount == step.amount or (at_most and at.amount < step.amount) for at in same):
        return True
    return False if len(same) == 1 and (step.weeks or step.days) else None


def _same_times(held: Regimen, step: Step) -> bool:
    if step.until != held.until:
        return False
    if (step.weeks or held.weeks) and not _once(step) & _once(held):
        return held.weeks == step.weeks
    if step.days is None or held.days is None:
        return step.days is None and held.days is None
    return abs(held.days - step.days) <= step.days * _NEAR


def _once(held: Regimen | Step) -> bool:
    """Whether it is the first dose: "at week 0", "on day 1", "once"."""
    return held.days is None and held.weeks in ((), (0,))


def _planned(statement: Statement, record: Record) -> list[Regimen]:
    """Return the doses that a sentence plans of the requested drug, and of no other."""
    if not record.drug:
        return []
    named = [at for at in find_therapies(statement.text) if at.therapy.sort == "drug"]
    mine = [at for at in named if base_of(at.therapy.name) == record.drug]
    if named and not mine:
        return []
    if not _PLANNED.search(statement.text) and statement.section not in _SECTIONS:
        return []
    if _doubtful(statement.text):
        return []
    if (
        not named
        and _LABELLED.match(statement.text)
        and [base_of(at) for at in drugs_of(record, statement)] == [record.drug]
    ):
        return find_regimens(statement.text)  # an order form: "Drug: ...", "Dose: 600 mg at weeks 0, 4 and 8"
    if not mine:
        return []
    start = mine[0].end
    others = [at.start for at in named if at.start >= start and base_of(at.therapy.name) != record.drug]
    end = min(others, default=len(statement.text))
    return [at for at in find_regimens(statement.text) if start <= at.start < end]


_LABELLED = lore.regex(r"^\W*(?:dose|dosage|dosing|sig|directions|regimen)\b", re.IGNORECASE)


def _doubtful(text: str) -> bool:
    return bool(
        re.search(
            r"\b(?:consider\w*|might|if|instead of|not|stopped|discontinued|declined"
            r"|sample|formerly|previous\w*|was on)\b",
            text,
            re.IGNORECASE,
        )
    )


def _keeps(held: Regimen, asked: Dose) -> bool | None:
    """Whether a planned dose keeps the ceiling; None where the words do not tell."""
    if held.unit != asked.unit:
        return None
    if asked.days is None:
        return held.amount <= asked.amount
    if held.days is None:
        return None if held.amount <= asked.amount else False
    mine, most = held.amount / held.days, asked.amount / asked.days
    if asked.exactly and (held.amount != asked.amount or abs(held.days - asked.days) > asked.days * _NEAR):
        return False if mine > most * (1 + _NEAR) or held.amount > asked.amount else None
    if held.amount > asked.amount:
        return False if mine > most * (1 + _NEAR) else None
    if held.days >= asked.days or mine <= most:
        return True
    return None if mine <= most * (1 + _NEAR) else False


_PIECES = ("tablet", "capsule", "pen", "syringe", "vial", "injection", "patche", "spray", "puff")


def _counts_for(held: Regimen, asked: Dose) -> bool:
    """Whether a printed amount speaks of what the ceiling does: the strength of a tablet is not their number."""
    return (held.unit in _PIECES) == (asked.unit in _PIECES)


def _told(regimens: list[Regimen]) -> str:
    return ", then ".join(_shown(at.amount, at.unit, at.days, at.weeks) for at in regimens)


def _shown(amount: float, unit: str, days: float | None, weeks: tuple[int, ...] = ()) -> str:
    plural = "s" if unit.isalpha() and len(unit) > 3 and amount != 1 else ""
    if weeks:
        return f"{amount:g} {unit}{plural} at weeks {', '.join(map(str, weeks))}"
    if days is None:
        return f"{amount:g} {unit}{plural}"
    word = {1: "a day", 7: "a week", 30: "a month", 365: "a year"}.get(int(days) if days == int(days) else -1)
    every = word or (f"every {days / 7:g} weeks" if days % 7 == 0 else f"every {days:g} days")
    return f"{amount:g} {unit}{plural} {every}"


_COUNTED = lore.regex(
    r"\b(?:received|had|given|completed|taken)\s+(?:a total of\s+)?(?P<n>\d{1,3}|[a-z]+)\s+(?:\w+\s+)?"
    r"(?:doses|dose|injections?|infusions?)\b",
    re.IGNORECASE,
)
_TO_COME = lore.regex(
    r"\bfor\s+(?P<n>\d{1,3}|[a-z]+)\s+(?:\w+\s+)?(?:doses|injections|infusions)\b"
    r"|\b(?P<m>\d{1,3}|[a-z]+) more\b|\b(?P<k>\d{1,3}|[a-z]+) (?:monthly "
    r"|weekly )?(?:doses|injections) (?:are )?planned",
    re.IGNORECASE,
)


# "not given today" says nothing of the years before
_EVER = lore.regex(
    r"\b(?:never|ever|naive|no prior|no previous|has not (?:yet )?(?:had|received"
    r"|taken|been (?:given|on)))\b(?!.*\btoday\b)",
    re.IGNORECASE,
)


def _has_course(fact: Fact) -> bool:
    held = fact.treatment
    return bool(held and (held.start or held.stop or held.days))


def judge_received(requirement: DosesReceived, record: Record) -> Verdict:
    """Return the verdict on a number of doses in a lifetime: counted in words, or never received."""
    name = base_of(requirement.therapies[0].name)
    never = newest_first(
        [
            at.statement
            for at in record.facts
            if at.kind == "treatment"
            and base_of(at.name) == name
            and never_taken(at)
            and _EVER.search(at.statement.text)
        ]
    )
    taken = [
        at.statement
        for at in record.facts
        if at.kind == "treatment" and base_of(at.name) == name and was_taken(at) and _has_course(at)
    ]
    counted, ahead = _counts(name, record)
    facts = {"drug": name, "wanted": requirement.most, "count": ""}
    wants = f"how many doses of {name} were received"
    if counted:
        counted.sort(key=lambda pair: (pair[1].date is not None, pair[1].date), reverse=True)
        total = counted[0][0]
        proof = [at for number, at in counted if number == total]
    elif never:
        total, proof = 0, never
    else:
        return unclear("silent_doses", wants=wants, **facts)
    if never and (total or taken):
        return unclear("contradicted", cite([*proof, *never, *taken]), wants=wants, **facts)
    facts["count"] = total
    if total > requirement.most:
        return not_met("doses_counted", cite(proof), **facts)
    if requirement.planned_too:
        if not ahead:
            return unclear("silent_doses", cite(proof), wants=f"how many doses of {name} are planned in all", **facts)
        total += max(number for number, _ in ahead)
        facts["count"] = total
        if total > requirement.most:
            return unclear("doses_counted", cite([*proof, *(at for _, at in ahead)]), wants=wants, **facts)
        return met("doses_counted", cite([*proof, *(at for _, at in ahead)]), **facts)
    return met("doses_counted" if total else "never_received", cite(proof), **facts)


def _counts(name: str, record: Record) -> tuple[list[tuple[int, Statement]], list[tuple[int, Statement]]]:
    """Return what sentences about the drug count as received, and as still to come."""
    received, ahead = [], []
    for statement in record.statements:
        if name not in [base_of(at.therapy.name) for at in find_therapies(statement.text)]:
            continue
        if (match := _COUNTED.search(statement.text)) and not re.search(
            r"\b(?:will|not|if|would|has to)\b[^.;]{0,20}$", statement.text[: match.start()], re.IGNORECASE
        ):
            number = number_of(match["n"])
            received += [(int(number), statement)] if number is not None else []
        if match := _TO_COME.search(statement.text):
            number = number_of(next(at for at in match.groups() if at))
            if number is not None and not not_yet(statement.text):
                ahead.append((int(number), statement))
    return received, ahead
