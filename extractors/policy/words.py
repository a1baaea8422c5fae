"""Which letters make an English or medical word, to tell a broken word from a compound."""

import re
from functools import cache


@cache
def _words() -> frozenset[str]:
    from extractors.vocabulary.drugs import drugs
    from extractors.vocabulary.icd10 import descriptions
    from extractors.vocabulary.load import read_yaml

    words: set[str] = set()
    for text in descriptions():
        words.update(re.findall(r"[a-z]{3,}", text.lower()))
    for key, entry in read_yaml("classes.yaml")["classes"].items():
        for name in (key, *((entry or {}).get("names", ()))):
            words.update(re.findall(r"[a-z]{3,}", name.lower()))
    for drug in drugs():
        words.update(re.findall(r"[a-z]{3,}", drug.generic.lower()))
    return frozenset(words)


def is_word(letters: str) -> bool:
    """Return whether the lower-case letters are a word of the ICD-10-CM descriptions or of the drug tables."""
    return letters in _words() or (letters.endswith("s") and letters[:-1] in _words())
