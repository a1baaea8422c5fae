"""What a leaf takes from the leaves beside it: "an antidepressant of another class" than those named before."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.tree import Node
from pipeline.matching.requirements import PriorTherapy, Requirement
from pipeline.matching.terms import find_therapies

_OTHER_CLASS = lore.regex(
    r"\b(?:an(?:y)?\s?other|(?:a |any )?different|one other|any other|a third|a second)\s+(?:[\w-]+\s+){0,2}?"
    r"(?:class(?:es)?|mechanism(?:s)?(?: of action)?)\b",
    re.IGNORECASE,
)


def apart_from_siblings(found: Requirement, leaf: Node, heads: Sequence[Node]) -> Requirement:
    """Return "an antidepressant of another class" as one that is in no class named by the leaves beside it."""
    if not isinstance(found, PriorTherapy) or found.count > 1 or not (match := _OTHER_CLASS.search(leaf.text)):
        return found
    mine = {at.name for at in found.therapies}
    beside = [at for at in heads[-1].children if at is not leaf] if heads else []
    others = {
        at.therapy.name: at.therapy
        for node in beside
        for at in find_therapies(node.text)
        if not _OTHER_CLASS.search(node.text) and at.therapy.name not in mine
    }
    if not others:  # other than what, nobody can say
        besides = "; ".join(at for at in (found.besides, match[0]) if at)
        return replace(found, apart=False, besides=besides)
    return replace(found, apart=False, but_not=(*found.but_not, *others.values()))
