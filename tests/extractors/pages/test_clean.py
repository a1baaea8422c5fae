"""A stroke that the engine gives as "|" is a letter, a ruling or a figure; a dose is never made of a guess."""

import pytest

from extractors.evidence import Box, Word
from extractors.pages.clean import clean_words


def word(text: str, at: float, width: float = 2.0) -> Word:
    return Word(text=text, box=Box(x0=at, top=100, x1=at + width, bottom=110), confidence=0.85)


@pytest.mark.parametrize("unit", ["mg", "mcg", "mL", "tablet", "units"])
def test_a_stroke_before_a_unit_is_neither_a_letter_nor_a_ruling(unit):
    """The engine read "folic acid 1 mg" as "folic acid | mg": "I mg" would be a dose that nobody wrote."""
    kept, rulings = clean_words([word("acid", 10, 20), word("|", 34), word(unit, 40, 12)], ink=True)
    assert [one.text for one in kept] == ["acid", "|", unit]
    assert rulings == []


def test_a_stroke_before_any_other_word_is_the_pronoun():
    kept, _ = clean_words([word("today", 10, 20), word("|", 34), word("saw", 40, 12)], ink=True)
    assert [one.text for one in kept] == ["today", "I", "saw"]
