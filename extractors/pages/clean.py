"""What is no word: text printed twice for boldness, ruling lines and specks read as signs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from extractors.evidence import Box, Word

_RULING = re.compile(r"^[|_¦\[\]{}!\\/—–=-]*[|_¦][|_¦\[\]{}!\\—–=-]*$|^[—–_=-]{4,}$")
_RULING_STARTS = frozenset("|_¦[]{}!\\/—–=-")
_EDGE = re.compile(r"^[|¦]+|[|¦]+$")  # a ruling line read together with the word beside it
_DIRT = re.compile(r"[.,`~_^]+(?=[A-Z][a-z]{2})")  # a speck read before a capital
_KEPT_SIGNS = frozenset("≥≤<>=±%&+#•·-–—*:/$@§©®™°☐☒☑✓✗□■")
_UNIT = re.compile(r"(?:m?c?g|µg|kg|m[lL]|I?U|units?|tab(?:let)?s?|cap(?:sule)?s?|puffs?|%|x)\b", re.IGNORECASE)
_DOTS = frozenset(".,`'’‘~^¨´")  # alone they are dirt: a full stop is read with its word
UNSURE_SIGN = 0.35  # confidence below which a sign alone is a speck


def clean_words(words: Sequence[Word], ink: bool) -> tuple[list[Word], list[Word]]:
    """Return (words, ruling lines that were read as words)."""
    once = without_repeats(words)
    if not ink and _RULING_STARTS.isdisjoint([word.text[:1] for word in once]):
        return once, []
    kept, rulings = [], []
    for word, after in zip_longest(once, once[1:]):
        if word.text[:1] in _RULING_STARTS and _RULING.match(word.text):
            if ink and _is_number(word, after):
                kept.append(word)  # a stroke before a unit may be the figure 1, and is no word of ours to give
            elif _is_capital_i(word, ink):
                kept.append(replace(word, text="I"))
            elif "|" in word.text or "¦" in word.text:
                rulings.append(word)
            elif not ink:
                kept.append(word)  # a typed fill-in line is on the page
            continue
        if ink:
            if (bare := _EDGE.sub("", word.text)) != word.text:
                rulings.append(word)
                word = replace(word, text=bare)
            if dirt := _DIRT.match(word.text):
                word = replace(word, text=word.text[dirt.end() :])
            if not word.text or _is_speck(word):
                continue
        kept.append(word)
    return kept, [word for word in rulings if word.box.width < word.box.height]


def _is_number(word: Word, after: Word | None) -> bool:
    """Whether a lone stroke stands where a dose does: "folic acid | mg" is neither "I mg" nor a ruling."""
    return word.text == "|" and after is not None and bool(_UNIT.match(after.text))


def _is_capital_i(word: Word, ink: bool) -> bool:
    """A lone upright stroke as slim as a letter, read with confidence, is the pronoun or a numeral."""
    return ink and word.text == "|" and word.confidence > 0.8 and word.box.height < 14


def _is_speck(word: Word) -> bool:
    if _DOTS.issuperset(word.text):
        return True
    if any(character.isalnum() for character in word.text):
        return word.confidence < 0.08 and len(word.text) < 3
    if word.confidence < UNSURE_SIGN:
        return not _KEPT_SIGNS.issuperset(word.text) or word.confidence < 0.1
    return False


def without_repeats(words: Sequence[Word]) -> list[Word]:
    """Leave out words printed a second time at the same place, as old programs print bold."""
    seen: dict[str, list[Box]] = {}
    kept = []
    for word in words:
        box = word.box
        top, bottom, same = box.top, box.bottom, seen.setdefault(word.text, [])
        for other in same:
            if other.top < bottom and other.bottom > top and _covers(box, other):  # nearly all are on another line
                break
        else:
            same.append(box)
            kept.append(word)
    return kept


def _covers(box: Box, other: Box) -> bool:
    """Say whether one box lies on the other."""
    wide = min(box.x1, other.x1) - max(box.x0, other.x0)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    return wide > 0.7 * min(box.width, other.width) and high > 0.7 * min(box.height, other.height)
