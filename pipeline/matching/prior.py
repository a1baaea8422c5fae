"""Whether a prior trial, failure, intolerance or contraindication is in the chart."""

from dataclasses import dataclass, replace
from typing import Literal

from extractors.chart.facts import Assertion, Fact, Outcome, Statement
from pipeline.matching.apart import class_of, most_apart
from pipeline.matching.class_bars import find_class_bars
from pipeline.matching.naming import joined, length_of, names_of, wants_of
from pipeline.matching.often import times_a_day
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import PriorTherapy, Therapy
from pipeline.matching.terms import base_of, belongs
from pipeline.matching.told_trials import believed, class_failures, denials_of, nothing_else, only_samples, taken_beside
from pipeline.matching.trial_counts import most_doses, two_lengths
from pipeline.matching.trial_doses import at_multiple, dose_fits
from pipeline.matching.trials import Trial, every_day, longest, never_taken, no_bar, tolerance, trials_of
from pipeline.matching.verdict import Verdict, all_of, met, not_met, unclear

# a course whose years alone are known may have lasted a day: that is no length to tell
_TELLING_DAYS = 7
# findings that rest on how long or how often a drug was taken
_OF_LENGTH = ("tried", "tried_for", "failed", "failed_after", "too_short")

Answer = Literal["satisfies", "short", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one drug stands to the requirement."""

    generic: str
    answer: Answer
    why: str  # key of sentences.yaml
    proof: tuple[Fact | Statement, ...]
    days: int | None = None


def judge_prior(requirement: PriorTherapy, record: Record) -> Verdict:
    """Return the verdict on a prior-therapy leaf."""
    if requirement.every and len(requirement.therapies) > 1:
        return all_of([_judge(requirement, (therapy,), 1, record) for therapy in requirement.therapies])
    return _judge(requirement, requirement.therapies, requirement.count, record)


def _judge(requirement: PriorTherapy, therapies: tuple[Therapy, ...], count: int, record: Record) -> Verdict:
    interest = _of_interest(requirement, therapies, record)
    findings = [_finding(requirement, record, generic, facts) for generic, facts in interest.items()]
    findings = [at for at in findings if at.why != "only_named"]  # planned or considered: neither for nor against
    wanted = names_of(therapies)
    satisfying = [at for at in findings if at.answer == "satisfies"]
    if told := _class_told(requirement, therapies, record, bool(findings)):
        return told
    open_ones = [at for at in findings if at.answer == "open"]
    if requirement.apart and count > 1:
        unknown = [at for at in satisfying if not class_of(at.generic, therapies)]
        several = len(satisfying) > 1
        satisfying = most_apart(satisfying, therapies, count)
        if len(satisfying) < count and unknown and several:
            return unclear(
                "class_unknown",
                cite([item for at in unknown for item in at.proof]),
                drug=joined([at.generic for at in unknown]),
                wanted=wanted,
                count=count,
            )
    if len(satisfying) >= count:
        satisfying.sort(key=lambda at: _newest(at.proof), reverse=True)
        proof = [item for place in range(3) for at in satisfying for item in at.proof[place : place + 1]]
        best = satisfying[0]
        return met(
            best.why,
            cite(proof),
            drug=joined([at.generic for at in satisfying[: max(count, 1)]]),
            days=length_of(best.days),
            wanted=wanted,
        )
    samples = bool(open_ones) and all(at.why == "only_samples" for at in open_ones)
    if open_ones and not (samples and denials_of(therapies, record)):
        best = max(open_ones, key=lambda at: _newest(at.proof))
        return unclear(
            best.why,
            cite(best.proof),
            wants=wants_of(requirement, wanted),
            drug=best.generic,
            days=length_of(best.days),
            wanted=wanted,
            needed=length_of(requirement.minimum_days),
        )
    short = [at for at in findings if at.answer == "short"]
    over = [] if not requirement.by_examples else nothing_else(record)
    if short and len(short) + len(satisfying) >= count and (over or not requirement.by_examples):
        short.sort(key=lambda at: (at.why != "never_taken", _newest(at.proof)), reverse=True)
        best = short[0]
        proof = [*over, *(item for at in short for item in at.proof)]
        return not_met(
            best.why,
            cite(proof),
            drug=best.generic,
            days=length_of(best.days),
            wanted=wanted,
            needed=length_of(requirement.minimum_days),
        )
    if denied := denials_of(therapies, record):
        return not_met("never_taken", cite(denied), drug=wanted, wanted=wanted, days="", needed="")
    if satisfying:
        return unclear(
            "too_few",
            cite([item for at in satisfying for item in at.proof]),
            wants=wants_of(requirement, wanted),
            drug=joined([at.generic for at in satisfying]),
            count=count,
            wanted=wanted,
        )
    return unclear("silent_trial", wants=wants_of(requirement, wanted), wanted=wanted)


def _class_told(
    requirement: PriorTherapy, therapies: tuple[Therapy, ...], record: Record, others: bool
) -> Verdict | None:
    """Return what sentences say of a whole class: "Oral bisphosphonates are contraindicated: esophageal stricture"."""
    if "contraindication" not in requirement.wanted or requirement.count > 1:
        return None
    against, free = find_class_bars(therapies, record)
    wanted = names_of(therapies)
    facts = {"drug": wanted, "wanted": wanted, "days": "", "needed": ""}
    if against and free:
        both = newest_first([*against, *free])
        return unclear("contradicted", cite(both), wants=wants_of(requirement, wanted), **facts)
    if against:
        return met("contraindicated", cite(newest_first(against)), **facts)
    if free and requirement.wanted == ("contraindication",) and not others:
        return not_met("no_bar", cite(newest_first(free)), **facts)
    return None


def _of_interest(requirement: PriorTherapy, therapies: tuple[Therapy, ...], record: Record) -> dict[str, list[Fact]]:
    """Return facts by drug for the drugs that count."""
    named = {base_of(at.name) for at in therapies if at.sort == "drug"} | {
        base_of(p.name) for at in therapies for p in at.parts
    }
    found: dict[str, list[Fact]] = {}
    facts = [at for at in record.facts if at.kind in ("treatment", "allergy")]
    counting = {
        name
        for name in {at.name for at in facts}
        if any(belongs(name, at) for at in therapies) and not any(belongs(name, at) for at in requirement.but_not)
    }
    for fact in facts:
        if fact.name not in counting:
            continue
        generic = base_of(fact.name)
        if generic == record.drug and generic not in named:
            continue  # the requested drug is no prior trial of its class
        found.setdefault(generic, []).append(fact)
    return found


def _finding(requirement: PriorTherapy, record: Record, generic: str, facts: list[Fact]) -> Finding:
    treatment = [at for at in facts if at.kind == "treatment"]
    taken = [at for at in trials_of(record, generic, treatment) if _in_window(requirement, record, at)]
    if taken and only_samples(taken, facts):
        return Finding(generic=generic, answer="open", why="only_samples", proof=tuple(at.fact for at in taken))
    trials = at_multiple(requirement, taken)
    if taken and not trials and requirement.label_multiple:
        return Finding(generic=generic, answer="open", why="dose_open", proof=tuple(at.fact for at in taken))
    often = requirement.times_daily
    if taken and often and all((times_a_day(at.fact.statement.text) or 0) < often for at in taken):
        return Finding(generic=generic, answer="open", why="dose_open", proof=tuple(at.fact for at in taken))
    if requirement.daily:
        trials = [at if every_day(at) else replace(at, days=None, closed=False) for at in trials]
    answers = [_ANSWERS[wanted](requirement, record, generic, trials, facts) for wanted in requirement.wanted]
    answers = [_doubted(requirement, at, trials) for at in answers]
    for answer in ("satisfies", "open"):
        for finding in answers:
            if finding.answer == answer:
                return _with_beside(requirement, record, finding, trials)
    # that nothing stands against a drug tells more than that it was never taken
    return next((at for at in answers if at.why == "no_bar"), answers[0])


def _doubted(requirement: PriorTherapy, finding: Finding, trials: list[Trial]) -> Finding:
    """Return the finding, open where the chart tells two lengths of one course, or too few doses."""
    if finding.answer == "open" or finding.why in (
        "intolerant",
        "contraindicated",
        "no_bar",
        "tolerated",
        "never_taken",
    ):
        return finding
    if requirement.minimum_days and (both := two_lengths(trials, requirement.minimum_days)):
        return replace(finding, answer="open", why="contradicted", proof=tuple(at.fact for at in both))
    if finding.answer == "satisfies" and (requirement.minimum_doses or 0) > most_doses(trials):
        return replace(finding, answer="open", why="doses_open")
    return finding


def _with_beside(requirement: PriorTherapy, record: Record, finding: Finding, trials: list[Trial]) -> Finding:
    """Return the finding, open where nothing shows that the drug was taken beside what it has to be added to."""
    if not requirement.beside or finding.answer != "satisfies" or finding.why in ("intolerant", "contraindicated"):
        return finding
    if taken_beside(record, finding.generic, trials, requirement.beside):
        return finding
    return replace(finding, answer="open", why="beside_open")


def _in_window(requirement: PriorTherapy, record: Record, trial: Trial) -> bool:
    if requirement.window is None:
        return True
    stop = trial.fact.treatment.stop if trial.fact.treatment else None
    return record.inside(stop, requirement.window) if stop else record.holds(trial.fact, requirement.window)


def _tried(requirement: PriorTherapy, record: Record, generic: str, trials: list[Trial], facts: list[Fact]) -> Finding:
    if not trials:
        return _untaken(generic, facts)
    days = longest(trials)
    if requirement.minimum_days is None:
        used = [
            at.fact for at in trials if at.days or at.outcome or (at.fact.treatment and at.fact.treatment.start)
        ] or [at.fact for at in trials]
        answer: Answer = "satisfies" if dose_fits(requirement, trials) else "open"
        return Finding(generic=generic, answer=answer, why="tried", proof=tuple(used), days=days)
    if days is not None and days >= requirement.minimum_days:
        long = sorted((at for at in trials if (at.days or 0) >= requirement.minimum_days), key=_worth, reverse=True)
        answer = "satisfies" if dose_fits(requirement, trials) else "open"
        return Finding(
            generic=generic,
            answer=answer,
            why="tried_for" if answer == "satisfies" else "dose_open",
            proof=tuple(at.fact for at in long),
            days=days,
        )
    return _too_short(generic, trials, days)


def _failed(requirement: PriorTherapy, record: Record, generic: str, trials: list[Trial], facts: list[Fact]) -> Finding:
    if not trials:
        return _untaken(generic, facts)
    days = longest(trials)
    failures = [at for at in trials if at.outcome is Outcome.INADEQUATE_RESPONSE]
    enough = requirement.minimum_days is None or (days is not None and days >= requirement.minimum_days)
    if not enough:
        return _too_short(generic, trials, days)
    if failures:
        if not dose_fits(requirement, trials):
            return Finding(
                generic=generic, answer="open", why="dose_open", proof=tuple(at.fact for at in failures), days=days
            )
        proof = sorted(
            failures, key=lambda at: ((at.days or 0) >= (requirement.minimum_days or 0), _worth(at)), reverse=True
        )
        if requirement.minimum_days and not any((at.days or 0) >= requirement.minimum_days for at in failures):
            proof += [at for at in trials if (at.days or 0) >= requirement.minimum_days][:1]
        why = "failed_after" if days and days >= _TELLING_DAYS else "failed"
        return Finding(generic=generic, answer="satisfies", why=why, proof=tuple(at.fact for at in proof), days=days)
    if told := class_failures(record, generic, trials):
        if not dose_fits(requirement, trials):
            return Finding(generic=generic, answer="open", why="dose_open", proof=tuple(told), days=days)
        long = [at.fact for at in trials if days is None or at.days == days]
        return Finding(
            generic=generic,
            answer="satisfies",
            why="failed_after" if days else "failed",
            proof=(told[0], *long),
            days=days,
        )
    ended = [at for at in trials if at.outcome in (Outcome.INTOLERANCE, Outcome.OTHER, Outcome.COMPLETED)]
    if ended:
        return Finding(
            generic=generic, answer="short", why="ended_otherwise", proof=tuple(at.fact for at in ended), days=days
        )
    return Finding(
        generic=generic, answer="open", why="response_unknown", proof=tuple(at.fact for at in trials), days=days
    )


def _not_tolerated(
    requirement: PriorTherapy, record: Record, generic: str, trials: list[Trial], facts: list[Fact]
) -> Finding:
    reacted = [at.fact for at in trials if at.outcome is Outcome.INTOLERANCE and not believed(at.fact)]
    allergies = [
        at for at in facts if at.kind == "allergy" and at.assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL)
    ]
    fine = tolerance(record, generic)
    if (reacted or allergies) and not _newer(fine, [*reacted, *allergies]):
        return Finding(
            generic=generic, answer="satisfies", why="intolerant", proof=tuple(newest_first([*reacted, *allergies]))
        )
    if reacted or allergies:
        return Finding(generic=generic, answer="open", why="contradicted", proof=tuple(newest_first([*reacted, *fine])))
    trials = [at for at in trials if not believed(at.fact)]
    other = [at.fact for at in trials if at.outcome is Outcome.OTHER]
    if fine or other:
        return Finding(
            generic=generic, answer="short", why="tolerated" if fine else "ended_otherwise", proof=(*fine, *other)
        )
    denied = [at for at in facts if at.kind == "allergy" and at.assertion is Assertion.NEGATED]
    if not trials and denied:
        return Finding(generic=generic, answer="open", why="tolerance_unknown", proof=())
    if not trials:
        return _untaken(generic, facts)
    return Finding(generic=generic, answer="open", why="tolerance_unknown", proof=tuple(at.fact for at in trials[:1]))


def _contraindicated(
    requirement: PriorTherapy, record: Record, generic: str, trials: list[Trial], facts: list[Fact]
) -> Finding:
    against = [
        at
        for at in facts
        if at.kind == "treatment"
        and at.treatment
        and at.treatment.outcome is Outcome.CONTRAINDICATION
        and not believed(at)
        and at.assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL)
    ]
    free = no_bar(record, generic)
    if against and not _newer(free, against):
        return Finding(generic=generic, answer="satisfies", why="contraindicated", proof=tuple(newest_first(against)))
    if against:
        return Finding(generic=generic, answer="open", why="contradicted", proof=tuple(newest_first([*against, *free])))
    if free:
        return Finding(generic=generic, answer="short", why="no_bar", proof=tuple(free))
    if "intolerance" in requirement.wanted and trials and tolerance(record, generic):
        return Finding(generic=generic, answer="short", why="tolerated", proof=tuple(tolerance(record, generic)))
    if any(at in requirement.wanted for at in ("trial", "inadequate_response")) and trials:
        # it was taken: that is what the other half judges, and a drug that is taken is not barred
        return Finding(generic=generic, answer="short", why="taken", proof=tuple(at.fact for at in trials[:1]))
    if not trials:  # a drug that was never taken may be barred all the same
        untaken = _untaken(generic, facts)
        alone = not any(at in requirement.wanted for at in ("trial", "inadequate_response"))
        return replace(untaken, answer="open", why="tolerance_unknown") if alone and untaken.proof else untaken
    return Finding(generic=generic, answer="open", why="tolerance_unknown", proof=tuple(at.fact for at in trials[:1]))


_ANSWERS = {
    "trial": _tried,
    "inadequate_response": _failed,
    "intolerance": _not_tolerated,
    "contraindication": _contraindicated,
}


def _untaken(generic: str, facts: list[Fact]) -> Finding:
    never = [at for at in facts if at.kind == "treatment" and never_taken(at)]
    if never:
        return Finding(generic=generic, answer="short", why="never_taken", proof=tuple(newest_first(never)))
    return Finding(generic=generic, answer="open", why="only_named", proof=())


def _too_short(generic: str, trials: list[Trial], days: int | None) -> Finding:
    """A trial that ended too soon counts against; one whose length the chart leaves out does not."""
    if (
        days is not None
        and any(at.closed for at in trials)
        and all(
            at.closed or _of_ended(at, trials) or (at.days is None and at.outcome is not Outcome.CURRENT)
            for at in trials
        )
    ):
        ended = sorted((at for at in trials if at.closed), key=lambda at: at.days or 0, reverse=True)
        return Finding(
            generic=generic, answer="short", why="too_short", proof=tuple(at.fact for at in ended), days=days
        )
    return Finding(
        generic=generic,
        answer="open",
        why="length_unknown" if days is None else "length_short_open",
        proof=tuple(at.fact for at in trials),
        days=days,
    )


def _of_ended(trial: Trial, trials: list[Trial]) -> bool:
    """Whether a list or note calls a drug current on a day before the end of a course that the chart dates."""
    held = trial.fact.treatment
    ends = [at.fact.treatment.stop for at in trials if at.closed and at.fact.treatment and at.fact.treatment.stop]
    going = bool(held and (held.running or held.outcome is Outcome.CURRENT))
    return going and trial.date is not None and any(trial.date <= end for end in ends)


def _newer(fine: list[Statement], against: list[Fact]) -> bool:
    """Whether a sentence of tolerance is as new as what speaks against the drug."""
    latest = max((at.date for at in fine if at.date), default=None)
    worst = max((at.date for at in against if at.date), default=None)
    return latest is not None and (worst is None or latest >= worst)


def _worth(trial: Trial) -> tuple:
    return (trial.date is not None, trial.date, trial.outcome is not None) if trial.date else (False,)


def _newest(proof: tuple[Fact | Statement, ...]) -> str:
    return max((at.date.isoformat() for at in proof if at.date), default="")
