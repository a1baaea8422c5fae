"""Many patterns asked of one sentence: one pass over its letters tells the few that it may hold."""

import re
from collections.abc import Sequence

from extractors.vocabulary.needed_words import Way, folded, needed_ways, needed_words


class PatternSet:
    """Patterns by the words without which each finds nothing."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        import ahocorasick

        self._always: set[int] = set()  # of these nothing is known
        holding: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            pieces = needed_words(pattern)
            if pieces is None:
                self._always.add(number)
            for piece in pieces or ():
                holding.setdefault(piece, []).append(number)
        self._ways = [needed_ways(pattern) for pattern in patterns]
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
