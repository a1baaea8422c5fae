"""What sentences say of a trial beyond its own: of its whole class, of what was taken beside it, of free samples."""

import datetime as dt

from extractors.chart import Assertion, assert_of
from extractors.chart.facts import Fact, Outcome, Statement
from extractors.vocabulary.drugs import is_a
from pipeline.matching.record import Record, newest_first, not_yet
from pipeline.matching.requirements import Therapy
from pipeline.matching.terms import base_of, belongs, find_therapies, within, wording
from pipeline.matching.trials import Trial, never_taken, trials_of

_NOW = wording("trials.class_failed_now")
_GIVEN = wording("trials.class_failed")
_SAMPLES = wording("trials.samples")
_BELIEF = wording("trials.belief")
_NAIVE = wording("prior.naive")
_NOTHING_ELSE = wording("prior.nothing_else")


def class_failures(record: Record, generic: str, trials: list[Trial]) -> list[Statement]:
    """Return sentences that call the class of a drug without effect while the patient takes the drug, newest first.

    "Not controlled on high-dose ICS/LABA" is said of the inhaler that runs on that day; "failed NSAIDs" is said of
    a drug only where no other drug of that class was taken.
    """
    found = []
    for statement in record.saying(_NOW, _GIVEN):
        for pattern in (_NOW, _GIVEN):
            match = None if statement.cells else pattern.search(statement.text)
            if match is None or not_yet(statement.text) or not _affirmed(statement, match.start(), match.end()):
                continue
            classes = [at.therapy.name for at in find_therapies(match["what"]) if at.therapy.sort == "class"]
            mine = [name for name in classes if is_a(generic, name)]
            taken = any(_runs(at, statement.date) for at in trials)
            if mine and (taken if pattern is _NOW else taken or _alone(record, generic, mine[0])):
                found.append(statement)
                break
    return newest_first(found)


def _affirmed(statement: Statement, start: int, end: int) -> bool:
    return assert_of(statement.text, start, end, statement.section) in (Assertion.AFFIRMED, Assertion.HISTORICAL)


def _runs(trial: Trial, day: dt.date | None) -> bool:
    """Whether a trial was under way on a day."""
    held = trial.fact.treatment
    if held is None or day is None:
        return False
    if held.start and held.start > day:
        return False
    if held.stop:
        return held.start is not None and held.start <= day <= held.stop
    going = held.running or held.outcome is Outcome.CURRENT
    return (going or held.start is not None) and trial.date is not None and abs((trial.date - day).days) <= 60


def _alone(record: Record, generic: str, name: str) -> bool:
    """Whether no other drug of the class was taken."""
    return not any(
        is_a(other, name) and base_of(other) != base_of(generic) and trials_of(record, other, facts)
        for other, facts in record.treatments().items()
    )


def taken_beside(record: Record, generic: str, trials: list[Trial], beside: tuple[Therapy, ...]) -> bool:
    """Whether one of several treatments was taken at the same time: in one sentence, in one product, or by the days."""
    if any(belongs(generic, at) for at in beside):
        return True
    for trial in trials:
        named = [at.therapy for at in find_therapies(trial.fact.statement.text, fuzzy=True)]
        others = [at for at in named if at.sort == "class" or base_of(at.name) != base_of(generic)]
        if not trial.fact.statement.cells and any(within(at, one) for at in others for one in beside):
            return True
    for other, facts in record.treatments().items():
        if base_of(other) == base_of(generic) or not any(belongs(other, at) for at in beside):
            continue
        if any(_overlap(a, b) for a in trials for b in trials_of(record, other, facts)):
            return True
    return False


def _overlap(one: Trial, other: Trial) -> bool:
    first, second = _days_of(one), _days_of(other)
    return bool(first and second) and max(first[0], second[0]) < min(first[1], second[1])  # type: ignore[index]


def _days_of(trial: Trial) -> tuple[dt.date, dt.date] | None:
    """Return from when to when a trial ran for certain."""
    held = trial.fact.treatment
    if held is None or held.start is None or held.date_precision == "year":
        return None
    if held.stop:
        return held.start, held.stop
    if (held.running or held.outcome is Outcome.CURRENT) and trial.date and trial.date > held.start:
        return held.start, trial.date
    return None


def only_samples(trials: list[Trial], facts: list[Fact]) -> bool:
    """Whether all that was taken came free of charge: a starter pack, and a prescription that was never filled."""
    free = [at for at in trials if _SAMPLES.search(at.fact.statement.text)]
    if not free:
        return False
    if any(at.kind == "treatment" and never_taken(at) for at in facts) or any(never_taken(at.fact) for at in trials):
        return True
    rest = [at for at in trials if not _SAMPLES.search(at.fact.statement.text)]
    return all(at.days is None and not (at.fact.treatment and at.fact.treatment.start) for at in rest)


def believed(fact: Fact) -> bool:
    """Whether a sentence gives no more than what the patient holds true: "says that he cannot take ibuprofen"."""
    return bool(_BELIEF.search(fact.statement.text))


def nothing_else(record: Record) -> list[Statement]:
    """Return sentences that close the list of what was tried: "Nothing else was tried"."""
    return newest_first(record.saying(_NOTHING_ELSE))[:1]


def denials_of(therapies: tuple[Therapy, ...], record: Record) -> list[Statement]:
    """Return sentences that say that nothing of the kind was ever taken: "never had any TNF inhibitor"."""
    found = []
    for statement in record.saying(_NAIVE):
        named = [at.therapy for at in find_therapies(statement.text)]
        if all(any(within(therapy, other) for other in named) for therapy in therapies):
            found.append(statement)
    return newest_first(found)
