"""Questions that lead to one another as a tree: which answers together are an approval."""

from collections.abc import Sequence
from dataclasses import replace

from extractors.policy.items import Item
from extractors.policy.questions import Answer, Question, questions_of
from extractors.policy.tree import Node, Phase

_UNCLEAR = "what follows an answer could not be told"
_End = Node | bool | None  # a tree to be met, approved, denied; None: it cannot be told


def asked_in(items: Sequence[Item]) -> list[Question] | None:
    """Return the items as questions; None: they are none, or no answer says where it leads."""
    if len(items) < 2:
        return None
    return questions_of([(item.run.text, " ".join(item.outcomes)) for item in items], [item.label for item in items])


def by_answers(node: Node, asked: Sequence[Question], first: int) -> Node:
    """Return the group with its questions joined as their answers lead to an approval, from question `first` on."""
    end = _following(first, node.children, asked, ())
    if not isinstance(end, Node):
        return replace(node, op="all", n=None, unsure=True, flags=(*node.flags, _UNCLEAR))
    flags = tuple(flag for flag in node.flags if "items" not in flag)
    if end.op == "leaf":
        return replace(node, op="all", n=None, children=(end,), flags=flags, unsure=False)
    return replace(node, op=end.op, n=None, children=end.children, flags=flags, unsure=False)


def phases_in(node: Node, asked: Sequence[Question]) -> list[tuple[Phase, Node]]:
    """Return the questions for a first approval and those for going on, where the first asks which is requested."""
    if not asked or (phase := asked[0].phase) is None:
        return []
    other: Phase = "initial" if phase == "continuation" else "continuation"
    ways = [(phase, asked[0].yes), (other, asked[0].no)]
    return [(at, by_answers(node, asked, to)) for at, to in ways if isinstance(to, int)]


def _following(at: Answer, leaves: Sequence[Node], asked: Sequence[Question], above: tuple[int, ...]) -> _End:
    if at == "approve":
        return True
    if at == "deny":
        return False
    if at == "end" or at in above or len(above) > 40:
        return None
    yes = _following(asked[at].yes, leaves, asked, (*above, at))
    no = _following(asked[at].no, leaves, asked, (*above, at))
    if yes is None or no is None:
        return None
    return _either(leaves[at], yes, no)


def _either(leaf: Node, yes: Node | bool, no: Node | bool) -> _End:
    """What must hold where "yes" to a question leads to one thing and "no" to another."""
    if isinstance(yes, bool) and isinstance(no, bool):
        return yes if yes == no else leaf if yes else denied(leaf)
    if yes is False:
        return _joined("all", denied(leaf), no)
    if no is False:
        return _joined("all", leaf, yes)
    if yes is True:
        return _joined("any", leaf, no)
    if no is True:
        return _joined("any", denied(leaf), yes)
    if (rest := _without_end(no, yes)) is not None:
        return _joined("all", _joined("any", leaf, rest), yes)
    if (rest := _without_end(yes, no)) is not None:
        return _joined("all", _joined("any", denied(leaf), rest), no)
    return _joined("any", _joined("all", leaf, yes), _joined("all", denied(leaf), no))


def denied(node: Node) -> Node:
    """Return what holds where a tree does not."""
    if node.op != "leaf":
        held = tuple(denied(child) for child in node.children)
        if node.op == "at_least":  # fewer than n of m hold where at least m - n + 1 do not
            return replace(node, n=len(held) - (node.n or 0) + 1, children=held)
        return replace(node, op="any" if node.op == "all" else "all", children=held)
    return replace(node, negated=not node.negated)


def _joined(op: str, first: Node, second: Node | bool) -> Node:
    parts = [part for node in (first, second) for part in (node.children if node.op == op else (node,))]
    cited = tuple(at for part in parts for leaf in part.leaves() for at in leaf.evidence)
    return Node(op=op, number="", text="", evidence=cited, children=tuple(parts))


def _without_end(longer: Node, end: Node) -> Node | None:
    """What comes before `end` in a chain of demands that ends in it; None: it does not."""
    if longer.op != "all":
        return None
    tail = end.children if end.op == "all" else (end,)
    count = len(longer.children) - len(tail)
    if count < 1 or longer.children[count:] != tuple(tail):
        return None
    rest = longer.children[:count]
    return rest[0] if len(rest) == 1 else replace(longer, children=rest)
