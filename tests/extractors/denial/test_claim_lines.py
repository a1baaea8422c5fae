"""Which lines of a claim were denied, by their columns, and whose numbers stand there."""

import datetime as dt

import pytest

from extractors.denial import read_denial
from extractors.denial.claim_lines import find_claim_lines
from extractors.denial.reading import Letter
from tests.pages import page_of

HEAD = "Alder Health\nExplanation of Benefits\nEOB date: 10/03/2026\nMember: Ana Bell\nProvider: Rufus Delacroix, MD\n"


def denied(table: str) -> list[str]:
    """Return the first cells of the denied lines."""
    letter = Letter([page_of(table)])
    return [letter.text[row.cells[0].start : row.cells[0].end] for row in find_claim_lines(letter) if row.denied]


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (
            "Service\tCharge\tNot covered\tWe paid\n70553 MRI\t1,900.00\t1,900.00\t0.00\n"
            "99213 Visit\t180.00\t0.00\t110.00",
            ["70553 MRI"],
        ),
        (  # all of it went to the deductible: allowed, so not denied
            "Service\tBilled\tAllowed\tPlan paid\n97110 Exercise\t95.00\t60.00\t0.00\n"
            "20560 Needling\t70.00\t0.00\t0.00",
            ["20560 Needling"],
        ),
        ("Service\tBilled\tDeductible\tPlan paid\n97110 Exercise\t95.00\t95.00\t0.00", []),
        ("Service\tCharge\tNot covered\tWe paid\nOffice visit\t180.00\t40.00\t110.00", []),  # cut, not denied
        (
            "Service\tBilled\tPlan paid\n97110 Exercise\t95.00\t60.00\n20560 Needling\t70.00\t0.00\n"
            "Needling is not covered by your plan.",
            ["20560 Needling"],
        ),
        ("Service\tBilled\tPlan paid\n97110 Exercise\t95.00\t60.00\n20560 Needling\t70.00\t0.00", []),  # nobody says no
    ],
)
def test_denied_lines(table, lines):
    """A line is denied when its whole charge was refused; what went to the deductible or was cut is not."""
    assert denied(table) == lines


def test_what_a_claim_table_does_not_say():
    """The head of a table dates no letter, its provider prescribed nothing, its paid lines lend no codes."""
    table = (
        "Date\tDescription\tBilled\tPlan paid\n08/17/2026\tTherapeutic exercise 97110\t95.00\t60.00\n"
        "08/24/2026\tDry needling 20561\t90.00\t0.00\nDry needling is not covered by your plan and was denied."
    )
    denial = read_denial([page_of(HEAD + table)])
    assert denial.denial_date
    assert denial.denial_date.value == dt.date(2026, 10, 3)
    assert denial.prescriber is None
    assert denial.codes
    assert denial.codes.value.hcpcs_cpt == ("20561",)


def test_a_line_set_as_a_card_keeps_its_name_and_code():
    """Amounts beneath the service: only the cards that say "Not paid" are denied."""
    table = (
        "Claim 26104-77\nCT of abdomen with contrast, 74177\n"
        "Billed $1,912.00 Allowed $0.00 We paid $0.00\tNot paid (CO-197)\n"
        "Contrast material, Q9967\nBilled $96.00 Allowed $38.15 We paid $26.70\tYour share $11.45"
    )

    assert denied(table) == ["CT of abdomen with contrast, 74177"]
