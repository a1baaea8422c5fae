"""Three answers through ALL, ANY and AT LEAST n."""

import pytest

from extractors.policy import Node
from pipeline.matching.logic import decide, logic_of, matters
from pipeline.matching.verdict import Status

MET, NOT, OPEN = Status.MET, Status.NOT_MET, Status.UNCLEAR


def _tree(op: str, *statuses: Status, n: int | None = None) -> tuple[Node, dict[int, Status]]:
    leaves = tuple(Node(op="leaf", number=str(at), text="", evidence=()) for at, _ in enumerate(statuses, 1))
    node = Node(op=op, number="", text="", evidence=(), children=leaves, n=n)
    return node, {id(leaf): status for leaf, status in zip(leaves, statuses, strict=True)}


@pytest.mark.parametrize(
    ("op", "n", "statuses", "expected"),
    [
        ("all", None, (MET, MET), MET),
        ("all", None, (MET, OPEN), OPEN),
        ("all", None, (OPEN, NOT), NOT),
        ("any", None, (NOT, MET), MET),
        ("any", None, (NOT, OPEN), OPEN),
        ("any", None, (NOT, NOT), NOT),
        ("at_least", 2, (MET, MET, NOT), MET),
        ("at_least", 2, (MET, OPEN, NOT), OPEN),
        ("at_least", 2, (MET, NOT, NOT), NOT),
        ("at_least", 2, (OPEN, OPEN, NOT), OPEN),
    ],
)
def test_what_is_unclear_counts_only_while_it_can_decide(op, n, statuses, expected):
    """One failed ALL item fails it; one met ANY item meets it; else what is open stays open."""
    node, held = _tree(op, *statuses, n=n)

    assert decide(node, held) is expected


def test_gaps_are_the_leaves_that_could_still_decide():
    """An open leaf beside a met alternative is no gap."""
    group, held = _tree("any", MET, OPEN)
    open_leaf = Node(op="leaf", number="9", text="", evidence=())
    tree = Node(op="all", number="", text="", evidence=(), children=(group, open_leaf))

    assert matters(tree, held | {id(open_leaf): OPEN}) == [open_leaf]


def test_logic_is_nested_lists_of_numbers():
    """A group of one is that one; AT LEAST carries its number."""
    group, _ = _tree("at_least", MET, MET, NOT, n=2)
    alone = Node(
        op="any", number="", text="", evidence=(), children=(Node(op="leaf", number="4", text="", evidence=()),)
    )
    tree = Node(op="all", number="", text="", evidence=(), children=(group, alone))

    assert logic_of(tree) == ["all", ["at_least", 2, "1", "2", "3"], "4"]
