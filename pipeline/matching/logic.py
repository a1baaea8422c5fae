"""Three-valued logic over the tree: what is unclear stays unclear until it no longer matters."""

from typing import Any

from extractors.policy.tree import Node
from pipeline.matching.verdict import Status


def logic_of(node: Node) -> list[Any] | str:
    """Return the tree as nested lists: ["all", "1.A.i", ["any", "1.A.ii.a", "1.A.ii.b"]]."""
    if node.op == "leaf":
        return node.number
    children = [logic_of(child) for child in node.children]
    if len(children) == 1 and node.op != "at_least":
        return children[0]
    head: list[Any] = [node.op, node.n or 1] if node.op == "at_least" else [node.op]
    return [*head, *children]


def decide(node: Node, statuses: dict[int, Status]) -> Status:
    """Return the verdict of a node; `statuses` holds the leaves' by id()."""
    if node.op == "leaf":
        return statuses[id(node)]
    if node.uncertain:
        return Status.UNCLEAR  # a person reads how its criteria hang together, whatever each of them is
    below = [decide(child, statuses) for child in node.children]
    if node.unsure:
        return below[0] if len(set(below)) == 1 else Status.UNCLEAR
    met = sum(at is Status.MET for at in below)
    unclear = sum(at is Status.UNCLEAR for at in below)
    needed = {"all": len(below), "any": 1}.get(node.op, node.n or 1)
    if met >= needed:
        return Status.MET
    return Status.UNCLEAR if met + unclear >= needed else Status.NOT_MET


def matters(node: Node, statuses: dict[int, Status]) -> list[Node]:
    """Return the unclear leaves whose answer could still change the verdict of the tree."""
    if decide(node, statuses) is not Status.UNCLEAR:
        return []
    if node.op == "leaf":
        return [node]
    return [leaf for child in node.children for leaf in matters(child, statuses)]


def wanted_still(node: Node, statuses: dict[int, Status]) -> list[Node]:
    """Return the unclear leaves of groups that are not met yet: a way that is not needed any more is no gap."""
    if decide(node, statuses) is Status.MET:
        return []
    if node.op == "leaf":
        return [node] if statuses[id(node)] is Status.UNCLEAR else []
    return [leaf for child in node.children for leaf in wanted_still(child, statuses)]
