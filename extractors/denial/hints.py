"""What a denial speaks of, where no sentence states the ground in known words: offered, never asserted."""

import re
from dataclasses import dataclass
from functools import cache

from extractors.denial.fields import ReasonCategory
from extractors.denial.patterns import any_of, load_table

_TERM, _WORD = 2, 1
_ENOUGH = 3  # points that a ground needs


@dataclass(frozen=True, slots=True)
class _Hint:
    category: ReasonCategory
    pattern: re.Pattern[str]
    points: int


@cache
def _hints() -> list[_Hint]:
    words = load_table("reasons.yaml")["words"]
    return [
        _Hint(ReasonCategory(category), any_of([rf"\b(?:{pattern})\b"], words), points)
        for category, row in load_table("hints.yaml").items()
        for name, points in (("term", _TERM), ("word", _WORD))
        for pattern in row[name]
    ]


def points_of(text: str) -> dict[ReasonCategory, int]:
    """Return how strongly a text speaks of each ground; each kind of word counts once."""
    points: dict[ReasonCategory, int] = {}
    for hint in _hints():
        if hint.pattern.search(text):
            points[hint.category] = points.get(hint.category, 0) + hint.points
    return points


def ground_hinted(sentences: list[str]) -> ReasonCategory | None:
    """Return the ground that these sentences speak of most, None where none leads with enough points."""
    ranked = sorted(points_of(" ".join(sentences)).items(), key=lambda at: -at[1])
    if not ranked or ranked[0][1] < _ENOUGH or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    return ranked[0][0]
