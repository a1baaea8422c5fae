"""How much of a page's known words a reading holds."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

_DIGIT = re.compile(r"\S*\d\S*")


@dataclass(frozen=True, slots=True)
class Score:
    """Of the pages of one kind; means over pages, per cent."""

    pages: int
    characters: float  # 100 - character error rate, spacing made even
    digits: float  # tokens with a digit (dates, doses, values) found exactly


def score(kinds: Sequence[str], truth: Sequence[str], read: Sequence[str | None]) -> dict[str, Score]:
    """Return the score of each kind of page of which something was read."""
    found: dict[str, list[tuple[float, float]]] = {}
    for kind, wanted, got in zip(kinds, truth, read, strict=True):
        if got is not None:
            found.setdefault(kind, []).append((_characters(wanted, got), _digits(wanted, got)))
    return {
        kind: Score(len(pages), *(sum(values) / len(pages) for values in zip(*pages, strict=True)))
        for kind, pages in found.items()
    }


def _characters(wanted: str, got: str) -> float:
    wanted, got = " ".join(wanted.split()), " ".join(got.split())
    return max(0.0, 100 * (1 - Levenshtein.distance(wanted, got) / max(len(wanted), 1)))


def _digits(wanted: str, got: str) -> float:
    """Cells of a table stand apart, so "Ages 7 - 56" is counted by its tokens whatever their order."""
    a, b = Counter(_DIGIT.findall(wanted)), Counter(_DIGIT.findall(got))
    return 100 * sum((a & b).values()) / max(sum(a.values()), 1)
