"""Dates as payers print them, and numbers that are no dates."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.dates import find_dates, parse_us_date

STYLES = ["%B %d, %Y", "%m/%d/%Y", "%d %B %Y", "%d %b %Y", "%m-%d-%Y", "%Y-%m-%d", "%b. %d, %Y", "%B %d %Y"]


@given(day=st.dates(min_value=dt.date(1925, 1, 1), max_value=dt.date(2035, 12, 31)), style=st.sampled_from(STYLES))
def test_every_date_in_every_style_is_read_back(day, style):
    """Whatever day a payer prints, it is the day that is read."""
    text = f"Date of notice: {day.strftime(style)}. Thank you."

    found = find_dates(text)

    assert [mention.day for mention in found] == [day]
    assert text[found[0].start : found[0].end] == found[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/4/26", dt.date(2026, 3, 4)),
        ("3/4/2026", dt.date(2026, 3, 4)),
        ("Sept. 3, 2026", dt.date(2026, 9, 3)),
        ("October 6th, 2026", dt.date(2026, 10, 6)),
        ("4 de marzo de 2026", dt.date(2026, 3, 4)),
        ("O3/04/2O26", dt.date(2026, 3, 4)),  # a scanner's O for 0
        ("l1/05/2026", dt.date(2026, 11, 5)),
        ("0ctober 3, 2026", dt.date(2026, 10, 3)),
        ("Septernber 3, 2026", None),  # two slips: not sure enough
        ("February 30, 2026", None),  # no such day
        ("13/04/2026", None),  # no such month: this is not Europe
        ("26-150-882104-00", None),
        ("1-800-555-0117", None),
        ("0310-3040-00", None),
        ("page 3/4", None),
    ],
)
def test_near_misses(text, expected):
    """A repair counts only where one valid date comes of it; ids and phones are not dates."""
    assert parse_us_date(text) == expected


def test_a_repaired_date_says_so():
    """Whoever chooses must know that a character was put right."""
    assert find_dates("O3/04/2026")[0].repaired
    assert not find_dates("03/04/2026")[0].repaired


def test_a_two_digit_birth_year_lies_in_the_past():
    """5/19/62 in a letter of 2026 is 1962."""
    assert parse_us_date("5/19/62", not_after=dt.date(2026, 9, 28)) == dt.date(1962, 5, 19)
