"""The sentences of a record by their words, so that a judge looks only at those that can hold what it asks for."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from extractors.chart.facts import Statement
from extractors.vocabulary.needs import folded, needs


class SentenceIndex:
    """Which sentences a pattern is found in; the answer is kept for the next leaf that asks.

    A 300-page chart has 10,000 sentences, and few of them hold a word of what one leaf asks for: only those are
    searched. A sentence said again and again (copied forward, printed on each page) is searched once.
    """

    def __init__(self, statements: Sequence[Statement] = ()) -> None:
        self._statements = statements
        places: dict[str, list[int]] = defaultdict(list)  # text -> where it stands
        for place, statement in enumerate(statements):
            places[statement.text].append(place)
        self._texts, self._places = tuple(places), tuple(places.values())
        texts_of: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for word in set(folded(text).split()):
                texts_of[word].append(number)
        self._texts_of = tuple(texts_of.values())  # word -> the texts that hold it
        self._words = " ".join(texts_of)
        self._starts: list[int] = []  # of each word
        at = 0
        for word in texts_of:
            self._starts.append(at)
            at += len(word) + 1
        self._holding: dict[str, frozenset[int]] = {}  # the texts that hold each piece of a word
        self._found: dict[re.Pattern[str], frozenset[int]] = {}  # the texts that each pattern is found in

    def saying(self, *patterns: re.Pattern[str]) -> list[Statement]:
        """Return the statements in whose text one of the patterns is found, in the order of the record."""
        return self._in_order(map(self._find, patterns))

    def may_say(self, *patterns: re.Pattern[str]) -> list[Statement]:
        """Return the statements that hold what one of the patterns needs: none other has a part that it finds.

        For a judge that searches the clauses of a sentence, where a pattern may find what it does not in the whole.
        """
        return self._in_order(map(self._candidates, patterns))

    def _in_order(self, found: Iterable[Collection[int]]) -> list[Statement]:
        places = [place for number in set().union(*found) for place in self._places[number]]
        return [self._statements[place] for place in sorted(places)]

    def _find(self, pattern: re.Pattern[str]) -> frozenset[int]:
        """Return the texts in which a pattern is found."""
        if pattern not in self._found:
            candidates = self._candidates(pattern)
            self._found[pattern] = frozenset(at for at in candidates if pattern.search(self._texts[at]))
        return self._found[pattern]

    def _candidates(self, pattern: re.Pattern[str]) -> Collection[int]:
        """Return the texts that hold one of the words without which a pattern is not found."""
        pieces = needs(pattern).words
        if pieces is None:
            return range(len(self._texts))
        return set().union(*map(self._hold, pieces))

    def _hold(self, piece: str) -> frozenset[int]:
        """Return the texts that hold a piece of a word."""
        if piece not in self._holding:
            found: set[int] = set()
            at = self._words.find(piece)
            while at >= 0:
                word = bisect_right(self._starts, at) - 1
                found.update(self._texts_of[word])
                at = self._words.find(piece, self._starts[word + 1]) if word + 1 < len(self._starts) else -1
            self._holding[piece] = frozenset(found)
        return self._holding[piece]
