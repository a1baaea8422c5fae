"""Drug names with an OCR slip or a misspelling: "methotraxate", "azathloprine", "Plaqueni1"."""

import re
from collections.abc import Sequence
from functools import cache

from extractors.vocabulary.drugs import DrugMention, drugs
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.phrases import plain

_TOKEN = re.compile(r"[A-Za-z0-9|!]{7,}")
# glyphs that OCR takes for one another, folded to one before distances are measured
_GLYPHS = str.maketrans({"1": "l", "|": "l", "!": "l", "0": "o", "5": "s", "8": "b"})
_LONG = 10  # letters from which two slips are allowed


@cache
def _targets() -> dict[str, str]:
    """Written single-word names of seven letters or more -> generic; names two drugs share by form are left out."""
    found: dict[str, set[str]] = {}
    for entry in drugs():
        for name in (entry.generic, *entry.names, *entry.brands):
            if len(name) >= 7 and name.isalpha():
                found.setdefault(plain(name), set()).add(entry.generic)
    return {name: next(iter(generics)) for name, generics in found.items() if len(generics) == 1}


@cache
def _other_words() -> frozenset[str]:
    """Real words and other real drugs that lie within two letters of a name of the table."""
    return frozenset(plain(word) for word in read_yaml("lookalikes.yaml")["words"])


def find_slips(text: str, known: Sequence[DrugMention]) -> list[DrugMention]:
    """Return misspelt drugs outside the mentions already known."""
    taken = [(at.start, at.end) for at in known]
    found = []
    for match in _TOKEN.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        if generic := _meant(match[0]):
            found.append(DrugMention(generic=generic, start=match.start(), end=match.end(), text=match[0], via="fuzzy"))
    return found


@cache
def _meant(token: str) -> str | None:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    word = token.lower().translate(_GLYPHS)
    if sum(c.isalpha() for c in token) < 6 or word in _other_words():
        return None
    if (plural := token.lower().removesuffix("s")) in _targets() and plural != token.lower():
        return None  # "insulins"
    allowed = 2 if len(word) >= _LONG else 1
    near = extract(word, _targets().keys(), scorer=OSA.distance, score_cutoff=allowed + 1, limit=6)
    near = [(name, distance) for name, distance, _ in near if name[0] == word[0]]
    if not near or near[0][1] > allowed:
        return None
    best = near[0][1]
    # the next drug must be clearly farther: a word between two drugs is neither
    meant = {_targets()[name] for name, distance in near if distance <= best + (1 if best else 0)}
    return meant.pop() if len(meant) == 1 else None
