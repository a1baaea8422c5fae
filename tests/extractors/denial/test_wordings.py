"""Unusual words that real letters use for a refusal, its ground and its time limits, and what comes near them."""

import re

import pytest

from extractors.denial import read_denial
from extractors.denial.boxes import Tick, tick_of
from extractors.documents import type_of
from tests.pages import page_of


def letter(*lines: str) -> str:
    return "\n".join(["Aetna", "March 4, 2026", "Dear Ana Bell:", *lines])


REFUSALS = [
    "We regret that we must decline the request.",
    "Our answer is no.",
    "We are not able to say yes to this request.",
    "The request for Humira was turned down.",
    "Authorization for the admission has been withheld.",
    "The service does not qualify for coverage under the certificate.",
    "No benefits are payable for this claim.",
    "Adverse determination - power wheelchair\nNot authorized.",
    "What we decline is the facility.",
    "We looked at your case again. The decision stands.",
    "We are reducing your home care hours from 20 to 8 a week.",
    "Coverage is not available for this treatment.",
    "We have decided not to cover the drug.",
    "The decision was unfavorable.",
    "Payment for these services was disallowed.",
    "We have terminated authorization for further skilled nursing days as of March 6.",
    "This request is non-certified.",
]
NO_REFUSALS = [
    "We have overturned our denial of January 2. The surgery is now covered.",
    "We have changed that decision. Humira is approved from March 4, 2026 to March 3, 2027.",
    "You appealed our decision of January 2, which denied Humira because it was not medically necessary. "
    "Your appeal has been granted.",
    "We told you on January 2 that Humira was denied because no prior authorization was on file. "
    "We have reversed that decision.",
    "The decision is fully in your favor. Your drug is now covered.",
]


@pytest.mark.parametrize("sentence", REFUSALS)
def test_a_refusal_is_one_in_any_words(sentence):
    """A denial that is not seen is an appeal that is not filed."""
    assert type_of([page_of(letter(sentence, "You may appeal within 180 days."))]) == "denial_letter"


@pytest.mark.parametrize("sentence", NO_REFUSALS)
def test_an_overturned_denial_is_no_denial(sentence):
    """The story of the first decision does not make the second one a denial."""
    denial = read_denial([page_of(letter(sentence, "You may appeal other decisions within 180 days."))])

    assert type_of([page_of(letter(sentence))]) == "approval_letter"
    assert denial.reasons is None


GROUNDS = [
    ("prior_authorization_missing", "We found that no request for approval had been made by your doctor."),
    ("prior_authorization_missing", "Approval was not obtained ahead of the visit."),
    ("prior_authorization_missing", "We were not notified of the admission until after discharge."),
    ("prior_authorization_missing", "Your provider did not call us before the scan."),
    ("not_medically_necessary", "Your condition did not require an inpatient level of care."),
    ("not_medically_necessary", "The stay is not consistent with generally accepted standards of care."),
    (
        "step_therapy_not_met",
        "The plan covers Tezspire after the patient has had 3 months of an inhaled steroid, and no such inhaler was "
        "filled.",
    ),
    ("step_therapy_not_met", "Your plan pays for this drug only after two generics have been tried."),
    ("step_therapy_not_met", "The pharmacy history shows no trial of a preferred drug."),
    ("step_therapy_not_met", "You need to start with a generic medicine."),
    ("experimental_investigational", "The plan regards the test as unproven."),
    ("experimental_investigational", "Published studies do not yet show that the test changes care."),
    ("experimental_investigational", "This treatment is still being studied."),
    ("off_label", "The drug is covered only for FDA approved uses."),
    ("duplicate_therapy", "We do not pay for two long-acting stimulants at the same time."),
    ("duplicate_therapy", "You already fill another drug of the same class."),
    (
        "duplicate_therapy",
        "Two drugs of this class are duplicate therapy and are not a medically accepted use.",
    ),
    ("insufficient_documentation", "We could not tell if you need this chair because papers are missing."),
    ("insufficient_documentation", "We asked for the notes of the last six months and did not get them."),
    ("insufficient_documentation", "Without these documents we cannot tell whether the criteria are met."),
    ("insufficient_documentation", "The order form was not signed."),
    ("insufficient_documentation", "We called the office twice for the chart notes but received no reply."),
    ("out_of_network", "Elm Harbor Recovery Center has no contract with us."),
    ("out_of_network", "Your plan pays for such care only at facilities that contract with us."),
    ("out_of_network", "The clinic is outside of our service area."),
    ("coding_or_billing", "The procedure code billed does not agree with the modifier on the claim."),
    ("coding_or_billing", "This code was retired on January 1."),
    ("timely_filing", "The claim was filed late."),
    ("timely_filing", "Claims must be submitted within 12 months of the date of service."),
    ("timely_filing", "The bill reached us more than two years after the date of service."),
    ("quantity_or_dose_limit", "The prescription was filled too soon: refill too soon."),
    ("quantity_or_dose_limit", "Your plan covers up to 12 visits a year."),
    ("benefit_exclusion", "Weight loss drugs are not part of your benefits."),
    ("out_of_network", "The doctor you saw is not one of our doctors."),
    ("site_of_care", "You can get the infusion at home or in a doctor's office."),
    ("experimental_investigational", "There is not enough proof that this works."),
    ("step_therapy_not_met", "We need proof that you tried two statins."),
    ("not_on_formulary", "The drug is not on our list."),
    ("coding_or_billing", "The claim lacks a valid diagnosis code."),
    ("quantity_or_dose_limit", "Your plan limits this drug to 30 tablets a month."),
    ("not_medically_necessary", "Observation care would have been enough."),
    ("eligibility", "Your coverage ended before the date of service."),
]


@pytest.mark.parametrize(("category", "sentence"), GROUNDS)
def test_a_ground_is_read_in_unusual_words(category, sentence):
    """The ground stands in its own sentence after a plain refusal."""
    denial = read_denial([page_of(letter("We are denying this request.", "Why", sentence, "You may appeal."))])

    assert denial.reasons is not None
    assert [reason.category.value for reason in denial.reasons.value] == [category]


PUT_ASIDE = [
    "We did not look at whether the scan was medically necessary.",
    "This is not a finding that the chair is not medically necessary.",
    "Quantity limits and step therapy rules were not part of this decision.",
    "Medical necessity was not reviewed.",
    "No other ground is asserted. The plan keeps the right to consider whether it was medically necessary.",
    "How much it would help did not enter into the decision.",
    "You owe nothing beyond what the plan allows.",
    "This does not mean that the drug is experimental.",
]


@pytest.mark.parametrize("sentence", PUT_ASIDE)
def test_a_ground_put_aside_is_not_given(sentence):
    """What the payer says it did not decide is no reason."""
    stated = "We denied the request because hearing aids are excluded from your coverage."

    denial = read_denial([page_of(letter(stated, sentence))])

    assert [reason.category.value for reason in denial.reasons.value] == ["benefit_exclusion"]


def boxed(*marks: str) -> str:
    grounds = ["not on the drug list of the plan.", "more than the quantity limit.", "not medically necessary."]
    items = [f"{mark} The drug is {ground}" for mark, ground in zip(marks, grounds, strict=True)]
    return letter("Your request is denied for the reason marked:", *items, "You may appeal within 180 days.")


@pytest.mark.parametrize("marks", [("[]", "[x]", "[]"), ("☐", "☒", "☐"), ("[J", "[xX]", "(]"), ("[ ]", "[X]", "[ ]")])
def test_only_the_ticked_box_is_a_reason(marks):
    """A check list names every ground there is."""
    reasons = read_denial([page_of(boxed(*marks))]).reasons

    assert [reason.category.value for reason in reasons.value] == ["quantity_or_dose_limit"]
    assert reasons.value[0].quote == "The drug is more than the quantity limit."  # the box is no word of the payer


@pytest.mark.parametrize("marks", [("iE}", "[&]", "fE]"), ("[]", "[]", "[]"), ("[J", "iE}", "[]")])
def test_where_no_tick_can_be_told_no_reason_is_asserted(marks):
    """A guess between boxes would argue against the wrong ground."""
    reasons = read_denial([page_of(boxed(*marks))]).reasons

    assert reasons is None or reasons.confidence <= 0.5


@pytest.mark.parametrize(
    ("token", "tick"),
    [
        ("[x]", Tick.TICKED),
        ("(X)", Tick.TICKED),
        ("☑", Tick.TICKED),
        ("☐", Tick.EMPTY),
        ("[]", Tick.EMPTY),
        ("[J", Tick.EMPTY),
        ("iE}", Tick.UNKNOWN),
        ("(1)", None),
        ("(a)", None),
        ("[2]", None),
        ("We", None),
    ],
)
def test_what_a_mark_says(token, tick):
    """List numbers are no boxes."""
    assert tick_of(token) is tick


def digits(finding) -> str | None:
    return re.sub(r"\D", "", finding.value)[-10:] if finding else None


CONTACTS = [
    "By phone\t1-855-240-0535\nBy fax\t1-859-425-3379",
    "Fax\t1-859-425-3379\nTelephone\t1-855-240-0535",
    "Fax: 1-859-425-3379\nPhone: 1-855-240-0535",
    "1-859-425-3379 (fax)\n1-855-240-0535 (phone)",
    "Appeal fax 1-859-425-3379 Appeal phone 1-855-240-0535",
    "Call:\t1-855-240-0535\nFax:\t1-859-425-3379",
    "You may call 1-855-240-0535 or fax your appeal to 1-859-425-3379.",
]
APPEAL = "To appeal, write within 180 days to Aetna Appeals, PO Box 14463, Lexington, KY 40512."


@pytest.mark.parametrize("lines", CONTACTS)
def test_fax_and_phone_are_told_apart(lines):
    """Labels stand before, behind, or in the cell beside a number, in either order."""
    denial = read_denial([page_of(letter("We denied your request: it is not medically necessary.", APPEAL, lines))])

    assert (digits(denial.appeal_fax), digits(denial.appeal_phone)) == ("8594253379", "8552400535")


HELP = [
    "Call us at 1-800-555-0107 to learn how to name your representative.",
    "Participant services 800-555-0148",
    "OTHER CALLS: BENEFICIARY LINE 888-555-0174",
    "1-877-555-0102 tells you how to name one.",
    "Provider inquiries: 800-555-0147",
    "General questions about your plan: 1-800-555-0100",
]


@pytest.mark.parametrize("line", HELP)
def test_a_help_line_is_not_the_appeals_number(line):
    """What only the help line answers is not asserted for the appeal."""
    denial = read_denial([page_of(letter("We denied your request: it is not medically necessary.", APPEAL, line))])

    assert denial.appeal_phone is None or denial.appeal_phone.confidence < 0.6


ANSWERS = [
    "Our written decision comes within 30 days of the day we have your appeal.",
    "An answer to a pre-service appeal is due in 30 days.",
    "A decision on a pre-service appeal is made within 30 days.",
    "Standard (7 days): you will get a decision no later than 7 days after we get your appeal.",
    "You will be told of the decision within 60 days after the appeal is received.",
    "An answer follows within 15 days.",
    "To keep a service that we are ending, you must appeal within 10 calendar days.",
]


@pytest.mark.parametrize("sentence", ANSWERS)
@pytest.mark.parametrize("first", [True, False])
def test_the_plans_own_time_is_not_the_time_to_appeal(sentence, first):
    """Whatever stands before or behind it, the member's time is read, surely."""
    mine = "You may appeal this decision within 180 days after receipt of this notice."
    lines = (sentence, mine) if first else (mine, sentence)

    stated = read_denial([page_of(letter("We denied your request: it is not medically necessary.", *lines))])

    assert stated.internal_appeal_deadline.value.days == 180
    assert stated.internal_appeal_deadline.confidence >= 0.9


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("Date of this final notice: March 4, 2026", "2026-03-04"),
        ("Determination date: 03/04/2026   Written: 03/05/2026", "2026-03-04"),
        ("DETERMINATION DATE\t03/04/2026\nCLAIM DATE\t03/02/2026", "2026-03-04"),
        ("Decided 4-Mar-2026", "2026-03-04"),
        ("Date sent: March 4, 2026\nDate of birth\t05/05/1980", "2026-03-04"),
    ],
)
def test_the_day_of_the_notice_is_told_from_other_days(head, day):
    """Claim, birth and writing have their own days."""
    page = page_of(f"Aetna\n{head}\nDear Ana Bell:\nWe denied your request: it is not medically necessary.")

    assert read_denial([page]).denial_date.value.isoformat() == day
