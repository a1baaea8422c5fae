"""Reasons in the plain words of plans, and what plans say beside them."""

from pathlib import Path

import pytest
import yaml

from extractors.denial import read_denial
from tests.pages import page_of

DATA = yaml.safe_load((Path(__file__).parent / "reason_words.yaml").read_text(encoding="utf-8"))
STATED = [
    ("We denied the request because hearing aids are excluded from your coverage.", "benefit_exclusion"),
    ("We denied Tremfya because you have not tried methotrexate first.", "step_therapy_not_met"),
    ("We denied the request because it is not medically necessary.", "not_medically_necessary"),
]


def reasons(*sentences: str) -> list[str]:
    lines = ["Aetna", "March 4, 2026", "Dear Ana Bell:", *sentences, "You may appeal within 180 days of this letter."]
    found = read_denial([page_of("\n".join(lines))]).reasons
    return [reason.category.value for reason in found.value] if found else []


@pytest.mark.parametrize(
    ("category", "words"), [(category, words) for category, listed in DATA["reasons"].items() for words in listed]
)
def test_a_ground_is_known_in_plain_words_too(category, words):
    """Plans that write for members name the fact, not the term."""
    assert reasons("We did not approve the request.", *words.splitlines()) == [category]


@pytest.mark.parametrize("aside", DATA["aside"])
def test_what_stands_beside_a_ground_is_none(aside):
    """Rules, rights, help and stories around the decision add no second reason."""
    for stated, category in STATED:
        assert reasons(stated, aside) == [category]
        assert reasons(stated, "About your plan", aside) == [category]
