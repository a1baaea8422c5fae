"""Where in the course of appeals a letter stands, and which step it leaves open."""

import pytest

from extractors.denial import read_denial
from tests.pages import page_of


def level(*sentences: str):
    text = "\n".join(["Aetna", "Date: March 4, 2026", "Dear Ana Bell:", *sentences])
    return read_denial([page_of(text)])


DENIED = "We denied your request because it is not medically necessary."
UPHELD = "We upheld our denial because the drug is not medically necessary."
APPEAL = "You may appeal within 180 days of the date of this letter."


@pytest.mark.parametrize(
    ("sentences", "stage", "step"),
    [
        ([DENIED, APPEAL], "initial_determination", "internal_appeal"),
        (
            [DENIED, APPEAL, "After our final internal decision you may ask for an external review within 4 months."],
            "initial_determination",
            "internal_appeal",
        ),
        (
            [DENIED, APPEAL, "If we uphold our decision you may ask for a second-level appeal within 60 days."],
            "initial_determination",
            "internal_appeal",
        ),
        (
            ["Notice of Final Internal Adverse Determination", UPHELD, "You may ask for an external review."],
            "final_internal_adverse_determination",
            "external_review",
        ),
        (
            [UPHELD, "You have exhausted the internal appeal. You may ask for a State Fair Hearing in 120 days."],
            "final_internal_adverse_determination",
            "fair_hearing",
        ),
        (
            [
                "We reviewed your appeal and decided we are not changing our decision.",
                DENIED,
                "You have four months to ask for an External Appeal.",
            ],
            "final_internal_adverse_determination",
            "external_review",
        ),
        (
            [
                "Your first-level appeal was denied.",
                UPHELD,
                "You may file a second-level appeal within 60 days.",
                "After that you may ask for an external review within 4 months.",
            ],
            "appeal_decision",
            "second_level",
        ),
    ],
)
def test_the_letter_says_how_far_the_appeal_has_come(sentences, stage, step):
    """A first denial tells of all that may follow; only a denied appeal opens the next step."""
    found = level(*sentences).level

    assert (found.value.stage, found.value.next_step) == (stage, step)


def test_a_denied_first_appeal_gives_the_time_and_the_place_of_the_second():
    """What is open is the second level, not the external review behind it."""
    denial = level(
        "Your first-level appeal was denied.",
        UPHELD,
        "You may file a second-level appeal within 60 days: Aetna Grievance Panel, PO Box 771, Hartford, CT 06103.",
        "After that, for an external review write within 4 months to State Review Unit, PO Box 99, Hartford, CT 06104.",
    )

    assert denial.internal_appeal_deadline.value.days == 60
    assert "771" in denial.appeal_address.value


def test_a_letter_that_speaks_of_no_appeal_has_no_level():
    """Neither a first nor a final denial is made up."""
    assert level(DENIED).level is None
