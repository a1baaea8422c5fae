"""Words the engine was unsure of, read again by themselves.

By themselves, weak words and their neighbours are read in another context and at another size;
where readings agree they are right far more often than the score of one reading tells ("TES5"
against "TE5"). A whole line costs some 40 ms, three words a quarter of that, another pass one
or two seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractors.evidence import Box, Line, Word, enclose
from extractors.pages.engine import LINE, Engine, EngineTimeoutError, Mark

SURE = 0.8  # of a word with digits: it needs no second look
GUESSED = 0.6  # of a word without
MOST_WINDOWS = 16  # of one page, worst first: a page that is weak all over needs another pass or a person
BUDGET = 0.08  # of the page's characters that may be read again, every reading counted; by count, not by
LEAST_BUDGET = 100  # the clock: the same page must give the same words on a busy machine
WHOLE_LINE = 0.6  # of a line's characters near weak words, from which the whole line is read
SIZES = (0.67, 1.0, 1.5)  # misreadings depend on the size of the letters
ALONE = 0.6  # confidence a word may have that only one reading has
SHARED = 0.85  # and one that some readings have: a misread digit can be misread twice
JOINED_GAP = 1.0  # ems: pieces closer than this are one line that misread words have broken


@dataclass(frozen=True, slots=True)
class _Window:
    """Words of one line that are read together."""

    words: tuple[Word, ...]
    left: float | None = None  # x in points where the word before ends the margin
    right: float | None = None


def reread_weak_lines(lines: Sequence[Line], grey: np.ndarray, scale: float, engine: Engine) -> list[Word] | None:
    """Return the words of all lines with the weak ones read anew; None where none changed.

    lines: reading frame in points; grey: the picture they were read from, `scale` pixels to a point.
    """
    groups = [[word for line in group for word in line.words] for group in _groups(lines)]
    weak = sorted((window for words in groups for window in _windows(words)), key=_need)[:MOST_WINDOWS]
    if not weak:
        return None
    left = max(LEAST_BUDGET, BUDGET * sum(len(word.text) + 1 for words in groups for word in words))
    anew: dict[int, list[Word]] = {}  # by the identity of a window's first word: what replaces the window
    gone: set[int] = set()
    for window in weak:
        if (cost := _cost(window.words)) > left:
            continue
        words, readings = _best_reading(window, grey, scale, engine)
        left -= cost * readings
        if words == list(window.words):
            continue
        anew[id(window.words[0])] = words
        gone.update(map(id, window.words))
    if not anew:
        return None
    kept: list[Word] = []
    for words in groups:
        for word in words:
            kept += anew.get(id(word), []) if id(word) in gone else [word]
    return kept


def _windows(words: Sequence[Word]) -> Iterator[_Window]:
    """Yield the weak words of a line with a neighbour on each side: reading costs by length."""
    if not _is_weak(words):
        return
    near = sorted({i + step for i, word in enumerate(words) if word.confidence < _least(word) for step in (-1, 0, 1)})
    near = [i for i in near if 0 <= i < len(words)]
    if _cost([words[i] for i in near]) > WHOLE_LINE * _cost(words):
        yield _Window(tuple(words))
        return
    starts = [i for i in near if i - 1 not in near]
    ends = [i + 1 for i in near if i + 1 not in near]
    for start, end in zip(starts, ends, strict=True):
        yield _Window(
            tuple(words[start:end]),
            left=(words[start - 1].box.x1 + words[start].box.x0) / 2 if start else None,
            right=(words[end - 1].box.x1 + words[end].box.x0) / 2 if end < len(words) else None,
        )


def _cost(words: Sequence[Word]) -> int:
    return sum(len(word.text) + 1 for word in words) + 3


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Join pieces of one row that stand closer than a column's gap."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda at: at.box.x0):
        for group in groups:
            last = group[-1].box
            middle = (line.box.top + line.box.bottom) / 2
            if last.top < middle < last.bottom and line.box.x0 - last.x1 < JOINED_GAP * last.height:
                group.append(line)
                break
        else:
            groups.append([line])
    return groups


def _scored(words: Sequence[Word | Mark]) -> list[float]:
    return [word.confidence for word in words if any(c.isalnum() for c in word.text)]


def _is_weak(words: Sequence[Word]) -> bool:
    """A number below certainty, or a word that is hardly more than a guess."""
    if all(word.confidence >= SURE or word.confidence >= _least(word) for word in words):
        return False  # nearly every line
    scores = _scored(words)
    return bool(scores) and sum(len(word.text) for word in words) >= 3 and max(scores) > 0.2


def _least(word: Word) -> float:
    """Return the confidence from which a word needs no second look."""
    if any(c.isdigit() for c in word.text):
        return SURE
    return GUESSED if sum(c.isalpha() for c in word.text) > 2 else 0.0


def _need(window: _Window) -> tuple[bool, float]:
    """Lines with digits first: dates, doses and numbers are what an appeal rests on."""
    weak = [word for word in window.words if word.confidence < SURE]
    return not any(c.isdigit() for word in weak for c in word.text), min(word.confidence for word in weak)


def _best_reading(window: _Window, grey: np.ndarray, scale: float, engine: Engine) -> tuple[list[Word], int]:
    """Return the words of a window and how often it was read for them."""
    old = window.words
    box = enclose(word.box for word in old)
    readings: list[list[Word]] = [list(old)]
    cut, left, top = _cut(grey, window, box, scale)
    count = 0
    for size in SIZES:
        count += 1
        new = [_set_on_line(word, old, box) for word in _read(cut, size, left, top, scale, engine)]
        if new and 0.5 < _length(new) / max(_length(old), 1) < 2.0:
            agreed = any(_text(new) == _text(reading) for reading in readings)
            readings.append(new)
            if agreed:
                break
    return _vote(readings), count


def _set_on_line(word: Word, old: Sequence[Word], line: Box) -> Word:
    """Return the word with the height it was first seen in: read alone, specks above stretch its box."""
    shared = [
        (min(word.box.x1, other.box.x1) - max(word.box.x0, other.box.x0), other.box)
        for other in old
        if other.box.height > 0.5 * line.height
    ]
    overlap, place = max(shared, key=lambda at: at[0], default=(0.0, line))
    if overlap <= 0:
        place = line
    return replace(word, box=Box(x0=word.box.x0, top=place.top, x1=word.box.x1, bottom=place.bottom))


def _vote(readings: Sequence[list[Word]]) -> list[Word]:
    """Return the reading with the most confidence behind its text, each word trusted as far as others share it."""
    behind: dict[str, list[list[Word]]] = {}
    for reading in readings:
        behind.setdefault(_text(reading), []).append(reading)
    chosen = max(behind.values(), key=lambda same: sum(map(_mean, same)))
    best = max(chosen, key=_mean)
    if len(chosen) == 1 and _mean(best) < ALONE:
        return readings[0]  # every reading another, none of them sure: the line is no text, or lost
    return [replace(word, confidence=min(word.confidence, _trust(word, readings))) for word in best]


def _trust(word: Word, readings: Sequence[list[Word]]) -> float:
    """Return how far a word can be trusted that some of the readings have."""
    having = sum(any(other.text == word.text for other in reading) for reading in readings)
    if having == len(readings):
        return 1.0
    return ALONE if having == 1 else SHARED


def _text(reading: Sequence[Word]) -> str:
    return " ".join(word.text for word in reading)


def _mean(reading: Sequence[Word]) -> float:
    return sum(word.confidence * len(word.text) for word in reading) / max(_length(reading), 1)


def _length(reading: Sequence[Word]) -> int:
    return sum(len(word.text) for word in reading)


def _cut(grey: np.ndarray, window: _Window, box: Box, scale: float) -> tuple[np.ndarray, int, int]:
    """Return the window's pixels with a margin that ends before the next word, and where they start."""
    pad = round(0.35 * box.height * scale) + 4
    left, top = max(0, round(box.x0 * scale) - 2 * pad), max(0, round(box.top * scale) - pad)
    right = round(box.x1 * scale) + 2 * pad
    if window.left is not None:
        left = max(left, round(window.left * scale))
    if window.right is not None:
        right = min(right, round(window.right * scale))
    return grey[top : round(box.bottom * scale) + pad, left:right], left, top


def _read(cut: np.ndarray, size: float, left: int, top: int, scale: float, engine: Engine) -> list[Word]:
    border = 10
    picture = cv2.copyMakeBorder(cut, border, border, border, border, cv2.BORDER_REPLICATE)
    if size != 1.0:
        way = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, None, fx=size, fy=size, interpolation=way)
    try:
        marks = engine.recognise(picture, max(70, round(72 * scale * size)), LINE, 5.0)
    except EngineTimeoutError:
        return []

    def points(pixel: float, start: int) -> float:
        return round((pixel / size - border + start) / scale, 2)

    return [
        Word(
            text=mark.text,
            box=Box(
                x0=points(mark.left, left),
                top=points(mark.top, top),
                x1=points(mark.right, left),
                bottom=points(mark.bottom, top),
            ),
            confidence=mark.confidence,
        )
        for mark in marks
    ]
