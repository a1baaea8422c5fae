"""A pattern that is asked through the sieve finds what it finds alone, in every text and in parts of one."""

import re

import pytest

from extractors.vocabulary.sieve import rare
from extractors.vocabulary.terms import TermFinder

TEXTS = (
    "She STOPPED it in May; no longer taking methotrexate.",
    "Refuſed and ſtopped, the long S of an old print.",
    "dİscontınued, with the letters of another alphabet",
    "Tender 9, swollen 5",
    "",
    "S/P splenectomy 2009",
)
PATTERNS = (
    r"\b(?:stopped|discontinued)\b",
    r"\bswollen\s+(?P<n>\d+)",
    r"^she\b",
    r"\bno\s+longer\b",
    r"\d{4}$",
    r"s/p",
    r"(?:a|taking\s+\w+)",
)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("text", TEXTS)
def test_the_sieve_hides_no_match(pattern: str, text: str) -> None:
    """Whatever a pattern finds, it finds through the sieve too, whether asked early or late."""
    alone, through = re.compile(pattern, re.IGNORECASE), rare(pattern, re.IGNORECASE)
    for _ in range(3):
        assert _span(through.search(text)) == _span(alone.search(text))
        assert _span(through.match(text)) == _span(alone.match(text))
        assert [at.span() for at in through.finditer(text)] == [at.span() for at in alone.finditer(text)]
        assert through.sub("-", text) == alone.sub("-", text)
        half = text[: len(text) // 2]
        assert _span(through.search(half, text)) == _span(alone.search(half))


def test_terms_are_found_however_many_texts_came_before() -> None:
    """A list that comes new is found at once and after the sieve took it in."""
    finder = TermFinder([("quince allergy", "q"), ("?", "doubt")])
    for number in range(200):
        assert [at.key for at in finder.find(f"{number}: QUINCE allergy?")] == ["q", "doubt"]
        assert finder.find(f"{number}: no such thing") == []


def _span(found: re.Match[str] | None) -> tuple[int, int] | None:
    return found.span() if found else None
