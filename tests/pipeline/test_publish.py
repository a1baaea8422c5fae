"""Findings in the shapes of the published JSON."""

import datetime as dt

import pytest

from extractors.denial.fields import (
    AppealLevel,
    AppealStage,
    Codes,
    Denial,
    NextStep,
    PlanType,
    Reason,
    ReasonCategory,
    StatedDeadline,
    StatedWindow,
    WindowKind,
)
from extractors.documents.segment import DocumentType, Segment
from extractors.evidence import PageSource
from pipeline.case import CaseDocument, DocumentOut, FactOut
from pipeline.publish import publish_denial, publish_document
from pipeline.schema import schema_of
from tests.pages import page_of

PAGE = page_of("March 4, 2026", "denial.pdf")


def found(value, confidence: float = 0.9):
    return PAGE.cite(PAGE.lines[0], "March 4, 2026", value, confidence)


def test_values_carry_their_evidence():
    """Document, page, box in points and the words as printed."""
    out = publish_denial(Denial(denial_date=found(dt.date(2026, 3, 4)))).model_dump(mode="json")

    assert out["denial_date"] == {
        "value": "2026-03-04",
        "confidence": 0.9,
        "evidence": [
            {
                "document": "denial.pdf",
                "page": 1,
                "bbox": [72.0, 72.0, 143.5, 83.0],
                "text": "March 4, 2026",
                "date": None,
            }
        ],
    }


def test_what_the_letter_does_not_say_is_null():
    """Never a guess and never an empty string; only the plan type says that it is unknown."""
    out = publish_denial(Denial()).model_dump(mode="json")

    assert out.pop("plan_type") == {"value": "unknown", "confidence": 0.5, "evidence": []}
    assert set(out.values()) == {None}


@pytest.mark.parametrize(
    ("field", "value", "printed"),
    [
        ("plan_type", PlanType.FEHB, "fehb"),
        ("urgent", True, True),
        ("reference_numbers", ("A1", "B2"), ["A1", "B2"]),
        ("internal_appeal_deadline", StatedDeadline(days=180, anchor="receipt"), {"days": 180, "anchor": "receipt"}),
        (
            "other_deadlines",
            (StatedWindow(kind=WindowKind.PEER_TO_PEER, hours=48, anchor="notice", quote="within 48 hours"),),
            [
                {
                    "kind": "peer_to_peer",
                    "hours": 48,
                    "business_days": None,
                    "days": None,
                    "months": None,
                    "date": None,
                    "anchor": "notice",
                    "quote": "within 48 hours",
                    "evidence": [],
                }
            ],
        ),
        (
            "level",
            AppealLevel(stage=AppealStage.FINAL, next_step=NextStep.EXTERNAL_REVIEW),
            {"stage": "final_internal_adverse_determination", "next_step": "external_review"},
        ),
        ("internal_appeal_deadline", StatedDeadline(date=dt.date(2026, 9, 1)), {"date": "2026-09-01"}),
        ("codes", Codes(icd10=("M32.19",)), {"icd10": ["M32.19"], "hcpcs_cpt": [], "ndc": []}),
        (
            "reasons",
            (Reason(category=ReasonCategory.OFF_LABEL, quote="not approved for this use"),),
            [{"category": "off_label", "quote": "not approved for this use"}],
        ),
    ],
)
def test_each_field_has_the_shape_of_the_contract(field, value, printed):
    """Dates ISO, enumerations as words, a deadline as exactly what the letter states."""
    out = publish_denial(Denial(**{field: found(value)})).model_dump(mode="json")

    assert out[field]["value"] == printed


def test_a_document_prints_only_what_fits_its_type():
    """A chart has no fields, a letter no facts; in `rebut read` and in the case document alike."""
    plain = DocumentOut(document="a.pdf", pages=[1], document_type="other")
    case = CaseDocument(case="c1", documents=[plain], denial=publish_denial(Denial()))

    for printed in (plain.model_dump(mode="json"), case.model_dump(mode="json")["documents"][0]):
        assert not {"fields", "facts", "policy"} & set(printed)
        assert printed["document_type"] == "other"
    assert CaseDocument.model_validate_json(case.model_dump_json(by_alias=True)) == case


def test_a_fact_prints_only_the_part_that_fits_its_kind():
    """A date that is not told is null all the same: that is an answer."""
    fact = FactOut(kind="finding", name="malar rash", assertion="affirmed", date=None, evidence=[])

    assert fact.model_dump(mode="json", by_alias=True) == {
        "kind": "finding",
        "name": "malar rash",
        "assertion": "affirmed",
        "date": None,
        "evidence": [],
    }


def test_a_page_that_failed_is_named():
    """With its problem as a code."""
    segment = Segment(document="a.pdf", pages=(1, 2), document_type=DocumentType.OTHER, confidence=0.5)
    pages = [page_of("fine", "a.pdf", 1), page_of("", "a.pdf", 2, source=PageSource.FAILED)]

    assert publish_document(segment, pages).failed_pages == [{"page": 2, "problem": "unreadable"}]


@pytest.mark.parametrize("what", ["case", "read", "criteria"])
def test_each_published_document_has_a_schema(what):
    """For who checks what we print."""
    schema = schema_of(what)

    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["properties"]
