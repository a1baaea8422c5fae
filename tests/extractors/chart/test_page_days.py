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


def test_two_days_beside_each_other_without_a_stamp_date_no_letter():
    """Which of them it was written on would be a guess."""
    assert _day(page_of(LETTER.format("", "October 7, 2022"), "chart.pdf")) is None


def _day(page) -> dt.date | None:
    (read,) = read_chart([page], dt.date(2026, 9, 1)).pages
    return read.date
