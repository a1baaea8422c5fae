"""The chart against the payer's criteria: each leaf met, not met or unclear, with its evidence."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from extractors.chart.facts import Chart
from extractors.denial.fields import Denial
from extractors.evidence import asserted
from extractors.policy.tree import Indication, Node, Policy
from extractors.vocabulary.drugs import drug
from pipeline.matching.choice import Choice, choose
from pipeline.matching.doubts import doubts
from pipeline.matching.elsewhere import judge_leaf
from pipeline.matching.judge import judge
from pipeline.matching.logic import decide, logic_of, matters, wanted_still
from pipeline.matching.reading import requirement_of
from pipeline.matching.record import PageKey, Record, build_record, newest_first
from pipeline.matching.requirements import Absence, NoConcurrentTherapy, Requirement
from pipeline.matching.terms import base_of, condition_keys, find_therapies, wording
from pipeline.matching.verdict import Status, Verdict
from pipeline.names import spoken_name

_STARTS = wording("match.starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One leaf of the policy and what the chart says of it."""

    leaf: Node
    requirement: Requirement
    verdict: Verdict
    reason: str | None = None  # of the person whose verdict it is; None: the program's


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """All leaves of the section that applies, and the verdict of the whole."""

    indication: Indication | None
    criteria: tuple[Criterion, ...] = ()  # the policy's order
    logic: tuple[Any, ...] = ()
    overall: Status = Status.UNCLEAR
    gaps: tuple[str, ...] = ()  # those that could change the verdict first
    not_chosen: tuple[str, ...] = ()  # sections of the policy left aside
    warnings: tuple[str, ...] = ()


def match_criteria(
    policy: Policy,
    chart: Chart,
    denial: Denial,
    verdicts: Iterable[Any],
    today: dt.date,
    request_date: dt.date | None = None,
) -> Match:
    """Hold the chart against the criteria of one policy.

    `verdicts` are the page verdicts of `pipeline.identity`: only pages they call citable are read.
    The request is dated by the argument, else as the denial says, else by the denial, else by `today`.
    """
    decided = asserted(denial.denial_date) or today
    day = request_date or asserted(denial.request_received) or decided
    record = build_record(
        chart,
        citable_pages(verdicts),
        day,
        drug=requested_drug(denial),
        service=asserted(denial.service),
        prescriber=spoken_name(asserted(denial.prescriber)),
        birth_date=asserted(denial.patient_dob),
    )
    if record.prescriber is None:
        record = replace(record, prescriber=_planner(record))
    choice = choose(policy, denial, record)
    warnings = (*choice.warnings, *_in_force(policy, decided))
    if choice.indication is None:
        return Match(indication=None, not_chosen=choice.not_chosen, warnings=warnings)
    warnings = (*warnings, *doubts(policy, choice.indication), *_exclusions(policy, record))
    found = _match(choice.indication, record, choice)
    return replace(_as_far_as_read(found, policy), warnings=warnings)


def overrule(match: Match, policy: Policy, said: Callable[[Criterion], tuple[Verdict, str] | None]) -> Match:
    """Return the match with verdicts of a person, the whole and the gaps decided anew by the policy's own logic.

    `said`: the person's verdict on a criterion and the reason, None where the program's stands.
    """
    if match.indication is None:
        return match
    told = [(at, said(at)) for at in match.criteria]
    criteria = [replace(at, verdict=one[0], reason=one[1]) if one else at for at, one in told]
    statuses = {id(at.leaf): at.verdict.status for at in criteria}
    tree = match.indication.tree
    found = replace(
        match,
        criteria=tuple(criteria),
        overall=decide(tree, statuses),
        gaps=_gaps(tree, criteria, statuses),
    )
    return _as_far_as_read(found, policy)


def _as_far_as_read(match: Match, policy: Policy) -> Match:
    """Where some of the policy's demands are in no list, that all are met is more than anybody read."""
    if policy.problems and match.overall is Status.MET:
        return replace(match, overall=Status.UNCLEAR)
    return match


def _match(indication: Indication, record: Record, choice: Choice) -> Match:
    record = replace(record, conditions=tuple(sorted(condition_keys(indication.name))))
    criteria = []
    for leaf, heads in _with_heads(indication.tree):
        requirement, verdict = judge_leaf(leaf, heads, record)
        criteria.append(Criterion(leaf=leaf, requirement=requirement, verdict=verdict))
    statuses = {id(at.leaf): at.verdict.status for at in criteria}
    logic = logic_of(indication.tree)
    return Match(
        indication=indication,
        criteria=tuple(criteria),
        logic=tuple(logic) if isinstance(logic, list) else ("all", logic),
        overall=decide(indication.tree, statuses),
        gaps=_gaps(indication.tree, criteria, statuses),
        not_chosen=choice.not_chosen,
    )


def _with_heads(node: Node, heads: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Yield each leaf with the groups it stands in, outermost first."""
    if node.op == "leaf":
        yield node, heads
    for child in node.children:
        yield from _with_heads(child, (*heads, node))


def citable_pages(verdicts: Iterable[Any]) -> list[PageKey]:
    """Return (document, page) of the pages that may be quoted."""
    return [(at.document, at.page) for at in verdicts if at.citable]


def requested_drug(denial: Denial) -> str | None:
    """Return the generic name of the drug denied, None for a device or service."""
    for found in (denial.service, denial.service_as_printed):
        if (name := asserted(found)) and (named := requested_drug_named(name)):
            return named
    return None


def requested_drug_named(service: str) -> str | None:
    """Return the generic name of the drug that a service as printed names, None when it names none."""
    if held := drug(service):
        return base_of(held.generic)
    named = [at.therapy.name for at in find_therapies(service) if at.therapy.sort == "drug"]
    return base_of(named[0]) if named else None


def _planner(record: Record) -> str | None:
    """Return who wrote the newest plan for the requested drug: the prescriber, where the letter names none."""
    if record.drug is None:
        return None
    plans = [
        at
        for at in record.statements
        if at.author
        and _STARTS.search(at.text)
        and any(base_of(found.therapy.name) == record.drug for found in find_therapies(at.text))
    ]
    return newest_first(plans)[0].author if plans else None


def _gaps(tree: Node, criteria: list[Criterion], statuses: dict[int, Status]) -> tuple[str, ...]:
    """Return the open leaves: first those that could change the verdict; none of a group that is met without them."""
    deciding = {id(leaf) for leaf in matters(tree, statuses)}
    needed = {id(leaf) for leaf in wanted_still(tree, statuses)}
    open_ones = [at for at in criteria if id(at.leaf) in needed]
    open_ones.sort(key=lambda at: id(at.leaf) not in deciding)
    return tuple(gap_of(at) for at in open_ones)


def gap_of(criterion: Criterion) -> str:
    """Return the gap in the policy's words, and the smallest thing that would settle it."""
    words = criterion.leaf.text.strip().rstrip(".;")
    wants = criterion.verdict.wants
    settle = (
        f" A dated note that states {wants} would settle it."
        if wants
        else " A dated note that states this would settle it."
    )
    return f"{criterion.leaf.number}: the chart does not settle “{words}”. {criterion.verdict.explanation}{settle}"


def _in_force(policy: Policy, day: dt.date) -> tuple[str, ...]:
    effective = policy.effective_date.value if policy.effective_date else None
    if effective and effective > day:
        return (
            f"The policy took effect on {effective.isoformat()}, after the denial of {day.isoformat()}: "
            "ask the payer for the version in force then.",
        )
    return ()


def _exclusions(policy: Policy, record: Record) -> tuple[str, ...]:
    """Return a warning for each exclusion of the policy that the chart shows to apply."""
    warnings = []
    for leaf in policy.exclusions:
        requirement = requirement_of(leaf)
        if not isinstance(requirement, (Absence, NoConcurrentTherapy)):
            continue  # "chronic urticaria in a patient under 12": failing half of it is no exclusion
        verdict = judge(requirement, record, leaf.text)
        if verdict.status is Status.NOT_MET and verdict.evidence:
            place = verdict.evidence[0].evidence
            warnings.append(
                f"The policy excludes “{leaf.text.strip().rstrip('.')}”, and the chart "
                f"({place.document}, page {place.page}) speaks for it. {verdict.explanation}"
            )
    return tuple(warnings)
