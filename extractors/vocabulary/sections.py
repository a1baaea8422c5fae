"""Headings of chart sections, and what stands under them."""

import re
from dataclasses import dataclass
from functools import cache

from extractors.vocabulary.terms import load_vocabulary


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of section."""

    key: str  # "family_history"
    terms: tuple[str, ...]  # lower case, spaces single
    family: bool = False
    history: bool = False


@cache
def sections() -> dict[str, Section]:
    """Return every section by key; sections.yaml is checked here, at first use."""
    table = {}
    for key, entry in load_vocabulary("sections").items():
        if not entry["terms"]:
            raise ValueError(f"sections.yaml: {key} has no terms")
        terms = tuple(_plain(str(term)) for term in entry["terms"])
        table[key] = Section(key, terms, bool(entry.get("family")), bool(entry.get("history")))
    return table


@cache
def _by_term() -> dict[str, str]:
    held: dict[str, str] = {}
    for section in sections().values():
        for term in section.terms:
            if held.setdefault(term, section.key) != section.key:
                raise ValueError(f"sections.yaml: {term!r} stands under two sections")
    return held


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[,:;#*_\-–—]+", " ", heading.lower()).split())


def section_of_heading(heading: str) -> str | None:
    """Return the key of the section a heading names, None when it is none: "FH" is family_history."""
    return _by_term().get(_plain(heading))
