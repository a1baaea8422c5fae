"""Infections that a criterion wants absent, by the place they are in: "of the joint, the bloodstream or the skin"."""

import datetime as dt
import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Assertion, Statement
from extractors.dates import find_dates
from pipeline.matching.denials import clause_at, denial_at
from pipeline.matching.record import Record, newest_first, not_yet
from pipeline.matching.terms import data

_ASKED = lore.regex(r"\b(?:infections?|bacter\w*emia|sepsis|septicemia|infected)\b", re.IGNORECASE)
_SAID = lore.regex(
    r"\b(?:infections?|infected|infectious|bacter\w*emia|sepsis|septic\w*|cellulitis|abscess\w*|osteomyelitis|pneumonia|UTI)\b",
    re.IGNORECASE,
)
# an infection by its germ is a disease of its own, judged like any other
_BY_GERM = lore.regex(
    r"\b(?:hepatitis|tubercul\w*|TB|HIV|fungal|viral|bacterial|HBV|HCV|difficile|helicobacter|herpes|opportunistic|latent|chronic|"
    r"parasitic|COVID\S*|meningococc\w*|recurrent|history|serious|severe)\b",
    re.IGNORECASE,
)
_OVER = lore.regex(
    r"\b(?:resolved|treated|cleared|over|healed|history|prior|previous|past|recovered|cured|completed|finished|"
    r"last (?:year|month)|"
    r"risk|rates?|prevent\w*|prophyla\w*|control|signs of|return if|call if|warning)\b",
    re.IGNORECASE,
)
# before "no infection" these leave it to the whole patient; anything else is the place that was looked at
_WHOLE = lore.regex(
    r"^(?:\W|there|is|are|was|were|she|he|patient|the|has|had|have|currently|today|no|fever|afebrile|denies|and|with|exam|now|plan|"
    r"signs?|evidence|symptoms?|clinical|current|ongoing|known|"
    r"assessment|any|of|active|at|this|time|well|without|chills|fevers|not|or)*$",
    re.IGNORECASE,
)
# words of a place that narrow it no further
_AROUND = (
    "knee",
    "hip",
    "shoulder",
    "spine",
    "operated",
    "operative",
    "surgical",
    "site",
    "area",
    "field",
    "index",
    "overlying",
)
_UNSURE = lore.regex(r"\b(?:since|until|can(?:not)? be|could|excluded|yet|so far|if|whether)\b", re.IGNORECASE)
_NEAR = dt.timedelta(days=92)  # what no longer was there then may be there now
_RECENT = dt.timedelta(days=60)


@cache
def _place(key: str) -> re.Pattern[str]:
    return lore.regex(rf"\b(?:{'|'.join(data('infection_sites')[key])})\b", re.IGNORECASE)


def places_in(text: str) -> set[str]:
    """Return the keys of infection_sites.yaml that a text names."""
    return {key for key in data("infection_sites") if _place(key).search(text)}


def is_infection(condition: str) -> bool:
    """Whether a condition is an infection by its place or of any place, and not one germ's disease."""
    if not _ASKED.search(condition) or _BY_GERM.search(condition):
        return False
    rest = _ASKED.sub(" ", condition)
    for key in data("infection_sites"):
        rest = _place(key).sub(" ", rest)
    held = {*data("negative_words")["condition_modifiers"], *_AROUND}
    return all(word in held for word in re.findall(r"[a-z]{3,}", rest.lower()))


def denied(condition: str, record: Record) -> list[Statement]:
    """Return sentences of the last three months that deny the infection, or any infection, newest first."""
    asked = places_in(condition)
    found = []
    for statement in record.saying(_SAID):
        if statement.date is None or record.request_date - statement.date > _NEAR:
            continue
        for match in _SAID.finditer(statement.text):
            denial = denial_at(statement.text, match.start(), match.end())
            if denial is None or not_yet(denial.clause) or denial.cue == "not" or _UNSURE.search(denial.clause):
                continue
            if re.search(
                r"\b(?:history|prior|previous|recent|new|severe|serious|acute|chronic|recurrent|more|further|other)\b",
                denial.between,
            ):
                continue
            if statement.section == "review_of_systems" or _BY_GERM.search(denial.clause):
                continue
            left, right = clause_at(statement.text, match.start(), match.end())
            outside = re.sub(r"\([^)]*\)", " ", statement.text[left:right])
            places = places_in(outside)
            general = not places and bool(_WHOLE.match(outside[: outside.lower().find(match[0].lower())].strip()))
            general = (
                general
                and re.match(r"^\W*(?:\w+\s+){0,3}?(?:infections?)\b(?!\s+(?:of|in|at)\b)", match[0], re.IGNORECASE)
                is not None
            )
            if general or (asked and asked <= places):
                found.append(statement)
                break
    return newest_first(found)


def present(condition: str, record: Record) -> list[Statement]:
    """Return sentences of the last two months that state such an infection and not that it is over."""
    asked = places_in(condition)
    found = []
    for fact in record.facts:
        if fact.kind not in ("diagnosis", "finding") or fact.assertion is not Assertion.AFFIRMED:
            continue
        text = fact.statement.text
        if fact.date is None or record.request_date - fact.date > _RECENT or not _SAID.search(fact.name):
            continue
        if _OVER.search(text) or not_yet(text) or _BY_GERM.search(fact.name):
            continue
        if any(at.day < record.request_date - _RECENT for at in find_dates(text)):
            continue
        if (asked and not asked & places_in(text)) or denial_at(text, *_span(text, fact.name)):
            continue
        found.append(fact.statement)
    return newest_first(found)


def _span(text: str, name: str) -> tuple[int, int]:
    at = text.lower().find(name.lower())
    match = _SAID.search(text)
    return (at, at + len(name)) if at >= 0 else match.span() if match else (0, 0)
