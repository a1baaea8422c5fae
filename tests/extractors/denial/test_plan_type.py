"""Which law governs the plan, by the signs a letter carries."""

import pytest

from extractors.denial import read_denial
from extractors.denial.fields import PlanType
from tests.pages import page_of


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("Notice of Denial of Medicare Part D Prescription Drug Coverage", "medicare_part_d"),
        ("Form CMS-10003", "medicare_advantage"),
        ("This is a Medicaid plan. You may ask for a State Fair Hearing.", "medicaid_managed_care"),
        ("You may ask the Office of Personnel Management (OPM) to review it.", "fehb"),
        ("TRICARE contractor", "tricare"),
        ("Your employer funds this plan.", "employer_self_funded"),
        ("Larkspur Works pays for the benefits under this plan from its own funds.", "employer_self_funded"),
        ("Aetna provides administrative services only.", "employer_self_funded"),
        ("This group policy is insured by Cigna Health and Life Insurance Company.", "employer_fully_insured"),
        ("Bought through HealthCare.gov.", "marketplace_individual"),
        ("Plan: Individual & Family Plans", "marketplace_individual"),
        # signs that tell nothing alone
        ("You may bring a civil action under section 502(a) of ERISA.", "unknown"),
        ("Texas Department of Insurance: 1-800-252-3439", "unknown"),
        ("If your plan is self-funded you may have other rights.", "unknown"),
        ("Adverse benefit determination", "unknown"),
        ("CHAMPVA and TRICARE are different.", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_plan_type_needs_a_sign_that_decides(text, plan):
    """Words that every letter carries leave it unknown."""
    page = page_of(f"Aetna\nMarch 4, 2026\nDear Ana Bell:\nWe denied your request.\n{text}\nYou may appeal.")

    assert read_denial([page]).plan_type.value.value == plan


def test_signs_of_two_kinds_are_not_asserted():
    """Self-funded and insured at once: a person decides."""
    page = page_of(
        "Aetna\nDear Ana Bell:\nWe denied your request.\nThe plan is self-funded.\nThis group policy is insured by "
        "Aetna."
    )

    assert read_denial([page]).plan_type.confidence < 0.6


@pytest.mark.parametrize(
    ("text", "plan", "sure"),
    [
        (
            "The benefits are paid by your employer, Mason Fruit, out of its own funds; Aetna administers them.",
            PlanType.EMPLOYER_SELF_FUNDED,
            True,
        ),
        (
            "You are covered under a group agreement between your employer, Cape Works, and Aetna Life, which insures "
            "the benefits.",
            PlanType.EMPLOYER_FULLY_INSURED,
            True,
        ),
        ("Ask your employer how the plan is run.", PlanType.UNKNOWN, False),
        ("Call us with questions.", PlanType.UNKNOWN, True),
    ],
)
def test_unknown_is_asserted_only_where_nothing_tells(text, plan, sure):
    """A letter that speaks of the employer's part in words not understood leaves the kind of plan open."""
    found = read_denial([page_of(f"Aetna\nMarch 4, 2026\nDear Ana Bell:\nWe denied it.\n{text}")]).plan_type

    assert found.value is plan
    assert (found.confidence >= 0.6) is sure
