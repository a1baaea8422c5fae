"""The cues of cues.yaml: what gives a kind of document away, found in pieces of its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors import lore
from extractors.documents.segment import DocumentType
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.pattern_set import PatternSet


@dataclass(frozen=True, slots=True)
class Cue:
    document_type: DocumentType
    where: str  # heading, title, opening, line, sentence, told, any
    weight: float
    pattern: re.Pattern[str]
    over: tuple[DocumentType, ...] = ()  # types that this cue, on the first page, rules out
    firm: bool = False  # a decision in the present or the perfect, or a heading that says so
    offer: bool = False  # a right of appeal held out: nobody offers one who has refused nothing


# A space of a pattern stands for any space or hyphen, " ?" for none too, but not inside [...].
_SPACE = lore.regex(r"\[(?:\\.|[^\]])*\]|\\ | \??")


def compile_loosely(pattern: str) -> re.Pattern[str]:
    """Return the pattern with any space or hyphen where it has a space."""
    loose = _SPACE.sub(lambda match: {" ": r"[ \n-]+", " ?": r"[ \n-]*"}.get(match[0], match[0]), pattern)
    return lore.regex(loose, re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Table:
    cues: tuple[Cue, ...]
    not_live: tuple[re.Pattern[str], ...]  # sentences that tell of a decision without being one
    not_live_titles: tuple[re.Pattern[str], ...]


@cache
def _table() -> _Table:
    data = read_yaml("cues.yaml", "extractors.documents")
    not_live, titles = (tuple(map(compile_loosely, data.pop(name))) for name in ("not_live", "not_live_titles"))
    cues = tuple(
        Cue(
            document_type=DocumentType(kind),
            where=row["where"],
            weight=float(row["weight"]),
            pattern=compile_loosely(row["pattern"]),
            over=tuple(DocumentType(other) for other in row.get("over", ())),
            firm=bool(row.get("firm", False)),
            offer=bool(row.get("offer", False)),
        )
        for kind, rows in data.items()
        for row in rows
    )
    return _Table(cues=cues, not_live=not_live, not_live_titles=titles)


def all_cues() -> tuple[Cue, ...]:
    """Return the cues in the order of the table; elsewhere they go by their place in it."""
    return _table().cues


# Lines and sentences kept: pages repeat their own and each other's.
_KNOWN_PIECES = 4096

Hits = tuple[tuple[int, str], ...]  # cue by its place in the table, and the first words found


@cache
def _cues_at(where: str) -> tuple[tuple[int, ...], PatternSet]:
    """Return the places in the table of the cues of one place on the page, and their patterns as a set."""
    numbers = tuple(n for n, cue in enumerate(all_cues()) if cue.where == where)
    return numbers, PatternSet([all_cues()[n].pattern for n in numbers])


def matches_in(where: str, text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the cues of a place on the page that are found in a long text, and where each is found first."""
    numbers, patterns = _cues_at(where)
    for at, match in patterns.found(text):
        yield numbers[at], match


@lru_cache(maxsize=_KNOWN_PIECES)
def hits_in(where: str, line: str) -> Hits:
    """Return the cues of a place on the page that are found in a line."""
    numbers, patterns = _cues_at(where)
    found = ((numbers[at], all_cues()[numbers[at]].pattern.search(line)) for at in patterns.possible(line))
    return tuple((number, match[0]) for number, match in found if match)


@cache
def _asked_of_sentences() -> tuple[tuple[int, ...], PatternSet]:
    """Return the places in the table of the cues of sentences, and one set of their patterns and those of stories."""
    numbers = tuple(n for n, cue in enumerate(all_cues()) if cue.where in ("told", "sentence"))
    return numbers, PatternSet([*(all_cues()[n].pattern for n in numbers), *_table().not_live])


@lru_cache(maxsize=_KNOWN_PIECES)
def hits_in_sentence(sentence: str) -> Hits:
    """Return the cues that are found in a sentence, of `sentence` only where it does more than tell of a decision."""
    numbers, patterns = _asked_of_sentences()
    possible = patterns.possible(sentence)
    stories = [_table().not_live[at - len(numbers)] for at in possible if at >= len(numbers)]
    where = ("told",) if any(story.search(sentence) for story in stories) else ("told", "sentence")
    asked = [(numbers[at], all_cues()[numbers[at]]) for at in possible if at < len(numbers)]
    found = ((number, cue.pattern.search(sentence)) for number, cue in asked if cue.where in where)
    return tuple((number, match[0]) for number, match in found if match)


@cache
def _title_stories() -> PatternSet:
    return PatternSet(_table().not_live_titles)


@lru_cache(maxsize=_KNOWN_PIECES)
def is_story(title: str) -> bool:
    """Say whether a title only tells of decisions."""
    return any(_table().not_live_titles[at].search(title) for at in _title_stories().possible(title))
