"""The phrasings collected from public forms and sample letters, each beside a near miss of its own."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.denial import read_denial
from tests.pages import page_of


def read(*sentences: str):
    return read_denial([page_of("\n".join(["Aetna", "Date: March 4, 2026", "Dear Ana Bell:", *sentences]))])


def grounds(*sentences: str) -> list[str]:
    found = read("We denied your request.", *sentences, "You may appeal within 180 days.").reasons
    return [reason.category.value for reason in found.value] if found and found.confidence >= 0.6 else []


REASONS = [  # stated, its class, and what sounds like it and gives none
    (
        "We are unable to approve this request because the requested braces are an exclusion.",
        "benefit_exclusion",
        "Your handbook lists every exclusion of your plan.",
    ),
    (
        "Denied because the service is not medically necessary under the criteria found in MCG A-0102.",
        "not_medically_necessary",
        "If a service is denied because it is not medically necessary, you may ask for an external review.",
    ),
    (
        "The requested medical device is not covered under your current policy.",
        "benefit_exclusion",
        "A device that is covered under your policy needs an order from your doctor.",
    ),
    (
        "The request does NOT meet medical necessity criteria under the member's benefit plan.",
        "not_medically_necessary",
        "We did not review whether it meets medical necessity criteria.",
    ),
    (
        "MEDICAL NECESSITY NOT ESTABLISHED",
        "not_medically_necessary",
        "Medical necessity means care that is needed to treat an illness.",
    ),
    (
        "STEP THERAPY REQUIREMENTS NOT MET",
        "step_therapy_not_met",
        "Your doctor may ask for a step therapy exception.",
    ),
    ("MISSING DOCUMENTATION", "insufficient_documentation", "Your doctor can send any missing documentation."),
    (
        "CO50 - Non-covered services because these are not deemed medically necessary",
        "not_medically_necessary",
        "The plan covers services that are deemed medically necessary.",
    ),
    (
        "PRIOR AUTHORIZATION REQUIRED BUT NOT OBTAINED",
        "prior_authorization_missing",
        "Xeljanz and Olumiant also need prior authorization.",
    ),
    (
        "CO197 - Precertification/authorization/notification absent",
        "prior_authorization_missing",
        "Authorization is not a guarantee of payment.",
    ),
    (
        "PAYER STATEMENT: Precertification was not obtained prior to service delivery",
        "prior_authorization_missing",
        "Precertification was obtained for the office visits.",
    ),
    (
        "Service classified as experimental/investigational",
        "experimental_investigational",
        "This is not a finding that the service is experimental or investigational.",
    ),
    (
        "Adequate documentation of step therapy completion was not found.",
        "step_therapy_not_met",
        "A pharmacist said that step therapy was the reason another claim was denied.",
    ),
    (
        "Denial Reason Code: MN-02 - Medical Necessity Not Established",
        "not_medically_necessary",
        "Our earlier letter of January 2 said that medical necessity was not established.",
    ),
]


@pytest.mark.parametrize(("stated", "category", "near_miss"), REASONS)
def test_a_collected_reason_is_read_and_its_near_miss_is_not(stated, category, near_miss):
    """The words of the forms, and the same words as boilerplate, told again, conditional or denied."""
    other = "Hearing aids are excluded from your coverage."
    if category == "benefit_exclusion":
        other = "You have not tried methotrexate first."

    assert grounds(f"{stated.rstrip('.')}.") == [category]
    assert category not in grounds(other, near_miss)


DEADLINES = [
    ("You may appeal within 60 calendar days after the date of this notice.", {"days": 60}, "notice"),
    ("Appeal within 65 calendar days of the date listed at the top of this notice.", {"days": 65}, "notice"),
    ("If you appeal after 65 days you must explain why your appeal is late.", {"days": 65}, None),
    ("You can ask for a Plan Appeal by May 3, 2026.", {"date": dt.date(2026, 5, 3)}, None),
    ("Appeal within 60 calendar days after the mailing date on this notice.", {"days": 60}, "mailing"),
    ("You can appeal any time up to 120 days after you get this Notice.", {"days": 120}, "receipt"),
    ("Appeal within 60 calendar days from the date on the written notice we sent.", {"days": 60}, "notice"),
    ("Appeal within 180 days of receipt of notice of the initial coverage decision.", {"days": 180}, "receipt"),
    ("You may appeal up to 180 calendar days after You receive notice.", {"days": 180}, "receipt"),
    ("Appeal within 180 calendar days of the date of the initial denial notice.", {"days": 180}, "notice"),
    ("Appeal within 60 calendar days from the notice of adverse benefit determination.", {"days": 60}, "notice"),
    ("Appeal within 30 days of the date of this letter (by April 3, 2026).", {"days": 30}, "notice"),
    ("You may appeal within 180 calendar days of this notice.", {"days": 180}, "notice"),
    ("Send your appeal within 60 calendar days to:", {"days": 60}, None),
    ("You have four months to ask for an External Appeal.", None, None),
    ("You can ask for a Fair Hearing by July 2, 2026.", None, None),
    ("The hearing must be asked for within 120 calendar days after the mailing date on this form.", None, None),
    ("To keep your services ask within 15 calendar days after we mail this notice.", None, None),
    ("Submit a corrected claim within 90 days.", None, None),
    ("Your doctor may have a peer-to-peer review within 48 HOURS of this notice.", None, None),
    ("Peer-to-peer: fourteen (14) days.", None, None),
    ("The enclosed 'Your Rights' provides timelines.", None, None),
]


@pytest.mark.parametrize(("sentence", "expected", "anchor"), DEADLINES)
def test_a_collected_deadline_keeps_its_number_its_unit_and_its_start(sentence, expected, anchor):
    """Editions of one form differ: what stands there is read, none is assumed."""
    stated = read("We denied your request because it is not medically necessary.", sentence).internal_appeal_deadline

    if expected is None:
        assert stated is None
        return
    assert {k: getattr(stated.value, k) for k in ("days", "months", "date") if getattr(stated.value, k)} == expected
    assert stated.value.anchor == anchor


STYLES = ("%B %d, %Y", "%m/%d/%Y", "%m-%d-%Y", "%d %b %Y", "%Y-%m-%d")
SLIPS = {"0": "O", "1": "l", "5": "S", "8": "B"}


@given(
    day=st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2029, 12, 31)),
    style=st.sampled_from(STYLES),
    at=st.integers(min_value=0, max_value=20),
)
def test_a_misread_notice_date_is_put_right_or_left_out(day, style, at):
    """What OCR confuses never makes another day of it."""
    printed = day.strftime(style)
    places = [index for index, char in enumerate(printed) if char in SLIPS]
    damaged = printed
    if places:
        index = places[at % len(places)]
        damaged = printed[:index] + SLIPS[printed[index]] + printed[index + 1 :]
    text = f"Aetna\nDate of Notice: {damaged}\nDear Ana Bell:\nWe denied your request because it is experimental."

    found = read_denial([page_of(text)]).denial_date

    assert found is None or found.value == day
