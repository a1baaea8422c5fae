"""Drug names with an OCR slip or a misspelling: "methotraxate", "azathloprine", "Plaqueni1"."""

from collections.abc import Sequence
from functools import cache, lru_cache

from extractors import lore
from extractors.vocabulary.drug_table import DrugMention, drugs
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.phrases import plain

_TOKEN = lore.regex(r"[A-Za-z0-9|!]{5,}")
# glyphs that OCR takes for one another, folded to one before distances are measured
_GLYPHS = str.maketrans({"1": "l", "|": "l", "!": "l", "0": "o", "5": "s", "8": "b", "6": "b", "q": "g"})
_LONG = 10  # letters from which two slips are allowed


@cache
def _spelled() -> dict[str, str]:
    """Single-word names of seven letters or more, glyphs folded -> generic; names that two drugs share are left out."""
    found: dict[str, set[str]] = {}
    for entry in drugs():
        for name in (entry.generic, *entry.names, *entry.brands):
            if len(name) >= 7 and name.isalpha():
                found.setdefault(plain(name).translate(_GLYPHS), set()).add(entry.generic)
    return {name: next(iter(generics)) for name, generics in found.items() if len(generics) == 1}


@cache
def _names() -> frozenset[str]:
    return frozenset(plain(name) for entry in drugs() for name in (entry.generic, *entry.names, *entry.brands))


@cache
def _folded() -> dict[str, str]:
    """Names of five letters or more as they look when OCR cannot tell their glyphs apart -> generic."""
    found: dict[str, set[str]] = {}
    for entry in drugs():
        for name in (entry.generic, *entry.names, *entry.brands):
            if len(name) >= 5 and name.isalpha():
                found.setdefault(_fold(name), set()).add(entry.generic)
    return {name: next(iter(generics)) for name, generics in found.items() if len(generics) == 1}


def _fold(word: str) -> str:
    return plain(word).translate(_GLYPHS).replace("i", "l").replace("rn", "m").replace("vv", "w")


@cache
def _other_words() -> frozenset[str]:
    """Real words and other real drugs that lie within two letters of a name of the table."""
    table = read_yaml("lookalikes.yaml")
    return frozenset(plain(word) for word in (*table["drugs"], *table["words"]))


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


@lru_cache(maxsize=20_000)
def _meant(token: str) -> str | None:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    word = token.lower().translate(_GLYPHS)
    if sum(c.isalpha() for c in token) < len(token) - 2 or {token.lower(), word} & _other_words():
        return None
    if generic := _folded().get(_fold(token)):
        return generic
    plural = token.lower().removesuffix("s")
    if len(token) < 7 or (plural != token.lower() and plural in _names()):
        return None  # "insulins"
    allowed = 2 if len(word) >= _LONG else 1
    near = extract(word, _spelled().keys(), scorer=OSA.distance, score_cutoff=allowed + 1, limit=6)
    near = [(name, distance) for name, distance, _ in near if name[0] == word[0]]
    if not near or near[0][1] > allowed:
        return None
    best = near[0][1]
    # the next drug must be clearly farther: a word between two drugs is neither
    meant = {_spelled()[name] for name, distance in near if distance <= best + (1 if best else 0)}
    return meant.pop() if len(meant) == 1 else None
