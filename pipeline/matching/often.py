"""How many times a day something is taken, as criteria and charts word it."""

import re

from extractors import lore

_EACH = r"(?:[ -]daily|,? (?:a|per|each|every) day)"
_TIMES = (
    (4, lore.regex(rf"\b(?:(?:four|4) times{_EACH}|q\.?i\.?d|every (?:6|six) hours|q6h)\b", re.IGNORECASE)),
    (3, lore.regex(rf"\b(?:(?:three|3) times{_EACH}|t\.?i\.?d|every (?:8|eight) hours|q8h)\b", re.IGNORECASE)),
    (
        2,
        lore.regex(
            rf"\b(?:(?:twice|(?:two|2) times|2x){_EACH}|b\.?i\.?d|every (?:12|twelve) hours|q12h)\b", re.IGNORECASE
        ),
    ),
)


def times_a_day(text: str) -> int | None:
    """Return how many times a day the words say, two or more; None where they say none."""
    return next((count for count, pattern in _TIMES if pattern.search(text)), None)
