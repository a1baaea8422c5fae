"""A criterion put in the words that the readers know: "Methotrexate did not control the arthritis" is an inadequate
response to methotrexate, "A cardiologist prescribes the drug" is prescribed by a cardiologist.

The shapes stand in reworded.yaml. A shape that would lose a number or a treatment of the leaf is not taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.numbers import ONES, TENS
from extractors.policy.tree import Node
from extractors.vocabulary.specialties import find_specialties
from pipeline.matching.phrases import number_of
from pipeline.matching.terms import data, find_therapies


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    words: tuple[str, ...]  # one of them has to stand in the leaf, lower case
    pattern: re.Pattern[str]
    reads: str
    holds: str
    bare: tuple[str, ...]
    needs: tuple[re.Pattern[str], ...]


# what may not be lost: a bound, another way to meet the leaf
_MORE = lore.regex(r"\d|\bor\b|\bunless\b|intoleran|contra-?indic|tolerat|\band\b", re.IGNORECASE)


# "Fifteen or more headache days": in figures
_NUMBERS = "|".join(at for at in (ONES | TENS) if len(at) > 2)
_FIRST_NUMBER = lore.regex(
    rf"^(?P<lead>\W*(?:at least |more than |fewer than )?)(?P<n>{_NUMBERS})\b"
    r"(?= or (?:more|fewer|less)\b)",
    re.IGNORECASE,
)


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            words=tuple(entry["if"]),
            pattern=lore.regex(entry["pattern"], re.IGNORECASE),
            reads=entry["reads"],
            holds=entry.get("holds", ""),
            bare=tuple(entry.get("bare", ())),
            needs=tuple(lore.regex(at, re.IGNORECASE) for at in entry.get("needs", ())),
        )
        for entry in data("reworded")["rules"].values()
    )


@cache
def _of_head() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (lore.regex(entry["pattern"], re.IGNORECASE), entry["reads"]) for entry in data("reworded")["of_head"].values()
    )


def reworded(text: str, heads: Sequence[Node] = ()) -> str:
    """Return a leaf in words that the readers know, any other leaf as it is; `heads` are its groups."""
    if len(text) > 260:
        return text
    text = _FIRST_NUMBER.sub(lambda at: f"{at['lead']}{number_of(at['n']):g}", text)
    low = f" {text.lower()} "
    for rule in _rules():
        if any(word in low for word in rule.words) and (match := rule.pattern.match(text)) and _keeps(rule, match):
            return re.sub(r"\s+", " ", match.expand(rule.reads)).strip()
    return _with_head(text, heads) if heads and len(text) < 120 else text


def _keeps(rule: _Rule, match: re.Match[str]) -> bool:
    """Whether the reading holds what the leaf demands."""
    if rule.holds == "therapy" and not find_therapies(match["what"]):
        return False
    if rule.holds == "specialty" and not find_specialties(match["who"]):
        return False
    lost = [match[name] or "" for name in rule.bare]
    if any(_MORE.search(at) or find_therapies(at) for at in lost):
        return False
    return not rule.needs or any(pattern.search(match[0]) for pattern in rule.needs)


def _with_head(text: str, heads: Sequence[Node]) -> str:
    """Return "It is being taken now" about the treatment that the group names."""
    for pattern, reads in _of_head():
        if pattern.match(text):
            named = dict.fromkeys(at.therapy.printed for at in find_therapies(heads[-1].text))
            return reads.replace(r"\g<head>", " or ".join(named)) if named else text
    return text
