from dataclasses import replace
from datetime import date

import pytest

from extractors.denial.fields import (
    AppealLevel,
    AppealStage,
    Denial,
    NextStep,
    PlanType,
    StatedDeadline,
    StatedWindow,
    WindowKind,
)
from extractors.evidence import Box, Evidence, Finding
from pipeline.case import DenialOut, EvidenceOut, Value
from pipeline.deadlines import find_deadlines

PART_D = PlanType.MEDICARE_PART_D
TODAY = date(2026, 11, 22)


def found(value):
    box = Box(x0=1, top=1, x1=2, bottom=2)
    return Finding(
        value=value, confidence=1.0, evidence=(Evidence(document="d.pdf", page=1, bbox=box, text=str(value)),)
    )


def denial(notice="2026-11-02", plan=PlanType.EMPLOYER_SELF_FUNDED, urgent=False, **stated):
    if isinstance(stated.get("date"), str):
        stated["date"] = date.fromisoformat(stated["date"])
    return Denial(
        denial_date=found(date.fromisoformat(notice)) if notice else None,
        plan_type=found(plan) if plan else None,
        urgent=found(True) if urgent else None,
        internal_appeal_deadline=found(StatedDeadline(**stated)) if stated else None,
    )


@pytest.mark.parametrize(
    ("letter", "last_day", "file_by", "from_letter", "says"),
    [
        # the letter and the law agree; no receipt date, so counted from the notice and said
        (denial(days=180, anchor="receipt"), "2027-05-01", "2027-04-30", True, "counted from the date of the letter"),
        (denial(days=180, anchor="notice"), "2027-05-01", "2027-04-30", True, "at least 180 days"),
        # less than the federal minimum: both are shown, the earlier one is used
        (
            denial(days=60, anchor="notice"),
            "2027-01-01",
            "2026-12-31",
            True,
            "less time than 29 CFR 2560",
        ),
        # more: the earlier one again
        (denial(days=365), "2027-05-01", "2027-04-30", False, "more time than the rule requires"),
        (denial(date="2027-03-15"), "2027-03-15", "2027-03-15", True, "appeal by Monday, March 15, 2027"),
        (denial(), "2027-05-01", "2027-04-30", False, "does not state a time"),
        # Medicare: 60 days from receipt and 65 from the notice are one and the same
        (denial(plan=PART_D, days=65, anchor="notice"), "2027-01-06", "2027-01-06", True, "presumes"),
        (
            denial(plan=PART_D, days=60, anchor="receipt"),
            "2027-01-06",
            "2027-01-06",
            True,
            "presumes",
        ),
        (denial(plan=PlanType.MEDICARE_ADVANTAGE, days=60), "2027-01-01", "2026-12-31", True, "THE TWO DIFFER"),
        # months end on the last day of a shorter month
        (denial(notice="2026-08-31", plan=PlanType.FEHB, months=6), "2027-02-28", "2027-02-26", True, "6 months"),
        # nobody knows the law: the letter's time, else sixty days
        (denial(plan=None, days=180), "2027-05-01", "2027-04-30", True, "Which law governs"),
        (denial(plan=None), "2027-01-01", "2026-12-31", False, "to be safe"),
        (denial(notice=None, date="2027-01-20"), "2027-01-20", "2027-01-20", True, "could not be read"),
    ],
)
def test_the_earlier_of_letter_and_law_is_the_deadline(letter, last_day, file_by, from_letter, says):
    """What the letter says stands beside what the law says, and a difference is flagged."""
    first = find_deadlines(letter, TODAY)[0]

    assert (first.last_day, first.file_by, first.from_letter) == (last_day, file_by, from_letter)
    assert says in first.explanation
    differ = ("less time" in first.explanation) or ("more time" in first.explanation)
    assert ("THE TWO DIFFER" in first.explanation) == differ


def test_no_date_at_all_gives_no_deadline():
    """Nothing to count from: no date is made up."""
    assert find_deadlines(denial(notice=None, days=180), TODAY) == []
    assert find_deadlines(Denial(), TODAY) == []


def test_a_deadline_gone_by_is_said():
    """A late case is never a silent date; Medicare's good cause is named."""
    late = find_deadlines(denial(notice="2026-01-05", plan=PART_D), TODAY)[0]

    assert "That day has passed" in late.explanation
    assert "423.582(c)" in late.explanation


def test_a_letter_that_gives_more_time_is_still_open_after_the_minimum():
    """A plan may give a year; the federal minimum gone by does not make the appeal late."""
    first = find_deadlines(denial(notice="2026-05-01", days=365), TODAY)[0]

    assert (first.last_day, first.law_day, first.letter_day) == ("2026-10-28", "2026-10-28", "2027-05-01")
    assert "Saturday, May 1, 2027, has not: file at once" in first.explanation


def test_the_working_day_before_a_weekend_may_have_passed():
    """On the Saturday of the last day one can still send a fax."""
    first = find_deadlines(denial(notice="2026-06-06", days=180), date(2026, 12, 3))[0]
    assert first.file_by == "2026-12-03"

    saturday = find_deadlines(denial(notice="2026-01-12", days=180), date(2026, 7, 11))[0]
    assert "file today" in saturday.explanation


def test_a_letter_dated_in_the_future_is_shown_not_corrected():
    """A date after today is an error for a person to look at."""
    assert "after today" in find_deadlines(denial(notice="2026-12-01"), TODAY)[0].explanation


def test_medicaid_says_when_to_ask_for_benefits_to_go_on():
    """Ten days is the clock that is missed."""
    first, keep = find_deadlines(denial(plan=PlanType.MEDICAID_MANAGED_CARE), TODAY)

    assert (first.what, first.last_day) == ("plan appeal", "2027-01-01")
    assert (keep.last_day, keep.basis) == ("2026-11-12", "42 CFR 438.420(a)")
    assert "authorized before" in keep.explanation


@pytest.mark.parametrize(("urgent", "clocks"), [(True, 2), (False, 1)])
def test_tricare_three_days_only_where_the_request_was_urgent(urgent, clocks):
    """The shortest clock of all is shown where it can apply."""
    assert len(find_deadlines(denial(plan=PlanType.TRICARE, urgent=urgent), TODAY)) == clocks


def test_the_published_denial_gives_the_same_deadline():
    """ISO strings and mappings are read like the extractor's own types."""
    evidence = [EvidenceOut(document="d.pdf", page=1, bbox=[0, 0, 1, 1], text="x")]
    published = DenialOut(
        denial_date=Value(value="2026-11-02", confidence=1, evidence=evidence),
        plan_type=Value(value="employer_self_funded", confidence=1, evidence=evidence),
        internal_appeal_deadline=Value(value={"days": 180}, confidence=1, evidence=evidence),
    )

    assert find_deadlines(published, TODAY) == find_deadlines(denial(days=180), TODAY)


def final(plan, step=NextStep.EXTERNAL_REVIEW, window=None):
    return replace(
        denial(plan=plan),
        level=found(AppealLevel(stage=AppealStage.FINAL, next_step=step)),
        other_deadlines=found((window,)) if window else None,
    )


FOUR_MONTHS = StatedWindow(kind=WindowKind.EXTERNAL_REVIEW, months=4, anchor="receipt")


@pytest.mark.parametrize(
    ("letter", "what", "last_day", "from_letter"),
    [
        (final(PlanType.EMPLOYER_SELF_FUNDED, window=FOUR_MONTHS), "external review", "2027-03-02", True),
        (final(PlanType.MARKETPLACE_INDIVIDUAL), "external review", "2027-03-02", False),
        (final(PlanType.FEHB), "OPM review of the disputed claim", "2027-01-31", False),
        (final(PART_D), "reconsideration by the independent review entity", "2027-01-06", False),
        (final(PlanType.MEDICAID_MANAGED_CARE, NextStep.FAIR_HEARING), "state fair hearing", "2027-01-31", False),
        # nobody knows the law: the letter's own time, else the shortest
        (final(None, window=FOUR_MONTHS), "external review", "2027-03-02", True),
        (final(None), "external review", "2027-01-01", False),
    ],
)
def test_after_the_final_internal_denial_the_next_step_has_the_clock(letter, what, last_day, from_letter):
    """The time of a first appeal has no meaning once the plan has said its last word."""
    (only,) = find_deadlines(letter, TODAY)

    assert (only.what, only.last_day, only.from_letter) == (what, last_day, from_letter)


def test_a_medicare_plan_sends_its_last_word_on_itself():
    """No rule asks the patient to file; the date is a guard and says so."""
    (only,) = find_deadlines(final(PlanType.MEDICARE_ADVANTAGE), TODAY)

    assert "The plan itself must send" in only.explanation
    assert only.law_day is None


def test_a_second_appeal_to_the_plan_counts_by_the_letter():
    """No rule is cited that does not set the time."""
    letter = replace(
        denial(days=60, anchor="notice"),
        level=found(AppealLevel(stage=AppealStage.APPEAL_DECIDED, next_step=NextStep.SECOND_LEVEL)),
    )

    (only,) = find_deadlines(letter, TODAY)

    assert (only.what, only.last_day, only.basis) == (
        "second-level appeal",
        "2027-01-01",
        "the time stated in the letter",
    )
