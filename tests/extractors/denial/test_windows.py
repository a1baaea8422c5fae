"""The other times of a letter, each with its purpose and what it counts from."""

import datetime as dt

import pytest

from extractors.denial import read_denial
from extractors.denial.fields import WindowKind
from tests.extractors.denial.letters import squash
from tests.pages import page_of

APPEAL = "You may appeal within 180 days of the date of this letter."


def read(*sentences: str):
    text = "\n".join(
        [
            "Aetna",
            "Date: March 4, 2026",
            "Dear Ana Bell:",
            "We denied your request because it is not medically necessary.",
            *sentences,
        ]
    )
    return read_denial([page_of(text)])


UNITS = ("hours", "business_days", "days", "months", "date")

WINDOWS = [
    (
        "Your doctor may ask for a peer-to-peer review within 48 hours of this notice.",
        ("peer_to_peer", {"hours": 48}, "notice"),
    ),
    (
        "A peer-to-peer talk can be had within fourteen (14) days of this letter.",
        ("peer_to_peer", {"days": 14}, "notice"),
    ),
    (
        "The prescriber may speak with our medical director within 5 business days.",
        ("peer_to_peer", {"business_days": 5}, None),
    ),
    (
        "Your doctor can talk to ours until March 18, 2026.",
        ("peer_to_peer", {"date": dt.date(2026, 3, 18)}, None),
    ),
    ("Submit a corrected claim within 90 days.", ("corrected_claim", {"days": 90}, None)),
    (
        "The office may send a corrected claim within one year of the date of service.",
        ("corrected_claim", {"months": 12}, "service"),
    ),
    (
        "After our final decision you have four months to ask for an External Appeal.",
        ("external_review", {"months": 4}, None),
    ),
    (
        "You may ask for an external review within four months after the date of receipt of a final internal denial.",
        ("external_review", {"months": 4}, "receipt"),
    ),
    (
        "If we say no you may ask for a Fair Hearing within 120 days of our final decision.",
        ("fair_hearing", {"days": 120}, "final_denial"),
    ),
    ("You can ask for a Fair Hearing by July 2, 2026.", ("fair_hearing", {"date": dt.date(2026, 7, 2)}, None)),
    (
        "To keep getting your services during the appeal you must ask within 10 calendar days of this notice.",
        ("continued_benefits", {"days": 10}, "notice"),
    ),
    (
        "If that appeal is denied, a second-level appeal may be filed within 60 days of our answer.",
        ("second_level", {"days": 60}, "final_denial"),
    ),
    ("You may bring a civil action within three years.", ("court_action", {"months": 36}, None)),
    (
        "An expedited reconsideration must be asked for within 3 calendar days of receipt.",
        ("expedited_appeal", {"days": 3}, "receipt"),
    ),
]


@pytest.mark.parametrize(("sentence", "expected"), WINDOWS)
def test_each_time_is_kept_with_its_purpose_and_its_words(sentence, expected):
    """A practice that plans the case needs the short clocks too, and never as the appeal's."""
    denial = read(APPEAL, sentence)

    kind, length, anchor = expected
    (window,) = denial.other_deadlines.value
    assert (window.kind, {u: getattr(window, u) for u in UNITS if getattr(window, u)}) == (kind, length)
    assert window.anchor == anchor
    assert squash(window.quote) in squash(sentence)
    assert window.evidence
    assert window.evidence == denial.other_deadlines.evidence
    assert denial.internal_appeal_deadline.value.days == 180


@pytest.mark.parametrize(
    "sentence",
    [
        "We will decide your appeal within 30 days.",
        "You can ask for a fast appeal if waiting up to 30 days could harm you; we answer within 72 hours.",
        "Expedited request: 72 hours.",
        "An independent review organization will answer in 45 days.",
        "Texas law asks us to answer an exception request within 72 hours.",
        "This plan covers one visit every 30 days.",
    ],
)
def test_a_time_to_wait_is_no_window(sentence):
    """What the plan does within a time is nothing to file by."""
    assert read(APPEAL, sentence).other_deadlines is None


def test_two_times_of_one_sentence_keep_their_purposes():
    """The hearing's days are not the external review's months."""
    denial = read(
        APPEAL,
        "If we say no, you may ask for a Fair Hearing within 120 days of our final decision, and for an External "
        "Appeal within four months.",
    )

    assert [(at.kind, at.days, at.months) for at in denial.other_deadlines.value] == [
        (WindowKind.FAIR_HEARING, 120, None),
        (WindowKind.EXTERNAL_REVIEW, None, 4),
    ]
