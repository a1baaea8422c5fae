"""Criteria about the patient and the visit: age, diagnosis, what must be absent, who prescribes, when they met."""

import re
from functools import cache

from extractors import lore
from extractors.numbers import ONES, TENS
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.specialties import find_specialties
from pipeline.matching.phrases import find_lengths, find_window
from pipeline.matching.requirements import (
    Age,
    AllOf,
    Areas,
    Diagnosis,
    Documentation,
    Lasting,
    Prescriber,
    Requirement,
    Visit,
)
from pipeline.matching.terms import data, find_measures, find_therapies, wording, words_of

_YEARS = r"(?:years?|yrs?)"
# "18 years of age or older", "at least 18 years old", ">= 12 years of age", "18 years or older"
_AGE_FROM = wording("patient_leaves.age_from")
_AGE_TO = wording("patient_leaves.age_to")
_AGE_BETWEEN = wording("patient_leaves.age_between")
_AGE_WORDS = wording("patient_leaves.age_words")
_ADULT = lore.regex(r"\b(?:is|be)?\s*(?:an )?adults?\b", re.IGNORECASE)

_PRESCRIBED = wording("patient_leaves.prescribed")
_CONSULT = lore.regex(r"consult", re.IGNORECASE)
_UNDER_CARE = lore.regex(r"\bunder the care of\b", re.IGNORECASE)
# "A rheumatologist has evaluated the patient and recommends the drug"
_EVALUATED = lore.regex(r"\b(?:evaluated|seen|assessed|followed) by\b|\bhas (?:evaluated|recommended)\b", re.IGNORECASE)
_MORE_OF_IT = lore.regex(
    r"\b(?:clear\w*|within|who|financial|examin\w*|screen\w*|surg\w*|before|prior)\b|\d", re.IGNORECASE
)
_VISIT = lore.regex(r"\b(?:visit|encounter|evaluat\w+|appointment|examination|seen)\b", re.IGNORECASE)
_IN_PERSON = lore.regex(r"in[- ]person|face[- ]to[- ]face|office visit", re.IGNORECASE)
_TELEHEALTH = lore.regex(r"tele-?health|telemedicine|virtual|video", re.IGNORECASE)
_PURPOSE = lore.regex(
    r"\b(?:to|for)\s+(?P<purpose>(?:evaluat|assess|review|manag|discuss|address|treat)\w*\s.+?)(?:[.;]|$)",
    re.IGNORECASE,
)

_HAS = wording("patient_leaves.has")
_SEVERITY = lore.regex(
    r"\b(mild|moderate|moderately|severe|severely|refractory|relapsed|recurrent|active|chronic|uncontrolled|persistent)\b",
    re.IGNORECASE,
)
_AREAS = lore.regex(r"\b(?:affect\w*|involv\w*|lesions?|locat\w+|plaques?)\b", re.IGNORECASE)
_DEED = lore.regex(
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
        "phenotype",
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


# "eighteen (18) years of age", "six years", "twenty-one"; "one of the following" is no age
_AGE_IN_WORDS = lore.regex(
    rf"\b(?:(?P<ten>{'|'.join(TENS)})(?:[\s-](?P<one>{'|'.join(list(ONES)[1:10])}))?|(?P<low>{'|'.join(list(ONES)[2:])}))\b"
    r"(?:\s*\((?P<figure>\d{1,2})\))?",
    re.IGNORECASE,
)
_FIGURE_TWICE = lore.regex(r"\b(?P<n>\d{1,2})\s*\((?P=n)\)")


def _age_in_figures(text: str) -> str:
    """Return "eighteen (18) years of age" as "18 years of age"."""
    return _FIGURE_TWICE.sub(r"\g<n>", _AGE_IN_WORDS.sub(_figure, text))


def _figure(match: re.Match[str]) -> str:
    told = sum((ONES | TENS)[match[part].lower()] for part in ("ten", "one", "low") if match[part])
    return match[0] if match["figure"] and int(match["figure"]) != told else str(told)


def read_age(text: str) -> Requirement | None:
    text = _age_in_figures(text)
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
    if find_measures(text) and not re.search(r"\bage|years?\b|yrs?\b|\bold", text, re.IGNORECASE):
        return None  # "BMI of 35 or above"
    if between := _AGE_BETWEEN.search(text):
        return Age(minimum_years=int(between["a"]), maximum_years=int(between["b"]))
    if to := _AGE_TO.search(text):
        rest = f"{text[: to.start()]} {text[to.end() :]}"
        least = next((at for at in _AGE_FROM.finditer(rest) if at["lead"] or at["tail"]), None)
        return Age(
            minimum_years=int(least["n"]) if least else None,
            above=bool(least and least["above"] and not least["tail"]),
            maximum_years=int(to["n"] or to["m"] or to["k"]),
            below=bool(to["below"] or to["below2"]),
        )
    for match in _AGE_FROM.finditer(text):
        if re.match(r"\s*[\s-]*(?:days?|weeks?|months?|mos?)\b", text[match.end("n") :], re.IGNORECASE):
            return _in_months(match["n"], text[match.end("n") :])
        if match["lead"] or match["tail"] or len(match[0]) > len(match["n"]) + 2:
            return Age(minimum_years=int(match["n"]), above=bool(match["above"]) and not match["tail"])
    return None


_MONTHS_OLD = lore.regex(
    r"[\s-]*(?:months?|mos?)\s*(?:(?:of age|old)\s*)?(?:(?:or|and) (?:older|above|over|up))?\s*(?:of age|old)?[\s.]*$",
    re.IGNORECASE,
)


def _in_months(count: str, behind: str) -> Age | None:
    """Return "6 months of age or older"; None for any other age in months or days."""
    return Age(minimum_months=int(count)) if _MONTHS_OLD.match(behind) else None


_CERTIFIED = lore.regex(r"\bboard[- ](?:certif\w+|eligible)\b", re.IGNORECASE)


def read_prescriber(text: str) -> Requirement | None:
    named = find_specialties(text)
    if not named:
        return None
    if _PRESCRIBED.search(text):
        beside = bool(_CONSULT.search(text) or _UNDER_CARE.search(text))
        certified = "board certification" if _CERTIFIED.search(text) else None
        return Prescriber(specialties=tuple(named), consultation=beside, besides=certified)
    if _EVALUATED.search(text) and not _MORE_OF_IT.search(text) and not find_window(text):
        return Prescriber(specialties=tuple(named), consultation=True)
    return None


def read_visit(text: str) -> Requirement | None:
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
        (key, lore.regex("|".join(entry["criterion"]), re.IGNORECASE)) for key, entry in data("concepts").items()
    )


_PLAIN_OF = (
    frozenset(data("plain_words")["things"])
    | frozenset(data("plain_words")["numbers"])
    | {
        "documentation",
        "therapy",
        "treatment",
        "treatments",
        "current",
        "requested",
        "been",
        "documented",
        "prescribed",
        "regimen",
        "were",
        "ruled",
        "excluded",
        "eliminated",
    }
)


def read_documentation(text: str) -> Requirement | None:
    for key, pattern in _concepts():
        if match := pattern.search(text):
            if not data("concepts")[key].get("of"):
                return Documentation(concept=key)
            named = tuple({at.therapy.name: at.therapy for at in find_therapies(text)}.values())
            return Documentation(concept=key, of=named, besides=_said_of(text, match, named))
    return None


def _said_of(text: str, match: re.Match[str], named: tuple) -> str | None:
    """Return what a statement has to be said of besides, in the leaf's words: "controller", "3 months"."""
    rest = text[: match.start()] + " " + text[match.end() :]
    lengths = [at.text for at in find_lengths(rest)]
    words = [] if named else [at for at in content_words(rest) if at not in _PLAIN_OF]
    return "; ".join([*words, *lengths]) or None


def area_pattern(key: str) -> re.Pattern[str]:
    """Return the pattern of the names of a part of the body."""
    return words_of(key, *data("areas")[key])


def find_areas(text: str) -> list[tuple[str, int]]:
    """Return (key of areas.yaml, place) of the parts of the body named."""
    found = []
    for key in data("areas"):
        found += [(key, match.start()) for match in area_pattern(key).finditer(text)]
    return sorted(found, key=lambda at: at[1])


def read_areas(text: str) -> Requirement | None:
    named = tuple(dict.fromkeys(key for key, _ in find_areas(text)))
    if len(named) < 2 or len({place for _, place in find_areas(text)}) < 2 or not _AREAS.search(text):
        return None  # "palmoplantar" is one place, and fingers are not that
    return Areas(areas=named)


_LASTS = lore.regex(
    r"\b(?:has (?:had|lasted|persisted|been present)|have (?:lasted|persisted|been present)"
    r"|(?:is|are|was|were)? ?present|ongoing|lasting|persist\w*|episode|duration)\b",
    re.IGNORECASE,
)


def read_lasting(text: str) -> Requirement | None:
    """Return "the current episode has lasted at least 6 months"."""
    lengths = find_lengths(text)
    found = find_conditions(text)
    if len(lengths) != 1 or not _LASTS.search(text) or find_therapies(text) or len(text.split()) > 16:
        return None
    if not found and not re.search(
        r"\b(?:symptoms?|episode|pain|condition|disease|disorder|illness)\b", text, re.IGNORECASE
    ):
        return None
    return Lasting(names=tuple(dict.fromkeys(at.key for at in found)), minimum_days=lengths[0].days)


def _without_list(text: str) -> str:
    """Return a leaf without the bracket that lists kinds of the disease named before it ("MS (relapsing, ...)")."""
    short = set(re.findall(r"\(((?=[^()]*[A-Z][^()]*[A-Z])[A-Za-z][A-Za-z0-9-]{1,8})\)", text))
    for match in reversed(list(re.finditer(r"\s*\((?P<in>[^()]*)\)", text))):
        before = {at.key for at in find_conditions(text[: match.start()])}
        kinds = {at.key for at in find_conditions(match["in"])}
        lists = "," in match["in"] and (
            kinds <= before if kinds else bool(short & set(re.findall(r"[A-Z]+", match["in"])))
        )
        if before and (match["in"] in short or lists):
            text = text[: match.start()] + text[match.end() :]
    return text


def read_diagnosis(text: str) -> Requirement | None:
    text = _without_list(text)
    found = find_conditions(text)
    if not found or len(text.split()) > 24:
        return None
    if found and re.search(r"\b(?:an )?adults?\b", text, re.IGNORECASE) and not find_lengths(text):
        grown = read_diagnosis(
            re.sub(r"\b(?:an )?adults?\b(?: (?:patients?|members?))?", "", text, flags=re.IGNORECASE)
        )
        return AllOf(options=(Age(minimum_years=18), grown)) if grown else None
    if lasting := _with_length(text):
        return lasting
    if not (_HAS.search(text) or len(text.split()) < 9):
        return None
    severity = tuple(
        dict.fromkeys(word.lower().removesuffix("ly") for word in _SEVERITY.findall(text[: found[-1].end]))
    )
    rest = text
    for at in reversed(found):
        rest = rest[: at.start] + " " + rest[at.end :]
    rest = _CONFIRMED.sub(" ", rest)
    if re.search(r"\d|\b(?:stage|class|grade)\b|\btypes?\s+(?-i:[IVAB]+)\b", rest, re.IGNORECASE):
        return None  # "stage 3 or 4", "CD20-positive": a number that no field holds
    qualifiers = tuple(word for word in content_words(_SEVERITY.sub(" ", rest)) if word not in _PLAIN)
    if "postmenopausal" in qualifiers:
        qualifiers = tuple(word for word in qualifiers if word not in ("female", "woman", "women"))
    if len(qualifiers) > 3 or _DEED.search(rest):
        return None
    if qualifiers and _CAUSED.search(text[: found[0].start]):
        return None  # what the disease brings about is asked for, and not the disease
    return Diagnosis(names=tuple(dict.fromkeys(at.key for at in found)), severity=severity, qualifiers=qualifiers)


_CAUSED = lore.regex(
    r"\b(?:due|owing|attributable|related) to\b|\b(?:because|as a (?:result|consequence)) of\b|\bcaused by\b",
    re.IGNORECASE,
)
# kept by `with_further`, which the chart then has to say
_CONFIRMED = lore.regex(
    r"\b(?:confirmed|verified|supported|established|demonstrated) (?:by|with|through|via)\b[^,;]*", re.IGNORECASE
)
_FOR_LENGTH = lore.regex(
    r"[,;]?\s*\b(?:for|of|with a duration of|present for|lasting|persisting for)\s+"
    r"(?=at least|more than|over|a minimum|\d|[≥>])",
    re.IGNORECASE,
)


def _with_length(text: str) -> Requirement | None:
    """Return "plaque psoriasis for at least 6 months" as the diagnosis and how long it has lasted."""
    lengths = find_lengths(text)
    cut = _FOR_LENGTH.search(text)
    if len(lengths) != 1 or not cut or lengths[0].at_most or lengths[0].start > cut.end() + 14 or find_window(text):
        return None
    if re.search(
        r"[a-z]{4,}", re.sub(r"\b(?:duration|longer|more|greater|prior|request)\b", "", text[lengths[0].end :])
    ):
        return None
    disease = read_diagnosis(text[: cut.start()])
    if not isinstance(disease, Diagnosis):
        return None
    return AllOf(options=(disease, Lasting(names=disease.names, minimum_days=lengths[0].days)))


def content_words(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in re.findall(r"[a-z][a-z-]{3,}", text.lower()) if word not in _STOP))
