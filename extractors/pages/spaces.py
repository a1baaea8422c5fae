"""Spaces the engine lost between a label and its number: "Resp15" where the page has "Resp 15".

The engine sees a space narrower than it expects; the pixels still show it as by far the widest
gap in the word. Only words of letters and digits are looked at, since there it changes a fact.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from extractors.evidence import Box, Word

# a label and a short number, or a number and a word; "DX5517" and "U61840273" are names of things
_GLUED = re.compile(r"[A-Za-z]{3,}\d{1,3}(?:\D|$)|\d[A-Za-z]{3,}")
WIDE = 0.2  # of an em (twice the mean character width): the least width of a space
WIDER = 2.0  # times the next widest gap of the word
_INK = 150  # grey level, of paper at 255


def part_glued_words(words: Sequence[Word], grey: np.ndarray, scale: float) -> list[Word]:
    """Return the words with those parted that hold a space; `scale` pixels to a point."""
    parted: list[Word] = []
    for word in words:
        parted += _parted(word, grey, scale) if _GLUED.search(word.text) else [word]
    return parted


def _parted(word: Word, grey: np.ndarray, scale: float) -> list[Word]:
    box, length = word.box, len(word.text)
    left = max(0, round(box.x0 * scale))
    cut = grey[max(0, round(box.top * scale)) : round(box.bottom * scale), left : round(box.x1 * scale)]
    if cut.size == 0:
        return [word]
    inked = np.flatnonzero((cut < _INK).any(axis=0))
    gaps = np.diff(inked) - 1
    if gaps.size == 0 or gaps.max() < WIDE * 2 * cut.shape[1] / length:
        return [word]
    at = int(gaps.argmax())
    if gaps[at] < WIDER * max(1, int(np.delete(gaps, at).max(initial=1))):
        return [word]
    start, end = int(inked[at]), int(inked[at + 1])  # pixels: the space lies between
    index = _boundary(word.text, (start + end) / 2 / cut.shape[1] * length)
    if index is None:
        return [word]
    return [
        replace(word, text=word.text[:index], box=_across(box, box.x0, round((left + start + 1) / scale, 2))),
        replace(word, text=word.text[index:], box=_across(box, round((left + end) / scale, 2), box.x1)),
    ]


def _boundary(text: str, near: float) -> int | None:
    """Return where letters and digits meet nearest to a place counted in characters; None: nowhere near."""
    meets = [i for i in range(1, len(text)) if text[i - 1].isalnum() and text[i].isalnum()]
    meets = [i for i in meets if text[i - 1].isdigit() or text[i].isdigit()]
    best = min(meets, key=lambda i: abs(i - near), default=None)
    return best if best is not None and abs(best - near) < 1.2 else None


def _across(box: Box, x0: float, x1: float) -> Box:
    return Box(x0=x0, top=box.top, x1=x1, bottom=box.bottom)
