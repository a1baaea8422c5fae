"""A disease that a leaf explains by examples: "Clinical atherosclerotic cardiovascular disease, such as a stroke".

The chart that states one of the examples has stated the disease; none stated says nothing: the list is open.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from extractors import lore
from pipeline.matching.printed_leaves import PrintedDiagnosis
from pipeline.matching.requirements import AnyOf, Diagnosis, FreeText, Requirement
from pipeline.matching.stated_requirements import StatedFinding
from pipeline.matching.terms import wording

_EXPLAINED = wording("example_diseases.explained")
_PARTS = lore.regex(r",\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+", re.IGNORECASE)


def with_example_diseases(found: Requirement, text: str, read: Callable[..., Requirement]) -> Requirement:
    """Return a disease with its examples as other ways to meet the leaf; `read` is the reader of whole leaves."""
    match = _EXPLAINED.fullmatch(text.strip(" .;"))
    if not match or not isinstance(found, (Diagnosis, StatedFinding, PrintedDiagnosis)):
        return found
    ways = [read(f"The patient has {part.strip()}", "", False) for part in _PARTS.split(match["list"]) if part.strip()]
    known = [at for at in ways if isinstance(at, (Diagnosis, StatedFinding, PrintedDiagnosis)) and not at.besides]
    if len(known) < 2:
        return found
    others = AnyOf(options=(*known, FreeText()))
    return replace(found, otherwise=replace(found.otherwise, otherwise=others) if found.otherwise else others)
