"""What the policy's ANY and AT LEAST groups make of a criterion that is not met by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.case import CaseDocument

Statuses = Mapping[str, str]


def alternatives_met(case: CaseDocument) -> dict[str, list[str]]:
    """Map each leaf that need not be met to the leaves that satisfy its group in its place.

    `case.logic` is `["all", "1", ["any", "2.a", "2.b"], ["at_least", 2, ...]]`.
    """
    statuses = {criterion.number: criterion.status for criterion in case.criteria}
    found: dict[str, list[str]] = {}
    _walk(case.logic, statuses, ("met",), found)
    return {
        leaf: [number for number in instead if statuses.get(number) == "met"]
        for leaf, instead in found.items()
        if statuses.get(leaf) != "met"
    }


def alternatives_open(case: CaseDocument) -> dict[str, list[str]]:
    """Map each leaf that is not met to the unclear leaves that could yet satisfy its group in its place."""
    statuses = {criterion.number: criterion.status for criterion in case.criteria}
    met = alternatives_met(case)
    found: dict[str, list[str]] = {}
    _walk(case.logic, statuses, ("met", "unclear"), found)
    waiting = {
        leaf: [number for number in instead if statuses.get(number) == "unclear"]
        for leaf, instead in found.items()
        if statuses.get(leaf) == "not_met" and leaf not in met
    }
    return {leaf: instead for leaf, instead in waiting.items() if instead}


def _walk(node: Any, statuses: Statuses, good: Sequence[str], found: dict[str, list[str]]) -> None:
    """Collect, for each child that is not good in a group that is, the leaves of the children that are."""
    if not isinstance(node, list) or not node:
        return
    _, _, children = _parts(node)
    if node[0] in ("any", "at_least") and _holds(node, statuses, good):
        instead = [leaf for child in children if _holds(child, statuses, good) for leaf in _leaves(child)]
        for child in children:
            if not _holds(child, statuses, good):
                found.update(dict.fromkeys(_leaves(child), instead))
    for child in children:
        _walk(child, statuses, good, found)


def _holds(node: Any, statuses: Statuses, good: Sequence[str]) -> bool:
    if not isinstance(node, list):
        return statuses.get(str(node)) in good
    op, needed, children = _parts(node)
    held = sum(_holds(child, statuses, good) for child in children)
    return held >= (len(children) if op == "all" else needed) and bool(children)


def _parts(node: list[Any]) -> tuple[str, int, list[Any]]:
    """Return operator, how many children it asks for, and the children."""
    op, *children = node
    if op == "at_least":
        return op, int(children[0]), children[1:]
    return str(op), 1, children


def _leaves(node: Any) -> list[str]:
    if not isinstance(node, list):
        return [str(node)]
    return [leaf for child in _parts(node)[2] for leaf in _leaves(child)]
