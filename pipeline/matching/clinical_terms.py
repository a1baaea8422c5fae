"""Clinical findings, places, sides, levels, grades and ways of seeing, found in a text (clinical_findings.yaml)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal

from extractors import lore
from extractors.vocabulary.conditions import conditions, find_conditions
from extractors.vocabulary.load import VocabularyError
from extractors.vocabulary.terms import TermFinder
from pipeline.matching.terms import data

Role = Literal["head", "asked", "shown", "denial", "site", "side", "level", "modality", "severity", "quality", "grade"]
_GROUPS: dict[str, Role] = {
    "heads": "head",
    "sites": "site",
    "modalities": "modality",
    "severities": "severity",
    "qualities": "quality",
}
_FIELDS = {
    "heads": {"names", "is", "site", "past", "lasting", "says", "shows", "denies", "if", "asks"},
    "sites": {"names", "in", "says", "if"},
    "modalities": {"names", "in"},
    "severities": {"names", "rank"},
    "qualities": {"names"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something of the vocabulary in a text: characters start..end hold it."""

    role: Role
    key: str  # of clinical_findings.yaml; "right", "left"; "L4-5"; "class 3"
    start: int
    end: int


@cache
def clinical() -> dict[str, dict[str, dict[str, Any]]]:
    """Return clinical_findings.yaml with the heads of clinical_functions.yaml; they are checked here, at first use."""
    held = data("clinical_findings")
    further = data("clinical_functions")["heads"]
    if twice := sorted(set(further) & set(held["heads"])):
        raise VocabularyError(f"clinical_functions.yaml: heads: {twice} stand in clinical_findings.yaml too")
    held = {**held, "heads": {**held["heads"], **further}}
    for group, fields in _FIELDS.items():
        for key, entry in held.get(group, {}).items():
            place = f"clinical_findings.yaml: {group}: {key}"
            if not entry.get("names"):
                raise VocabularyError(f"{place} has no names")
            if extra := set(entry) - fields:
                raise VocabularyError(f"{place} has unknown fields {sorted(extra)}")
            for broad in (*(entry.get("is") or ()), *(entry.get("in") or ())):
                if broad not in held[group] and broad != "dermatome":
                    raise VocabularyError(f"{place} is a kind of {broad}, which is not there")
            for site in entry.get("site") or ():
                if site not in held["sites"]:
                    raise VocabularyError(f"{place} stands at {site}, which is no site")
    return held


def entry_of(role: Role, key: str) -> dict[str, Any]:
    """Return the entry of a key; that of a condition of the shared vocabulary where it is one ("condition:gout")."""
    if key.startswith("condition:"):
        chronic = conditions()[key.removeprefix("condition:")].chronic
        return {"names": conditions()[key.removeprefix("condition:")].names, "lasting": chronic}
    group = next(name for name, at in _GROUPS.items() if at == role)
    return clinical()[group][key]


@cache
def broader(role: Role, key: str) -> frozenset[str]:
    """Return the key and all that it is a kind or a part of."""
    if role not in _GROUPS.values() or key.startswith("condition:"):
        return frozenset([key])
    entry = entry_of(role, key)
    above = [*(entry.get("is") or ()), *(entry.get("in") or ())]
    return frozenset([key]).union(*(broader(role, at) for at in above)) if above else frozenset([key])


@cache
def _finder() -> TermFinder:
    pairs = []
    for group in _GROUPS:
        for key, entry in clinical()[group].items():
            for name in entry["names"]:
                pairs += [(form, f"{group}/{key}") for form in _forms(str(name))]
    return TermFinder(pairs)


def _forms(name: str) -> list[str]:
    if len(name) < 3 or name.endswith("s") or name[-1].isdigit():
        return [name]
    plural = name[:-1] + "ies" if name.endswith("y") and name[-2] not in "aeiou" else name + "s"
    return [name, plural]


@cache
def _abbreviations() -> dict[tuple[str, str], str]:
    """Return the abbreviations, which count in capitals only, as they are written."""
    return {
        (f"{group}/{key}", str(name).lower()): str(name)
        for group in _GROUPS
        for key, entry in clinical()[group].items()
        for name in entry["names"]
        if str(name).isupper() and len(str(name)) <= 5
    }


@cache
def _patterns() -> tuple[tuple[Role, str, tuple[str, ...], re.Pattern[str]], ...]:
    found: list[tuple[Role, str, tuple[str, ...], re.Pattern[str]]] = []
    for group, role in _GROUPS.items():
        for key, entry in clinical()[group].items():
            near = tuple(str(at).lower() for at in entry.get("if") or ())
            for field, stands in (("says", role), ("shows", "shown"), ("denies", "denial"), ("asks", "asked")):
                if entry.get(field):
                    if not near and field != "asks":
                        raise VocabularyError(f"clinical_findings.yaml: {key} has {field} and no `if`")
                    where = near if field != "asks" else ("",)
                    found.append((stands, key, where, _compiled(entry[field], f"{key}, {field}")))
    return tuple(found)


def _compiled(patterns: list[str], place: str) -> re.Pattern[str]:
    try:
        return lore.regex("|".join(f"(?:{at})" for at in patterns), re.IGNORECASE)
    except re.error as error:
        raise VocabularyError(f"clinical findings: {place}: {error}") from None


_SIDE = lore.regex(
    r"\b(?P<side>right|left|rt|lt)\b"
    r"(?!\s+(?:now|away|after|before|heart|ventric\w+|atri\w+|main|anterior descending))|\((?P<mark>[RL])\)",
    re.IGNORECASE,
)
_BOTH = lore.regex(
    r"\bboth(?= (?:knees|hips|shoulders|hands|feet|legs|arms|eyes|breasts|wrists|ankles|elbows|heels|ears|lungs|kidneys"
    r"|extremities|thighs|calves)\b)",
    re.IGNORECASE,
)
_LEVEL = lore.regex(
    r"(?<![\w-])(?P<upper>[CTLctl])(?P<n>\d{1,2})\s*(?:[-–/]|to|on)\s*(?P<lower>[CTLScs]?)(?P<m>\d{1,2})(?![\w/]|-\d)"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_GRADE_VALUE = r"(?:[1-6]|IV|VI|V|I{1,3}|F[0-4]|(?-i:[A-F]))(?![\w%]|[./]\d)"
_GRADE = lore.regex(
    rf"\b(?P<scale>class(?:es)?|grades?|stages?|category|type)\s+(?:of\s+)?(?P<values>{_GRADE_VALUE}"
    rf"(?:\s*(?:,|to|through|or|and|/|\+|-|–)+\s*(?:(?:class|grade|stage)\s+)?{_GRADE_VALUE})*)"
    r"(?P<more>\s*(?:or|and) (?:higher|greater|above|worse|more|over)|\s*\+)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=32768)  # each leaf asks the same sentences
def find_clinical(text: str) -> tuple[Held, ...]:
    """Return what the vocabulary knows of a text, in reading order; names that overlap lose to the longest."""
    found = list(_named(text))
    low = text.lower()
    for role, key, near, pattern in _patterns():
        if any(at in low for at in near):
            found += [Held(role=role, key=key, start=at.start(), end=at.end()) for at in pattern.finditer(text)]
    heads = [at for at in found if at.role == "head"]
    for at in find_conditions(text):
        # "plaque psoriasis" is no plaque; of two equal names the finding's own entry says more
        inside = [one for one in heads if at.start <= one.start and one.end <= at.end]
        shorter = [one for one in inside if one.end - one.start < at.end - at.start]
        found = [one for one in found if one not in shorter]
        if all(at.end <= one.start or one.end <= at.start for one in heads if one not in shorter):
            found.append(Held(role="head", key=f"condition:{at.key}", start=at.start, end=at.end))
    for side in _SIDE.finditer(text):
        name = (side["side"] or side["mark"]).lower()
        found.append(Held(role="side", key="right" if name[0] == "r" else "left", start=side.start(), end=side.end()))
    for both in _BOTH.finditer(text):
        found += [Held(role="side", key=side, start=both.start(), end=both.end()) for side in ("right", "left")]
    for level in _LEVEL.finditer(text):
        found.append(Held(role="level", key=_level(level), start=level.start(), end=level.end()))
    found += grades_of(text)
    return tuple(sorted(_narrowest(found), key=lambda at: (at.start, at.end)))


@lru_cache(maxsize=32768)
def find_in_chart(text: str) -> tuple[Held, ...]:
    """Return the same for the words of a chart, which also describe what a criterion names: "cannot climb stairs"."""
    found = (at for at in find_clinical(text) if at.role != "asked")
    return tuple(replace(at, role="head") if at.role == "shown" else at for at in found)


@lru_cache(maxsize=4096)
def find_in_criterion(text: str) -> tuple[Held, ...]:
    """Return the same for the words of a criterion, whose whole phrases hold all that stands inside them."""
    found = find_clinical(text)
    asked: list[Held] = []
    for at in sorted((at for at in found if at.role == "asked"), key=lambda at: at.start - at.end):
        if all(at.end <= one.start or one.end <= at.start for one in asked):
            asked.append(at)
    outside = [
        at
        for at in found
        if at.role not in ("asked", "shown", "denial")
        and all(at.end <= one.start or one.end <= at.start for one in asked)
    ]
    return tuple(sorted([*outside, *(replace(at, role="head") for at in asked)], key=lambda at: (at.start, at.end)))


def _narrowest(found: list[Held]) -> list[Held]:
    """Leave out the broad finding where its name is that of a narrower one as well: onycholysis is a nail dystrophy."""
    spans: dict[tuple[int, int], list[Held]] = {}
    for at in found:
        spans.setdefault((at.start, at.end), []).append(at)
    return [
        at
        for held in spans.values()
        for at in held
        if not any(
            other is not at and other.role == at.role and other.key != at.key and at.key in broader(at.role, other.key)
            for other in held
        )
    ]


def _named(text: str) -> Iterator[Held]:
    for term in _finder().find(text):
        group, key = term.key.split("/")
        short = _abbreviations().get((term.key, term.term.removesuffix("s")))
        if short and text[term.start : term.start + len(short)] != short:
            continue
        if key == "bilateral":
            yield Held(role="side", key="right", start=term.start, end=term.end)
            yield Held(role="side", key="left", start=term.start, end=term.end)
        else:
            yield Held(role=_GROUPS[group], key=key, start=term.start, end=term.end)


def _level(match: re.Match[str]) -> str:
    return f"{match['upper'].upper()}{match['n']}-{'S' if match['lower'].upper() == 'S' else ''}{match['m']}"


def grades_of(text: str) -> list[Held]:
    """Return each value of the classes, grades and stages printed: "class III, IV or V" holds three."""
    found = []
    for match in _GRADE.finditer(text):
        scale = match["scale"].lower().removesuffix("es").removesuffix("s")
        scale = "class" if scale.startswith("cla") else scale
        values = [_number(at) for at in re.findall(_GRADE_VALUE, match["values"], re.IGNORECASE)]
        if re.search(r"\b(?:to|through)\b|[-–]", match["values"]) and len(values) == 2:
            values = _from(values[0], values[1])
        if match["more"]:
            values = _from(values[0])
        found += [Held(role="grade", key=f"{scale} {value}", start=match.start(), end=match.end()) for value in values]
    return found


_LETTERS = "ABCDEF"


def _number(printed: str) -> int | str:
    """Return the value of a grade: 3 for "III", "C" for "C", "F2" for "f2"."""
    if printed.lower() in _ROMAN:
        return _ROMAN[printed.lower()]
    return printed.upper() if printed[0].isalpha() else int(printed)


def _from(first: int | str, last: int | str | None = None) -> list[int | str]:
    """Return the grades from one to another, or up to the highest of their scale."""
    scales: list[list[int | str]] = [list(range(1, 7)), list(_LETTERS), [f"F{at}" for at in range(5)]]
    scale = next(at for at in scales if first in at)
    end = scale.index(last) + 1 if last in scale else len(scale)
    return scale[scale.index(first) : end]
