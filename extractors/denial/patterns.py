"""Patterns kept as data: read once, checked when read."""

import re
from functools import cache
from typing import Any

from extractors.vocabulary.load import read_yaml

# A space of a pattern in a data file stands for any space or hyphen, " ?" for none too, but not inside [...].
_SPACE = re.compile(r"\[(?:\\.|[^\]])*\]|\\ | \??")


@cache
def load_table(name: str) -> Any:
    """Return the content of a YAML file of this folder."""
    return read_yaml(name, "extractors.denial")


def any_of(patterns: list[str]) -> re.Pattern[str]:
    """Return one pattern that matches where any of them does, case ignored."""
    loose = [
        _SPACE.sub(lambda match: {" ": r"[\s-]+", " ?": r"[\s-]*"}.get(match[0], match[0]), pattern)
        for pattern in patterns
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in loose), re.IGNORECASE)
