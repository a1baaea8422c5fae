"""Misread letter words are put right for matching; real words and names stay."""

import pytest

from extractors.denial import read_denial
from extractors.documents.misread import mend, mend_words
from tests.pages import page_of


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("denled", "denied"),
        ("wlthin", "within"),
        ("Appea1s", "Appeals"),
        ("MEDlCALLY", "MEDICALLY"),
        ("appear", "appear"),  # a word of its own: l and r look nothing alike
        ("trial", "trial"),
        ("Fenwick", "Fenwick"),
        ("U73205518", "U73205518"),
        ("file", "file"),
    ],
)
def test_one_look_alike_is_put_right(read, meant):
    """Same length, same case, and nothing that is a word already."""
    assert mend(read) == meant
    assert len(mend(read)) == len(read)


def test_what_the_engine_was_sure_of_is_left_alone():
    """A text layer is what it is."""
    assert mend_words([("denled", 1.0), ("denled", 0.8)]) == ["denled", "denied"]


def test_the_quote_stays_as_printed():
    """Matching may mend; the words in evidence are those on the page."""
    page = page_of(
        "Aetna\nMarch 4, 2026\nDear Ana Bell:\nWe denled your request because it is not medlcally necessary.\nYou may "
        "appeal.",
        confidence=0.9,
    )

    reasons = read_denial([page]).reasons

    assert reasons.value[0].quote == "We denled your request because it is not medlcally necessary."
