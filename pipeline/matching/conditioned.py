"""A value asked for together with a disease, or in its stead.

"Obstructive sleep apnea with an apnea-hypopnea index of 15 or more", "rhabdomyolysis or a creatine kinase above 10
times the upper limit of normal": both halves become requirements of their own.
"""

import re
from dataclasses import replace

from extractors import lore
from extractors.vocabulary.conditions import conditions, find_conditions
from pipeline.matching.circumstances import long_name
from pipeline.matching.phrases import find_comparisons
from pipeline.matching.requirements import AllOf, AnyOf, Diagnosis, Measurement, Requirement
from pipeline.matching.terms import find_measures

_LINK = r"\s*(?:\([^()]*\)\s*)?,?\s*"
# between the name of a disease and the value that it is asked for with
_WITH = lore.regex(
    rf"{_LINK}(?:with|and|that has"
    r"|(?:as )?(?:confirmed|documented|defined|shown|evidenced|demonstrated|established) (?:by|with|as))"
    r"\s+(?:an?\s+|the\s+)?(?:[a-z][\w-]*\s+){0,3}$",
    re.IGNORECASE,
)
# "heart failure (NYHA class II to IV)", "hidradenitis suppurativa, Hurley stage II or III"
_DEFINED = lore.regex(r"\s*(?:\(|\[|,|:|-|–)\s*(?:i\.e\.,?\s*|defined as\s+)?(?:an?\s+)?$", re.IGNORECASE)
_DEGREE = lore.regex(r"\b(?:mild|moderate|severe)(?:ly)?\b", re.IGNORECASE)
_OR = lore.regex(rf"{_LINK}or\s+(?:an?\s+|the\s+)?(?:[a-z][\w-]*\s+){{0,2}}$", re.IGNORECASE)


def with_condition(found: Requirement, text: str) -> Requirement:
    """Return the value together with the disease named before it, where one word joins the two."""
    if not isinstance(found, Measurement):
        return found
    measures = [at for at in find_measures(text) if at[0] in found.names]
    if not measures:
        return found
    first = min(start for _, start, _ in measures)
    bounds = [at.start for at in find_comparisons(text) if at.start < first]
    first = min([first, *bounds, *(long_name(text, start)[0] for _, start, _ in measures)])
    before = [at for at in find_conditions(text) if at.end <= first]
    if not before:
        return found
    disease = before[-1]
    between = text[disease.end : first]
    if _OR.fullmatch(between):
        return AnyOf(options=(Diagnosis(names=(disease.key,)), found))
    if _WITH.fullmatch(between):
        return AllOf(options=(Diagnosis(names=(disease.key,)), found))
    if _DEFINED.fullmatch(between) and before == [disease]:
        return AllOf(options=(Diagnosis(names=(disease.key,)), found))
    return found


def without_degree(found: Requirement, text: str) -> Requirement:
    """Leave out the degree that a value in brackets defines: "moderate to severe ... (Hurley stage II or III)".

    A disease that lasts need not be called chronic.
    """
    if not (isinstance(found, AllOf) and len(found.options) == 2):
        return found
    disease, value = found.options
    if not (isinstance(disease, Diagnosis) and isinstance(value, Measurement) and value.besides):
        return found
    if with_condition(replace(value, besides=None), text) != AllOf(options=(disease, replace(value, besides=None))):
        return found
    rest = [at for at in value.besides.split() if not (at == "chronic" and conditions()[disease.names[0]].chronic)]
    if _defines(value, text):
        rest = [at for at in rest if not _DEGREE.fullmatch(at.strip(";"))]
    return replace(found, options=(disease, replace(value, besides=" ".join(rest) or None)))


def _defines(value: Measurement, text: str) -> bool:
    starts = [start for key, start, _ in find_measures(text) if key in value.names]
    first = min([*starts, *(long_name(text, start)[0] for start in starts)])
    return any(_DEFINED.fullmatch(text[at.end : first]) for at in find_conditions(text) if at.end <= first)
