"""The lines of a page as a few strings, and back: what `extractors.pages.store` writes of them.

A chart of 300 pages has 180,000 words. Few of them are ever cited, and an object for each word and for each box took
1.3 s of CPU and 70 MB: so numbers are packed, and the words of a line are made when somebody asks for them.
"""

import struct
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate, chain, repeat
from math import floor
from operator import attrgetter, truediv
from typing import Any

from extractors.evidence import Box, Line, Word, words_at

_HUNDREDTHS, _DOUBLES = "i", "d"  # how numbers are packed, as `struct` calls it: with two decimals, and any
_CORNERS = attrgetter("x0", "top", "x1", "bottom")


def pack_lines(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the lines as JSON values."""
    words = [word for line in lines for word in line.words]
    boxes = [at.box for at in chain(lines, words)]
    packed: dict[str, Any] = {
        "lines": [_printed(line) for line in lines],
        "boxes": _pack(list(chain.from_iterable(map(_CORNERS, boxes)))),
    }
    if {word.confidence for word in words} - {1.0}:
        packed["confidence"] = _pack([word.confidence for word in words])
    return packed


def unpack_lines(packed: dict[str, Any]) -> tuple[Line, ...]:
    """Return the lines that `pack_lines` packed, equal in every field. Raises ValueError where numbers are missing."""
    texts = packed["lines"]
    counts = [text.count(" ") + 1 if isinstance(text, str) else len(text) for text in texts]
    total = sum(counts)
    boxes = _Numbers(packed["boxes"], 4 * (len(texts) + total))
    scores = _Numbers(packed["confidence"], total) if "confidence" in packed else None
    corners = iter(boxes.some(0, 4 * len(texts)))
    words = _Words(boxes, scores, len(texts))
    first = accumulate(counts, initial=0)
    return tuple(
        _StoredLine.of(text, Box(x0=x0, top=top, x1=x1, bottom=bottom), words.lowest(at, count), words, at)
        for text, count, at, x0, top, x1, bottom in zip(texts, counts, first, *[corners] * 4, strict=False)
    )


def _printed(line: Line) -> str | list[str]:
    """Return the words joined; apart where one of them holds a space."""
    texts = [word.text for word in line.words]
    return text if (text := " ".join(texts)).split(" ") == texts else texts


def _pack(numbers: Sequence[float]) -> str:
    with suppress(ValueError, OverflowError, struct.error):  # no number, or none of this world
        hundredths = [floor(number * 100 + 0.5) for number in numbers]
        if list(map(truediv, hundredths, repeat(100))) == numbers:
            return _HUNDREDTHS + b64encode(struct.pack(f"<{len(numbers)}i", *hundredths)).decode()
    return _DOUBLES + b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode()


class _Numbers:
    """Packed numbers, unpacked where they are needed."""

    __slots__ = ("_data", "_kind", "_size")

    def __init__(self, packed: str, count: int) -> None:
        self._kind, self._data = packed[:1], b64decode(packed[1:])
        if self._kind not in (_HUNDREDTHS, _DOUBLES):
            raise ValueError("numbers packed in an unknown way")
        self._size = struct.calcsize(f"<{self._kind}")
        if len(self._data) != count * self._size:
            raise ValueError("not as many numbers as words")

    def some(self, first: int, count: int) -> Sequence[float]:
        """Return so many numbers from this one on."""
        numbers = struct.unpack_from(f"<{count}{self._kind}", self._data, first * self._size)
        return [number / 100 for number in numbers] if self._kind == _HUNDREDTHS else numbers


class _Words:
    """Where the words of one page stand and how sure they are."""

    __slots__ = ("_boxes", "_lines", "_scores")

    def __init__(self, boxes: _Numbers, scores: _Numbers | None, lines: int) -> None:
        self._boxes, self._scores, self._lines = boxes, scores, lines

    def lowest(self, first: int, count: int) -> float:
        """Return how sure the least sure of some words is."""
        return min(self._scores.some(first, count)) if self._scores else 1.0

    def make(self, texts: Sequence[str], first: int) -> tuple[Word, ...]:
        """Return the words of these texts, the first of which is the page's word number `first`."""
        corners = iter(self._boxes.some(4 * (self._lines + first), 4 * len(texts)))
        scores = self._scores.some(first, len(texts)) if self._scores else [1.0] * len(texts)
        places = zip(corners, corners, corners, corners, strict=True)
        return tuple(words_at(texts, places, scores))


class _StoredLine(Line):
    """A line that has its text and its box, and makes its words when somebody asks for them."""

    __slots__ = ("_first", "_page", "_texts", "confidence", "text")

    @classmethod
    def of(cls, text: str | Sequence[str], box: Box, confidence: float, page: _Words, first: int) -> "_StoredLine":
        line = cls.__new__(cls)
        put = object.__setattr__  # the line is as frozen as any other
        put(line, "box", box)
        put(line, "text", text if isinstance(text, str) else " ".join(text))
        put(line, "confidence", confidence)
        put(line, "_texts", None if isinstance(text, str) else tuple(text))
        put(line, "_page", page)
        put(line, "_first", first)
        return line

    def __getattr__(self, name: str) -> Any:
        """Make the words; of a copy with words of its own, what follows from them."""
        made: Any
        if name == "words":
            made = self._page.make(self._texts or self.text.split(" "), self._first)
        elif name == "text":
            made = " ".join(word.text for word in self.words)
        elif name == "confidence":
            made = min(word.confidence for word in self.words)
        else:
            raise AttributeError(name)
        object.__setattr__(self, name, made)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and (self.words, self.box) == (other.words, other.box)

    __hash__ = Line.__hash__
