"""The group of patients that a list of its own is for: "Members 18 years and older", "Children"."""

import re

from extractors import lore

_WHOM = lore.regex(
    r"(?:for )?(?:all )?(?:(?:adult|p(?:a)?ediatric|adolescent|female|male|pregnant|postmenopausal) )?"
    r"(?:members?|patients?|individuals?|beneficiaries|recipients?|adults?|children|adolescents?|infants?|teens|"
    r"wom[ae]n|m[ae]n|ages?|aged)\b[^.:;]{0,50}?(?=[.:–-]\s|\s*$)",
    re.I,
)
_GROUP = lore.regex(r"\d|adult|child|ediatric|adolesc|infant|teen|\bwom[ae]n|\bm[ae]n\b|male|pregnan", re.I)
_SAYS = lore.regex(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|will|must|may|can|meets?|who|whose|treated|tried|prescribed|shows?|"
    r"following|criteria|all of|one of|any of)\b",
    re.I,
)


def whom_end(text: str) -> int:
    """Return where the title of a list that names a group of patients ends, 0 if it has none."""
    match = _WHOM.match(text)
    title = match[0] if match else ""
    return len(title) if title and _GROUP.search(title) and not _SAYS.search(title) else 0
