"""Words of letters that a scanner misread by one look-alike character: "denled", "wlthin", "appea1".

Only words the engine was unsure of are touched, only for a look-alike, only where one
known word comes of it. The result is as long as the text, so places stay; it serves
pattern matching alone: what is quoted is quoted as printed.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from extractors import lore

# character read -> characters that may stand there
_LOOK_ALIKES = {
    "l": "it", "i": "lt", "1": "il", "|": "il", "!": "il", "t": "fl", "f": "t", "c": "eo", "e": "co", "o": "ae",
    "0": "o", "a": "o", "b": "h", "h": "b", "5": "s", "8": "b", "q": "g", "g": "q", "6": "b",
    "r": "n", "n": "r", "u": "n", "v": "y",
}  # fmt: skip
_SURE = 0.97  # a word read with this confidence is what it seems
_WORD = lore.regex(r"[A-Za-z0-9|!]{5,}")


@cache
def _slips() -> dict[str, str]:
    """Every known word with one look-alike in it -> the word; slips that two words share are left out."""
    listed = resources.files("extractors.documents").joinpath("letter_words.txt").read_text(encoding="utf-8")
    words = {line for line in listed.splitlines() if line and not line.startswith("#")}
    found: dict[str, str | None] = {}
    for word in words:
        for index, char in enumerate(word):
            for read, meant in _LOOK_ALIKES.items():
                if char in meant and (slip := word[:index] + read + word[index + 1 :]) not in words:
                    found[slip] = word if found.setdefault(slip, word) == word else None
    return {slip: word for slip, word in found.items() if word}


def mend(word: str) -> str:
    """Return the word with its one misread character put right, in the case it is printed in."""

    def put_right(match: re.Match[str]) -> str:
        printed = match[0]
        meant = _slips().get(printed.lower())
        if meant is None:
            return printed
        return _in_case(printed, meant)

    return _WORD.sub(put_right, word)


def _in_case(printed: str, meant: str) -> str:
    if sum(char.isupper() for char in printed) > 1:
        return meant.upper()
    return meant.capitalize() if printed[0].isupper() else meant


def mend_words(words: Iterable[tuple[str, float]]) -> list[str]:
    """Return the words, the unsure ones mended; (text, confidence) each."""
    return [text if confidence >= _SURE else mend(text) for text, confidence in words]
