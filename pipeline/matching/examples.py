"""Examples in brackets, which say what is meant and ask for nothing themselves."""

import re

from extractors import lore
from pipeline.matching.terms import find_therapies

EXAMPLES = lore.regex(
    r"[(\[](?:\s*(?:e\.?\s?g|for example|such as|including|i\.?e|documents?|please)\b)[^)\]]*[)\]]", re.IGNORECASE
)


# "a contraindication to oral bisphosphonates, such as achalasia or being unable to sit upright": reasons among others
_REASONS = lore.regex(
    r",?\s*\b(?:such as|for example|e\.g\.,?|including(?: but not limited to)?)\s(?P<what>"
    r"(?:(?!;|, or (?:has|is|the)\b).)*)$",
    re.I,
)


def without_reasons(text: str) -> str:
    """Return a leaf that names a contraindicated treatment without its open list of reasons at the end."""
    match = _REASONS.search(text)
    if not match or "(" in text[match.start() :] or find_therapies(match["what"]):
        return text
    before = text[: match.start()]
    return before if re.search(r"\bcontra-?indicat", before, re.IGNORECASE) and find_therapies(before) else text
