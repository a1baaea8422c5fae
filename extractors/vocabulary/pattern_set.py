"""Many patterns asked of one sentence: one pass over its letters tells the few that it may hold."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any

from extractors.vocabulary.needs import Way, folded, needs


class PatternSet:
    """Patterns by the words without which each finds nothing."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        import ahocorasick

        self._always: set[int] = set()  # of these nothing is known
        holding: dict[str, list[int]] = {}
        self._ways: list[tuple[Way, ...]] = []
        for number, pattern in enumerate(patterns):
            self._ways.append(needs(pattern).ways)
            pieces = needs(pattern).words
            if pieces is None:
                self._always.add(number)
            for piece in pieces or ():
                holding.setdefault(piece, []).append(number)
        self._patterns = tuple(patterns)
        self._automaton = ahocorasick.Automaton()
        for piece, numbers in holding.items():
            self._automaton.add_word(piece, numbers)
        self._automaton.make_automaton()

    def possible(self, text: str) -> list[int]:
        """Return the numbers of the patterns that some part of the text may hold, in their order."""
        found = set(self._always)
        text = folded(text)
        for _, numbers in self._automaton.iter(text) if len(self._automaton) else ():
            found.update(numbers)
        return [number for number in sorted(found) if _has_one(text, self._ways[number])]

    def found(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield the patterns that a text holds, in their order, with what each finds first.

        As `search` of each would, but it is tried only where its first letters stand: a search for a choice of words
        stops at every letter of a page.
        """
        letters = folded(text)
        sought, at_once = self._leads
        if len(letters) != len(text):  # places would not be those of the text
            at_once = range(len(self._patterns))
        starts: dict[int, set[int]] = defaultdict(set)
        for last, (length, numbers) in sought.iter(letters) if len(sought) else ():
            for number in numbers:
                starts[number].add(last - length + 1)
        for number in sorted({*starts, *at_once}):
            pattern = self._patterns[number]
            if number in at_once:
                match = pattern.search(text) if _has_one(letters, self._ways[number]) else None
            else:
                match = next(filter(None, (pattern.match(text, start) for start in sorted(starts[number]))), None)
            if match:
                yield number, match

    @cached_property
    def _leads(self) -> tuple[Any, Collection[int]]:
        """What tells the places of first letters, and the patterns of which none are known."""
        import ahocorasick

        begun = [needs(pattern).leads for pattern in self._patterns]
        beginning: dict[str, list[int]] = defaultdict(list)
        for number, found in enumerate(begun):
            for lead in found or ():
                beginning[lead].append(number)
        automaton = ahocorasick.Automaton()
        for lead, numbers in beginning.items():
            automaton.add_word(lead, (len(lead), numbers))
        automaton.make_automaton()
        return automaton, frozenset(number for number, found in enumerate(begun) if found is None)


def _has_one(text: str, ways: Sequence[Way]) -> bool:
    """Whether a text has all that one of the ways needs."""
    for way in ways:
        for pieces in way:
            for piece in pieces:
                if piece in text:
                    break
            else:
                break
        else:
            return True
    return False
