"""A page under the clinic's own letterhead is a page of its chart, whatever its words sound like."""

from extractors.documents import split_documents
from tests.pages import page_of

NOTE = """Saginaw Bay Physical Medicine
4705 Towne Centre Rd, Saginaw, MI
Progress note   Visit 06/02/2026
Patient: Bernadine Scott   DOB: 08/17/1957   MRN 118265
HPI: falls with the walker. Assessment and plan: power wheelchair.
Electronically signed, T. Wrenfield, DO"""
LOG = """Saginaw Bay Physical Medicine
4705 Towne Centre Rd, Saginaw, MI
Bernadine Scott
07/20/2026 Pt got the denial: "they say I can use a scooter". It was denied as not medically necessary.
07/29/2026 Tried P2P, window closed. You have 180 days to appeal, she was told."""
DENIAL = """Molina Healthcare
July 14, 2026
Re: Bernadine Scott, member 4410
Dear Bernadine Scott:
We have denied your request for a power wheelchair. It is not medically necessary.
You have 65 days from the date of this letter to appeal."""


def kinds(*texts):
    pages = [page_of(text, number=n) for n, text in enumerate(texts, start=1)]
    return [segment.document_type.value for segment in split_documents(pages)]


def test_a_log_under_the_charts_letterhead_is_no_denial():
    """What staff wrote down about a denial is hearsay; the appeal answers the plan's letter."""
    assert kinds(NOTE, LOG) == ["chart"]


def test_the_plans_letter_between_chart_pages_stays_a_denial():
    """One scan holds both: the plan's letterhead is not the clinic's."""
    assert sorted(kinds(NOTE, DENIAL, LOG)) == ["chart", "denial_letter"]


def test_a_line_that_the_fax_machine_prints_makes_no_letterhead():
    """It stands over every page, the plan's own too."""
    stamp = "07/30/2026 14:02 From: Saginaw Bay Physical Medicine Fax 989-555-0151 P. {}/3\n"
    texts = [stamp.format(n) + text for n, text in enumerate((NOTE, DENIAL), start=1)]

    assert sorted(kinds(*texts)) == ["chart", "denial_letter"]


def test_two_pages_of_one_plan_share_no_clinic():
    """A plan's name holds "health" too."""
    assert kinds(DENIAL) == ["denial_letter"]


def test_a_medical_group_that_decides_for_the_plan_denies_under_its_own_letterhead():
    """Delegated groups treat and decide: a letter to the patient that refuses stays a denial beside their notes."""
    letter = """Saginaw Bay Physical Medicine
4705 Towne Centre Rd, Saginaw, MI
Re: Bernadine Scott, member 4410
Dear Bernadine Scott:
We have denied your request for a power wheelchair. It is not medically necessary.
You have 65 days from the date of this letter to appeal."""

    assert sorted(kinds(NOTE, letter)) == ["chart", "denial_letter"]


def test_a_clinics_letter_to_its_patient_about_a_denial_is_no_denial():
    """It tells of one, and greets the same person."""
    letter = """Saginaw Bay Physical Medicine
4705 Towne Centre Rd, Saginaw, MI
Dear Ms. Scott:
Your insurance said no to the chair. We will appeal for you within the 65 days you have. Please call us."""

    assert kinds(NOTE, letter) == ["chart"]
