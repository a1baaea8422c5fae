"""Lists that set no criteria: of what the drug is for, and of other policies to look into."""

import re
from collections.abc import Sequence

from extractors import lore
from extractors.policy.headings import heading_kind
from extractors.policy.heads import is_criterion, names_condition
from extractors.policy.nodes import is_sentence
from extractors.policy.tree import Indication, Node
from extractors.vocabulary.conditions import find_conditions

REFERS = lore.regex(r"\b(?:refer to|see)\b[^.;]*\b(?:polic(?:y|ies)|guidelines?|criteria|section)\b", re.I)

_ASKED = lore.regex(r"\d|\b(?:fail|prior|history|therap|treat|trial|respon|intoler|old|prescri|test|score)", re.I)
# "Indications The indications below are covered benefits provided that all the approval criteria are met"
_BELOW = lore.regex(r"(?<=\w)\s+the indications below\b.*", re.I)
_USES = lore.regex(r"\b(?:indications?|uses)\b", re.I)


def without_mere_names(uses: Sequence[Indication]) -> list[Indication]:
    """Leave out lists of what the drug is for, and lists that lead to other policies: they set no criteria."""
    kept = [use for use in uses if not all(_sets_nothing(leaf) for leaf in use.tree.leaves())]
    return kept or list(uses)


def _sets_nothing(leaf: Node) -> bool:
    if REFERS.search(leaf.text):
        return True
    named = not is_sentence(leaf.text) and not is_criterion(leaf.text)
    known = bool(find_conditions(leaf.text)) or names_condition(leaf.text)
    named = named and (known or not _ASKED.search(leaf.text))
    lead = _BELOW.sub("", leaf.lead)
    return named and heading_kind(lead) == "criteria" and _USES.search(lead) is not None
