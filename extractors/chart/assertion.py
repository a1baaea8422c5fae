"""What a text asserts of something it names: affirmed, negated, possible, historical, family, planned ...

ConText with our own rule file: terms before or after the thing, each reaching to the end
of its clause or to a word that stops it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors import lore
from extractors.chart.facts import Assertion
from extractors.chart.frames import framed
from extractors.chart.sentences import split_sentences
from extractors.chart.signs import denied_by_payer, signs_of
from extractors.vocabulary.conditions import conditions
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.sections import sections
from extractors.vocabulary.sieve import rare
from extractors.vocabulary.terms import Term, TermFinder

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
    alone: bool = False  # behind the thing it must end its clause: "patient declines." and not "... declines a shot"
    comma: bool = True  # a comma between is no bar; "X, biopsy ordered" tells of the biopsy
    unless: TermFinder | None = None  # on the thing's other side these say that it was done after all


@dataclass(frozen=True, slots=True)
class _Lexicon:
    finder: TermFinder  # rules and pseudo terms together, so that the longest wins
    rules: tuple[_Rule, ...]
    stops: dict[Assertion, TermFinder]  # of each kind, what ends its reach
    background: TermFinder  # habits, lasting diseases, headings of standing diagnoses
    begun: TermFinder  # words that tell of something begun before this visit, whether or not it is there still
    begun_rules: tuple[_Rule, ...]


@cache
def _lexicon() -> _Lexicon:
    data = read_yaml("assertion.yaml", "extractors.chart")
    rules, pairs = [], []
    for index, entry in enumerate(data["rules"]):
        unless = TermFinder((str(term), "done") for term in entry["unless"]) if "unless" in entry else None
        rules.append(
            _Rule(
                Assertion(entry["as"]),
                entry["look"],
                entry.get("words"),
                alone=bool(entry.get("alone")),
                comma=entry.get("comma", True),
                unless=unless,
            )
        )
        pairs += [(str(term), f"rule {index}") for term in entry["terms"]]
    pairs += [(str(term), "pseudo") for term in data["pseudo"]]
    stops: dict[Assertion, list[tuple[str, str]]] = {}
    for entry in data["stop"]:
        for kind in entry["for"]:
            held = stops.setdefault(Assertion(kind), [])
            held += [(str(term), "stop") for term in entry["terms"]]
            held += [(str(term), "pass") for term in data["pass"]]
    standing = [(str(term), kind) for kind, terms in data["background"].items() for term in terms]
    begun_rules = tuple(_Rule(Assertion.HISTORICAL, entry["look"], entry.get("words")) for entry in data["begun"])
    begun = [(str(term), str(index)) for index, entry in enumerate(data["begun"]) for term in entry["terms"]]
    standing += [(name, "lasting") for held in conditions().values() if held.chronic for name in held.names]
    return _Lexicon(
        TermFinder(pairs),
        tuple(rules),
        {kind: TermFinder(held) for kind, held in stops.items()},
        TermFinder(standing),
        TermFinder(begun),
        begun_rules,
    )


@lru_cache(maxsize=4096)  # of sentences that a chart repeats word for word, and by several readers of one
def assert_of(text: str, start: int, end: int, section: str = "") -> Assertion:
    """Return what the text asserts of characters start..end (exclusive) of it.

    `section` is the key of the section it stands under; under the family history all is family.
    A standing disease or habit ("Hypertension." in a list) is present: affirmed.
    """
    held = _held(*_sentence_of(text, start, end), section)
    return next((kind for kind in _PRECEDENCE if kind in held), Assertion.AFFIRMED)


def modifiers_of(text: str, start: int, end: int, section: str = "") -> frozenset[Assertion]:
    """Return every assertion that holds of the words, regardless of precedence.

    Historical in the sense of ConText: begun before this visit, so a standing disease or habit too.
    """
    sentence, start, end = _sentence_of(text, start, end)
    held = _held(sentence, start, end, section)
    if _stands(sentence, start, end) or _began_before(sentence, start, end) or _names_history(sentence[start:end]):
        held.add(Assertion.HISTORICAL)
    return frozenset(held)


@lru_cache(maxsize=4096)
def frame_of(text: str, start: int, end: int) -> Assertion | None:
    """Return what the frame of the sentence asserts of the words: a guess, a payer's claim, patients in general.

    None: nothing takes them out of the patient's record. It outweighs verbs of the past inside it.
    """
    held = framed(*_sentence_of(text, start, end))
    return next((kind for kind in _PRECEDENCE if kind in held), None)


def _sentence_of(text: str, start: int, end: int) -> tuple[str, int, int]:
    left, right = next(((a, b) for a, b in split_sentences(text) if a <= start < b), (0, len(text)))
    return text[left:right], start - left, min(end, right) - left


def _held(sentence: str, start: int, end: int, section: str) -> set[Assertion]:
    """Return what the section, the signs and the rules assert of the words."""
    held = set()
    if section in sections():
        if sections()[section].family:
            held.add(Assertion.FAMILY)
        if section in ("past_medical_history", "past_surgical_history", "social_history"):
            held.add(Assertion.HISTORICAL)
    held |= signs_of(sentence, start, end, section) | framed(sentence, start, end)
    lexicon = _lexicon()
    for term in _cues(sentence):
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
        if term.term == "?" and sentence[term.start - 1 : term.start].strip():
            continue  # ends a question
        if term.term == "denied" and denied_by_payer(sentence, start, end):
            continue
        rule = lexicon.rules[int(term.key[5:])]
        if rule.asserts in held:
            continue
        if _reaches(sentence, rule, (term.start, term.end), (start, end), _stops(sentence, rule.asserts)):
            held.add(rule.asserts)
    return held


# A sentence is asked for each thing that it names, and few hold any cue: nothing is looked for twice or in vain.
@lru_cache(maxsize=4096)
def _cues(sentence: str) -> tuple[Term, ...]:
    """Return the terms of the rules that a sentence holds, and those that only look like one."""
    return tuple(_lexicon().finder.find(sentence))


@lru_cache(maxsize=4096)
def _stops(sentence: str, kind: Assertion) -> tuple[tuple[int, int], ...]:
    """Return where words stand that end the reach of this kind of term."""
    finder = _lexicon().stops.get(kind)
    return tuple((stop.start, stop.end) for stop in finder.find(sentence) if stop.key == "stop") if finder else ()


# a site or a stage behind a disease is no other thing: "herniated discs at L4 and L5", "diabetes, type 2"
_TAIL = lore.regex(
    r"\s*,?\s*(?:(?:at|of)\s+(?:the\s+)?[CLTS]-?\d\S*.{0,16}|type\s+(?:\d|I+)|stage\s+\w+)$", re.IGNORECASE
)


def _only(sentence: str, target: tuple[int, int], term: tuple[int, int]) -> bool:
    """Tell whether the target is the term and nothing more, but for a letter or its site."""
    if target[1] - target[0] <= term[1] - term[0] + 1:
        return True
    return target[0] == term[0] and bool(_TAIL.match(sentence[term[1] : target[1]]))


# what may stand around the one thing of a list item: its number, a code, a full stop
_AROUND = lore.regex(r"^[\s\d.,:;()*#•-]*$")


def _stands(sentence: str, start: int, end: int) -> bool:
    """Tell a standing disease, alone as an item of a list or under a heading of such, and a habit anywhere."""
    alone = bool(_AROUND.match(sentence[:start]) and _AROUND.match(sentence[end:]))
    for term in _lexicon().background.find(sentence):
        inside = term.start < end and start < term.end
        if term.key == "habits" and inside:
            return True
        if term.key == "lasting" and inside and alone and _only(sentence, (start, end), (term.start, term.end)):
            return True
        if term.key == "headings" and term.end <= start and sentence[term.end : term.end + 1] == ":":
            return _same_list(sentence[term.end + 1 : start])
    return False


def _began_before(sentence: str, start: int, end: int) -> bool:
    """Tell what the words around tell as begun before this visit: known, unchanged, admitted for it time and again."""
    lexicon = _lexicon()
    return any(
        _reaches(
            sentence,
            lexicon.begun_rules[int(term.key)],
            (term.start, term.end),
            (start, end),
            _stops(sentence, Assertion.HISTORICAL),
        )
        for term in lexicon.begun.find(sentence)
    )


# "psychiatric history", "status post splenectomy": the thing is named as past
_NAMED_PAST = rare(
    r"^(?:(?:past|prior|previous|remote|old|chronically|longstanding)\b|(?:status\s+post|s/p|h/o)\s)|\bhistory$",
    re.IGNORECASE,
)
_OF_TODAY = rare(r"\b(?:present\w*|clinical|interval|brief)\s+history$", re.IGNORECASE)


def _names_history(words: str) -> bool:
    return bool(_NAMED_PAST.search(words)) and not _OF_TODAY.search(words)


def _same_list(between: str) -> bool:
    """Tell that no other heading stands between: items are parted by semicolons, commas and codes."""
    return ":" not in between and not re.search(r"\.\s", between)


def _reaches(
    text: str, rule: _Rule, term: tuple[int, int], target: tuple[int, int], stops: Sequence[tuple[int, int]]
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
    if rule.alone and target[1] <= term[0]:
        return len(gap.split()) <= (rule.words or 99) and bool(_CLAUSE_END.match(text, term[1]))
    if not rule.comma and "," in gap:
        return False
    if rule.unless and _told_done(text, rule, target):
        return False
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
    own = _ITS_OWN_ON.match(text, between[0]) if target[0] >= term[1] else None
    return all(own and stop[1] <= own.end() for stop in inside)


# "was never put on X": this "on" is what is denied, and ends nothing; "no rash, on X" is another clause
_ITS_OWN_ON = lore.regex(
    r"\s*(?:(?:yet|now|currently|presently|ever|be|been|was|put|placed|started|kept|maintained|go|went|gone|got)\s+)*on\b",
    re.IGNORECASE,
)


# "patient declines.", "she declined because of her job"
_CLAUSE_END = lore.regex(
    r"\s*(?:$|[.,;)]|(?:because|due|given|for\s+now|for\s+the\s+moment|today|at\s+this|at\s+the|this|it|both|on\s+account|until|in\s+favor|"
    r"as\s+(?:she|he|they)|citing|over|after|despite)\b)",
    re.IGNORECASE,
)


def _told_done(text: str, rule: _Rule, target: tuple[int, int]) -> bool:
    """Tell whether the words on the thing's far side say that it was done after all."""
    far = text[target[1] :] if rule.look == "forward" else text[: target[0]]
    far = far.split(";")[0] if rule.look == "forward" else far.split(";")[-1]
    return bool(rule.unless and rule.unless.find(far))


_ANSWER = lore.regex(r"\s*(?:[.,;]|$)")
# "WBC 3.9, no fever" : a term after a comma and its own subject looks at that, not back over it
_CLAUSE = lore.regex(r",\s+(?:and\s+|but\s+)?(?:the|there|she|he|it|her|his|no)\b", re.IGNORECASE)


def _new_clause(gap: str) -> bool:
    return bool(_CLAUSE.search(gap))
