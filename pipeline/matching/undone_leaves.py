"""Criteria that want a test or procedure not to have been done, and the names of both in a text."""

import re
from dataclasses import dataclass, replace
from functools import cache

from extractors import lore
from pipeline.matching.phrases import find_window
from pipeline.matching.requirements import Procedure, Requirement, Undone
from pipeline.matching.terms import data, wording

_ASKED = wording("undone.asked")
_OPERATION = lore.regex(
    r"\b(?:before|prior to|of|preceding|from)\s+(?:the\s+)?(?:date of\s+)?(?:the\s+)?"
    r"(?:(?:planned|scheduled|proposed|requested|anticipated|index|joint|elective)\s+)*"
    r"(?:surgery|operation|procedure|arthroplasty|replacement)\b",
    re.IGNORECASE,
)
_OF_REQUEST = lore.regex(
    r"\b(?:same|affected|operative|operated|index|involved|surgical|requested|target|symptomatic)\b", re.IGNORECASE
)
SIDE = lore.regex(r"\b(?P<side>right|left|bilateral|both)\b(?! (?:of|in|by) mind)", re.IGNORECASE)
# words of such a leaf that ask for nothing more
_PLAIN = frozenset(data("negative_words")["undone_leaf"])


@cache
def procedures() -> dict[str, dict[str, list[str]]]:
    """Return procedures.yaml, each wider name known."""
    held = data("procedures")
    for key, entry in held.items():
        if unknown := [at for at in entry["within"] if at not in held]:
            raise ValueError(f"pipeline/matching/procedures.yaml, {key}: within names the unknown {', '.join(unknown)}")
    return held


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(rf"(?<![\w-])(?:{'|'.join(procedures()[name]['names'])})(?![\w-])", re.IGNORECASE)


@cache
def _substance(name: str) -> re.Pattern[str] | None:
    held = procedures()[name].get("of")
    return lore.regex(rf"(?<![\w-])(?:{'|'.join(held)})(?![\w-])", re.IGNORECASE) if held else None


@cache
def _region(name: str) -> re.Pattern[str]:
    words = data("regions")[name]
    return lore.regex(rf"\b(?:{'|'.join(re.escape(at) for at in words)})s?\b", re.IGNORECASE)


_BACK = lore.regex(r"\b(?:the|her|his|their) back\b(?! of)", re.IGNORECASE)


def regions_in(text: str) -> set[str]:
    """Return the keys of regions.yaml that a text names."""
    found = {key for key in data("regions") if _region(key).search(text)}
    return found or ({"lumbar spine"} if _BACK.search(text) else found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A test or procedure named in a text."""

    name: str  # key of procedures.yaml
    start: int
    end: int


def procedures_in(text: str) -> list[Named]:
    """Return the procedures named, the longest name where two overlap; "steroid or gel injection" names both."""
    found = [
        Named(name=name, start=at.start(), end=at.end())
        for name in procedures()
        for at in _pattern(name).finditer(text)
    ]
    injections = list(re.finditer(r"\b(?:injections?|injected|shots?)\b", text, re.IGNORECASE))
    if injections:
        for name in procedures():
            pattern = _substance(name)
            for at in pattern.finditer(text) if pattern else ():
                between = [text[at.end() : shot.start()] for shot in injections if shot.start() >= at.end()]
                behind = any(0 <= at.start() - shot.end() < 24 for shot in injections)
                if behind or any(len(gap) < 60 and not re.search(r"[.;]", gap) for gap in between):
                    found.append(Named(name=name, start=at.start(), end=at.end()))
    kept: list[Named] = []
    for at in sorted(found, key=lambda held: held.start - held.end):
        if all(at.end <= held.start or held.end <= at.start for held in kept):
            kept.append(at)
    return sorted(kept, key=lambda at: at.start)


def read_undone(text: str) -> Requirement | None:
    """Return "no MRI or CT of the cervical spine has been performed in the past 12 months"."""
    lead = _ASKED.match(text)
    if not lead:
        return None
    window = find_window(text)
    body = text[lead.end() : window[1][0]] + " " + text[window[1][1] :] if window else text[lead.end() :]
    body = _OPERATION.sub(" ", body)
    named = procedures_in(body)
    if not named or re.search(r"[a-z]{3,}", _plainly(body[: named[0].start])):
        return None
    rest = body
    for at in reversed(named):
        rest = rest[: at.start] + " " + rest[at.end :]
    outside = [at for at in named if not _in_brackets(body, at.start)]
    listed = [at for at in named if at not in outside]
    names = dict.fromkeys(at.name for at in (listed or outside))
    if len(names) > 1:  # "corticosteroid or hyaluronic acid injection": the injection is that of the two
        names = {name: None for name in names if not any(name in procedures()[at]["within"] for at in names)}
    region = regions_in(rest)
    for key in region:
        rest = _region(key).sub(" ", rest)
    if re.search(r"[a-z]{3,}", _plainly(rest)) or len(region) > 1:
        return None
    side = SIDE.search(body)
    of_request = not side and bool(_OF_REQUEST.search(body))
    things = tuple(
        Procedure(
            name="spine surgery" if name == "surgery" and any("spine" in at for at in region) else name,
            region=next(iter(region), ""),
            side=side["side"].lower() if side else "",
            of_request=of_request,
        )
        for name in names
    )
    held = window[0] if window else None
    if held and (at := _OPERATION.search(text)) and at.start() < window[1][1] + 30:
        held = replace(held, anchor="operation")
    return Undone(things=things, window=held)


def _plainly(text: str) -> str:
    words = re.findall(r"[a-z][a-z/'-]*", text.lower())
    return " ".join(word for word in words if word not in _PLAIN)


def _in_brackets(text: str, at: int) -> bool:
    return text.count("(", 0, at) > text.count(")", 0, at)
