"""Why the payer said no, in the words payers use; and words that sound like it and are not."""

import pytest

from extractors.denial import read_denial
from extractors.denial.fields import ReasonCategory
from tests.extractors.denial.letters import squash
from tests.pages import page_of

PHRASES = {
    "prior_authorization_missing": [
        "We denied the claim because no prior authorization was on file for this drug.",
        "The claim is denied: prior authorization required but not obtained.",
        "The service was denied because precertification was not obtained prior to service delivery.",
        "This service requires approval in advance and we have no record of a request. It is denied.",
        "Denied. You did not get our approval before the surgery.",
        "We cannot pay this claim. The admission was not precertified.",
        "Reason for denial: authorization was not requested before the service was given.",
        "We denied payment for lack of prior authorization.",
        "Your pharmacy claim was denied because Humira needs a prior authorization and none was found.",
        "The claim was not paid since the provider failed to obtain pre-authorization.",
    ],
    "not_medically_necessary": [
        "We denied the request because the service is not medically necessary.",
        "The request is denied. Medical necessity was not established based on the submitted documentation.",
        "Denied: the request does NOT meet medical necessity criteria under the member's benefit plan.",
        "We cannot approve this service as requested because it is not considered medically necessary for you.",
        "Your stay is denied because inpatient level of care was not medically appropriate.",
        "We denied this because the item is not reasonable and necessary under Medicare rules.",
        "Denial Reason Code: MN-02 - Medical Necessity Not Established.",
        "We are unable to approve the request. The clinical criteria for this test have not been met.",
    ],
    "step_therapy_not_met": [
        "We denied your request because you must first try methotrexate.",
        "The request is denied. Step therapy requirements have not been met.",
        "We cannot cover Rinvoq because you have not tried and failed a preferred drug such as adalimumab.",
        "Denied. Our records do not show a trial and failure of two generic statins.",
        "We did not approve Dupixent because your plan requires you to try a topical steroid before this medicine.",
        "Coverage is denied because adequate documentation of step therapy completion was not found.",
        "Your request was denied: preferred biosimilars must be used before the brand name drug.",
    ],
    "experimental_investigational": [
        "We denied the request because the treatment is experimental.",
        "Denied. This service is classified as experimental/investigational.",
        "Proton therapy is considered investigational for your condition, so the request is denied.",
        "We cannot approve the test because it is unproven.",
        "The request was denied since published studies do not show that the device improves outcomes.",
    ],
    "off_label": [
        "We denied the drug because it is being used off-label.",
        "The request is denied because the FDA has not approved this drug for your condition.",
        "Denied: the drug was not prescribed for a medically accepted indication.",
        "We cannot cover this use. It is outside of its FDA labeling and not supported by compendia.",
    ],
    "duplicate_therapy": [
        "We denied Skyrizi because it duplicates therapy with Humira, which you already take.",
        "Denied: therapeutic duplication.",
        "The request is denied since using two biologics together is considered duplicate therapy.",
    ],
    "not_on_formulary": [
        "We denied the drug because it is not on your plan's formulary.",
        "Ozempic is not on the list of covered drugs, so your request was denied.",
        "Your request for a non-formulary drug is denied.",
        "We cannot approve Zepbound. It is not included on our drug list.",
    ],
    "benefit_exclusion": [
        "We denied the request because hearing aids are excluded from your coverage.",
        "The requested medical device is not covered under your current policy. It is denied.",
        "We cannot approve the surgery because cosmetic procedures are an exclusion of your plan.",
        "Denied. Infertility treatment is not a covered benefit.",
        "Your request is denied because your plan does not cover weight loss drugs.",
    ],
    "quantity_or_dose_limit": [
        "We denied the extra tablets because they exceed the quantity limit of 9 per month.",
        "The dose requested is above the maximum dose, so it was denied.",
        "Denied: the quantity is more than the plan allows.",
        "We cannot approve more visits. You have reached the visit limit of 20 visits.",
    ],
    "insufficient_documentation": [
        "We denied the request because the records we asked for were not received.",
        "Denied. Insufficient clinical information was submitted.",
        "We cannot approve the request since no chart notes were sent.",
        "Your request is denied due to missing documentation.",
        "We denied it because we did not receive the information needed to decide.",
    ],
    "out_of_network": [
        "We denied the referral because Dr. Bell is not in our network.",
        "The request is denied: the facility is out of network.",
        "We cannot authorize care by a non-participating provider when network doctors are available.",
    ],
    "site_of_care": [
        "The hospital outpatient setting is denied because the infusion can be given at home.",
        "We did not approve the site of care. The drug can be infused in an office.",
        "Denied: outpatient hospital is not the appropriate place of service for this infusion.",
    ],
    "coding_or_billing": [
        "The claim was denied because the procedure code is invalid.",
        "We denied the claim. The diagnosis is inconsistent with the procedure code billed.",
        "Denied: exact duplicate claim.",
        "The charge is denied because it is included in the payment for another service.",
    ],
    "timely_filing": [
        "The claim is denied because it was not filed on time.",
        "Denied. The time limit for filing has expired.",
        "We denied the claim since it was received past the timely filing limit.",
    ],
    "eligibility": [
        "The claim is denied because you were not covered on the date of service.",
        "Denied: coverage terminated before the service was given.",
        "We denied the request because the patient is not an eligible member of this plan.",
    ],
}


def letter(*sentences: str) -> str:
    return "\n".join(["Aetna", "March 4, 2026", "Dear Ana Bell:", *sentences, "You may appeal within 180 days."])


def test_every_category_of_the_contract_has_its_phrases():
    """A class without an example is a class nobody has read."""
    assert set(PHRASES) | {"other"} == {category.value for category in ReasonCategory}


@pytest.mark.parametrize(("category", "sentence"), [(c, s) for c, listed in PHRASES.items() for s in listed])
def test_the_reason_is_read_in_the_words_of_the_letter(category, sentence):
    """One ground, its class, and the sentence that states it."""
    denial = read_denial([page_of(letter(sentence))])

    assert denial.reasons is not None
    assert denial.reasons.value[0].category.value == category
    assert [reason.category.value for reason in denial.reasons.value] == [category]
    assert any(squash(reason.quote) in squash(sentence) for reason in denial.reasons.value)


BESIDE = [
    "We did not decide whether the drug is medically necessary.",
    "If your request was denied as not medically necessary, you may ask for an external review.",
    "No review of medical necessity has taken place.",
    "This decision is not based on medical necessity.",
    "Your doctor may ask for a step therapy exception if the preferred drugs would harm you.",
    "A drug off the list can be covered when two drugs on the list did not work.",
    "Covered alternatives that need no prior authorization: methotrexate, leflunomide.",
    "Xeljanz and Olumiant also need prior authorization.",
    "You may get copies of your records and the criteria free of charge.",
    "External review may be asked for when a service is denied as experimental or investigational.",
    "Our earlier decision of January 2 said that the step therapy requirement was not met.",
    "A corrected claim may be sent if the code was billed incorrectly.",
    "An out-of-network provider may bill you for the rest.",
    "Your doctor can send us the missing notes and we will look at it again.",
]


@pytest.mark.parametrize("sentence", BESIDE)
def test_a_ground_named_in_passing_is_not_a_ground(sentence):
    """Boilerplate, conditions, exceptions and old stories give no reason beside the stated one."""
    stated = "We denied the request because hearing aids are excluded from your coverage."

    denial = read_denial([page_of(letter(stated, sentence))])

    assert [reason.category.value for reason in denial.reasons.value] == ["benefit_exclusion"]


NO_DENIAL = [
    "Good news. We approved your request. The denial dated January 2 said step therapy was not met.",
    "We need more information. No decision has been made. The request may be denied as not medically necessary.",
    "We received your appeal about our denial of Botox, which we said was not medically necessary.",
]


@pytest.mark.parametrize("sentence", NO_DENIAL)
def test_what_denies_nothing_has_no_reasons(sentence):
    """A reason on an approval would be an appeal against good news."""
    assert read_denial([page_of(letter(sentence))]).reasons is None


def test_two_grounds_are_two_reasons_in_the_letters_order():
    """The first ground the letter gives is the main one."""
    denial = read_denial(
        [
            page_of(
                letter(
                    "Why we denied it",
                    "The records do not show that you tried a preferred drug before Tremfya.",
                    "In addition, the amount asked for is over the plan's quantity limit of one pen every 8 weeks.",
                )
            )
        ]
    )

    assert [reason.category.value for reason in denial.reasons.value] == [
        "step_therapy_not_met",
        "quantity_or_dose_limit",
    ]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("CO-197", "prior_authorization_missing"),
        ("CO-50", "not_medically_necessary"),
        ("PR-204", "benefit_exclusion"),
        ("CO 29", "timely_filing"),
        ("Reason code: 16", "insufficient_documentation"),
    ],
)
def test_a_reason_code_counts_where_no_words_give_a_reason(text, category):
    """An explanation of benefits may carry nothing but the code."""
    page = page_of(f"Explanation of Benefits\nThis is not a bill\nClaim denied {text}\nYou may appeal within 180 days.")

    assert [reason.category.value for reason in read_denial([page]).reasons.value] == [category]


def test_words_win_over_a_code_that_contradicts_them():
    """Payers pair codes and texts carelessly; a reader goes by the text."""
    page = page_of(
        "Explanation of Benefits\nThis is not a bill\nCO-15\nDenied. The claim was received after the timely filing "
        "limit."
    )

    assert [reason.category.value for reason in read_denial([page]).reasons.value] == ["timely_filing"]


def test_a_ground_behind_a_colon_counts_though_a_condition_stands_before_it():
    """A clause that offers a way out takes the ground with it only where it rules the whole sentence."""
    stated = (
        "We did not approve anifrolumab.",
        "The drug can be covered only once your doctor has asked for a review, and nobody has: there is no prior "
        "authorization request on file.",
    )
    offered = (
        "We denied Dayvigo because it is not on your drug list.",
        "If your doctor asks for a review: that there is no prior authorization on file will be no bar.",
    )

    found = read_denial([page_of(letter(*stated))]).reasons

    assert [reason.category.value for reason in found.value] == ["prior_authorization_missing"]
    other = read_denial([page_of(letter(*offered))]).reasons
    assert [reason.category.value for reason in other.value] == ["not_on_formulary"]


def test_a_glossary_gives_no_ground():
    """A paid explanation of benefits explains its words; none of them happened to this claim."""
    text = (
        "Aetna\nExplanation of Benefits\nBilled\nPlan paid\nP1 (CARC 45): The charge exceeds our allowance.\n"
        "Definitions. Not covered: a charge that your plan does not pay, for example because the service was not "
        "medically necessary, was experimental, or was not authorized."
    )

    assert read_denial([page_of(text)]).reasons is None
