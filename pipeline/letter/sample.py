"""A made-up case that takes every branch of the wording, so that a faulty template shows before a letter needs it."""

from typing import Any, get_args

from extractors.denial.fields import ReasonCategory
from pipeline.case import CaseDocument, Status


def sample_case(urgent: bool) -> CaseDocument:
    """Return a case with every field filled, every reason, and criteria of every kind."""
    evidence = [{"document": "chart.pdf", "page": 1, "bbox": [72, 72, 200, 84], "text": "methotrexate", "date": None}]
    dated = [{**evidence[0], "date": "2024-01-10"}]
    criteria = [
        {"number": f"{n}", "text": "Trial of methotrexate", "policy_page": 1, "status": status,
         "explanation": "The chart says so.", "evidence": dated if n % 2 else evidence}
        for n, status in enumerate([*get_args(Status), "met", "not_met", "not_met", "unclear"], start=1)
    ]  # fmt: skip
    course = {"class": "csDMARD", "dose": "15 mg", "start": "2024-01-10", "stop": "2024-06-02", "days": 144}
    treatment = {"kind": "treatment", "name": "methotrexate", "assertion": "historical", "date": None,
                 "evidence": evidence, "treatment": {**course, "outcome": "intolerance"}}  # fmt: skip
    return CaseDocument.model_validate(
        {
            "case": "sample",
            "documents": [
                {"document": "denial.pdf", "pages": [1], "document_type": "denial_letter"},
                {"document": "policy.pdf", "pages": [1], "document_type": "payer_policy"},
                {"document": "chart.pdf", "pages": [1], "document_type": "chart", "facts": [treatment]},
            ],
            "denial": _denial(urgent),
            "policy": {"document": "policy.pdf", "title": "Policy", "number": "1", "effective_date": "2026-01-01",
                       "indication": "Rheumatoid arthritis"},
            "criteria": criteria,
            # 1 to 3 each count; 5 stands in for 4; 6 and 7 wait for 7.
            "logic": ["all", "1", "2", "3", ["any", "4", "5"], ["any", "6", "7"]],
            "overall": "unclear",
            "deadlines": [{"what": "internal appeal", "last_day": "2026-08-31", "file_by": "2026-08-31",
                           "basis": "29 CFR 2560.503-1(h)(3)(i)", "explanation": "Counted from the letter."}],
            "gaps": ["Trial of methotrexate"],
            "warnings": ["Look at page 2."],
            "excluded_pages": [{"document": "chart.pdf", "page": 2, "why": "another_patient"}],
        }
    )  # fmt: skip


def _denial(urgent: bool) -> dict[str, Any]:
    reasons = [{"category": category.value, "quote": "The plan's words."} for category in ReasonCategory]
    fields = {
        "denial_date": "2026-03-04",
        "payer": "Example Health Plan",
        "reasons": reasons,
        "patient_name": "Jordan Sample",
        "patient_dob": "1980-01-01",
        "member_id": "M1",
        "group_number": "G1",
        "reference_numbers": ["R1", "R2"],
        "service": "upadacitinib",
        "service_as_printed": "Rinvoq 15 mg",
        "codes": {"icd10": ["M06.9"], "hcpcs_cpt": ["J0000"], "ndc": ["00000-0000-00"]},
        "prescriber": "Robin Example",
        "plan_type": "employer_self_funded",
        "urgent": urgent,
        "appeal_address": "PO Box 1\nTown, ST 00000",
        "appeal_fax": "555-555-0100",
        "appeal_phone": "555-555-0101",
    }
    return {name: {"value": value, "confidence": 1.0, "evidence": []} for name, value in fields.items()}
