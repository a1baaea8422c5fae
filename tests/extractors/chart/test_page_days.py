"""The day of a page that names no visit: the day it was signed, and not one on which something else was."""

import datetime as dt

import pytest

from extractors.chart import read_chart
from tests.pages import page_of

SIGNATURE = "Shirin Daneshvar, MD   Rheumatology   07/19/2022 17:12 (electronic signature)"
PLAN = "Plan\n- Continue methotrexate 25 mg weekly.\n- {0}\n- Labs every 12 weeks.\n{1}\n"


@pytest.mark.parametrize(
    "aside",
    [
        "Old records asked for; release signed 06/14/2022.",
        "Consent for the infusion signed 06/14/2022.",
        "Pain agreement signed 06/14/2022 and scanned.",
        "ROI e-signed 06/14/2022.",
        "Dr. Oyelaran has the consent signed 06/14/2022.",
        "Advance directive authenticated 06/14/2022.",
    ],
)
def test_another_sheet_that_was_signed_does_not_date_the_page(aside):
    """The letter would say that the rheumatologist wrote on the day of the release."""
    page = page_of(PLAN.format(aside, SIGNATURE), "chart.pdf", 2)

    assert _day(page) == dt.date(2022, 7, 19)


@pytest.mark.parametrize("aside", ["Release signed 06/14/2022.", "Consent signed by the patient 06/14/2022."])
def test_a_page_without_a_signature_is_not_dated_by_another_sheet(aside):
    """No day is a good answer."""
    page = page_of(PLAN.format(aside, "Call with questions, 555-0100."), "chart.pdf", 2)

    assert _day(page) is None


@pytest.mark.parametrize(
    "line",
    [
        "Electronically signed by S. Daneshvar, MD 07/19/2022 17:12",
        "Note signed 07/19/2022 by Dr. Daneshvar",
        "Signed: S. Daneshvar 07/19/2022",
        "This document has been electronically signed 07/19/2022",
        "Dictated 07/19/2022",
        "Jane Roe, FNP-BC, signed 07/19/2022",
    ],
)
def test_a_line_that_signs_the_page_dates_it(line):
    assert _day(page_of(PLAN.format("Films at the next visit.", line), "chart.pdf", 2)) == dt.date(2022, 7, 19)


LETTER = """\
BLUE HERON RHEUMATOLOGY
1410 Superior Street, Suite 220, Duluth, Minnesota 55802, Telephone 218-555-0106
\t\t{0}
October 3, 2022\t\t{1}
Harriet Lindqvist, DO
RE: Imogen Valderrama   DOB: 08/19/1988

Dear Harriet,
I consider this an inadequate response to hydroxychloroquine after six months at full dose.
Anselm Okereke, MD
"""


@pytest.mark.parametrize(
    ("above", "beside"),
    [
        ("SCANNED", "OCT 07 2022"),
        ("Received", "10/07/2022 9:14 AM"),
        ("", "RECEIVED OCT 07 2022"),
        ("", "Scanned on 10/07/2022"),
        ("", ""),
    ],
)
def test_a_stamp_beside_the_day_of_a_letter_does_not_hide_it(above, beside):
    """The day it was written counts, not the day on which somebody scanned it; and nobody telephoned."""
    (page,) = read_chart([page_of(LETTER.format(above, beside), "chart.pdf")], dt.date(2026, 9, 1)).pages

    assert (page.date, page.kind, page.contact) == (dt.date(2022, 10, 3), "letter", "letter")


@pytest.mark.parametrize(
    "telephone",
    ["Telephone number 218-555-0106", "Telephone No. 218-555-0106", "Telephone (office) 218-555-0106",
     "Telephone/facsimile 218-555-0106", "Telephone 2185550106", "Telephone and fax: (218) 555-0106"],
)  # fmt: skip
def test_a_letterheads_telephone_makes_no_call(telephone):
    """What a visit must have been in person or by video is asked of the page."""
    text = LETTER.replace("Telephone 218-555-0106", telephone).format("", "")
    (page,) = read_chart([page_of(text, "chart.pdf")], dt.date(2026, 9, 1)).pages

    assert page.contact == "letter"


def test_a_call_is_one():
    """Also where the number that was called stands behind it."""
    text = "Patient: Rowan Tillery   DOB: 04/02/1980\n\nTelephone call 03/24/2025 to 218-555-0106\nNo fever.\n"
    (page,) = read_chart([page_of(text, "chart.pdf")], dt.date(2026, 9, 1)).pages

    assert page.contact == "telephone"


@pytest.mark.parametrize(
    ("block", "never"),
    [
        ("Therapy began 01/05/2022\tReceived 10/07/2022", dt.date(2022, 1, 5)),
        ("Next due\tReceived\n01/05/2023\t10/07/2022", dt.date(2023, 1, 5)),
        ("Last seen\tReceived\n01/05/2022\t10/07/2022", dt.date(2022, 1, 5)),
        ("Office visit\tReceived 10/07/2022\nOnset 01/05/2019", dt.date(2019, 1, 5)),
    ],
)
def test_a_day_beside_a_stamp_that_is_no_letters_dates_no_page(block, never):
    """Without the second day it would look as if the first were the page's."""
    text = f"Blue Heron Rheumatology\nPatient: Rowan Tillery   DOB: 04/02/1980\n\n{block}\nHydroxychloroquine helps.\n"

    assert _day(page_of(text, "chart.pdf")) != never


def test_a_stamp_above_the_day_of_a_letter_does_not_date_it():
    """Pressed between letterhead and day."""
    text = LETTER.replace("\t\t{0}\nOctober 3, 2022\t\t{1}", "\t\tRECEIVED\n\t\t10/07/2022\nOctober 3, 2022")

    assert _day(page_of(text, "chart.pdf")) == dt.date(2022, 10, 3)


def test_two_days_beside_each_other_without_a_stamp_date_no_letter():
    """Which of them it was written on would be a guess."""
    assert _day(page_of(LETTER.format("", "October 7, 2022"), "chart.pdf")) is None


def _day(page) -> dt.date | None:
    (read,) = read_chart([page], dt.date(2026, 9, 1)).pages
    return read.date
