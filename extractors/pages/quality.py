"""Is the text layer what a person sees on the page? Decides, in well under 2 ms, what is OCRed.

Three ways to be wrong: fonts whose codes map to nothing or to other letters, the hidden
layer of a bad scanner, and a layer that holds only a stamp while the page is a picture.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from operator import mul

_LETTERS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
_WORD = re.compile(r"[A-Za-z]+")
# control characters but U+0002, PDFium's hyphen at a line's end; private codes and replacement characters
_ODD = re.compile("[\x00\x01\x03-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\ufffd]")
# "Patient's", "(PA-26-3318840)", "≥3.5", "mg/0.75"; not "#^" or "{{xz"
_PLAIN_TOKEN = re.compile(
    r"^[\"'(\[“‘•·<-]*"
    r"(?:[A-Za-zÀ-ÿ][\w'’./&@+:-]*|[\d$#%+<>≥≤~±.,:/()xX*-]*\d[\w$%.,:/()*+-]*)"
    r"[\"')\].,;:!?%”’*°®™>-]*$"
)
_VOWEL = re.compile(r"[aeiouyAEIOUYÀ-ÿ]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{6}")

SAMPLE = 4000  # characters looked at: one dense page
FEW_CHARACTERS = 40
ENOUGH_CHARACTERS = 250  # fewer over a full-page picture are a stamp or a fax header, not its text
FULL_PAGE = 0.6  # share of the page under one picture from which the page is that picture
MAX_UNMAPPED = 0.05
LONG = 200  # characters from which everyday words must occur
MIN_COMMON = 0.02
MIN_PLAUSIBLE = 0.6
MIN_COMMON_HIDDEN = 0.08
MIN_PLAUSIBLE_HIDDEN = 0.85  # a scanner's own reading must be nearly clean to be better than ours


@dataclass(frozen=True, slots=True)
class TextQuality:
    """What can be told of a text layer from its characters alone."""

    characters: int  # visible ones
    unmapped: float  # share of control characters, replacement characters, private codes
    plausible: float  # share of tokens that look like words, numbers or codes
    common: float  # share of tokens that are everyday words; prose has 0.3-0.5, a lab table 0.05
    words: int  # tokens of letters with a vowel among them
    vowels: float  # share of vowels among ASCII letters; English has 0.36-0.42


def judge_text(text: str) -> TextQuality:
    """Return the measures of a text layer."""
    sample = text[:SAMPLE]
    tokens = Counter(sample.split())
    if not tokens:
        return TextQuality(0, 0.0, 0.0, 0.0, 0, 0.0)
    looks, times = zip(*map(_looks_of, tokens), strict=True), tokens.values()
    visible, odd, plausible, letters, words, vowels, common = [sum(map(mul, column, times)) for column in looks]
    scale, count = len(text) / len(sample), tokens.total()
    return TextQuality(
        characters=round(visible * scale),
        unmapped=odd / visible,
        plausible=plausible / count,
        common=common / count,
        words=words,
        vowels=vowels / letters if letters >= 40 else 0.38,
    )


@lru_cache(maxsize=4096)
def _looks_of(token: str) -> tuple[int, ...]:
    """Return what a token adds to the measures of its page; most tokens stood on the pages before it, too.

    Characters; odd ones; 1 where plausible; letters in runs; runs with a vowel; vowels; everyday words.
    """
    runs = _LETTERS.findall(token)
    common = _common_words()
    return (
        len(token),
        len(_ODD.findall(token)),
        _is_plausible(token),
        sum(map(len, runs)),
        sum([len(run) > 2 and _VOWEL.search(run) is not None for run in runs]),
        len(_VOWEL.findall(token)),
        sum([word in common for word in _WORD.findall(token.lower())]),
    )


@cache
def _common_words() -> frozenset[str]:
    """Return the everyday words; a file without any would call every text layer rubbish."""
    text = (files("extractors.pages") / "common_words.txt").read_text("utf-8")
    words = frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
    if len(words) < 100:
        raise ValueError("extractors/pages/common_words.txt holds too few words")
    return words


def _is_plausible(token: str) -> bool:
    token = token.replace("\x02", "")
    if len(token) == 1:
        return True
    if not _PLAIN_TOKEN.match(token):
        return not any(c.isalnum() for c in token) and len(set(token)) <= 2  # a rule, an arrow, dots
    word = _LETTERS.search(token)
    if word is None or len(word[0]) < 4 or any(c.isdigit() for c in token):
        return True
    return bool(_VOWEL.search(word[0])) and not _CONSONANTS.search(word[0])


def is_trusted(quality: TextQuality, image_cover: float, hidden: bool, paths: int) -> bool:
    """Say whether the text layer can stand for the page."""
    if quality.characters == 0 or quality.unmapped > MAX_UNMAPPED:
        return False
    if not 0.22 < quality.vowels < 0.6:
        return False
    if quality.characters > LONG and quality.common < MIN_COMMON:
        return False
    if image_cover >= FULL_PAGE:
        return (
            quality.characters >= ENOUGH_CHARACTERS
            and quality.plausible >= MIN_PLAUSIBLE_HIDDEN
            and quality.common >= MIN_COMMON_HIDDEN
        )
    if quality.characters < FEW_CHARACTERS and (paths > 300 or not quality.words):
        return False  # outlines of letters beside one typed line, or a few codes that may mean anything
    return quality.plausible >= (MIN_PLAUSIBLE_HIDDEN if hidden else MIN_PLAUSIBLE)
