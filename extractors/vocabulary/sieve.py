"""One pass over a text tells which of all the patterns and term lists may be found in it.

A sentence of a chart is asked some two hundred questions, and holds the words of few: searching each pattern took
half the time of reading a chart. Here every pattern and list gives the pieces of words it cannot do without
(`needs`), and one automaton finds the pieces of all of them. What is known of a text is kept for a while, since
its questions come one after the other.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from extractors import lore
from extractors.lore import regex
from extractors.vocabulary.needs import folded, needs

# Pairs of letters that every sentence holds: a pattern that one of them may open is searched always.
_EVERYWHERE = frozenset(
    re.findall(
        r"\S+", "an as at be by do ed es ex fa he id if in is it ma me mo no of on or pa ra re so to up us we 19 20"
    )
)
_SHORT = lore.regex(r"(?<![^\W_])[^\W_]{1,2}(?![^\W_])")  # words of one or two letters
_RUN = lore.regex(r"[^\W_]+")
_KEPT = 4096  # texts of which the answer is kept: a page holds about a hundred
_LONGEST = 2000  # letters of a text that is worth it
_PATIENCE = 64  # texts read before what came new is taken in

_needs: list[Callable[[], Iterable[str] | None]] = []  # of each number, what gives its pieces
_words: dict[str, int] = {}  # bits of the short words, which count as whole words only
_taken_in = 0  # how many of them the automaton knows
_waited = 0
_automaton: Any = None
_always = 0  # bits of which nothing is known


def _enter(pieces: Callable[[], Iterable[str] | None]) -> int:
    """Return the bit of something new; its pieces are asked for when the automaton is next made."""
    _needs.append(pieces)
    return 1 << (len(_needs) - 1)


@lru_cache(maxsize=_KEPT)
def may_hold(text: str) -> int:
    """Return the bits of all that may be found in the text; what is not taken in yet may be."""
    if len(_needs) > _taken_in:
        _wait()
    bits, unknown, low = _always, -1 << _taken_in, folded(text)
    for _, held in _automaton.iter(low) if _automaton else ():
        bits |= held
    for word in _SHORT.findall(low):
        bits |= _words.get(word, 0)
    return bits | unknown


def _wait() -> None:
    """Take in what is new, once enough texts were read to be worth the while."""
    global _waited
    _waited += 1
    if _waited >= _PATIENCE or not _taken_in:
        take_in()


def take_in() -> None:
    """Take in what is new now; who loads ahead does so, that no case pays for it."""
    global _taken_in, _waited, _automaton, _always
    import ahocorasick

    owners: dict[str, int] = {}
    always = 0
    for number, give in enumerate(_needs):
        pieces = give()
        if pieces is None or not _EVERYWHERE.isdisjoint(pieces):
            always |= 1 << number
            continue
        for piece in pieces:
            owners[piece] = owners.get(piece, 0) | 1 << number
    made = ahocorasick.Automaton()
    for piece, bits in owners.items():
        made.add_word(piece, bits)
    made.make_automaton()
    _automaton = made if len(made) else None
    _always, _taken_in, _waited = always, len(_needs), 0
    may_hold.cache_clear()


def is_barren(text: str, bit: int) -> bool:
    """Tell that nothing of this bit is in the text; of a long text nothing is known, nor kept."""
    return len(text) <= _LONGEST and not may_hold(text) & bit


class Rare:
    """A pattern that is searched only where the words it needs stand; asked as a compiled pattern is.

    `of` is a longer text that holds the one asked about, as it stands there: its words are known already.
    """

    __slots__ = ("_bit", "_match", "_search", "pattern")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self._search, self._match = pattern.search, pattern.match
        self._bit = _enter(lambda: needs(pattern).words)

    def search(self, text: str, of: str | None = None) -> re.Match[str] | None:
        """Return the first place that fits."""
        return self._search(text) if may_hold(text if of is None else of) & self._bit else None

    def match(self, text: str, of: str | None = None) -> re.Match[str] | None:
        """Return what fits at the beginning."""
        return self._match(text) if may_hold(text if of is None else of) & self._bit else None

    def match_at(self, text: str, at: int) -> re.Match[str] | None:
        """Return what fits from character `at` on."""
        return self._match(text, at) if may_hold(text) & self._bit else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return every place that fits."""
        return self.pattern.finditer(text) if may_hold(text) & self._bit else iter(())

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return the text with each place that fits replaced."""
        return self.pattern.sub(new, text) if may_hold(text) & self._bit else text


def rare(pattern: str, flags: re.RegexFlag | int = 0) -> Rare:
    """Return a pattern that few texts hold, compiled."""
    return Rare(regex(pattern, flags))


def enter_terms(terms: Iterable[str], spaced: bool = False) -> int:
    """Return the bit of a list of terms, each of which a text holds as whole words.

    `spaced`: other signs may stand for the spaces of a term; its longest word must be there as it is.
    """
    bit = 1 << len(_needs)
    pieces = set()
    for term in map(folded, terms):
        piece = max(_RUN.findall(term), key=len, default=term) if spaced else term
        if len(piece) > 2 or not piece.isalnum():
            pieces.add(piece)
        else:
            _words[piece] = _words.get(piece, 0) | bit
    return _enter(lambda: pieces)
