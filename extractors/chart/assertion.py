"""What a text asserts of something it names: affirmed, negated, possible, historical, family, planned ...

ConText with our own rule file: terms before or after the thing, each reaching to the end
of its clause or to a word that stops it.
"""

import re
from dataclasses import dataclass
from functools import cache

from extractors.chart.facts import Assertion
from extractors.chart.sentences import split_sentences
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.sections import sections
from extractors.vocabulary.terms import TermFinder

# where several hold, the one that keeps an untrue sentence out of a letter comes first
_PRECEDENCE = (
    Assertion.ENTERED_IN_ERROR,
    Assertion.FAMILY,
    Assertion.NEGATED,
    Assertion.DECLINED,
    Assertion.HYPOTHETICAL,
    Assertion.PLANNED,
    Assertion.POSSIBLE,
    Assertion.HISTORICAL,
)


@dataclass(frozen=True, slots=True)
class _Rule:
    asserts: Assertion
    look: str  # forward, backward, both
    words: int | None


@dataclass(frozen=True, slots=True)
class _Lexicon:
    finder: TermFinder  # rules and pseudo terms together, so that the longest wins
    rules: tuple[_Rule, ...]
    stops: dict[Assertion, TermFinder]  # of each kind, what ends its reach


@cache
def _lexicon() -> _Lexicon:
    data = read_yaml("assertion.yaml", "extractors.chart")
    rules, pairs = [], []
    for index, entry in enumerate(data["rules"]):
        rules.append(_Rule(Assertion(entry["as"]), entry["look"], entry.get("words")))
        pairs += [(str(term), f"rule {index}") for term in entry["terms"]]
    pairs += [(str(term), "pseudo") for term in data["pseudo"]]
    stops: dict[Assertion, list[tuple[str, str]]] = {}
    for entry in data["stop"]:
        for kind in entry["for"]:
            held = stops.setdefault(Assertion(kind), [])
            held += [(str(term), "stop") for term in entry["terms"]]
            held += [(str(term), "pass") for term in data["pass"]]
    return _Lexicon(TermFinder(pairs), tuple(rules), {kind: TermFinder(held) for kind, held in stops.items()})


def assert_of(text: str, start: int, end: int, section: str = "") -> Assertion:
    """Return what the text asserts of characters start..end (exclusive) of it.

    `section` is the key of the section it stands under; under the family history all is family.
    """
    held = modifiers_of(text, start, end, section)
    return next((kind for kind in _PRECEDENCE if kind in held), Assertion.AFFIRMED)


def modifiers_of(text: str, start: int, end: int, section: str = "") -> frozenset[Assertion]:
    """Return every assertion that holds of the words, regardless of precedence."""
    held = set()
    if section in sections():
        if sections()[section].family:
            held.add(Assertion.FAMILY)
        if section in ("past_medical_history", "past_surgical_history", "social_history"):
            held.add(Assertion.HISTORICAL)
    left, right = next(((a, b) for a, b in split_sentences(text) if a <= start < b), (0, len(text)))
    sentence, start, end = text[left:right], start - left, min(end, right) - left
    lexicon = _lexicon()
    stops = {
        kind: [(stop.start, stop.end) for stop in finder.find(sentence) if stop.key == "stop"]
        for kind, finder in lexicon.stops.items()
    }
    for term in lexicon.finder.find(sentence):
        if not term.key.startswith("rule"):
            # "no change in vision", asked of "change in vision": here the "no" is what it looks like
            if term.start < start < term.end and term.term.startswith(("no ", "not ", "without ")):
                held.add(Assertion.NEGATED)
            continue
        if term.term in ("no", "none") and _ANSWER.match(sentence, term.end):
            # "Fever: no." answers what stands before it
            if (
                term.start >= end
                and len(sentence[end : term.start].split()) <= 3
                and ";" not in sentence[end : term.start]
            ):
                held.add(Assertion.NEGATED)
            continue
        rule = lexicon.rules[int(term.key[5:])]
        if _reaches(sentence, rule, (term.start, term.end), (start, end), stops.get(rule.asserts, [])):
            held.add(rule.asserts)
    return frozenset(held)


def _reaches(
    text: str, rule: _Rule, term: tuple[int, int], target: tuple[int, int], stops: list[tuple[int, int]]
) -> bool:
    """Tell whether a term's reach covers the target."""
    if term[0] < target[1] and target[0] < term[1]:
        # the thing itself says so: "NO KNOWN DRUG ALLERGIES" named whole
        return rule.asserts is Assertion.NEGATED and term[0] <= target[0] and term[1] < target[1]
    if term[1] <= target[0] and rule.look in ("forward", "both"):
        between = (term[1], target[0])
    elif target[1] <= term[0] and rule.look in ("backward", "both"):
        between = (target[1], term[0])
    else:
        return False
    gap = text[between[0] : between[1]]
    if rule.words is not None and len(gap.split()) > rule.words:
        return False
    if (
        ";" in gap
        or gap.count(")") > gap.count("(")
        or gap.count("}") > gap.count("{")
        or (rule.look == "backward" and _new_clause(gap))
    ):
        return False
    inside = [stop for stop in stops if between[0] <= stop[0] and stop[1] <= between[1] + 1]
    return not inside


_ANSWER = re.compile(r"\s*(?:[.,;]|$)")
# "WBC 3.9, no fever" : a term after a comma and its own subject looks at that, not back over it
_CLAUSE = re.compile(r",\s+(?:and\s+|but\s+)?(?:the|there|she|he|it|her|his|no)\b", re.IGNORECASE)


def _new_clause(gap: str) -> bool:
    return bool(_CLAUSE.search(gap))
