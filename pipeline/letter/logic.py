"""What the policy's ANY and AT LEAST groups make of a criterion that is not met by itself."""

from collections.abc import Mapping
from typing import Any

from pipeline.case import CaseDocument

Statuses = Mapping[str, str]


def alternatives_met(case: CaseDocument) -> dict[str, list[str]]:
    """Map each leaf that need not be met to the leaves that satisfy its group in its place.

    `case.logic` is `["all", "1", ["any", "2.a", "2.b"], ["at_least", 2, ...]]`.
    """
    statuses = {criterion.number: criterion.status for criterion in case.criteria}
    found: dict[str, list[str]] = {}
    _walk(case.logic, statuses, found)
    return {
        leaf: [number for number in instead if statuses.get(number) == "met"]
        for leaf, instead in found.items()
        if statuses.get(leaf) != "met"
    }


def _walk(node: Any, statuses: Statuses, found: dict[str, list[str]]) -> None:
    if not isinstance(node, list) or not node:
        return
    _, _, children = _parts(node)
    if node[0] in ("any", "at_least") and _met(node, statuses):
        met = [child for child in children if _met(child, statuses)]
        instead = [leaf for child in met for leaf in _leaves(child)]
        for child in children:
            if not _met(child, statuses):
                for leaf in _leaves(child):
                    found[leaf] = instead
    for child in children:
        _walk(child, statuses, found)


def _met(node: Any, statuses: Statuses) -> bool:
    if not isinstance(node, list):
        return statuses.get(str(node)) == "met"
    op, needed, children = _parts(node)
    met = sum(_met(child, statuses) for child in children)
    return met >= (len(children) if op == "all" else needed) and bool(children)


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
