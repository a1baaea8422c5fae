"""A value asked for together with a disease, or in its stead.

"Obstructive sleep apnea with an apnea-hypopnea index of 15 or more", "rhabdomyolysis or a creatine kinase above 10
times the upper limit of normal": both halves become requirements of their own.
"""

import re

from extractors.vocabulary.conditions import find_conditions
from pipeline.matching.circumstances import long_name
from pipeline.matching.requirements import AllOf, AnyOf, Diagnosis, Measurement, Requirement
from pipeline.matching.terms import find_measures

_LINK = r"\s*(?:\([^()]*\)\s*)?,?\s*"
# between the name of a disease and the value that it is asked for with
_WITH = re.compile(
    rf"{_LINK}(?:with|and|that has"
    r"|(?:as )?(?:confirmed|documented|defined|shown|evidenced|demonstrated|established) (?:by|with|as))"
    r"\s+(?:an?\s+|the\s+)?(?:[a-z][\w-]*\s+){0,3}$",
    re.IGNORECASE,
)
_OR = re.compile(rf"{_LINK}or\s+(?:an?\s+|the\s+)?(?:[a-z][\w-]*\s+){{0,2}}$", re.IGNORECASE)


def with_condition(found: Requirement, text: str) -> Requirement:
    """Return the value together with the disease named before it, where one word joins the two."""
    if not isinstance(found, Measurement):
        return found
    measures = [at for at in find_measures(text) if at[0] in found.names]
    if not measures:
        return found
    first = min(start for _, start, _ in measures)
    first = min([first, *(long_name(text, start)[0] for _, start, _ in measures)])
    before = [at for at in find_conditions(text) if at.end <= first]
    if not before:
        return found
    disease = before[-1]
    between = text[disease.end : first]
    if _OR.fullmatch(between):
        return AnyOf(options=(Diagnosis(names=(disease.key,)), found))
    if _WITH.fullmatch(between):
        return AllOf(options=(Diagnosis(names=(disease.key,)), found))
    return found
