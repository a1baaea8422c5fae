"""What a criterion says beyond the fields of the requirement made from it.

A reader that understands half of a leaf would make it easier to meet than it is. Every word
of the leaf that no field, no number and no plain word of criteria accounts for is kept in
`besides`: such a leaf is met only when the cited words of the chart say that rest as well.
"""

import re
from dataclasses import replace
from functools import cache

from extractors import lore
from extractors.vocabulary.conditions import conditions, find_conditions
from pipeline.matching import changes, fractures, number_terms
from pipeline.matching.circumstances import long_name, told_words
from pipeline.matching.examples import EXAMPLES
from pipeline.matching.phrases import find_comparisons, find_lengths, find_window
from pipeline.matching.requirements import (
    AllOf,
    AnyOf,
    Avoidance,
    Change,
    ConcurrentTherapy,
    Diagnosis,
    Events,
    Fracture,
    LabResult,
    Measurement,
    NoConcurrentTherapy,
    PriorTherapy,
    Requirement,
    Response,
    TreatedWith,
)
from pipeline.matching.sites import sites_in
from pipeline.matching.terms import data, find_measures, find_therapies, wording
from pipeline.matching.trial_qualifiers import find_breakthrough, find_join, find_multiple, find_shown_by

_OF_TREATMENT = (PriorTherapy, TreatedWith, ConcurrentTherapy, NoConcurrentTherapy, Avoidance, Response)
_WITH_LENGTH = (PriorTherapy, TreatedWith)
_OF_VALUES = (Measurement, LabResult)
_CHECKED = (
    PriorTherapy,
    TreatedWith,
    ConcurrentTherapy,
    NoConcurrentTherapy,
    Measurement,
    LabResult,
    Events,
    Change,
    Fracture,
)
# "ONE conventional therapy (azathioprine, 6-mercaptopurine or methotrexate)": the list says what the words mean
_DEFINED = lore.regex(r"\b(?:one|two|three|a|an|of)\s+(?P<words>[\w\s,-]{3,60}?)\s*(?=\((?!s\)))", re.IGNORECASE)
# drugs that are taken for the attack alone: "for acute treatment" adds nothing
_ONLY_ACUTE = frozenset(["triptan"])
_ACUTE = lore.regex(r"\bfor (?:the )?acute (?:treatment|therapy|use)(?: of (?:migraines?|attacks?))?\b", re.IGNORECASE)
_MASK = "§"
_TO_PREVENT = lore.regex(r"\b(?:headaches? )?(?:prevent\w*|prophyla\w*)\b", re.IGNORECASE)
# "additional asthma controller medication (e.g., a leukotriene receptor antagonist)": the examples say what it is
_CONTROLLER = lore.regex(r"\b(?:additional|another|second) (?:asthma )?controller\b(?=[^(§]{0,16}[(§])", re.IGNORECASE)


_OTHER_USES = ("linking", "deeds", "studies", "continuing", "same", "gathering_classes")


@cache
def _plain_words() -> frozenset[str]:
    return frozenset(word for group, words in data("plain_words").items() if group not in _OTHER_USES for word in words)


def with_rest(requirement: Requirement, text: str, others: frozenset[str] = frozenset()) -> Requirement:
    """Return the requirement with what it does not hold of the leaf in `besides`."""
    if isinstance(requirement, (AnyOf, AllOf)):
        others |= frozenset(name for at in requirement.options for name in _names(at))
        others |= frozenset(name for at in requirement.options if isinstance(at, Diagnosis) for name in at.names)
        return replace(requirement, options=tuple(with_rest(at, text, others) for at in requirement.options))
    if not isinstance(requirement, _CHECKED) or (isinstance(requirement, PriorTherapy) and requirement.by_examples):
        return requirement
    rest = left_over(text, requirement, others)
    if not rest:
        return requirement
    besides = "; ".join(at for at in (requirement.besides, " ".join(rest)) if at)
    return replace(requirement, besides=besides)


# A FRAX probability is always of ten years.
_TEN_YEARS = lore.regex(
    r"(?:\bFRAX\W+)?\b(?:10"
    r"|ten)[- ]year\s+(?:fracture\s+)?(?:probability|risk)(?:\s+\(?FRAX\)?)?",
    re.I,
)


def left_over(text: str, requirement: Requirement, others: frozenset[str] = frozenset()) -> list[str]:
    """Return the content words of a leaf that the requirement does not account for.

    `others` are the values that the other parts of the leaf ask for.
    """
    masked = EXAMPLES.sub(lambda at: _MASK * len(at[0]), text)
    masked = _CONTROLLER.sub(lambda at: _MASK * len(at[0]), masked)
    spans: list[tuple[int, int]] = []
    if isinstance(requirement, _OF_TREATMENT):
        mentions = find_therapies(text)
        spans += [(at.start, at.end) for at in mentions]
        if isinstance(requirement, PriorTherapy):
            spans += _qualified(text, requirement)
        if {at.name for at in getattr(requirement, "therapies", ())} <= _ONLY_ACUTE:
            spans += [at.span() for at in _ACUTE.finditer(text)]
        for defined in _DEFINED.finditer(text):
            close = text.find(")", defined.end())
            if close > 0 and any(defined.end() <= at.start < close for at in mentions):
                spans.append(defined.span("words"))
    if isinstance(requirement, _OF_VALUES):
        named = [at for at in find_measures(text) if at[0] in _names(requirement) | others]
        spans += [(start, end) for _, start, end in named]
        spans += [long_name(text, start) for _, start, _ in named]
        spans += number_terms.spans(text)
        if any(key.startswith("frax") for key, _, _ in named):
            spans += [at.span() for at in _TEN_YEARS.finditer(text)]
        spans += [(at.start, at.end) for at in find_comparisons(text)]
        spans += [(at.start, at.end) for at in find_conditions(text) if at.key in others]
        spans += [at.span() for at in _SHORT.finditer(text) if any(end == at.start() for _, end in spans)]
    if isinstance(requirement, NoConcurrentTherapy):  # what the others are for only narrows what may not be taken
        spans += [(at.start, at.end) for at in find_conditions(text)]
        if requirement.preventive:
            spans += [at.span() for at in _TO_PREVENT.finditer(text)]
    if isinstance(requirement, Fracture):
        spans += fractures.spans(text)
    if isinstance(requirement, Change):
        spans += changes.spans(text, requirement)
    if isinstance(requirement, Events):
        patterns = [*data("events")[requirement.event]["criterion"], *_event_words(requirement)]
        spans += [at.span() for pattern in patterns for at in re.finditer(pattern, text, re.IGNORECASE)]
        if requirement.besides and (at := text.find(requirement.besides)) >= 0:
            spans.append((at, at + len(requirement.besides)))
    elif requirement.besides:
        for part in requirement.besides.split("; "):
            if (at := text.find(part)) >= 0:
                spans.append((at, at + len(part)))
    if isinstance(requirement, Measurement) and requirement.sites:
        spans += [(start, end) for _, start, end in sites_in(text)]
    window = find_window(text)
    lengths = [at for at in find_lengths(text) if not (window and window[1][0] <= at.start < window[1][1])]
    lengths = [at for at in lengths if not any(start <= at.start < end for start, end in spans)]
    spans += [(at.start, at.end) for at in lengths]
    if window:
        spans.append(window[1])
    for start, end in spans:
        masked = masked[:start] + _MASK * (end - start) + masked[end:]
    words = re.findall(r"[a-z][a-z'-]{3,}", masked.lower())
    if isinstance(requirement, _OF_VALUES):
        told = told_words(_names(requirement) | others)
        words = [word for word in words if word not in told]
        if others & conditions().keys():  # the other half of the leaf asks for the disease
            words = [word for word in words if word not in ("diagnosis", "diagnosed", "diagnoses")]
    # no field of a value or a count holds how long it lasted
    lasting = (
        []
        if isinstance(requirement, _WITH_LENGTH)
        else [at.text for at in lengths if not _besides_has(requirement, at.text)]
    )
    lasting = [*lasting, *(at[0] for at in _AT_AGE.finditer(masked))]
    if isinstance(requirement, TreatedWith):  # nor the dose of what is taken
        lasting = [*lasting, *(at[0] for at in _DOSE.finditer(masked))]
    return lasting + [
        word for word in dict.fromkeys(words) if _stem(word) not in _plain_words() and word not in _plain_words()
    ]


# "oral or topical", "oral, topical or injectable": any way of giving it will do
_ANY_ROUTE = lore.regex(
    r"\b(?:oral|topical|injectable|intravenous|subcutaneous|inhaled|systemic)"
    r"(?:(?:\s*,\s*|\s*,?\s+(?:or|and/or)\s+|/)(?:oral|topical|injectable|intravenous|subcutaneous|inhaled|systemic)\b)+",
    re.IGNORECASE,
)


_SHORT = lore.regex(r"\s*\([A-Z][A-Za-z-]{1,8}\)")  # the abbreviation behind a name
_AT_AGE = lore.regex(
    r"\b(?:at|after|before|since|under|over|by|from)\s+(?:the\s+)?(?:age|\d+\s+years)\s+(?:of\s+)?(?:age|\d+)"
    r"(?:\s+years)?(?:\s+or (?:older|younger|above))?",
    re.IGNORECASE,
)
_DOSE = lore.regex(r"\d[\d,.]*\s*(?:mg|mcg|µg|g|units?|IU)(?:/\w+)?\b(?:\s+or (?:more|higher|greater))?", re.IGNORECASE)
_FAILURE = wording("therapy_leaves.inadequate")
_DOSE_COUNT = lore.regex(r"\b(?:doses|injections|infusions|sessions|treatments)\b", re.IGNORECASE)
_NO_FORCE = wording("therapy_leaves.no_force")
_CONDITION = lore.regex(
    r"\b(?:a |any |another )?(?:medical |clinical )?condition (?:in which|for which|that|which)\b", re.IGNORECASE
)


def _qualified(text: str, requirement: PriorTherapy) -> list[tuple[int, int]]:
    """Return the spans that fields of a trial hold: the multiple of a dose, how a failure shows, any route."""
    spans = [at.span() for pattern in (_ANY_ROUTE, _NO_FORCE) for at in pattern.finditer(text)]
    if requirement.dose and (at := text.find(requirement.dose.removesuffix(" a day"))) >= 0:
        spans.append((at, at + len(requirement.dose)))
    if requirement.minimum_doses:
        spans += [at.span() for at in _DOSE_COUNT.finditer(text)]
    if "inadequate_response" in requirement.wanted:
        spans += [at.span() for at in _FAILURE.finditer(text)]
    if requirement.wanted[0] == "contraindication":
        spans += [at.span() for at in _CONDITION.finditer(text)]
    if requirement.label_multiple and (multiple := find_multiple(text)):
        spans.append(multiple[1])
    if requirement.shown_by and (shown := find_shown_by(text)):
        spans.append(shown[1])
    if requirement.shown_by and not find_shown_by(text) and (event := find_breakthrough(text)):
        spans.append((0, event.end("event")))
    if (
        requirement.beside
        and (join := find_join(text, [(at.start, at.end) for at in find_therapies(text)])) is not None
    ):
        spans.append(join)
    return spans


# "Attack log shows two or more attacks": the book need not be named, its count has to
_KEPT = r"^\W*(?:(?:a|the|an) )?(?:[\w-]+ )?(?:diary|log|calendar|journal)s? (?:shows?|documents?|lists?)\b"


def _event_words(requirement: Events) -> list[str]:
    """Return patterns of the words that `averaged` and `settings` hold."""
    found = [_KEPT]
    found += [r"\b(?:averag\w+|mean)\b"] if requirement.averaged else []
    if requirement.settings:
        found.append(r"\b(?:medical care|department|room|care|visits?|resulting|hospitali[sz]ations?)\b")
    for key in requirement.settings:
        found += data("event_settings")["settings"][key]["criterion"]
    return found


def _besides_has(requirement: Requirement, text: str) -> bool:
    return text in (requirement.besides or "")


def _names(requirement: Requirement) -> set[str]:
    if isinstance(requirement, Measurement):
        return {*requirement.names, *(name for at in requirement.also for name in at.names)}
    return set(requirement.names) if isinstance(requirement, LabResult) else set()


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("s")
