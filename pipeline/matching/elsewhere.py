"""Leaves that lead to another part of the policy: "criteria 1 and 2 above are met", "as defined in Appendix B".

Their own words do not say it all, so they are never met, and never failed, by their own words alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.references import DEFINED, REFERS, references_in
from extractors.policy.tree import Node
from pipeline.matching.judge import judge
from pipeline.matching.logic import decide
from pipeline.matching.reading import requirement_of
from pipeline.matching.record import Cited, Record
from pipeline.matching.requirements import Requirement
from pipeline.matching.verdict import Status, Verdict, all_of, any_of, sentence, unclear

# where a further clause of a leaf begins: "criteria A.1 and A.2 above are met and the member is able to ..."
_CLAUSE = lore.regex(
    r"[,;]?\s+\b(?P<join>and|or)\s+(?=(?:the |an? |all )?(?:patient|member|individual|beneficiary|recipient|criteri|"
    r"statements?\b|items?\b|requirements?\b|"
    r"continues|meets|has|have|is|are|was|does|documentation)\w*\b)",
    re.I,
)


def judge_leaf(leaf: Node, heads: Sequence[Node], record: Record) -> tuple[Requirement, Verdict]:
    """Return what a leaf asks for and what the chart says of it, what it leads to included."""
    requirement = requirement_of(leaf, heads)
    if leaf.negated or not leads_elsewhere(leaf):
        return requirement, judge(requirement, record, leaf.text)
    if not any(flag.startswith(REFERS) for flag in leaf.flags):
        return requirement, _explained(leaf, judge(requirement, record, leaf.text))
    joins = {match["join"].lower() for match in _CLAUSE.finditer(leaf.text)}
    parts = list(_clauses(leaf.text))
    leading = [part for part in parts if references_in(part)]
    if not leading or len(joins) > 1:
        return requirement, _unfollowed(leaf)
    verdicts = [_of_targets(leaf, heads, record)]
    for part in parts:
        said = part if part not in leading else _said_before(part)
        if said:
            own = replace(leaf, text=said, flags=())
            verdicts.append(judge(requirement_of(own, heads), record, said))
    return requirement, any_of(verdicts) if joins == {"or"} else all_of(verdicts)


def leads_elsewhere(leaf: Node) -> bool:
    """Return whether what a leaf asks for stands, in part or whole, in another place of the policy."""
    return any(flag.startswith((REFERS, DEFINED)) for flag in leaf.flags)


def _clauses(text: str) -> Iterator[str]:
    start = 0
    for match in _CLAUSE.finditer(text):
        yield text[start : match.start()]
        start = match.end()
    yield text[start:]


# what leads up to a reference and demands nothing: "The patient continues to meet all of"
_LEADS_UP = lore.regex(
    r"\b(?:the|all|each|both|any|of|an?|that|this|these|in|to|for|as|by|and|with|has|have|is|are|was|does|must|will|"
    r"continues?|still|also|currently|been|meets?|met|meeting|satisf\w+|fulfil\w*|patients?|members?|individuals?|"
    r"beneficiary|recipient|requirements?|criteri\w+|conditions?|initial\w*|coverage|authorization|approval|request|"
    r"documentation|documented|shows?|when|if|provided)\b|[^\w\s]",
    re.I,
)


def _said_before(part: str) -> str:
    """What a clause demands by itself before it leads elsewhere: "10% of the body is involved, and" of 1-E to 1-H."""
    said = part[: min(at.start for at in references_in(part))]
    return said.strip(" ,;") if len(_LEADS_UP.sub(" ", said).split()) > 1 else ""


def _of_targets(leaf: Node, heads: Sequence[Node], record: Record) -> Verdict:
    """The verdict of all that the leaf leads to; what was asked at the start is never failed by what is so later."""
    if not leaf.refers:
        return _unfollowed(leaf)
    statuses, verdicts = {}, []
    for target in leaf.refers:
        for below, over in _with_heads(target):
            verdict = judge(requirement_of(below, over), record, below.text)
            if leads_elsewhere(below):
                verdict = _unfollowed(below)
            statuses[id(below)] = verdict.status
            verdicts.append(verdict)
    found = [decide(target, statuses) for target in leaf.refers]
    numbers = ", ".join(target.number or "the first list" for target in leaf.refers)
    initial = any(at.kind == "initial" for at in references_in(leaf.text))
    if all(status is Status.MET for status in found):
        said = sentence("elsewhere_met", numbers=numbers)
        return Verdict(status=Status.MET, explanation=said, evidence=_best(verdicts, Status.MET))
    if Status.NOT_MET in found and not initial:
        cited = tuple(at for verdict in verdicts if verdict.status is Status.NOT_MET for at in verdict.evidence[:1])[:3]
        return Verdict(
            status=Status.NOT_MET, explanation=sentence("elsewhere_not_met", numbers=numbers), evidence=cited
        )
    return unclear("elsewhere_open", wants=f"what {numbers} asks for", numbers=numbers)


def _best(verdicts: Sequence[Verdict], status: Status) -> tuple[Cited, ...]:
    return tuple(at for verdict in verdicts if verdict.status is status for at in verdict.evidence[:1])[:3]


def _with_heads(node: Node, heads: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    if node.op == "leaf":
        yield node, heads
    for child in node.children:
        yield from _with_heads(child, (*heads, node))


def _unfollowed(leaf: Node) -> Verdict:
    return unclear("elsewhere_unknown", said=_said(leaf), wants="that the part of the policy it names is met")


def _explained(leaf: Node, verdict: Verdict) -> Verdict:
    if verdict.status is Status.UNCLEAR:
        return verdict
    return replace(
        verdict,
        status=Status.UNCLEAR,
        explanation=sentence("elsewhere_explained", said=_said(leaf)),
        wants="the finding in the words of that part of the policy",
    )


def _said(leaf: Node) -> str:
    at = references_in(leaf.text)
    return leaf.text[at[0].start : at[0].end].strip(" (") if at else leaf.text
