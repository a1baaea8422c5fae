"""From the words of a leaf to a typed requirement.

Readers are tried from the narrowest to the widest; a leaf of two halves ("..., or has
completed treatment") becomes any-of or all-of, each half read by itself. What no reader
knows is `FreeText`, which nothing in a chart can meet.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from extractors.policy.tree import Node
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.specialties import find_specialties
from pipeline.matching import number_leaves, therapy_leaves
from pipeline.matching.coverage import with_rest
from pipeline.matching.phrases import find_lengths, find_window
from pipeline.matching.requirements import (
    Absence,
    Age,
    AllOf,
    AnyOf,
    Areas,
    Avoidance,
    ConcurrentTherapy,
    Diagnosis,
    Documentation,
    FreeText,
    LabResult,
    Lasting,
    Measurement,
    NoConcurrentTherapy,
    Prescriber,
    PriorTherapy,
    Requirement,
    TreatedWith,
    Visit,
)
from pipeline.matching.terms import data, find_measures, find_therapies, wording, words_of

_YEARS = r"(?:years?|yrs?)"
# "18 years of age or older", "at least 18 years old", ">= 12 years of age", "18 years or older"
_AGE_FROM = wording("reading.age_from")
_AGE_TO = wording("reading.age_to")
_AGE_BETWEEN = wording("reading.age_between")
_AGE_WORDS = wording("reading.age_words")
_ADULT = re.compile(r"\b(?:is|be)?\s*(?:an )?adults?\b", re.IGNORECASE)

_PRESCRIBED = wording("reading.prescribed")
_CONSULT = re.compile(r"consult", re.IGNORECASE)
_VISIT = re.compile(r"\b(?:visit|encounter|evaluat\w+|appointment|examination|seen)\b", re.IGNORECASE)
_IN_PERSON = re.compile(r"in[- ]person|face[- ]to[- ]face|office visit", re.IGNORECASE)
_TELEHEALTH = re.compile(r"tele-?health|telemedicine|virtual|video", re.IGNORECASE)
_PURPOSE = re.compile(
    r"\b(?:to|for)\s+(?P<purpose>(?:evaluat|assess|review|manag|discuss|address|treat)\w*\s.+?)(?:[.;]|$)",
    re.IGNORECASE,
)

_ABSENT = wording("reading.absent")
_HAS = wording("reading.has")
_SEVERITY = re.compile(
    r"\b(mild|moderate|moderately|severe|severely|refractory|active|chronic|uncontrolled|persistent)\b", re.IGNORECASE
)
_AREAS = re.compile(r"\b(?:affect\w*|involv\w*|lesions?|locat\w+|plaques?)\b", re.IGNORECASE)
# ", or has completed ...", "; or the patient is ...", " OR documentation of ..."
_OR_CLAUSE = re.compile(
    r"[,;]?\s+(?:or|OR)\s+(?="
    r"(?:the )?(?:patient|member(?!['’])|he|she|there|individual|has|have|is|was|had|documentation)\b"
    r"|(?:completed|unable|intolerant|contraindic)\w*\b)"
)
_AND_CLAUSE = re.compile(
    r"[,;]?\s+(?:and|AND)\s+(?=(?:the )?(?:patient|member|individual)\b|(?:has|have|is|was|had|meets)\b)"
)
_UNLESS = re.compile(r"[,;]?\s*\b(?:unless|except (?:if|when|where))\b\s*", re.IGNORECASE)
_LABEL = wording("reading.label")
_DEED = re.compile(
    r"\b(?:completed|treat\w*|tried|failed|received|taken|undergone|screened|tested|controlled)\b", re.IGNORECASE
)
# words of a diagnosis leaf that ask for nothing more
_PLAIN = frozenset(
    [
        "diagnosis",
        "diagnosed",
        "confirmed",
        "documented",
        "clinical",
        "established",
        "diagnoses",
        "history",
        "form",
        "disease",
        "condition",
        "code",
    ]
)
_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "or",
        "and",
        "in",
        "for",
        "with",
        "by",
        "is",
        "are",
        "was",
        "has",
        "have",
        "had",
        "been",
        "be",
        "that",
        "this",
        "patient",
        "member",
        "individual",
        "request",
        "requested",
        "drug",
        "medication",
        "at",
        "least",
        "one",
        "following",
        "not",
        "any",
        "must",
        "will",
        "would",
        "may",
        "on",
        "as",
        "from",
        "its",
        "their",
        "his",
        "her",
        "who",
        "which",
    ]
)


# "medium-potency or high-potency topical corticosteroid", "medium-, high-, and/or super-high-potency topical steroid"
_LEVEL = r"(?:low|medium|mid|moderate|high|super-high|very-high|ultra-high)"
_POTENCIES = re.compile(
    rf"(?P<levels>(?:{_LEVEL}(?:[- ]potency|-)?\s*(?:,\s*(?:and/or|or|and)?|and/or|or|and|to)\s*)+{_LEVEL})"
    r"[- ]potency\s+"
    r"(?:prescription\s+)?(?P<noun>topical (?:cortico)?steroids?)",
    re.IGNORECASE,
)


# "..., contraindication, or intolerance to two of the following therapies (document drug):", "positive for ONE of ..."
_QUANTIFIER = re.compile(
    r"\s*,?\s*(?:(?:as |which is )?(?:shown|demonstrated|evidenced) by\s+)?(?:at least |any |with )?"
    r"\b(?:one|two|three|four|all|both|each|any|\d)\b(?:\s*\(\d\))?\s*(?:or more\s+)?of\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_ONE_OF = re.compile(r"^\s*(?:at least )?(?:one|any) of the following\s*(?:of\s+)?:?\s*", re.IGNORECASE)


def requirement_of(leaf: Node, heads: Sequence[Node] = ()) -> Requirement:
    """Return what a leaf asks for; its notes change it where they say so.

    `heads` are the groups it stands in, outermost first: a leaf that is only a name ("Anti-Smith antibody") is read
    together with the head that says what of it ("Patient is positive for at least ONE of the following").
    """
    text = _POTENCIES.sub(_spelled_out, _LABEL.sub("", _without_tags(leaf.text)))
    notes = " ".join(note.text for note in leaf.notes)
    found = _read(text, notes, leaf.negated)
    if not isinstance(found, FreeText) and not _only_named(found, text):
        return found
    for head in reversed(heads):
        lead = _QUANTIFIER.sub("", _without_tags(head.text)).strip(" :,;")
        if len(lead) < 8 or not (find_therapies(text) or find_measures(text) or find_conditions(text)):
            continue
        whole = _read(f"{lead} {_ONE_OF.sub('', text)}", notes, leaf.negated)
        if isinstance(whole, _WITH_HEAD):
            return whole
        break  # the nearest head that says anything is the one meant
    return found


# Words that ask for more than any field of the requirement holds.
_FURTHER = wording("reading.further")
_WITH_HEAD = (
    PriorTherapy,
    LabResult,
    Measurement,
    Absence,
    NoConcurrentTherapy,
    ConcurrentTherapy,
    TreatedWith,
    Avoidance,
)


def _only_named(found: Requirement, text: str) -> bool:
    """Whether a leaf is no more than the name of a condition, which its head may deny or ask for."""
    return isinstance(found, Diagnosis) and len(text.split()) <= 4


def _spelled_out(match: re.Match[str]) -> str:
    levels = re.findall(_LEVEL, match["levels"], re.IGNORECASE)
    return " or ".join(f"{level}-potency topical corticosteroid" for level in levels)


def _without_tags(text: str) -> str:
    return re.sub(r"\s*\[(?!\s*(?:e\.?g|for example|such as))[^\]]*\]", "", text).strip()


def _read(text: str, notes: str, negated: bool, depth: int = 0) -> Requirement:
    whole = _single(text, notes, negated)
    if isinstance(whole, FreeText):
        whole = None
    if whole and whole.besides is None and isinstance(whole, (Measurement, PriorTherapy, TreatedWith, Diagnosis)):
        whole = _with_further(whole, text)
    if whole:
        whole = _with_comorbidity(with_rest(whole, text), text)
    if depth < 2:
        for pattern, kind in ((_OR_CLAUSE, AnyOf), (_AND_CLAUSE, AllOf)):
            parts = _halves(text, pattern)
            if len(parts) < 2 or _one_thing(whole, text):
                continue
            options = [_read(part, notes, negated, depth + 1) for part in parts]
            if any(not isinstance(at, FreeText) for at in options):
                return kind(options=tuple(options))
    return whole or FreeText(terms=tuple(_terms(text)))


def _with_further(whole: Requirement, text: str) -> Requirement:
    """Keep words that ask for more than the fields hold ("maximally tolerated", "while on a statin")."""
    further = [at[0].strip() for at in _FURTHER.finditer(text)]
    further = [at for at in further if at.lower() not in ("each", "consecutive")]
    only_despite = all(at.lower().startswith(("despite", "in spite")) for at in further)
    if not further or (isinstance(whole, PriorTherapy) and only_despite):
        return whole
    return replace(whole, besides="; ".join(further))


def _halves(text: str, pattern: re.Pattern[str]) -> list[str]:
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


def _one_thing(whole: Requirement | None, text: str) -> bool:
    """Whether the reading of the whole leaf already holds both halves ("intolerant of X or has a contraindication")."""
    if isinstance(whole, PriorTherapy):
        return not re.search(r"years of age|diagnos|prescribed by", text, re.IGNORECASE)
    return isinstance(whole, (NoConcurrentTherapy, Absence, Prescriber, Visit))


_CURRENTLY = re.compile(
    r"^(?:the )?(?:patient|member|individual)?\s*(?:is|are|has been)\s+(?:currently |stable |established )?"
    r"(?:on|taking|treated|receiving|using|treated with)\b"
    r"(?!.*\b(?:fail|inadequate|intoleran|contraindic|tried))",
    re.IGNORECASE,
)


def _single(text: str, notes: str, negated: bool) -> Requirement | None:
    for reader in (
        _age,
        _visit,
        _prescriber,
        lambda at: therapy_leaves.read_combination(at, negated),
        therapy_leaves.read_avoidance,
        _documentation,
        lambda at: number_leaves.read_events(at) if not negated else None,
        number_leaves.read_number,
        therapy_leaves.read_response,
        lambda at: therapy_leaves.read_current(at) if _CURRENTLY.match(at) else None,
        lambda at: therapy_leaves.read_prior(at, notes),
        therapy_leaves.read_current,
        _areas,
        lambda at: _absence(at, negated),
        _lasting,
        _diagnosis,
    ):
        if found := reader(text):
            return found
    return None


def _age(text: str) -> Requirement | None:
    if not _AGE_WORDS.search(text):
        short = len(text) < 60 and re.search(
            rf"^(?:patient|member|individual)?\s*(?:is|must be)?\s*(?:at least|[≥>]=?)\s*\d{{1,2}}\s*{_YEARS}\.?$",
            text,
            re.IGNORECASE,
        )
        if _ADULT.search(text) and len(text) < 40:
            return Age(minimum_years=18)
        if not short:
            return None
    if re.search(r"\btri(?:ed|al)|symptom|onset|therapy|disease duration", text, re.IGNORECASE):
        return None
    if between := _AGE_BETWEEN.search(text):
        return Age(minimum_years=int(between["a"]), maximum_years=int(between["b"]))
    if to := _AGE_TO.search(text):
        return Age(maximum_years=int(to["n"] or to["m"]), below=bool(to["below"]))
    for match in _AGE_FROM.finditer(text):
        if match["lead"] or match["tail"] or len(match[0]) > len(match["n"]) + 2:
            return Age(minimum_years=int(match["n"]), above=bool(match["above"]) and not match["tail"])
    return None


def _prescriber(text: str) -> Requirement | None:
    named = find_specialties(text)
    if not named or not _PRESCRIBED.search(text):
        return None
    return Prescriber(specialties=tuple(named), consultation=bool(_CONSULT.search(text)))


def _visit(text: str) -> Requirement | None:
    if not _VISIT.search(text) or not (_IN_PERSON.search(text) or _TELEHEALTH.search(text)):
        return None
    contacts = tuple(
        name for name, pattern in (("in_person", _IN_PERSON), ("telehealth", _TELEHEALTH)) if pattern.search(text)
    )
    window = _visit_window(text)
    purpose = _PURPOSE.search(text)
    return Visit(contacts=contacts, purpose=purpose["purpose"].strip() if purpose else "", window=window)


def _visit_window(text: str):
    if found := find_window(text):
        return found[0]
    return None


@cache
def _concepts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (key, re.compile("|".join(entry["criterion"]), re.IGNORECASE)) for key, entry in data("concepts").items()
    )


def _documentation(text: str) -> Requirement | None:
    for key, pattern in _concepts():
        if pattern.search(text):
            return Documentation(concept=key)
    return None


def find_areas(text: str) -> list[tuple[str, int]]:
    """Return (key of areas.yaml, place) of the parts of the body named."""
    found = []
    for key, names in data("areas").items():
        found += [(key, match.start()) for match in words_of(key, *names).finditer(text)]
    return sorted(found, key=lambda at: at[1])


def _areas(text: str) -> Requirement | None:
    named = tuple(dict.fromkeys(key for key, _ in find_areas(text)))
    if len(named) < 2 or not _AREAS.search(text):
        return None
    return Areas(areas=named)


_PERSONAL_OR_FAMILY = re.compile(
    r"\s*(?:a |any )?(?:personal|individual)(?: history)? (?:or|and|nor|or a) family history of\s+", re.IGNORECASE
)


def _absence(text: str, negated: bool) -> Requirement | None:
    match = _ABSENT.search(text)
    if not negated and (not match or (match.start() > 40 and not find_conditions(text))):
        return None
    rest = text[match.end() :] if match else text
    if history := _PERSONAL_OR_FAMILY.match(rest):
        rest, family = rest[history.end() :], "family history of "
    else:
        family = ""
    parts = [part.strip(" ,.;:") for part in re.split(r",\s*(?:or|and|nor)\s+|\s+(?:or|and|nor)\s+|[,;]\s*", rest)]
    conditions = tuple(part for part in parts if len(part) > 2)
    if not conditions or (not any(find_conditions(part) for part in conditions) and len(rest.split()) > 12):
        return None
    return Absence(conditions=tuple(family + at for at in _with_heads(conditions)))


def _with_heads(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return conditions whole: "moderate or severe hepatic impairment" lends its noun to "moderate"."""
    made = []
    for part in parts:
        words = part.split()
        if len(words) == 1 and _SEVERITY.fullmatch(part) and len(parts) > 1:
            part = " ".join([part, *parts[-1].split()[1:]])
        made.append(part)
    return tuple(made)


_LASTS = re.compile(
    r"\b(?:has (?:had|lasted|persisted|been present)|have (?:lasted|persisted|been present)"
    r"|lasting|persist\w*|episode|duration)\b",
    re.IGNORECASE,
)


def _lasting(text: str) -> Requirement | None:
    """Return "the current episode has lasted at least 6 months"."""
    lengths = find_lengths(text)
    found = find_conditions(text)
    if len(lengths) != 1 or not _LASTS.search(text) or find_therapies(text) or len(text.split()) > 16:
        return None
    if not found and not re.search(r"\b(?:symptoms?|episode|pain)\b", text, re.IGNORECASE):
        return None
    return Lasting(names=tuple(dict.fromkeys(at.key for at in found)), minimum_days=lengths[0].days)


def _with_comorbidity(whole: Requirement, text: str) -> Requirement:
    """Return "BMI of 27 or more with at least one comorbidity (hypertension, ...)" as both halves."""
    bracket = re.search(r"\bwith (?:at least )?one\b[^()]{0,60}\((?P<list>[^)]+)\)", text, re.IGNORECASE)
    if not isinstance(whole, Measurement) or not bracket:
        return whole
    found = tuple(dict.fromkeys(at.key for at in find_conditions(bracket["list"])))
    return AllOf(options=(replace(whole, besides=None), Diagnosis(names=found))) if found else whole


def _diagnosis(text: str) -> Requirement | None:
    found = find_conditions(text)
    if not found or len(text.split()) > 24:
        return None
    if not (_HAS.search(text) or len(text.split()) < 9):
        return None
    severity = tuple(
        dict.fromkeys(word.lower().removesuffix("ly") for word in _SEVERITY.findall(text[: found[-1].end]))
    )
    rest = text
    for at in reversed(found):
        rest = rest[: at.start] + " " + rest[at.end :]
    qualifiers = tuple(word for word in _terms(_SEVERITY.sub(" ", rest)) if word not in _PLAIN)
    if len(qualifiers) > 3 or _DEED.search(rest):
        return None
    return Diagnosis(names=tuple(dict.fromkeys(at.key for at in found)), severity=severity, qualifiers=qualifiers)


def _terms(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in re.findall(r"[a-z][a-z-]{3,}", text.lower()) if word not in _STOP))
