"""A pattern is left out for a text only where it cannot be found in any part of it."""

import re

import pytest

from extractors.chart.frames import frames, openings
from extractors.vocabulary.needs import needs
from extractors.vocabulary.pattern_set import PatternSet

PATTERNS = [at for frame in frames() for at in (frame.before, frame.after) if at] + [at.pattern for at in openings()]
SENTENCES = [said.replace("*", "") for entry in (*frames(), *openings()) for said in (*entry.says, *entry.spares)]


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bcontra-?indicat\w+", {"contraindicat", "contra-indicat"}),
        (r"\b(?:stopped|never (?:took|filled))\b", {"stopped", "never", "took", "filled"}),
        (r"(?:no )?relief", {"relief"}),
        (r"\bAGE[ds]?\b", {"age", "aged", "ages"}),
        (r"last\s+dose", {"last"}),
        (r"dose(?! of)", {"dose"}),
        (r"(?:dose)?", None),  # it also finds the empty text
        (r"\d+\s*mg|\d{3}", None),  # one way without any word
        (r"[a-z]+itis", {"itis"}),
        (r"µg", None),  # letters with other spellings say nothing
    ],
)
def test_the_words_that_a_pattern_needs(pattern: str, needed: set[str] | None) -> None:
    found = needs(re.compile(pattern, re.IGNORECASE)).words
    assert found is None if needed is None else found is not None and found <= needed and found


def test_no_pattern_of_a_set_is_left_out_that_a_clause_of_the_text_holds() -> None:
    held = PatternSet(PATTERNS)
    for sentence in SENTENCES:
        clauses = [sentence, *re.split(r"[,;:]\s*", sentence), sentence.upper()]
        found = {n for n, at in enumerate(PATTERNS) if any(map(at.search, clauses))}
        assert found <= set(held.possible(sentence)), sentence


def test_a_set_asks_few_of_its_patterns_of_a_plain_sentence() -> None:
    assert len(PatternSet(PATTERNS).possible("Methotrexate 15 mg weekly since March 2025.")) < len(PATTERNS) / 4


def test_an_empty_set_has_no_pattern_to_ask() -> None:
    assert PatternSet([]).possible("Methotrexate 15 mg weekly.") == []


def test_a_set_finds_what_a_search_of_each_pattern_finds_first() -> None:
    """Wherever it is tried: at the first letters, and in letters that change their case or their number."""
    held = PatternSet(PATTERNS)
    page = "\n".join(SENTENCES)
    for text in (*SENTENCES, page, page.upper(), f"\u0130{page}\u017f\u212a"):
        searched = {n: match.span() for n, at in enumerate(PATTERNS) if (match := at.search(text))}
        assert {n: match.span() for n, match in held.found(text)} == searched, text[:80]


@pytest.mark.parametrize(
    ("pattern", "begun"),
    [
        (r"\b(?:stopped|never (?:took|filled))\b", {"stopped", "never took", "never filled"}),
        (r"(?:no )?relief", {"no relief", "relief"}),
        (r"\bAGE[ds]?\b", {"age"}),
        (r"no[ \n-]+dose", {"no ", "no\n", "no-"}),
        (r"(?<!no )dose(?! of)", {"dose"}),
        (r"(?:\w+ )?dose", None),  # it begins with any letter
        (r"(?:dose)?", None),
        (r"\d+ mg", None),
        (r"a|bc", None),  # one letter is nearly everywhere
    ],
)
def test_the_letters_that_a_pattern_begins_with(pattern: str, begun: set[str] | None) -> None:
    assert needs(re.compile(pattern, re.IGNORECASE)).leads == begun
