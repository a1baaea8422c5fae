"""How the items of a list are joined, by its head and by the seams between them; what these leave open stays unsure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors import lore
from extractors.policy.items import Item
from extractors.policy.quantifiers import Join, Quantifier, split_end
from extractors.policy.tree import Op

MIXED = "mix AND and OR"  # in a flag: which binds first cannot be told
ENDLESS = "nothing printed tells where the list inside ends"  # a flag of the item over that list
_SAYS = "the head says"  # opens the flag of a head that its own letters, or the ends of the items, contradict
_OPENS = lore.regex(r"\s*[–—-]?\s*(?P<join>and/or|and|or)\b[\s,:]+(?=\S)", re.I)


def seams_of(items: Sequence[Item]) -> list[Join | str | None]:
    """Return what stands between each item and the next: "and", "or", "both" where the two ends differ, None."""
    seams: list[Join | str | None] = []
    for item, following in pairwise(items):
        ends, opens = item.after or end_join(item), _opening_join(following)
        seams.append("both" if ends and opens and ends != opens else ends or opens)
    return seams


def open_ends_of(items: Sequence[Item]) -> list[bool]:
    """Return which items end in a mark that leads on, "; and" or ","; the last one's end counts nothing."""
    return [split_end(item.run.text)[0] != item.run.text.rstrip() for item in items[:-1]]


def end_join(item: Item) -> Join | None:
    """Return the join at the very end of an item, below its last child: it leads to the item's next sibling."""
    return end_join(item.children[-1]) if item.children else split_end(item.run.text)[1]


def _opening_join(item: Item) -> Join | None:
    match = _OPENS.match(item.run.text)
    return None if match is None else "and" if match["join"].lower() == "and" else "or"


def decide_join(
    quantifier: Quantifier, seams: Sequence[Join | str | None], open_ends: Sequence[bool]
) -> tuple[Op, int | None, list[str]]:
    """Return the operator, its number and flags, which may leave two readings open (`is_open`).

    A lone OR ties the whole list only where the other items lead on to it ("a; b; or c"). Elsewhere it may tie its
    neighbours, or what stands before it to what follows.
    """
    known = [seam for seam in seams if seam]
    if not known or quantifier.negated:
        return quantifier.op, quantifier.n, []
    if quantifier.op == "at_least":
        beside = "and" in known and not _tells_all(seams, open_ends)
        return quantifier.op, quantifier.n, [f"one item is joined by AND, which may {MIXED}"] if beside else []
    if len(set(known)) > 1 or "both" in known:
        return quantifier.op, quantifier.n, [f"the ends of the items {MIXED}; the head was followed"]
    by_ends: Op = "all" if known[0] == "and" else "any"
    if quantifier.stated and by_ends == quantifier.op:
        return by_ends, None, []
    if quantifier.stated:
        said = f"{_SAYS} {'ALL' if quantifier.op == 'all' else 'ONE'}, the ends of the items say {known[0].upper()}"
        if 2 * (len(known) + sum(leads and not seam for seam, leads in zip(seams, open_ends, strict=True))) < len(
            seams
        ):
            return quantifier.op, quantifier.n, [said + "; the head was followed"]
        return by_ends, None, [said + "; the items were followed"]
    if by_ends == "all" or _tells_all(seams, open_ends):
        return by_ends, None, []
    return "all", None, [f"only some of the items are joined by OR, which may {MIXED}"]


def is_open(flags: Sequence[str]) -> bool:
    """Return whether the flags of a list leave two readings, so that it decides only where both agree."""
    return any(MIXED in flag or flag.startswith(_SAYS) for flag in flags)


def _tells_all(seams: Sequence[Join | str | None], open_ends: Sequence[bool]) -> bool:
    """Whether the join at the last gap goes for all: "a; b; or c", or every gap has one."""
    return seams[-1] is not None and all(seam or leads for seam, leads in zip(seams, open_ends, strict=True))
