"""A letter as running text that still knows where each word stands.

Lines are chained into blocks (a paragraph, a column, a cell), so that a sentence is read
down its own column; "1-800-555-" and "0117" on the next line become one number again.
Every span of the text can be cited: its words, line by line, with their boxes.
"""

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors import lore
from extractors.documents.misread import mend_words
from extractors.evidence import Evidence, Finding, Line, Page, T, Word, enclose

# One character for one character, so that offsets stay; quotes are cut from the words as printed.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00a0": " ", "•": "·"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a page and the characters of `Letter.text` that it fills."""

    page: Page
    line: Line
    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters start..end (exclusive) of `Letter.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    place: int
    word: Word


class Letter:
    """The pages of one letter in reading order, flattened."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = tuple(pages)
        self.places: list[Place] = []
        self.blocks: list[Span] = []
        self.stops: set[int] = set()  # ends of lines that the next word would still have fitted on
        self._marks: list[_Mark] = []
        pieces: list[str] = []
        offset = 0
        for page in self.pages:
            for block in _blocks(page):
                block_start = offset
                right = max(line.box.x1 for line in block)
                above: Line | None = None
                for line in block:
                    if above is not None and _leaves_room(above, line, right):
                        self.stops.add(offset)
                    above = line
                    glue = "" if offset == block_start or _runs_on(pieces, line) else " "
                    if glue:
                        pieces.append(glue)
                        offset += 1
                    start = offset
                    for index, word in enumerate(line.words):
                        if index:
                            pieces.append(" ")
                            offset += 1
                        pieces.append(word.text)
                        self._marks.append(_Mark(offset, offset + len(word.text), len(self.places), word))
                        offset += len(word.text)
                    self.places.append(Place(page=page, line=line, start=start, end=offset, block=len(self.blocks)))
                self.blocks.append(Span(start=block_start, end=offset))
                pieces.append("\n")
                offset += 1
        self.printed = "".join(pieces)
        self.text = self._mended(self.printed.translate(_PLAIN))
        self._starts = [mark.start for mark in self._marks]

    def _mended(self, text: str) -> str:
        """Put right the letter words that the engine was unsure of; same length, so places stay."""
        pieces, last = [], 0
        for mark in self._marks:
            if mark.word.confidence < 1.0:
                (word,) = mend_words([(text[mark.start : mark.end], mark.word.confidence)])
                pieces += [text[last : mark.start], word]
                last = mark.end
        return "".join([*pieces, text[last:]])

    @cached_property
    def folded(self) -> str:
        """The text in lower case, same offsets."""
        return "".join(char.lower() if len(char.lower()) == 1 else char for char in self.text)

    def place_at(self, offset: int) -> Place:
        """Return the line that holds the character."""
        index = max(0, bisect.bisect_right(self._starts, offset) - 1)
        return self.places[self._marks[index].place]

    def words_in(self, start: int, end: int) -> list[tuple[Place, Word]]:
        """Return the words that the span touches, in reading order."""
        index = max(0, bisect.bisect_right(self._starts, start) - 1)
        touched = []
        while index < len(self._marks) and self._marks[index].start < end:
            mark = self._marks[index]
            if mark.end > start:
                touched.append((self.places[mark.place], mark.word))
            index += 1
        return touched

    def evidence(self, start: int, end: int) -> tuple[Evidence, ...]:
        """Return one piece of evidence per line that the span touches."""
        by_line: list[tuple[Place, list[Word]]] = []
        for place, word in self.words_in(start, end):
            if by_line and by_line[-1][0] is place:
                by_line[-1][1].append(word)
            else:
                by_line.append((place, [word]))
        return tuple(
            place.page.evidence(Line(words=tuple(words), box=enclose(word.box for word in words)))
            for place, words in by_line
        )

    def cite(self, start: int, end: int, value: T, confidence: float, prose: bool = False) -> Finding[T]:
        """Return a finding on these words; see `read_confidence` for how sure."""
        words = [word.confidence for _, word in self.words_in(start, end)]
        return Finding(
            value=value,
            confidence=round(min(confidence, read_confidence(words, prose)), 3),
            evidence=self.evidence(start, end),
        )


def read_confidence(scores: Sequence[float], prose: bool = False) -> float:
    """Return how sure the engine was of words together, 0-1.

    An identifier is as good as its worst word. A sentence or a name is recognised as a
    whole: one speckled word in twenty does not change what it says, so the mean leads.
    """
    if not scores:
        return 0.0
    worst, mean = min(scores), sum(scores) / len(scores)
    return 0.85 * mean + 0.15 * worst if prose else 0.5 * mean + 0.5 * worst


_ENDS_IN_HYPHEN = lore.regex(r"[\w)]-$")


def _runs_on(pieces: list[str], line: Line) -> bool:
    """Whether the line goes on with a word or a number that the line before broke at a hyphen."""
    return bool(pieces) and bool(_ENDS_IN_HYPHEN.search(pieces[-1][-2:])) and line.words[0].text[:1].isalnum()


def _leaves_room(above: Line, below: Line, right: float) -> bool:
    """Whether a line ends before its column does: a heading, an address line, the end of a paragraph."""
    space = 0.5 * above.box.width / max(1, len(above.text))
    return above.box.x1 + space + below.words[0].box.width < right


def _blocks(page: Page) -> list[list[Line]]:
    """Chain each line to the one right above it in its column; blocks in the order of the page's lines."""
    order = {id(line): index for index, line in enumerate(page.lines)}
    chains: list[list[Line]] = []
    for line in sorted(page.lines, key=lambda at: (at.box.top, at.box.x0)):
        above = [chain for chain in chains if _follows(chain[-1], line)]
        if above:
            best = min(above, key=lambda chain: abs(chain[-1].box.x0 - line.box.x0))
            best.append(line)
        else:
            chains.append([line])
    return sorted(chains, key=lambda chain: order[id(chain[0])])


def _follows(above: Line, below: Line) -> bool:
    height = min(above.box.height, below.box.height)
    gap = below.box.top - above.box.bottom
    shared = min(above.box.x1, below.box.x1) - max(above.box.x0, below.box.x0)
    return -0.45 * height < gap < 0.8 * height and shared > 0.3 * min(above.box.width, below.box.width)


# Dr. St. No. P.O. U.S. e.g. and single initials do not end a sentence.
_SENTENCE_END = lore.regex(r"(?<=[.!?])[\"')\]]?\s+(?=[\"'(\[]?[A-Z0-9¿¡·-])")
_NO_END = lore.regex(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|St|No|Nos|Inc|Co|Corp|vs|Jr|Sr|Attn|Dept|Ste|Apt|Ave|Blvd|Rd|Fl|Sec|Sect|Art|Ph|Tel|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|approx|e\.g|i\.e|etc|cf|U\.S|P\.O|[A-Z]))\.$"
)


# An item of a check list is a sentence of its own: "[x] Not on the drug list", "\u2610 Out of network".
_BOX_OPENS = lore.regex(r"[\[({|][ _]?[xXvV]{0,2}[ _]?[\])}|J]\s|[\u2610-\u2612\u25a0\u25a1\u25fb\u25fc\u2713-\u2718]")

# "Fax: 1-866-555-1212" at the end of a line: what follows in capitals is a new sentence.
_NUMBER_ENDS = lore.regex(r"\d{3}[ .-]\d{4}$")


def _number_ends(text: str, place: Place) -> bool:
    return bool(_NUMBER_ENDS.search(text, place.start, place.end)) and bool(
        re.match(r"\s+[A-Z][a-z]", text[place.end : place.end + 4])
    )


def sentences(letter: Letter) -> list[Span]:
    """Return the sentences of the letter in reading order.

    A block's end and a line that stops short of its column end one; a line that is full does not.
    """
    found: list[Span] = []
    text = letter.text
    for block in letter.blocks:
        cuts = {at for at in letter.stops if block.start < at < block.end}
        for match in _SENTENCE_END.finditer(text, block.start, block.end):
            if not _NO_END.search(text[max(block.start, match.start() - 12) : match.start()]):
                cuts.add(match.start())
        cuts |= {
            place.end for place in letter.places if block.start < place.end < block.end and _number_ends(text, place)
        }
        cuts |= {
            place.start
            for place in letter.places
            if block.start < place.start < block.end and _BOX_OPENS.match(text, place.start)
        }
        start = block.start
        for cut in [*sorted(cuts), block.end]:
            piece = text[start:cut]
            if piece.strip():
                found.append(Span(start=start + len(piece) - len(piece.lstrip()), end=start + len(piece.rstrip())))
            start = cut
    return found
