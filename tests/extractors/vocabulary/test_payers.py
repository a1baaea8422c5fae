"""Payers' names in every form that letters print."""

import pytest

from extractors.vocabulary.payers import PayerKind, find_payers, known_payers, nearest_payer


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cigna healthcare", ["Cigna Healthcare"]),
        ("BLUE CROSS® BLUE SHIELD® OF ILLINOIS", ["Blue Cross and Blue Shield of Illinois"]),
        ("BlueCross BlueShield of Illinois", ["Blue Cross and Blue Shield of Illinois"]),
        ("BCBS of Illinois", ["Blue Cross and Blue Shield of Illinois"]),
        ("BlueCross BlueShield\nFederal Employee Program", ["Blue Cross Blue Shield Federal Employee Program"]),
        ("Kaiser Foundation Health Plan of Colorado", ["Kaiser Permanente"]),
        ("Ambetter from Superior HealthPlan", ["Ambetter from Superior HealthPlan"]),
        ("Aetna Better Health of Ohio", ["Aetna Better Health of Ohio"]),
        ("Aetna Life Insurance Company", ["Aetna"]),
        ("Anthem Blue Cross", ["Anthem Blue Cross"]),
        ("BCBS Nebraska", ["Blue Cross and Blue Shield of Nebraska"]),
        ("AmeriHealth Caritas Florida", ["AmeriHealth Caritas Florida"]),
        ("Humana Healthy Horizons in Kentucky", ["Humana Healthy Horizons in Kentucky"]),
        ("Ambetter\nTexas Department of Insurance", ["Ambetter"]),  # the state begins another line
        ("Priority Partners", ["Priority Partners"]),
        ("medical necessity", []),  # not Medica
        ("a humane answer", []),
        ("the premeraid", []),
    ],
)
def test_a_name_is_known_whatever_its_spelling(text, names):
    """Spacing, ampersands and trademark signs do not count; parts of words do not match."""
    assert [mention.payer.name for mention in find_payers(text)] == names


@pytest.mark.parametrize(
    "name",
    [
        "eviCore healthcare",
        "CVS Caremark",
        "Express Scripts",
        "OptumRx",
        "Carelon",
        "Prime Therapeutics LLC",
        "NIA",
        "Cohere Health",
    ],
)
def test_a_reviewer_is_no_plan(name):
    """Benefit managers and reviewers are known for what they are."""
    assert find_payers(name)[0].payer.kind is PayerKind.DELEGATE


def test_a_misread_letterhead_is_recognised_only_when_close():
    """One slip in a long name is forgiven; half a name is not."""
    assert nearest_payer("UnitedHea1thcare").name == "UnitedHealthcare"
    assert nearest_payer("United") is None
    assert nearest_payer("Lakeside Rheumatology") is None


def test_the_table_names_each_payer_once():
    """A form that stands for two payers would make a coin toss of a letter."""
    names = [payer.name for payer in known_payers()]

    assert len(names) == len(set(names))
    assert len(names) > 200
