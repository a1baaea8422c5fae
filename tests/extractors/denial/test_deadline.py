"""How long the letter gives to appeal, and the times that are for something else."""

import datetime as dt

import pytest

from extractors.denial import read_denial
from extractors.denial.deadline import number_in_words
from tests.pages import page_of


def letter(*sentences: str) -> str:
    return "\n".join(
        [
            "Aetna",
            "Date: March 4, 2026",
            "Dear Ana Bell:",
            "We denied your request because it is not medically necessary.",
            *sentences,
        ]
    )


STATED = [
    ("You may appeal within 60 calendar days after the date of this notice.", {"days": 60}),
    ("Ask for an appeal within 65 calendar days of the date listed at the top of this notice.", {"days": 65}),
    ("If you think we are wrong you can ask for a Plan Appeal by May 3, 2026.", {"date": dt.date(2026, 5, 3)}),
    ("You can ask for an appeal any time up to 120 days after you get this Notice.", {"days": 120}),
    ("An appeal must be filed within one hundred eighty (180) days of receipt of this letter.", {"days": 180}),
    ("You have one hundred and eighty days to file a grievance.", {"days": 180}),
    ("The member has 180 days from receiving notice of denial to request a review of this decision.", {"days": 180}),
    (
        "Appeals must be postmarked or received within a deadline of 90 calendar days from the date of the decision.",
        {"days": 90},
    ),
    ("You must ask us in writing to reconsider within 6 months from the date of this decision.", {"months": 6}),
    ("If you do not agree, write to us within six (6) months.", {"months": 6}),
    ("APPEAL DEADLINE: June 3, 2026", {"date": dt.date(2026, 6, 3)}),
    ("File your appeal within 120 days of the date of this notice. APPEAL DEADLINE: July 2, 2026", {"days": 120}),
    ("Appeal within 30 days of the date of this letter (by April 3, 2026).", {"days": 30}),
    ("Your appeal must reach us no later than April 27, 2026.", {"date": dt.date(2026, 4, 27)}),
    ("A request for redetermination must be made within 65 days from the notice date.", {"days": 65}),
    ("We must receive your appeal within 180 days of the day you receive this letter.", {"days": 180}),
    ("Want to appeal? You have until 180 days after the date of this letter.", {"days": 180}),
    ("You may file a Level 1 appeal within 180 days. We answer within 30 days.", {"days": 180}),
    ("Usted puede apelar dentro de 60 días. You may appeal within 60 days.", {"days": 60}),
    ("To appeal, send your letter within l80 days of this notice.", {"days": 180}),  # a scanner's l for 1
]


@pytest.mark.parametrize(("sentence", "expected"), STATED)
def test_the_time_to_appeal_is_read_as_stated(sentence, expected):
    """A count of days or months, or a date, as the letter has it."""
    stated = read_denial([page_of(letter(sentence))]).internal_appeal_deadline

    assert stated is not None
    assert {k: getattr(stated.value, k) for k in ("days", "months", "date") if getattr(stated.value, k)} == expected


OTHERS = [
    "Your doctor may ask for a peer-to-peer review within 48 hours, or 14 days at most, of this notice.",
    "A peer-to-peer discussion may be scheduled within 14 calendar days of this letter.",
    "The provider may submit a corrected claim within 90 days.",
    "You may ask for an external review within four months of our final decision.",
    "You may ask for a State Fair Hearing within 120 calendar days of our appeal decision.",
    "To keep your services during the appeal you must ask within 10 calendar days of this notice.",
    "We will decide your appeal within 30 days.",
    "Appeals are decided in 30 calendar days.",
    "Send new information by fax within 30 days, and we will look again without an appeal.",
    "If we uphold our decision you may ask OPM to review it within 90 days.",
    "We then have 30 days to pay or to uphold the denial.",
    "An independent review organization will answer in 45 days.",
    "This plan covers one visit every 30 days.",
]


@pytest.mark.parametrize("sentence", OTHERS)
def test_other_clocks_are_never_the_time_to_appeal(sentence):
    """Peer-to-peer, corrected claims, hearings, reviews and the plan's own clocks stand beside it."""
    alone = read_denial([page_of(letter(sentence))]).internal_appeal_deadline
    beside = read_denial([page_of(letter("You may appeal within 180 days of this letter.", sentence))])
    before = read_denial([page_of(letter(sentence, "You may appeal within 180 days of this letter."))])

    assert alone is None
    assert beside.internal_appeal_deadline.value.days == 180
    assert before.internal_appeal_deadline.value.days == 180


@pytest.mark.parametrize(
    ("sentence", "anchor"),
    [
        ("You may appeal within 180 days after you receive this letter.", "receipt"),
        ("You may appeal within 180 days from receipt of this notice.", "receipt"),
        ("You may appeal within 60 days of the date of this notice.", "notice"),
        ("You may appeal within 60 days after the mailing date on this notice.", "mailing"),
        ("Appeals must arrive within 180 days of the decision date.", "decision"),
        ("You may appeal within 60 days.", None),
    ],
)
def test_the_letter_says_from_when_the_clock_runs(sentence, anchor):
    """The anchor decides whether the last day can be computed from the letter alone."""
    stated = read_denial([page_of(letter(sentence))]).internal_appeal_deadline

    assert stated.value.anchor == anchor


def test_a_final_internal_denial_has_no_internal_deadline():
    """The four months are for the external review, not for another internal appeal."""
    page = page_of(
        letter(
            "This is our final decision. You have exhausted the internal appeal.",
            "You may ask for an external review within 4 months.",
        )
    )

    assert read_denial([page]).internal_appeal_deadline is None


def test_a_mention_of_a_later_final_decision_does_not_make_a_letter_final():
    """Every first denial tells what may come after it."""
    page = page_of(
        letter(
            "You may appeal within 180 days.", "After our final internal decision you may ask for an external review."
        )
    )

    assert read_denial([page]).internal_appeal_deadline.value.days == 180


def test_a_count_and_a_date_that_disagree_are_shown_less_sure():
    """A reader goes by the printed date; the program does not assert what the letter contradicts."""
    stated = read_denial([page_of(letter("You may appeal within 30 days, by May 30, 2026."))]).internal_appeal_deadline

    assert stated.value.date == dt.date(2026, 5, 30)
    assert stated.confidence < 0.9


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("sixty", 60),
        ("sixty-five", 65),
        ("one hundred eighty", 180),
        ("one hundred and twenty", 120),
        ("four", 4),
        ("many", 0),
    ],
)
def test_numbers_in_words(words, number):
    """Plain-language letters spell their numbers."""
    assert number_in_words(words) == number


FURTHER = [
    (
        "You may ask us to look at this again. We need your letter in our hands by August 31, 2026.",
        {"date": dt.date(2026, 8, 31)},
    ),
    (
        "If you think we are wrong, tell us so in writing within six months of this letter.",
        {"months": 6},
    ),
    (
        "The time for asking for an appeal is 180 days, counted from the day this letter reached you.",
        {"days": 180},
    ),
    (
        "Appeals received more than 60 days after the date on this notice will not be considered.",
        {"days": 60},
    ),
    (
        "Your appeal rights end 120 days after the date at the top of this page.",
        {"days": 120},
    ),
    (
        "Appeal filing limit: 180 calendar days from receipt of this letter",
        {"days": 180},
    ),
    (
        "You have up to one year from the date of this letter to send us an appeal.",
        {"months": 12},
    ),
    (
        "An appeal may be made at any time in the sixty-five (65) days that follow the date of this notice.",
        {"days": 65},
    ),
    (
        "Deadline to appeal\nSeptember 1, 2026",
        {"date": dt.date(2026, 9, 1)},
    ),
    (
        "Last day to file an appeal: 08/31/2026",
        {"date": dt.date(2026, 8, 31)},
    ),
    (
        "You must file your grievance no later than 180 days after the date you were notified of the denial.",
        {"days": 180},
    ),
    (
        "Request for Reconsideration: must be filed within 6 months of the date of this decision. "
        "Peer-to-peer: within 7 days.",
        {"months": 6},
    ),
    (
        "You, your doctor or someone you choose can file an appeal. You must file within sixty calendar days "
        "of the date on this letter.",
        {"days": 60},
    ),
    (
        "To ask for a redetermination you have 65 days from the date of this notice. A late request needs a "
        "good reason.",
        {"days": 65},
    ),
    (
        "We must get your appeal request within a half year (180 days) of the date you get this letter.",
        {"days": 180},
    ),
    (
        "If you wish to contest this determination, a written request must be received by us within 180 days "
        "after your receipt of this notification.",
        {"days": 180},
    ),
    (
        "Ask for a first-level review within 180 days. If you still disagree ask for a second-level review "
        "within 60 days of that answer.",
        {"days": 180},
    ),
    (
        "Your provider may dispute this payment within 365 days. You may appeal within 180 days of getting "
        "this letter.",
        {"days": 180},
    ),
    (
        "A provider payment dispute may be filed within 365 days of the remittance.",
        {},
    ),
    (
        "Send a corrected claim by June 30, 2026.",
        {},
    ),
    (
        "You may file a complaint about our service within 60 days of the event.",
        {},
    ),
    (
        "Peer-to-peer requests are accepted until March 18, 2026. Appeals are accepted until August 31, 2026.",
        {"date": dt.date(2026, 8, 31)},
    ),
    (
        "We denied your claim. You may have it reviewed. File within 180 days of notice.",
        {"days": 180},
    ),
    (
        "Time limits: Appeal - 180 days; External review - 4 months; Peer-to-peer - 10 days",
        {"days": 180},
    ),
    (
        "If your appeal is about a service you have not had, we decide in 30 days; if you have had it, in 60 days.",
        {},
    ),
    (
        "You may sue under ERISA section 502(a) within three years after the final decision.",
        {},
    ),
    (
        "You must use this plan's appeal process before you go to court. Appeal within 180 days of receipt.",
        {"days": 180},
    ),
]


@pytest.mark.parametrize(("words", "expected"), FURTHER)
def test_the_time_to_appeal_in_the_words_of_other_plans(words, expected):
    """Nothing but the time of the internal appeal, however the plan puts it."""
    stated = read_denial([page_of(letter(*words.split("\n")))]).internal_appeal_deadline

    given = (
        {k: getattr(stated.value, k) for k in ("days", "months", "date") if getattr(stated.value, k)} if stated else {}
    )
    assert given == expected
