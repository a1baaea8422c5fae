"""What each page is, and which pages belong together."""

import pytest

from extractors.documents import DocumentType, split_documents, type_of
from extractors.evidence import Page, PageSource
from tests.pages import page_of, pages_of

DENIAL = """Aetna
September 21, 2026
Lionel Abercrombie
Dear Lionel Abercrombie:
We reviewed the request of September 14, 2026 and cannot approve it. The step therapy requirement
has not been met. To appeal, send a written request within 180 days.
Sincerely, Aetna Pharmacy Management"""

NOTE = """Lakeside Rheumatology
Patient: Lionel Abercrombie   DOB: 02/25/1972   MRN: 40-118
Date of visit: 05/10/2026   Follow-up
HPI: joints swollen. Denies fever.
Assessment and plan: active disease. Continue methotrexate.
Electronically signed by P. Lindgren, MD"""

COVER = """FAX
To: Lakeside Rheumatology
From: Aetna Pharmacy
Pages: 5 including cover
CONFIDENTIAL: if you are not the person named, destroy all copies."""

CARD = """Aetna
Choice POS II
Member: LIONEL ABERCROMBIE
ID W5503 98817   GRP 0724410
RxBIN 610502   RxPCN ADV   RxGRP RX8822
PCP $25   Specialist $50   Emergency $300"""

TYPES = [
    # denials in their many dresses
    ("denial_letter", DENIAL),
    (
        "denial_letter",
        "Notice of Denial of Medical Coverage\nDate: 3/4/2026\nName: A. Bell\nWe denied the services listed below.",
    ),
    (
        "denial_letter",
        "HealthPartners\nDear Ms. Bell:\nWe are unable to approve your request for Humira.\nYou may file an appeal.",
    ),
    (
        "denial_letter",
        "Medica\nDear Ms. Bell:\nYour request for an MRI was partially approved. We approved one scan. "
        "We denied the second scan because it is not medically necessary. You can appeal.",
    ),
    (
        "denial_letter",
        "NOTICE OF FINAL INTERNAL ADVERSE BENEFIT DETERMINATION\nThe denial is upheld.\nYou may ask for an external "
        "review.",
    ),
    (
        "denial_letter",
        "Aviso de denegación de cobertura\nFecha: 03/04/2026\nEstimada Ana Bell:\nHemos denegado su solicitud. "
        "Usted tiene derecho a apelar.",
    ),
    (
        "denial_letter",
        "Dear Dr. Ames:\nThe above service does not meet medical necessity criteria and is not certified. "
        "The member may appeal within 180 days.",
    ),
    (
        "denial_letter",
        "Oscar\nHi Ana,\nWe looked at the claim and won't cover it. Infertility services are excluded.\nDisagree? You "
        "can appeal.",
    ),
    # approvals that speak of denial
    (
        "approval_letter",
        "Aetna\nDear Ana Bell:\nGood news. We have approved your request for Humira from 03/04/2026 to 03/03/2027. "
        "If the claim is denied at the pharmacy, call us. This approval is not a guarantee of payment.",
    ),
    (
        "approval_letter",
        "Cigna Healthcare\nDear Ana Bell:\nWe have reversed our earlier decision. Your appeal is approved. "
        "The denial dated 01/02/2026 no longer applies.",
    ),
    (
        "approval_letter",
        "Notice of Approval\nMember: Ana Bell\nYour prior authorization request has been approved.\n"
        "Approved dates: 03/04/2026 - 09/04/2026. You have the right to appeal if you disagree with any part of this "
        "notice.",
    ),
    (
        "approval_letter",
        "Humana\nDear Ana Bell,\nYour appeal has been overturned in your favor and the service is approved.",
    ),
    # explanations of benefits
    (
        "explanation_of_benefits",
        "EXPLANATION OF BENEFITS\nThis is not a bill\nAmount billed  Plan paid  You may owe\n"
        "If your claim was denied you may appeal within 180 days.",
    ),
    (
        "explanation_of_benefits",
        "Premera\nExplanation of Benefits\nBilled\nPlan paid\nNotes\nT14 - Denied. Past the timely filing limit.",
    ),
    # asked, not decided
    (
        "information_request",
        "Cigna\nWe need more information before we can decide\nNo decision has been made. Please answer by "
        "10/14/2026. The request may be denied for lack of information.",
    ),
    (
        "information_request",
        "Anthem\nRequest for Additional Information\nDear Dr. Ames:\nYour prior authorization request is pended. "
        "Please send chart notes within 14 days. If we do not receive them the request may be denied.",
    ),
    (
        "appeal_acknowledgement",
        "UnitedHealthcare\nDear Ana Bell:\nWe received your appeal on 10/05/2026. It is about our denial of "
        "Botox, which we said was not medically necessary. We will write to you by 11/04/2026.",
    ),
    (
        "appeal_acknowledgement",
        "Acknowledgement of your grievance\nDear Ana Bell:\nThis letter is to acknowledge receipt of your appeal "
        "about the denied claim. A reviewer who was not involved in the first decision will look at it.",
    ),
    (
        "appeal_acknowledgement",
        "Wellcare\nWe have your appeal.\nDear Ana Bell:\nThank you for telling us that you do not agree with our "
        "letter of June 3, 2026. In that letter we denied home care because it was not medically necessary. You will "
        "have our answer by July 29, 2026.",
    ),
    (  # near miss: the letter in hand is the one that denies
        "denial_letter",
        "Wellcare\nDear Ana Bell:\nIn this letter we tell you what we decided. We denied home care because it is not "
        "medically necessary. You have 60 days to appeal.",
    ),
    (
        "appeal_acknowledgement",
        "Aetna\nDear Ana Bell:\nWe have begun to look at your appeal of our refusal of Botox, which in our view was "
        "not medically necessary at that time. A doctor who took no part in that decision has it now. You will hear "
        "from us by November 4, 2026.",
    ),
    (  # near miss: paid, whatever somebody said at the counter
        "other",
        "Aetna\nDear Ana Bell:\nYou told us that a pharmacist said your Rinvoq was denied as experimental. We looked: "
        "the claim was paid on October 1, 2026. You need do nothing.",
    ),
    (  # near miss: another claim was paid, this request is denied
        "denial_letter",
        "Aetna\nDear Ana Bell:\nThe earlier claim was paid. We denied the request for Rinvoq because it is "
        "experimental for your condition. You may appeal within 180 days.",
    ),
    # the clinic's own paper
    ("chart", NOTE),
    (
        "chart",
        "Bluestem Rheumatology\nPatient: H. Zielinski   DOB: 05/25/1953   MRN: 118-40-77\nCC: RA follow-up. HPI: Cigna "
        "denied Rinvoq on "
        "08/31/2026, no prior authorization on file. Denies fever.\nPlan: appeal within 180 days.",
    ),
    (
        "chart",
        "TELEPHONE ENCOUNTER 03/24/2025\nPatient: Ana Bell   DOB: 05/25/1953   MRN: 118\nInsurance denied the MRI as "
        "not medically "
        "necessary. Told patient we will appeal. Signed T. Ames, RN",
    ),
    (
        "chart",
        "Coastal Reference Laboratory\nPatient: Ana Bell   DOB: 05/25/1953\nLaboratory report\ncollected "
        "08/12/2026\nSpecimen 7824\nWBC 3.6 L",
    ),
    (
        "chart",
        "PRIOR AUTHORIZATION REQUEST FORM\nMember Ana Bell\nDrug adalimumab\nDrugs tried clobetasol\nHas the request "
        "been denied before?",
    ),
    (
        "chart",
        "Authorization to release records\nI, Ana Bell, born 11/19/1998, ask Twin Rivers to send my records to Cigna.",
    ),
    # policies, covers, cards and the rest of the mail
    (
        "payer_policy",
        "Cigna Healthcare\nDrug Coverage Policy\nEffective date: 04/15/2026\nCoverage Policy Number: 0714\nSaphnelo "
        "Prior "
        "Authorization Policy\nCriteria\nApprove for 6 months if the patient meets ALL of the following:\nPatient is "
        "18 years; AND",
    ),
    (
        "payer_policy",
        "Medical Policy\nPolicy number: SUR701\nPlatelet-rich plasma is considered experimental, investigational and "
        "unproven. "
        "Spinal fusion is considered medically necessary when all of the following criteria are met:\nReferences",
    ),
    ("fax_cover", COVER),
    ("insurance_card", CARD),
    (
        "other",
        "Ambetter\nPremium notice\nAmount due: $212.40 by 03/01/2026. If your coverage ends, claims may be "
        "denied.\nPayment coupon",
    ),
    (
        "other",
        "Welcome to Molina\nDear Ana Bell,\nYour new member handbook tells how to appeal if a service is denied.",
    ),
    (
        "other",
        "To whom it may concern:\nI am writing to appeal the denial of Humira for my patient Ana Bell. Aetna denied it "
        "as not "
        "medically necessary. We denied nothing. Sincerely, P. Ames, MD",
    ),
    ("blank", "This page is intentionally left blank"),
]


@pytest.mark.parametrize(("expected", "text"), TYPES)
def test_a_page_is_what_it_says_it_is(expected, text):
    """The story of a denial is not a denial, and an approval that mentions one is an approval."""
    assert type_of([page_of(text)]).value == expected


def segments(*texts: str) -> list[tuple[str, tuple[int, ...]]]:
    pages = [page_of(text, "fax.pdf", number) for number, text in enumerate(texts, start=1)]
    return [(segment.document_type.value, segment.pages) for segment in split_documents(pages)]


def test_a_fax_is_parted_into_cover_letter_and_chart():
    """Each document of a fax is found, whoever put them into one file."""
    found = segments(COVER, DENIAL, NOTE, NOTE)

    assert found == [("fax_cover", (1,)), ("denial_letter", (2,)), ("chart", (3, 4))]


def test_a_chart_stays_one_document_around_its_loose_sheets():
    """Covers, cards and blank sheets inside a chart are their own; the notes stay together."""
    found = segments(COVER, CARD, NOTE, "", NOTE)

    assert found == [("fax_cover", (1,)), ("insurance_card", (2,)), ("chart", (3, 5)), ("blank", (4,))]


@pytest.mark.parametrize(
    "second",
    [
        "Page 2 of 2\nYour appeal rights\nWrite to Aetna Appeals, PO Box 14463, Lexington, KY 40512.",
        "HOW TO APPEAL\nYou may appeal up to 180 days after the notice date. An expedited appeal takes 72 hours.",
        "Language assistance\nSi necesita ayuda llame al 1-800-555-0100. Nondiscrimination notice.",
        "Aetna Pharmacy Management",
    ],
)
def test_the_pages_of_a_letter_stay_together(second):
    """A page of rights, languages or a signature belongs to the letter before it."""
    assert segments(DENIAL, second) == [("denial_letter", (1, 2))]


def test_a_cover_page_goes_with_the_letter_it_covers():
    """The decision may stand on the second page, after one that only tells how to get help."""
    first = (
        "Blue Cross and Blue Shield of Illinois\nImportant information about your benefits is enclosed\n"
        "The letter starts on the second page."
    )
    second = "Page 2 of 3\nSept. 3, 2026\nDear Garrick Nwachukwu:\nBenefits for the service are denied."
    third = "Your appeal rights\nPage 3 of 3\nTo appeal, send a letter within 180 days after you receive this letter."

    assert segments(first, second, third) == [("denial_letter", (1, 2, 3))]


def test_two_letters_in_one_file_are_two_documents():
    """A second letter with a greeting of its own is not a page of the first."""
    other = DENIAL.replace("September 21", "October 2").replace("Lionel Abercrombie", "Annika Rosvold")

    assert segments(DENIAL, other) == [("denial_letter", (1,)), ("denial_letter", (2,))]


def test_what_a_patient_writes_about_a_letter_is_not_the_letter():
    """The body of an e-mail is its own document and never a denial beside the attached one."""
    body = page_of(
        "From: Ana Bell <ana@example.net>\nTo: Records <r@example.org>\nSubject: denial\nThey denied my drug. "
        "Florida Blue said no. We denied, they write. It is denied.",
        "mail.eml",
        1,
    )
    letter = page_of(DENIAL, "mail.eml", 2)
    pages = [replace_part(body, "message"), replace_part(letter, "letter.pdf")]

    found = [(segment.document_type.value, segment.pages) for segment in split_documents(pages)]

    assert found == [("other", (1,)), ("denial_letter", (2,))]


def replace_part(page: Page, part: str) -> Page:
    return Page(
        document=page.document, number=page.number, width=page.width, height=page.height, lines=page.lines, part=part
    )


def test_every_page_is_in_exactly_one_document():
    """No page is lost, none is counted twice."""
    pages = pages_of("\f".join([COVER, DENIAL, "Appeal rights", CARD, NOTE, "", NOTE, "something else"]), "all.pdf")

    numbers = [number for segment in split_documents(pages) for number in segment.pages]

    assert sorted(numbers) == [page.number for page in pages]


def test_a_page_that_could_not_be_read_stays_with_its_neighbours():
    """A failed page is not called blank."""
    failed = Page(
        document="a.pdf", number=2, width=612, height=792, lines=(), source=PageSource.FAILED, problem="timeout"
    )

    found = split_documents([page_of(DENIAL, "a.pdf", 1), failed])

    assert [segment.document_type for segment in found] == [DocumentType.DENIAL_LETTER]
    assert found[0].pages == (1, 2)


POLICY = """Clinical Pharmacy Policy 1203-B
Effective date: 07/01/2026
Target agent will be approved when ALL of the following criteria are met:
1. The patient has a diagnosis of amyloidosis AND
2. The patient has tried tafamidis"""
POLICY_GOES_ON = """7. The patient was approved before through the plan's process
8. The agent will NOT be used together with another agent
Quantities above the program limit are not approved.
Members may appeal a denial within 180 days."""
CODING = """Coding
Code Description
K51.00 Ulcerative (chronic) pancolitis
History
06/01/26 Annual review"""


def test_a_policy_goes_on_over_its_pages_whatever_they_tell():
    """ "are not approved" of a policy denies nobody anything: it names no person."""
    pages = [page_of(text, number=n) for n, text in enumerate((POLICY, POLICY_GOES_ON, CODING), start=1)]

    assert [(at.document_type.value, at.pages) for at in split_documents(pages)] == [("payer_policy", (1, 2, 3))]


def test_a_letter_behind_a_policy_is_a_letter_of_its_own():
    """It greets a person and prints the number of a member."""
    letter = """Prime Health
Member ID: W1234567
Dear Ms. Vance:
We have denied your request for Vyndamax. It is not medically necessary.
You have 180 days to appeal."""
    pages = [page_of(text, number=n) for n, text in enumerate((POLICY, POLICY_GOES_ON, letter), start=1)]

    kinds = [(at.document_type.value, at.pages) for at in split_documents(pages)]
    assert kinds == [("payer_policy", (1, 2)), ("denial_letter", (3,))]


def test_a_chart_behind_a_policy_is_a_chart():
    """A birth date and a record number are nobody's policy."""
    note = "Vance, Cornelius   DOB: 12/02/1961   MRN E2204917\nHPI: dyspnea.\nAssessment: amyloid.\nE-signed"
    pages = [page_of(text, number=n) for n, text in enumerate((POLICY, POLICY_GOES_ON, note), start=1)]

    assert [at.document_type.value for at in split_documents(pages)] == ["payer_policy", "chart"]


def test_the_page_of_rights_stays_with_its_letter():
    """It speaks of "Plan:" and of phone numbers, as a note may; but it is headed by how to appeal."""
    letter = "Wellcare\nMember ID: W1234567\nDear Ms. Roe:\nWe have denied your request for a sleeve gastrectomy."
    rights = "How to ask for an appeal\nStandard appeal. Mail: Wellcare, P.O. Box 31368.\nPlan: Wellcare Giveback (HMO)"
    pages = [page_of(text, number=n) for n, text in enumerate((letter, rights), start=1)]

    assert [(at.document_type.value, at.pages) for at in split_documents(pages)] == [("denial_letter", (1, 2))]


def test_a_sentence_may_go_on_overleaf():
    """What no page says alone counts for the letter where the two together say it."""
    head = "Ketterman Health Plan\nDear Ms. Abernathy:\nAfter review of your request for home oxygen, we have"
    tail = "denied coverage of it.\nYou may appeal within 180 days.\nSincerely,\nMedical Director"

    assert type_of(pages_of(f"{head}\f{tail}")) is type_of(pages_of(f"{head}\n{tail}"))
    assert type_of(pages_of(f"{head}\f{tail}")) is DocumentType.DENIAL_LETTER


def test_a_box_ticked_on_one_page_empties_those_of_the_next():
    """Boxes left empty say nothing, wherever on the form the ticked one stands."""
    first = "Coverage decision\n[x] Approved\nThis authorization is valid through June 1, 2027."
    second = "Other outcomes\n[ ] We have denied your request.\n[ ] Your claim was not approved."

    assert type_of(pages_of(f"{first}\f{second}")) is type_of(pages_of(f"{first}\n{second}"))
