"""Whose letter it is and who asked, told in sentences, in halves of a form, and people who are neither."""

import datetime as dt

import pytest

from extractors.denial import read_denial
from tests.pages import page_of

BODY = "\nWe denied the request because it is not medically necessary.\nYou may appeal within 180 days."


def read(head: str):
    return read_denial([page_of("Aetna\nMarch 4, 2026\n" + head + BODY)])


@pytest.mark.parametrize(
    ("head", "patient"),
    [
        ("To: Parent or guardian of Kit Alder-Finn, 33 Mill Road, Salem, OR 97301", "Kit Alder-Finn"),
        (
            "1. Who is this notice about?\nKit Alder-Finn, born 2/19/2018. Reviewed under number 0219-44-88102.",
            "Kit Alder-Finn",
        ),
        ("Who is this letter for?\nKit Alder-Finn. Date of birth 2/19/2018.", "Kit Alder-Finn"),
        ("Name: Kit Alder-Finn\tName: Oswin Crane, MD", "Kit Alder-Finn"),
        ("Patient: Oswin Crane, MD", "Oswin Crane"),  # a physician may be the patient
    ],
)
def test_patient(head, patient):
    """The one whose birth is told or whose parent is written to; not the doctor in the other half of a form."""
    found = read(head).patient_name
    assert found
    assert found.value == patient


@pytest.mark.parametrize(
    ("head", "born"),
    [
        ("Dear Ana Bell:\nYour date of birth in our files is 6 December 1978.", dt.date(1978, 12, 6)),
        ("Dear Ana Bell:\nYou were born on 1 March 1971 according to our files.", dt.date(1971, 3, 1)),
        ("Dear Ana Bell:\nThe subscriber's date of birth is 6 December 1958.", None),
    ],
)
def test_birth_date(head, born):
    """A birth date told in a sentence is read, another person's is not."""
    found = read(head).patient_dob
    assert (found.value if found and found.confidence >= 0.6 else None) == born


@pytest.mark.parametrize(
    ("head", "prescriber"),
    [
        ("The order is from Marga Ibsen, CNP. The supplier is Alder Home Medical.", "Marga Ibsen"),
        ("Your rheumatologist, Fenwick Adair, DO, would like you to take Kevzara.", "Fenwick Adair"),
        ("Name: Kit Alder-Finn\tName: Oswin Crane, MD", "Oswin Crane"),
        ("Your provider may talk with our psychologist, Lorcan Bright, PhD, within 5 business days.", None),
        ("Your doctor can call our medical director, Lorcan Bright, MD.", None),
    ],
)
def test_prescriber(head, prescriber):
    """Who ordered it in the letter's own words; never the plan's own clinicians."""
    found = read(head).prescriber
    assert (found.value if found and found.confidence >= 0.6 else None) == prescriber


@pytest.mark.parametrize(
    ("text", "prescriber"),
    [
        ("Keturah Winslow, DNP, from Blue Heron Primary Care in Duluth, requested Mounjaro.", "Keturah Winslow"),
        ("The form we received from Silas Okoro, PA-C on 03/01/2026 asks for Botox.", "Silas Okoro"),
        ("Oxygen (E1390), ordered by Dr. Ines Farrow and delivered by Lakeland Supply, is denied.", "Ines Farrow"),
        ("Speech therapy, at Ear Clinic of Tucson\nMarta Voss, MD has asked us to approve it.", "Marta Voss"),
    ],
)
def test_the_prescriber_is_told_with_clinic_form_or_supplier(text, prescriber):
    """Who asked is named whole, and without the end of the line above."""
    found = read_denial([page_of(f"Aetna\nMarch 4, 2026\nDear Ana Bell:\n{text}\nWe denied it.")]).prescriber

    assert found.value == prescriber
    assert found.confidence >= 0.6


def test_a_name_over_a_street_is_the_addressee_and_one_alone_is_offered():
    """Two capitalised words in the head of a letter may be a place."""
    over = read_denial([page_of("Aetna\nAna Bell\n12 Elm Street\nAustin, TX 78701\nYour request is denied.")])
    alone = read_denial([page_of("Aetna\nSilver Lake\nYour request is denied.")])

    assert over.patient_name.value == "Ana Bell"
    assert over.patient_name.confidence >= 0.6
    assert alone.patient_name is None or alone.patient_name.confidence < 0.6
