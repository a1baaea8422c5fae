"""What is only offered (a confidence below 0.6) is for a person to settle: no letter and no clock rests on it."""

from typing import Any

import pytest

from extractors.evidence import SURE
from pipeline.case import CaseDocument
from pipeline.deadlines import find_deadlines
from pipeline.letter import build_letter
from pipeline.letter.blocks import runs_of
from tests.pipeline.fixtures.lupus import TODAY, lupus_case

# A field of the made-up case, and how the letter would print it.
PRINTED = {
    "denial_date": "November 2, 2026",
    "patient_name": "Odalys Brannigan-Tull",
    "patient_dob": "March 14, 1987",
    "member_id": "HB 20 44718 01",
    "reference_numbers": "PA-2611-00731",
    "codes": "M32.19",
    "appeal_address": "PO Box 4410",
    "reasons": "No prior authorization is on file for Saphnelo.",
}


def offered(field: str, **changed: Any) -> CaseDocument:
    """The lupus case with one field of the denial that nobody can be sure of."""
    data = lupus_case().model_dump(by_alias=True)
    data["denial"][field] |= {"confidence": SURE - 0.1, **changed}
    return CaseDocument.model_validate(data)


@pytest.mark.parametrize("field", PRINTED)
def test_an_asserted_value_is_stated(field):
    """The counterpart of the next promise: the words looked for there are those that the letter prints."""
    assert PRINTED[field] in _stated(lupus_case())


@pytest.mark.parametrize("field", PRINTED)
def test_a_letter_states_no_value_that_is_only_offered(field):
    """It may stand in a blank for staff to confirm, never in a sentence that the physician signs."""
    assert PRINTED[field] not in _stated(offered(field))


def test_no_clock_is_said_to_be_the_letters_when_its_time_is_only_offered():
    """Fourteen days to call a director, taken for the time to appeal, would be put in the payer's mouth."""
    deadlines = find_deadlines(offered("internal_appeal_deadline", value={"days": 14}).denial, TODAY)

    assert deadlines
    assert not any("14 days" in deadline.explanation for deadline in deadlines)


def _stated(case: CaseDocument) -> str:
    """The letter without its blanks."""
    return "\n".join(run.text for run in runs_of(build_letter(case, TODAY).blocks) if run.kind != "blank")
