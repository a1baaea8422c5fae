"""Medical specialties: the field and who practises it."""

import re
from functools import cache

from extractors.vocabulary.terms import TermFinder, load_vocabulary


@cache
def specialties() -> dict[str, tuple[str, ...]]:
    """Return every specialty's names by key; specialties.yaml is checked here, at first use."""
    table = {}
    for key, entry in load_vocabulary("specialties").items():
        names = tuple(str(name).lower() for part in ("field", "person") for name in entry[part])
        if not names:
            raise ValueError(f"specialties.yaml: {key} has no names")
        table[key] = names
    return table


@cache
def _finder() -> TermFinder:
    plurals = ((f"{name}s", key) for key, names in specialties().items() for name in names if name.endswith("ist"))
    return TermFinder([*((name, key) for key, names in specialties().items() for name in names), *plurals])


def find_specialties(text: str) -> list[str]:
    """Return the keys of the specialties named in the text, in order, each once."""
    return list(dict.fromkeys(term.key for term in _finder().find(re.sub(r"\s+", " ", text))))


def specialty_named(text: str) -> str | None:
    """Return the specialty when the text names exactly one, else None."""
    found = find_specialties(text)
    return found[0] if len(found) == 1 else None
