"""Many phrases looked for at once, as whole words, whatever the hyphens and capitals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractors.vocabulary.sieve import enter_terms, is_barren

# one character for one, so that offsets hold: dashes, slash-free; line breaks and hard spaces are spaces
_PLAIN = str.maketrans(dict.fromkeys("-‐‑‒–—−\n\r\t\xa0\xad", " ") | {"’": "'", "‘": "'"})


def plain(text: str) -> str:
    """Return the text in lower case with hyphens as spaces, the same length as before."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters (İ) grow when lowered
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of the finder in a text."""

    start: int
    end: int  # exclusive
    phrase: str  # the plain phrase


class PhraseFinder:
    """Finds the longest phrases first, left to right, never two on the same words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        import ahocorasick

        self._machine = ahocorasick.Automaton()
        written = [plain(phrase) for phrase in phrases]
        for phrase in written:
            self._machine.add_word(phrase, phrase)
        self._machine.make_automaton()
        self._bit = enter_terms(written, spaced=True)

    def all_hits(self, text: str) -> Iterator[Hit]:
        """Yield every phrase that stands as whole words, overlapping ones too."""
        if is_barren(text, self._bit):
            return
        low = plain(text)
        for last, phrase in self._machine.iter(low):
            start, end = last - len(phrase) + 1, last + 1
            if start and low[start - 1].isalnum():
                continue
            if end < len(low) and low[end].isalnum():
                continue
            yield Hit(start, end, phrase)

    def find(self, text: str) -> list[Hit]:
        """Return the hits that remain when the leftmost and longest win."""
        return without_overlaps(self.all_hits(text))


def without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Return leftmost hits, of two that begin together the longer, none touching another."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda at: (at.start, -at.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept
