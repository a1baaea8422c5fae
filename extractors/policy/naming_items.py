"""Items that are the bare name of a condition: what the line below says is said of it."""

from collections.abc import Sequence

from extractors.policy.heads import APPROVAL, names_condition
from extractors.policy.items import Item
from extractors.policy.placing import OpenList, is_name


def says_of_named(item: Item, lists: Sequence[OpenList]) -> bool:
    """Return whether an open item is the bare name of a condition, beside others that have criteria of their own."""
    text = item.run.text
    named = len(lists) == 1 and not item.children and is_name(text) and names_condition(text)
    bullet = item.reading is not None and item.reading.kind == "bullet"
    return named and not bullet and any(at.children and _is_use(at) for at in lists[0].items)


def _is_use(item: Item) -> bool:
    """Whether an item with a list opens with the name of a condition, or approves."""
    return APPROVAL.search(item.run.text) is not None or names_condition(item.run.pieces[0].text)
