"""Lists whose items each approve another drug of the policy."""

from collections.abc import Sequence

from extractors.policy.heads import APPROVAL
from extractors.policy.items import Item
from extractors.vocabulary.drugs import find_drugs


def drugs_approved(items: Sequence[Item]) -> list[tuple[str, ...]]:
    """Return the generic names that each item approves ("Ajovy will be approved based on ..."), else no list.

    The items must be ways to be approved, with criteria of their own, and no drug may have two of them.
    """
    if len(items) < 2 or not all(item.children for item in items):
        return []
    found = [_approved_by(item) for item in items]
    named = [generic for generics in found for generic in generics]
    return found if all(found) and len(named) == len(set(named)) else []


def _approved_by(item: Item) -> tuple[str, ...]:
    match = APPROVAL.search(item.run.text)
    if match is None:
        return ()
    return tuple(dict.fromkeys(mention.generic for mention in find_drugs(item.run.text[: match.start()])))
