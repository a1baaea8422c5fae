"""Who wrote a page: a wrong name under an exhibit is an untrue sentence."""

import datetime as dt

import pytest

from extractors.chart import read_chart
from extractors.chart.authors import find_authors
from tests.pages import page_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Leonard MD", []),  # the second lines of two wrapped cells: the patient's and the physician's
        ("Ordered by Daneshvar, MD", ["Daneshvar"]),
        ("Signed Szabo, MD", ["Szabo"]),
        ("Shirin Daneshvar, MD", ["Shirin Daneshvar"]),
        ("Taken by: Patrice, LPN", ["Patrice"]),
        ("ARRIVED 03/01/2025 22:40 MD I Tarquin Oyelowo, MD", ["Tarquin Oyelowo"]),  # the rule between two cells
        ("Signed I. Quintero, MD", ["I. Quintero"]),
    ],
)
def test_a_physician_has_a_whole_name(text, names):
    """A last name alone counts only where something calls it a clinician's."""
    assert [author.name for author in find_authors(text)] == names


def test_who_ordered_a_test_did_not_write_it():
    """In capitals "ORDERED BY" reads like a part of the name, and stood in the title of an exhibit."""
    [ordered] = find_authors("ORDERED BY OKEREKE A, MD")
    [signed] = find_authors("SIGNED OKEREKE A, MD")

    assert (ordered.name, ordered.writes) == ("OKEREKE A", False)
    assert signed.writes


def test_a_second_sheet_is_dated_by_its_signature():
    """A page that continues a visit and names no day was written when it was signed."""
    page = page_of(
        "Assessment\nRheumatoid arthritis, high activity.\nPlan\nStart baricitinib 2 mg daily.\n"
        "Shirin Daneshvar, MD Rheumatology 09/15/2026 18:40 (electronic signature)\npage 2 of 2",
        "chart.pdf",
    )

    assert read_chart([page], dt.date(2026, 11, 22)).pages[0].date == dt.date(2026, 9, 15)
