"""Disease-activity and severity scores: their names in charts and their ranges."""

from dataclasses import dataclass
from functools import cache, lru_cache

from extractors import lore
from extractors.vocabulary.terms import Term, TermFinder, load_vocabulary

_WORD = lore.regex(r"[\w'-]+")


@dataclass(frozen=True, slots=True)
class Score:
    """One instrument."""

    key: str  # "sledai_2k"
    names: tuple[str, ...]
    least: float
    greatest: float
    unit: str | None = None
    about: tuple[str, ...] = ()  # words that part two scores of one name, lower case
    roman: bool = False  # a stage or class that is told in Roman figures too
    each_side: bool = False  # measured of each leg or eye: the worse one decides
    only_with: tuple[str, ...] = ()  # one of these must stand in the sentence or page: the name alone is a common word


@cache
def scores() -> dict[str, Score]:
    """Return every score by key; scores.yaml is checked here, at first use."""
    table = {}
    for key, entry in load_vocabulary("scores").items():
        least, greatest = entry["range"]
        if not entry["names"] or least >= greatest:
            raise ValueError(f"scores.yaml: {key} needs names and a range")
        about = tuple(str(word).lower() for word in entry.get("about", ()))
        only_with = tuple(str(word).lower() for word in entry.get("only_with", ()))
        names = tuple(map(str, entry["names"]))
        each_side = bool(entry.get("each_side"))
        roman = bool(entry.get("roman"))
        table[key] = Score(key, names, least, greatest, entry.get("unit"), about, roman, each_side, only_with)
    return table


@cache
def _finder() -> TermFinder:
    return TermFinder(((name, score.key) for score in scores().values() for name in score.names), glued=True)


def find_scores(text: str) -> list[Term]:
    """Return score names in reading order; a name that two scores share comes once for each."""
    return _finder().find(text)


@lru_cache(maxsize=64)  # the page's own words are asked for with each score that it names
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower().replace("\u2019", "'")))


def choose_score(keys: list[str], value: float, *contexts: str) -> str | None:
    """Return the one of several scores with one name that the words around it mean, None when unsure.

    CDAI is an index of rheumatoid arthritis and another of Crohn's disease; only words decide,
    or a value that one of them cannot have.
    """
    able = [scores()[key] for key in keys if scores()[key].least <= value <= scores()[key].greatest]
    if not able or (len(able) == 1 and not able[0].only_with):
        return able[0].key if able else None
    words = frozenset().union(*map(_words_of, contexts))
    able = [score for score in able if not score.only_with or words.intersection(score.only_with)]
    if len(able) <= 1:
        return able[0].key if able else None
    votes = [(sum(word in words for word in score.about), score.key) for score in able]
    votes.sort(reverse=True)
    return votes[0][1] if votes[0][0] > votes[1][0] else None
