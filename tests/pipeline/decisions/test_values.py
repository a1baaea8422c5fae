"""Every field of a denial can be given by a person, in the form in which it is published."""

import pytest

from pipeline.case import DenialOut
from pipeline.decisions.apply import plain
from pipeline.decisions.errors import ValueFormatError
from pipeline.decisions.values import fields, typed
from pipeline.publish import publish_value

GIVEN = [
    ("denial_date", "2026-03-04", "2026-03-04"),
    ("member_id", "  U732\n0551\x00 \ud800", "U732 0551"),
    ("appeal_address", "PO Box 1,\nAkron, OH 44301", "PO Box 1, Akron, OH 44301"),
    ("reference_numbers", ["A1", "B2"], ["A1", "B2"]),
    ("urgent", False, False),
    ("plan_type", "fehb", "fehb"),
    ("reasons", [{"category": "off_label", "quote": "No."}], [{"category": "off_label", "quote": "No."}]),
    ("codes", {"icd10": ["M32.19"]}, {"icd10": ["M32.19"], "hcpcs_cpt": [], "ndc": []}),
    ("internal_appeal_deadline", {"months": 4, "anchor": "notice"}, {"months": 4, "anchor": "notice"}),
    ("internal_appeal_deadline", {"date": "2026-09-01"}, {"date": "2026-09-01"}),
    ("level", {"stage": "appeal_decision", "next_step": None}, {"stage": "appeal_decision", "next_step": None}),
]


@pytest.mark.parametrize(("field", "value", "kept"), GIVEN)
def test_a_value_is_kept_as_it_was_understood(field, value, kept):
    """One line, printable, and the same when it is read again."""
    told = plain(publish_value(typed(field, value)))

    assert told == kept
    assert typed(field, told) == typed(field, value)


def test_a_time_of_another_step_is_kept_with_its_sentence():
    """As `other_deadlines` has it."""
    told = plain(
        publish_value(typed("other_deadlines", [{"kind": "external_review", "months": 4, "quote": "4 months."}]))
    )

    assert (told[0]["kind"], told[0]["months"], told[0]["quote"]) == ("external_review", 4, "4 months.")
    assert typed("other_deadlines", told)[0].months == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("denial_date", "2026-02-30"),
        ("denial_date", "0026-02-03"),
        ("patient_name", "\u200b"),
        ("patient_name", "x" * 700),
        ("reference_numbers", []),
        ("reference_numbers", "A1"),
        ("urgent", 1),
        ("plan_type", ["fehb"]),
        ("internal_appeal_deadline", {}),
        ("internal_appeal_deadline", {"days": 180, "months": 6}),
        ("internal_appeal_deadline", {"days": True}),
        ("internal_appeal_deadline", {"days": 0}),
        ("internal_appeal_deadline", {"days": 10, "anchor": "full moon"}),
        ("level", {"stage": "over"}),
        ("reasons", {"category": "off_label", "quote": "x"}),
        ("other_deadlines", [{"kind": "external_review", "quote": "soon"}]),
    ],
)
def test_what_has_another_form_is_refused(field, value):
    """With the form in the message, and never the value."""
    with pytest.raises(ValueFormatError) as refused:
        typed(field, value)

    assert field in str(refused.value)
    assert "{" not in str(refused.value).replace('{"', "")


def test_every_published_field_can_be_corrected():
    """A field that is added to the denial is added here too."""
    assert set(fields()) == set(DenialOut.model_fields)
