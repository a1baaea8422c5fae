"""Grounds told only by the facts of a case: offered to a person, never asserted."""

import pytest

from extractors.denial import read_denial
from tests.pages import page_of


def reasons(*sentences: str):
    lines = ["Aetna", "March 4, 2026", "Dear Ana Bell:", "We did not approve the request.", *sentences]
    return read_denial([page_of("\n".join([*lines, "You may appeal within 180 days of this letter."]))]).reasons


@pytest.mark.parametrize(
    ("sentence", "category"),
    [
        ("The claim is denied as untimely: the contract gives 120 days to bill.", "timely_filing"),
        ("You left the plan on June 30, and the July visit is not ours to pay.", "eligibility"),
        ("Your plan uses a closed formulary and Aimovig is not on it, so it was denied.", "not_on_formulary"),
        ("You may have four infusions a year. This would be the fifth, and it is denied.", "quantity_or_dose_limit"),
        ("The dermatologist is outside the panel your plan uses. The visit was denied.", "out_of_network"),
    ],
)
def test_a_ground_told_by_its_facts_is_offered(sentence, category):
    """Under 0.6 a person decides; the words stand beside it."""
    found = reasons(sentence)

    assert [reason.category.value for reason in found.value] == [category]
    assert found.confidence < 0.6
    assert found.value[0].quote in sentence or sentence in found.value[0].quote


def test_a_refusal_that_says_nothing_gives_no_ground():
    """One word of a ground is no ground."""
    assert reasons("Please keep this letter with your papers.") is None
