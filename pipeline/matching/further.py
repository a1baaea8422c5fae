"""What a leaf adds to what one reader made of it: further words, a condition beside an age or a value."""

import re
from dataclasses import replace

from extractors import lore
from extractors.vocabulary.conditions import find_conditions
from pipeline.matching.patient_leaves import read_documentation
from pipeline.matching.phrases import find_comparisons
from pipeline.matching.requirements import (
    Age,
    AllOf,
    AnyOf,
    ConcurrentTherapy,
    Diagnosis,
    Documentation,
    Events,
    LabResult,
    Measurement,
    PriorTherapy,
    Requirement,
    TreatedWith,
    Window,
)
from pipeline.matching.stated_requirements import StatedFinding
from pipeline.matching.terms import find_measures, find_therapies, wording
from pipeline.matching.trial_qualifiers import find_breakthrough

# Words that ask for more than any field of the requirement holds.
_FURTHER = wording("reading.further")


_DEGREE = lore.regex(
    r"\b(mild|moderate|severe|refractory|active|chronic|uncontrolled|persistent)(?:ly)?\b", re.IGNORECASE
)


def with_the_rest_of_age(whole: Age, text: str) -> Requirement:
    """Keep what a leaf asks for beside the age: "plaque psoriasis in a patient 18 years of age or older"."""
    named = tuple(dict.fromkeys(at.key for at in find_conditions(text)))
    if named:
        degree = tuple(dict.fromkeys(at.lower() for at in _DEGREE.findall(text)))
        return AllOf(options=(whole, Diagnosis(names=named, severity=degree)))
    named = find_measures(text)
    others = [at.therapy.printed for at in find_therapies(text)] + [text[a:b] for _, a, b in named]
    others += [text[at.start : at.end] for at in find_comparisons(text) if named and at.start > named[0][1]]
    return replace(whole, besides=" ".join(others)) if others else whole


_SO_OFTEN = lore.regex(
    r"\b(?:at least |more than )?(?:two|three|four|multiple|[2-9])\+?(?: or more)? "
    r"(?:\w+ )?(?:doses|injections|times)\b",
    re.IGNORECASE,
)


def with_further(whole: Requirement, text: str) -> Requirement:
    """Keep words that ask for more than the fields hold ("maximally tolerated", "while on a statin")."""
    further = [at[0].strip() for at in _FURTHER.finditer(text)]
    further = [at for at in further if at.lower() not in ("each", "consecutive")]
    if isinstance(whole, TreatedWith):
        further += [at[0].strip() for at in _SO_OFTEN.finditer(text)]
    if isinstance(whole, PriorTherapy) and whole.shown_by and find_breakthrough(text):
        return whole  # "a relapse while on X": the course itself
    if isinstance(whole, Measurement) and whole.occasions:
        further = [at for at in further if not at.lower().startswith("on ")]
    only_despite = all(at.lower().startswith(("despite", "in spite")) for at in further)
    if not further or (isinstance(whole, PriorTherapy) and only_despite):
        return whole
    return replace(whole, besides="; ".join(further))


_COMORBIDITY = lore.regex(
    r"\b(?:with|and|plus) (?:has |have )?(?:at least )?(?:one|1)\b"
    r"(?:[^():]{0,60}\((?P<list>[^)]+)\)|[^():]{0,60}:\s*(?P<listed>[^;.]+))",
    re.IGNORECASE,
)


def with_comorbidity(whole: Requirement, text: str) -> Requirement:
    """Return "BMI of 27 or more with at least one comorbidity (hypertension, ...)" as both halves."""
    bracket = _COMORBIDITY.search(text)
    if isinstance(whole, Measurement) and not bracket and (named := _any_disease(text)):
        return AllOf(options=(replace(whole, besides=None), Diagnosis(names=named)))
    if not isinstance(whole, Measurement) or not bracket:
        return whole
    found = tuple(dict.fromkeys(at.key for at in find_conditions(bracket["list"] or bracket["listed"])))
    return AllOf(options=(replace(whole, besides=None), Diagnosis(names=found))) if found else whole


_ANY_DISEASE = lore.regex(r"\bwith (?P<list>[^();:\d]+?,? or [^();:\d]+?)\W*$", re.IGNORECASE)


def _any_disease(text: str) -> tuple[str, ...]:
    """Return the diseases of "BMI of 35 or more with hypertension or sleep apnea"; none where one is not known."""
    match = _ANY_DISEASE.search(text)
    parts = re.split(r",?\s+or\s+|,\s*", match["list"]) if match else []
    named = [find_conditions(at) for at in parts]
    whole = [held and len(held[0].term) >= len(part.strip()) - 8 for held, part in zip(named, parts, strict=True)]
    return tuple(dict.fromkeys(one.key for held in named for one in held)) if parts and all(whole) else ()


def with_diet(whole: Requirement, text: str) -> Requirement:
    """Return "along with a reduced-calorie diet and physical activity" with what the chart may say of both."""
    found = read_documentation(text) if isinstance(whole, ConcurrentTherapy) else None
    if isinstance(found, Documentation) and found.concept == "diet_and_activity" and not whole.otherwise:
        return replace(whole, otherwise=found)
    return whole


def halves(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Return the clauses that the pattern parts, outside brackets."""
    parts, last = [], 0
    for match in pattern.finditer(text):
        if text.count("(", 0, match.start()) > text.count(")", 0, match.start()):
            continue
        if match.start() - last < 8:
            continue
        parts.append(text[last : match.start()])
        last = match.end()
    return [*parts, text[last:]]


def in_window(found: Requirement, window: Window) -> Requirement:
    if isinstance(found, (AnyOf, AllOf)):
        return replace(found, options=tuple(in_window(at, window) for at in found.options))
    if found.otherwise:
        found = replace(found, otherwise=in_window(found.otherwise, window))
    if isinstance(found, (Measurement, LabResult, Events, PriorTherapy, StatedFinding)) and found.window is None:
        return replace(found, window=window)
    return found
