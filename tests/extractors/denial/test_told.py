"""Numbers that a letter tells in its sentences, and numbers there that are nobody's."""

import pytest

from extractors.denial.reading import Letter
from extractors.denial.told import find_told
from tests.pages import page_of


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "The request got the number 4471-20983-K and stands under your Alder member number, which is 60 2214 887.",
            {("member_id", "60 2214 887"), ("reference_number", "4471-20983-K")},
        ),
        ("Reviewed under number 0219-44-88102.", {("reference_number", "0219-44-88102")}),
        ("Your ID with us is QX 5540 1182.", {("member_id", "QX 5540 1182")}),
        ("We logged the request as 77-2041-B.", {("reference_number", "77-2041-B")}),
        ("You are enrolled under number 4471 882 01.", {("member_id", "4471 882 01")}),
        ("The claim carries the reference MR-2231-559.", {("reference_number", "MR-2231-559")}),
        ("Your daughter's membership number at Alder is N 8817 22041.", {("member_id", "N 8817 22041")}),
        ("See our medical policy number 55810-22.", set()),
        ("Call us at number 800-555-0112 about this case.", set()),
        ("The claim came in on form number 10003-22.", set()),
        ("A workers' compensation case number 33812-22 is open.", set()),
        ("We reviewed it under 42 CFR 438.404 and decided on 03/04/2026.", set()),
        ("We reviewed the request as CPT 72148.", set()),
        ("The most your plan covers is 200 briefs in a month.", set()),
    ],
)
def test_numbers_in_sentences(sentence, told):
    """A number is read for the word that it is told of; a policy's, a form's or a telephone's number is not."""
    letter = Letter([page_of(sentence)])
    assert {(one.field, letter.text[one.value.start : one.value.end]) for one in find_told(letter)} == told
