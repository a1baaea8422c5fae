"""A cell that holds criteria for several uses: "Psoriasis (initial): ... Crohn's disease (initial): ..."."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors import lore
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import ALL_USES, names_condition
from extractors.policy.inline import split_inline
from extractors.policy.nodes import group_of_prose, leaf_of
from extractors.policy.quantifiers import split_end
from extractors.policy.runs import Run
from extractors.policy.tree import Node, Phase

_LABEL = lore.regex(r"(?:^|(?<=[.;:]\s))(?P<label>[A-Z][\w'’ ()/,&-]{2,70}?)\s*:\s+(?=\S)")
_BRACKETED = lore.regex(r"(?P<name>.*?)\s*[(\[,–-]\s*(?P<phase>[^()\[\]]+?)\s*[)\]]?")
_SENTENCE = lore.regex(r"(?<=[a-z)%\]\d][.;])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Part:
    """What a cell demands of one use."""

    name: str  # of the condition; "" for all
    phase: Phase
    nodes: tuple[Node, ...]


def parts_of_cell(run: Run, label: str) -> list[Part]:
    """Return the parts of a cell that names uses itself, in order; none: it is about one use."""
    text = run.text
    labels = [(match, use) for match in _LABEL.finditer(text) if (use := _use_of(match["label"])) is not None]
    if not labels or all(not name and phase == "any" for _, (name, phase) in labels):
        return []
    starts = [match.start() for match, _ in labels]
    parts = [Part("", "any", tuple(_nodes(run, label, 0, starts[0])))] if text[: starts[0]].strip() else []
    for (match, (name, phase)), end in zip(labels, [*starts[1:], len(text)], strict=True):
        number = f"{label}, {match['label'].strip()}"
        parts.append(Part(name, phase, tuple(_nodes(run, number, match.end(), end))))
    return parts


def _use_of(label: str) -> tuple[str, Phase] | None:
    """The condition and the phase that a label names: "Crohn's disease (initial)", "Reauthorization"."""
    kind = heading_kind(label)
    if kind in PHASES:
        return "", kind
    match = _BRACKETED.fullmatch(label)
    phase = heading_kind(match["phase"]) if match else None
    if match is None or phase not in PHASES:
        match, phase = None, "any"
    name = (match["name"] if match else label).strip()
    if ALL_USES.fullmatch(name):
        return "", phase
    return (name, phase) if names_condition(name) else None


def _nodes(run: Run, number: str, start: int, end: int) -> list[Node]:
    said = run.text[start:end].rstrip()
    if listed := split_inline(said, prose=True):
        return [group_of_prose(run, [number], start, listed)]
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(said)), len(said)]
    found = []
    for at, (begin, until) in enumerate(pairwise(cuts), start=1):
        bare = split_end(said[begin:until].rstrip())[0]
        if bare:
            found.append(leaf_of(run, [number, str(at)], start + begin, start + begin + len(bare), lead=number))
    return found


def uses_of(parts: Sequence[Part]) -> list[tuple[str, Phase]]:
    """Return every condition and phase that the parts name; those for all are added to each named one."""
    named = list(dict.fromkeys(part.name for part in parts if part.name)) or [""]
    uses = list(dict.fromkeys((part.name, part.phase) for part in parts if part.name))
    uses += [
        (name, part.phase)
        for part in parts
        if not part.name and part.phase != "any"
        for name in named
        if (name, part.phase) not in uses
    ]
    told = {name for name, phase in uses if phase != "any"}
    return list(dict.fromkeys(use for use in uses if use[1] != "any" or use[0] not in told))


def nodes_for(use: tuple[str, Phase], parts: Sequence[Part]) -> list[Node]:
    """Return what the parts demand of one use."""
    name, phase = use
    return [node for part in parts if part.name in ("", name) and part.phase in ("any", phase) for node in part.nodes]
