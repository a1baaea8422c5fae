"""Files as offices make them: everything of a patient in one scan, in whatever order it was fed."""

import pytest

from extractors.documents import split_documents
from tests.pages import page_of

COVER = """Lakeside Rheumatology
FAX COVER SHEET
To: Aetna Appeals
From: Lakeside Rheumatology
Pages including cover: 13
Confidential: intended only for the recipient."""
DENIAL = """Aetna
September 21, 2026
Lionel Abercrombie   Member ID W551
Dear Lionel Abercrombie:
We reviewed the request of September 14, 2026 and cannot approve it. The step therapy requirement has not been met.
Page 1 of 2"""
RIGHTS = """Page 2 of 2
How to appeal
Send a written request within 180 days of the date you receive this letter to Aetna, PO Box 14463, Lexington, KY.
Sincerely, Aetna Pharmacy Management"""
UNNUMBERED = [text.replace("Page 1 of 2", "").replace("Page 2 of 2\n", "") for text in (DENIAL, RIGHTS)]
APPROVAL = """Aetna
March 3, 2025
Re: Lionel Abercrombie
We have approved your request for Enbrel from March 3, 2025 to March 2, 2026. This is not a guarantee of payment."""
PORTAL = """PROVIDER PORTAL - AUTHORIZATION STATUS
Auth # A20991827   Member LIONEL ABERCROMBIE
Status: DENIED   Decision date 04/22/2026
Denial reason: Step therapy: trial of adalimumab not documented"""
NOTE = """Lakeside Rheumatology
Patient: Lionel Abercrombie   DOB: 02/25/1972   MRN: 40-118
Date of visit: 05/10/2026   Follow-up
HPI: joints swollen. Aetna denied the drug.
Electronically signed by P. Lindgren, MD"""
OWN = """Lakeside Rheumatology
Re: Appeal of denial, Member Lionel Abercrombie
Dear Appeals Coordinator:
We are appealing your decision of September 21, 2026. You denied Enbrel. Please overturn the denial."""
REVIEWER = """Apex Independent Review
External review decision
Patient: Lionel Abercrombie
The plan denied Enbrel. The reviewer agrees. Decision: the adverse determination is upheld."""
FORM = """REQUEST FOR EXTERNAL REVIEW (Form 216-A)
1. Covered person:
2. The denial was based on (check all that apply): medical necessity, experimental
Signature"""
TAGLINES = """Language assistance
Español: si necesita ayuda llame al 1-800-555-0100. We do not discriminate."""
OTHER_PATIENT = DENIAL.replace("Lionel Abercrombie", "Annika Rosvold").replace("W551", "W772")

BUNDLES = {
    "cover, letter and ten chart pages": (
        [COVER, DENIAL, RIGHTS, *[NOTE] * 10],
        [("fax_cover", (1,)), ("denial_letter", (2, 3)), ("chart", tuple(range(4, 14)))],
    ),
    "an old approval, then the denial": (
        [APPROVAL, DENIAL, RIGHTS],
        [("approval_letter", (1,)), ("denial_letter", (2, 3))],
    ),
    "neither greets anybody": ([APPROVAL, PORTAL], [("approval_letter", (1,)), ("denial_letter", (2,))]),
    "pages out of order": ([RIGHTS, DENIAL], [("denial_letter", (2, 1))]),
    "page 2 after the chart": ([DENIAL, NOTE, NOTE, RIGHTS], [("denial_letter", (1, 4)), ("chart", (2, 3))]),
    "no numbers either": ([UNNUMBERED[0], NOTE, UNNUMBERED[1]], [("denial_letter", (1, 3)), ("chart", (2,))]),
    "two stacks shuffled": ([DENIAL, NOTE, RIGHTS, NOTE], [("denial_letter", (1, 3)), ("chart", (2, 4))]),
    "the whole pile upside down": (
        [NOTE, NOTE, RIGHTS, DENIAL, COVER],
        [("chart", (1, 2)), ("denial_letter", (4, 3)), ("fax_cover", (5,))],
    ),
    "blank backs": (
        [DENIAL, "", RIGHTS, "", NOTE, ""],
        [("denial_letter", (1, 3)), ("blank", (2,)), ("blank", (4,)), ("chart", (5,)), ("blank", (6,))],
    ),
    "two patients": (
        [DENIAL, RIGHTS, OTHER_PATIENT, RIGHTS],
        [("denial_letter", (1, 2)), ("denial_letter", (3, 4))],
    ),
    "the appeal already sent": ([OWN, DENIAL, RIGHTS], [("other", (1,)), ("denial_letter", (2, 3))]),
    "what the reviewer outside said": ([DENIAL, RIGHTS, REVIEWER], [("denial_letter", (1, 2)), ("other", (3,))]),
    # near misses: sheets that a letter encloses
    "a form to send back": ([*UNNUMBERED, FORM], [("denial_letter", (1, 2, 3))]),
    "languages first": ([TAGLINES, *UNNUMBERED], [("denial_letter", (1, 2, 3))]),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_parted_into_its_documents(name):
    """Each letter gets all of its pages, in reading order, and none of another's."""
    texts, expected = BUNDLES[name]
    pages = [page_of(text, "scan.pdf", number) for number, text in enumerate(texts, start=1)]

    assert [(found.document_type.value, found.pages) for found in split_documents(pages)] == expected
