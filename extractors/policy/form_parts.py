"""Parts of one form that were taken for uses of their own: "A. Diagnosis (check one)", "B. Earlier treatment".

A part by itself is not what the payer asks for: decided alone it would be looser than print. Parts that follow each
other as A, B, C and name no disease, no drug and no phase are one list, of which every part is to be met; whether the
payer means just that is not known, so it is never decided as a whole.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors import lore
from extractors.policy.found import Criteria
from extractors.policy.tree import Indication, Node
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs

_FORM = lore.regex(r"\b(?:form|check|tick|mark|select|choose)\b", re.IGNORECASE)
_JOINED = "the parts of a form were put together: whether each of them is asked for could not be read for certain"
_ORDERS = ("ABCDEFGHIJKLMNOP", "abcdefghijklmnop", tuple(map(str, range(1, 17))))


def join_form_parts(found: Criteria, title: str) -> None:
    """Put uses that are the parts of one form into one; others stay as they are."""
    first = 0
    while first < len(found.indications):
        run = _run(found.indications[first:])
        if len(run) > 1 and any(_FORM.search(text) for text in (title, *(use.name for use in run))):
            found.indications[first : first + len(run)] = [_whole(run, title)]
        first += 1


def _run(uses: Sequence[Indication]) -> list[Indication]:
    """Return the uses from the first on that are parts of one form."""
    run: list[Indication] = []
    for use in uses:
        if not _is_part(use) or (run and not _follows(run[-1], use)):
            break
        run.append(use)
    return run


def _is_part(use: Indication) -> bool:
    names_nothing = not find_conditions(use.name) and not find_drugs(use.name)
    return names_nothing and use.phase == "any" and not use.products and not use.drugs and bool(use.tree.number)


def _follows(one: Indication, other: Indication) -> bool:
    pair = (one.tree.number, other.tree.number)
    return any(pair in pairwise(order) for order in _ORDERS)


def _whole(run: Sequence[Indication], title: str) -> Indication:
    tree = Node(
        op="all",
        number="",
        text="",
        evidence=(),
        children=tuple(use.tree for use in run),
        flags=(_JOINED,),
        uncertain=True,
    )
    return replace(run[0], name=title or run[0].name, tree=tree)
