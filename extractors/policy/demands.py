"""Whether a sentence demands something of the patient, and what a part of a policy is for, told from single words."""

import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.policy.announced import refuses
from extractors.policy.headings import heading_kind
from extractors.policy.heads import names_condition
from extractors.policy.nodes import is_sentence
from extractors.vocabulary.load import VocabularyError, read_yaml

AREAS = ("excluded", "continuation", "ignored")

_FILE, _PACKAGE = "demands.yaml", "extractors.policy"
_KNOWN = {"excluded": "excluded", "continuation": "continuation", "ignored": "ignored"} | {
    "notes": "ignored",
    "duration": "ignored",
    "initial": "initial",
    "general": "criteria",
    "criteria": "criteria",
}
_ASKS = lore.regex(
    r"\b(?:patients?|members?|individuals?|beneficiar(?:y|ies)|recipients?|adults?|child(?:ren)?|prescribe[rd]|"
    r"prescribing|caregiver|surgeon|specialist|\w+ologist|psychiatrist|physician|must|needs?|years? (?:of age|old|or "
    r"older)|age|aged|within the (?:past|last)|(?:past|last) \d+ (?:days|weeks|months)|at least|or more|or less|or "
    r"higher|or lower|or greater|above|below|(?:in)?adequate|failed|fail(?:ure|s)|tried|taken|used|worn|tested|"
    r"measured|shown|shows|showed|confirmed|documented|diagnosis|diagnosed|history|contraindicated|tolerated|"
    r"negative|positive|normal|ruled out|excluded|been (?:done|trained|treated|screened|counseled|assessed|stopped)|"
    r"will (?:not )?be|not|no|without|together with|on record|on hand)\b",
    re.I,
)
# "The need lasts at least 6 months.": a sentence, and no words beside another
_SAYS = lore.regex(
    r"\b(?:cannot|could|did|been|be)\b|^(?:the|an?|no|each|every|at least|all|any|both|two|three|one)\b.*"
    r"\s\w{3,}(?:[^s]s|ed)\b",
    re.I,
)
_DATED = lore.regex(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december) \d", re.I
)
_STAMP = lore.regex(r"\b(?:effect|effective|revised|reviewed|version)\b.*\d|\d{1,2}/(?:\d{1,2}/)?\d{4}", re.I)
_QUESTION = lore.regex(r"(?:what|who|when|how|why|which|where)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Words:
    areas: dict[str, re.Pattern[str]]
    nothing: re.Pattern[str]
    points: re.Pattern[str]


@cache
def _words() -> _Words:
    data = read_yaml(_FILE, _PACKAGE)
    if set(data.get("areas", ())) != set(AREAS) or not (data.get("asks_nothing") and data.get("points")):
        raise VocabularyError(f"{_FILE}: 'areas' are {AREAS}, and 'points' and 'asks_nothing' are lists")
    joined = {name: lore.regex("|".join(data["areas"][name]), re.I) for name in AREAS}
    nothing, points = (lore.regex("|".join(data[name]), re.I) for name in ("asks_nothing", "points"))
    return _Words(joined, nothing, points)


def area_of(heading: str) -> str | None:
    """Return "excluded", "continuation", "ignored", "initial" or "criteria", as its words tell; None: none."""
    if kind := heading_kind(heading):
        return _KNOWN[kind]
    return next((name for name in AREAS if _words().areas[name].search(heading)), None)


def is_demand(text: str, marked: bool = False) -> bool:
    """Return whether a sentence asks that something is so of the patient; `marked`: it is an item, and may be words."""
    bare = text.strip()
    if (
        len(bare.split()) < 3
        or bare.endswith(":")
        or refuses(bare)
        or points(bare)
        or asks_nothing(bare)
        or heading_kind(bare)
    ):
        return False
    if bare.isupper() or _DATED.search(bare) or (_QUESTION.match(bare) and not bare.endswith("?")):
        return False
    if is_sentence(bare) or (_SAYS.search(bare) and (marked or bare.endswith("."))):
        return marked or _ASKS.search(bare) is not None or re.search(r"\d", bare) is not None
    return marked and _ASKS.search(bare) is not None and (bool(re.search(r"\d", bare)) or not names_condition(bare))


_MUST = lore.regex(
    r"\b(?:must|required|needs? to|has to|have to|shall|(?:is|are) to be|may not|cannot)\b|"
    r"^(?:the |an? |all |no |any )?(?:patients?|members?|individuals?|prescribers?|physicians?|surgeons?|caregivers?|"
    r"\w+ologists?|psychiatrists?)\b",
    re.I,
)


def is_strong(text: str) -> bool:
    """Return whether a demand says by its own words that it is one: "must", or the patient as its subject."""
    return is_sentence(text) and _MUST.search(text) is not None


def is_stamp(text: str) -> bool:
    """Return whether words are a date of the policy's."""
    return _STAMP.search(text) is not None


def asks_nothing(text: str) -> bool:
    """Return whether words are of the policy, the disease or the form, and not of what the patient must be."""
    return _words().nothing.search(text) is not None or is_stamp(text)


def points(text: str) -> bool:
    """Return whether words only point at a list or at another question."""
    return _words().points.search(text) is not None
