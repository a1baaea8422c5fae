"""The language a document is written in, by its small words."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

from extractors import lore
from extractors.evidence import Page
from extractors.vocabulary.load import VocabularyError, read_yaml

_WORD = lore.regex(r"[a-z]+")
_LEAST = 5  # small words; a card or a fax cover has too few to tell
_AHEAD = 1.5  # times as many as of the next: an English letter with a line of Spanish is English


def read_language(pages: Sequence[Page]) -> str | None:
    """Return the ISO 639-1 code of the language most of the text is in; None where too little tells it."""
    words = Counter(_WORD.findall(_bare(" ".join(page.text for page in pages))))
    counts = {language: sum(words[word] for word in small) for language, small in _small_words().items()}
    best, next_best = sorted(counts.values(), reverse=True)[:2]
    if best < _LEAST or best < _AHEAD * next_best:
        return None
    return max(counts, key=lambda language: counts[language])


@cache
def _small_words() -> dict[str, frozenset[str]]:
    listed = read_yaml("languages.yaml", "extractors.documents")
    for language, words in listed.items():
        if strange := [word for word in words if not _WORD.fullmatch(str(word))]:
            raise VocabularyError(f"languages.yaml: {language}: not plain words: {strange}")
    return {language: frozenset(words) for language, words in listed.items()}


def _bare(text: str) -> str:
    """Return the text in small letters without accents."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char))
