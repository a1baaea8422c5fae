"""Which of several sections the papers speak of in the sections' own words, where no vocabulary knows them apart."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from extractors.chart import Assertion, assert_of
from extractors.policy.tree import Indication
from pipeline.matching.record import Record
from pipeline.matching.terms import data, words_of

_HELD = (Assertion.AFFIRMED, Assertion.HISTORICAL)


def told_apart(sections: Sequence[Indication]) -> list[Indication]:
    """Return the sections, those of one name and phase with their opening sentences added to it."""
    same = Counter((at.name, at.phase, at.drugs, at.products) for at in sections)
    return [
        replace(at, name=f"{at.name} {at.tree.text}") if same[at.name, at.phase, at.drugs, at.products] > 1 else at
        for at in sections
    ]


def of_other_regions(sections: Sequence[Indication], record: Record) -> list[Indication]:
    """Return the sections for another part of the body than the service that was asked for."""
    asked = _regions(record.service or "")
    return [at for at in sections if asked and (there := _regions(at.name)) and not asked & there]


def spoken_of(sections: Sequence[Indication], record: Record) -> list[Indication]:
    """Return the sections whose distinguishing words the service or an affirmed sentence of the chart holds."""
    common = set.intersection(*(_words(at.name) for at in sections)) if len(sections) > 1 else set()
    wanted = {id(at): _alternatives(at.name, common) for at in sections}
    named = [at for at in sections if any(_stands_in(alt, record.service or "") for alt in wanted[id(at)])]
    if named:
        return _narrowest(named, wanted)
    told = [
        at
        for at in sections
        if any(_affirmed(alt, said.text, said.section) for alt in wanted[id(at)] for said in record.statements)
    ]
    return _narrowest(told, wanted)


def _regions(text: str) -> set[str]:
    return {key for key, words in data("regions").items() if words_of(*words).search(text)}


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z][a-z0-9-]+", text.lower()) if word not in data("title_words")["words"]}


def _alternatives(name: str, common: set[str]) -> tuple[frozenset[str], ...]:
    """Return the sets of words that stand for a title: its own, and an abbreviation in brackets."""
    short = {frozenset([word.lower()]) for word in re.findall(r"\(([A-Z][A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*)\)", name)}
    own = frozenset(_words(re.sub(r"\([^)]*\)", " ", name)) - common)
    return tuple(held for held in (own, *sorted(short, key=sorted)) if held)


def _stem(word: str) -> str:
    if len(word) < 5:
        return rf"{re.escape(word)}\b"  # "men" is not the beginning of "menopause"
    return re.escape(re.sub(r"(?:ies|es|s|ing|ed|al|ic)$", "", word) if len(word) > 5 else word)


def _places(words: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Return where each of the words stands first; empty unless all do."""
    found = [re.search(rf"\b{_stem(word)}", text, re.IGNORECASE) for word in sorted(words)]
    return [at.span() for at in found if at] if all(found) else []


def _stands_in(words: frozenset[str], text: str) -> bool:
    return bool(_places(words, text))


def _affirmed(words: frozenset[str], text: str, section: str) -> bool:
    places = _places(words, text)
    return bool(places) and all(assert_of(text, start, end, section) in _HELD for start, end in places)


def _narrowest(found: list[Indication], wanted: dict[int, tuple[frozenset[str], ...]]) -> list[Indication]:
    """Leave out a section whose words are only a part of another's that is spoken of too."""
    own = {id(at): wanted[id(at)][0] for at in found}
    return [at for at in found if not any(own[id(at)] < own[id(other)] for other in found)]
