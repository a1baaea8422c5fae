"""Lengths, windows and comparisons in the words of criteria and charts."""

import pytest

from pipeline.matching.phrases import find_comparisons, find_lengths, find_window


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for at least 12 weeks", [84]),
        ("a 3-month trial", [90]),
        ("two and a half years", [912]),
        ("twelve (12) consecutive weeks", [84]),
        ("a 39-year-old woman", []),  # an age
        ("18 years of age", []),
        ("two years ago", []),  # when, not how long
        ("300 mg every 4 weeks", [28]),
    ],
)
def test_lengths_of_time_are_counted_in_days(text, days):
    """A month is 30 days, a week 7; ages and "ago" are no lengths."""
    assert [at.days for at in find_lengths(text)] == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within the 3 months before the request", {"months": 3, "anchor": "request"}),
        ("in the past 12 months", {"months": 12}),
        ("during the previous year", {"years": 1}),
        ("within 12 months before starting the drug", {"months": 12, "anchor": "start"}),
        ("Within 6 months before ordering the CGM", {"months": 6, "anchor": "order"}),
        ("within the previous 6 weeks", {"days": 42}),
        ("for 3 months", None),  # a length of treatment
        ("over 3 months of therapy", None),
    ],
)
def test_a_window_takes_words_that_look_back(text, expected):
    """A limit on how old evidence may be is told from a length of treatment."""
    found = find_window(text)

    if expected is None:
        assert found is None
    else:
        assert {name: getattr(found[0], name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a score of 8 or higher", [(">=", 8.0)]),
        ("at least 1,500 mg", [(">=", 1500.0)]),
        ("above 3.2", [(">", 3.2)]),
        ("< 80% predicted", [("<", 80.0)]),
        ("-2.5 or below", [("<=", -2.5)]),
        ("6 to 12", [("between", 6.0)]),
        ("titer of 1:80 or higher", [(">=", "1:80")]),
        ("at least 3 months", []),  # a length
        ("no more than 30", [("<=", 30.0)]),
    ],
)
def test_comparisons_keep_their_side(text, expected):
    """More, less, at least and between are told apart; lengths of time are no values."""
    assert [(at.comparator, at.value) for at in find_comparisons(text)] == expected
