"""Patterns kept as data: read once, checked when read."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from extractors import lore
from extractors.vocabulary.load import read_yaml

# A space of a pattern in a data file stands for any space or hyphen, " ?" for none too, but not inside [...].
_SPACE = lore.regex(r"\[(?:\\.|[^\]])*\]|\\ | \??")


@cache
def load_table(name: str) -> Any:
    """Return the content of a YAML file of this folder."""
    return read_yaml(name, "extractors.denial")


_WORD = lore.regex(r"<(\w+)>")


def any_of(patterns: list[str], words: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """Return one pattern that matches where any of them does, case ignored.

    `words`: what <name> in a pattern stands for; KeyError if a pattern names one that is not there.
    """
    if words:
        patterns = [_WORD.sub(lambda match: f"(?:{words[match[1]]})", pattern) for pattern in patterns]
    loose = [
        _SPACE.sub(lambda match: {" ": r"[\s-]+", " ?": r"[\s-]*"}.get(match[0], match[0]), pattern)
        for pattern in patterns
    ]
    return lore.regex("|".join(f"(?:{pattern})" for pattern in loose), re.IGNORECASE)
