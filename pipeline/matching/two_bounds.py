"""Two bounds of one value: "BMI of 30 or more, or 27 or more with a comorbidity"."""

import re

from extractors import lore
from pipeline.matching import number_terms
from pipeline.matching.phrases import find_comparisons
from pipeline.matching.terms import find_measures

# what parts two ways of meeting a leaf; whom both are said of
OR = lore.regex(r",?\s+or\s+(?!(?:more|less|fewer|higher|lower|greater|above|below|over|under)\b)", re.IGNORECASE)
WHO_HAS = lore.regex(r"^\W*(?:the )?(?:patient|member|individual|beneficiary) (?:has|have|had)\s+", re.IGNORECASE)


def two_bounds(text: str) -> tuple[str, str] | None:
    """Return "BMI of 30 or more" and "BMI of 27 or more with ..." for two bounds of one value that "or" parts."""
    text = number_terms.in_arabic(text)
    named = find_measures(text)
    keys = {key for key, _, _ in named}
    parting = [at for at in _SECOND_BOUND.finditer(text) if at.start() > named[0][2]] if named else []
    if not keys or len(parting) != 1 or any(start > parting[0].start() for _, start, _ in named):
        return None
    first, second = text[: parting[0].start()], text[parting[0].end() :]
    bounds = find_comparisons(number_terms.in_figures(first)), find_comparisons(second)
    if len(bounds[0]) != 1 or not bounds[1] or bounds[1][0].start > 4:
        return None
    return first, f"{text[named[0][1] : named[0][2]]} {second}"


_SECOND_BOUND = lore.regex(
    r"[,;]?\s+or\s+(?:(?:a|an|is|of|it is|if|BMI|score)\s+){0,2}"
    r"(?=(?:[≥>≤<]|at least|greater than|more than|less than|between|above|below)"
    r"|\d+(?:\.\d+)?[^,;]{0,14}\s+(?:or (?:more|greater|higher|above)|to|and above)\b)",
    re.IGNORECASE,
)
