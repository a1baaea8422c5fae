"""Lines the engine was unsure of, read again by themselves.

On its own a line is read in another context and at another size; where readings agree they
are right far more often than the score of one reading tells ("TES5" against "TE5"). It
costs some 30 ms a line, against two seconds for another pass over the page.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from extractors.evidence import Box, Line, Word, enclose
from extractors.pages.engine import LINE, Engine, EngineTimeoutError, Mark

SURE = 0.8  # of a word with digits: it needs no second look
GUESSED = 0.6  # of a word without
MOST_LINES = 16  # of one page, worst first: a page that is weak all over needs another pass or a person
SIZES = (0.67, 1.0, 1.5)  # misreadings depend on the size of the letters
ALONE = 0.6  # confidence a word may have that only one reading has
SHARED = 0.85  # and one that some readings have: a misread digit can be misread twice
JOINED_GAP = 1.0  # ems: pieces closer than this are one line that misread words have broken


def reread_weak_lines(
    lines: Sequence[Line], grey: np.ndarray, scale: float, engine: Engine, seconds: float
) -> list[Word] | None:
    """Return the words of all lines with the weak ones read anew; None where no line is weak.

    lines: reading frame in points; grey: the picture they were read from, `scale` pixels to a point;
    seconds: of processor time, after which the rest stays as it was read.
    """
    groups = _groups(lines)
    weak = sorted((group for group in groups if _is_weak(group)), key=_need)[:MOST_LINES]
    if not weak:
        return None
    words = [word for group in groups if group not in weak for line in group for word in line.words]
    started = time.thread_time()
    for group in weak:
        old = [word for line in group for word in line.words]
        late = time.thread_time() - started > seconds
        words += old if late else _best_reading(old, grey, scale, engine)
    return words


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


def _is_weak(group: Sequence[Line]) -> bool:
    """A number below certainty, or a word that is hardly more than a guess."""
    words = [word for line in group for word in line.words]
    scores = _scored(words)
    if not scores or sum(len(word.text) for word in words) < 3 or max(scores) <= 0.2:
        return False
    return any(word.confidence < _least(word) for word in words)


def _least(word: Word) -> float:
    """Return the confidence from which a word needs no second look."""
    if any(c.isdigit() for c in word.text):
        return SURE
    return GUESSED if sum(c.isalpha() for c in word.text) > 2 else 0.0


def _need(group: Sequence[Line]) -> tuple[bool, float]:
    """Lines with digits first: dates, doses and numbers are what an appeal rests on."""
    weak = [word for line in group for word in line.words if word.confidence < SURE]
    return not any(c.isdigit() for word in weak for c in word.text), min(word.confidence for word in weak)


def _best_reading(old: Sequence[Word], grey: np.ndarray, scale: float, engine: Engine) -> list[Word]:
    box = enclose(word.box for word in old)
    readings: list[list[Word]] = [list(old)]
    cut, left, top = _cut(grey, box, scale)
    for size in SIZES:
        new = [_set_on_line(word, old, box) for word in _read(cut, size, left, top, scale, engine)]
        if new and 0.5 < _length(new) / max(_length(old), 1) < 2.0:
            agreed = any(_text(new) == _text(reading) for reading in readings)
            readings.append(new)
            if agreed:
                break
    return _vote(readings)


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


def _cut(grey: np.ndarray, box: Box, scale: float) -> tuple[np.ndarray, int, int]:
    """Return the line's pixels with a margin, and where they start."""
    pad = round(0.35 * box.height * scale) + 4
    left, top = max(0, round(box.x0 * scale) - 2 * pad), max(0, round(box.top * scale) - pad)
    cut = grey[top : round(box.bottom * scale) + pad, left : round(box.x1 * scale) + 2 * pad]
    return cut, left, top


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
