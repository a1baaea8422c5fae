"""What the reader of the policy found odd, for the person who sends the packet."""

from collections.abc import Iterator

from extractors.policy.references import DEFINED, REFERS
from extractors.policy.tree import Indication, Node, Policy


def doubts(policy: Policy, chosen: Indication) -> tuple[str, ...]:
    """Return a warning for each doubt about the section that was chosen, and for what of the policy was left out.

    A leaf that leads elsewhere says so in its own explanation and is not repeated here.
    """
    flags = [
        f"Criterion {node.number}: {flag}." if node.number else f"{chosen.name}: {flag}."
        for node in _nodes(chosen.tree)
        for flag in node.flags
        if not flag.startswith((REFERS, DEFINED))
    ]
    return tuple(dict.fromkeys((*(_told(flag) for flag in flags), *policy.problems)))


def _told(flag: str) -> str:
    return f"{flag} Compare the criteria with the printed policy before relying on them."


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)
