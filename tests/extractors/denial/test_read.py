"""Whole letters of many payers and layouts, read as a careful clerk would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.denial import Denial, read_denial
from extractors.documents import split_documents
from tests.extractors.denial.letters import all_letters, said_by, squash, written
from tests.pages import page_of


@pytest.mark.parametrize("name", all_letters())
def test_a_letter_is_read_as_a_careful_clerk_reads_it(name):
    """Every field the letter states is found, and none that it does not state."""
    letter = written(name)
    expected = dict(letter.expected)
    quote, address = expected.pop("quote", None), expected.pop("address", None)
    if "codes" in expected:
        expected["codes"] = sorted(expected["codes"])
    expected["refs"] = [str(number) for number in expected.get("refs", [])]
    segment = next(s for s in split_documents(letter.pages) if s.document_type.value == expected["type"])

    denial = read_denial([page for page in letter.pages if page.number in segment.pages])

    said = said_by(denial, segment.document_type.value)
    said.setdefault("refs", [])
    assert said == expected
    if quote:
        assert squash(quote) in squash(" ".join(reason.quote for reason in denial.reasons.value))
    if address:
        assert squash(address) in squash(denial.appeal_address.value)
    else:
        assert denial.appeal_address is None


@pytest.mark.parametrize("name", all_letters())
def test_every_value_stands_on_its_page(name):
    """Evidence is the text of the page at its box, so a reader can put a finger on it."""
    letter = written(name)

    denial = read_denial(letter.pages)

    for field in Denial.__dataclass_fields__:
        finding = getattr(denial, field)
        if finding is None or field == "candidates":
            continue
        assert finding.evidence, field
        assert 0.0 < finding.confidence <= 1.0
        for evidence in finding.evidence:
            page = letter.pages[evidence.page - 1]
            box = evidence.bbox
            inside = [
                word.text
                for line in page.lines
                for word in line.words
                if word.box.x0 >= box.x0 - 0.1
                and word.box.x1 <= box.x1 + 0.1
                and word.box.top >= box.top - 0.1
                and word.box.bottom <= box.bottom + 0.1
            ]
            assert set(evidence.text.split()) <= set(inside), field


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=400))
def test_no_text_breaks_the_reader(text):
    """A scan may hold anything; the answer may be nothing, never a crash."""
    page = page_of("Aetna\nWe denied your request.\n" + text.replace("\x0c", " "))

    assert isinstance(read_denial([page]), Denial)


def test_an_empty_file_says_nothing():
    """No pages, no fields."""
    assert read_denial([]) == Denial()
    assert read_denial([page_of("")]) == Denial()


def test_a_letter_that_contradicts_itself_is_offered_not_asserted():
    """Two notice dates of equal standing: a person decides."""
    page = page_of(
        "Aetna\nDate of notice: March 4, 2026\nDear Ana Bell:\nWe denied your request.\nNotice date: March 9, 2026"
    )

    assert read_denial([page]).denial_date.confidence < 0.6
