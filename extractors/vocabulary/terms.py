"""Vocabulary files read once, and exact terms found in text by one automaton."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import ahocorasick

from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.sieve import enter_terms, is_barren


@cache
def load_vocabulary(name: str) -> dict[str, Any]:
    """Return the mapping of extractors/vocabulary/<name>.yaml; its keys are the canonical names."""
    data = read_yaml(f"{name}.yaml")
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ValueError(f"extractors/vocabulary/{name}.yaml must map names to entries")
    return data


_SHORT = 16  # letters of a text that is looked through as soon as asked about


class Term(NamedTuple):
    """A term of a vocabulary found in a text."""

    start: int
    end: int
    key: str
    term: str  # as in the vocabulary, lower case


class TermFinder:
    """Finds whole-word terms, longest first, regardless of case; one pass over the text."""

    def __init__(self, pairs: Iterable[tuple[str, str]], glued: bool = False) -> None:
        """Take (term, key) pairs; one term may have several keys.

        `glued`: a number may follow at once, as OCR loses spaces ("CDAI9.0").
        """
        self._glued = glued
        self._automaton = ahocorasick.Automaton()
        keys: dict[str, list[str]] = {}
        for term, key in pairs:
            held = keys.setdefault(term.lower(), [])
            if key not in held:
                held.append(key)
        for term, held in keys.items():
            self._automaton.add_word(term, (term, tuple(held)))
        self._automaton.make_automaton()
        self._bit = enter_terms(keys)

    def find(self, text: str) -> list[Term]:
        """Return terms in reading order; overlapping ones lose to the longest."""
        if len(text) > _SHORT and is_barren(text, self._bit):
            return []
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters change length in lower case; boxes need equal offsets
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        hits: list[tuple[int, int, str, tuple[str, ...]]] = []
        for last, (term, keys) in self._automaton.iter(lowered):
            start, end = last - len(term) + 1, last + 1
            if _inside_word(lowered, start, end, self._glued):
                continue
            hits.append((start, end, term, keys))
        if not hits:
            return []
        hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
        taken: list[tuple[int, int, str, tuple[str, ...]]] = []
        for hit in hits:
            if all(hit[1] <= other[0] or other[1] <= hit[0] for other in taken):
                taken.append(hit)
        taken.sort()
        return [Term(start, end, key, term) for start, end, term, keys in taken for key in keys]


def _inside_word(text: str, start: int, end: int, glued: bool) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if glued and after.isdigit() and text[end - 1].isalpha() and end - start >= 3:
        after = " "
    return (before.isalnum() and text[start].isalnum()) or (after.isalnum() and text[end - 1].isalnum())
