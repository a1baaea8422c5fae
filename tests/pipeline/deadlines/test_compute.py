from datetime import date

import pytest

from pipeline.deadlines import level_of
from pipeline.deadlines.calendar import is_federal_holiday, is_working_day
from pipeline.deadlines.compute import compute_deadline

D = date.fromisoformat
SELF, INSURED, MEDICAID = "employer_self_funded", "employer_fully_insured", "medicaid_managed_care"

# plan, level, notice, received, last day, file by, why
CLOCKS = [
    (
        "employer_self_funded",
        "internal_appeal",
        "2026-01-12",
        "2026-01-15",
        "2026-07-14",
        "2026-07-14",
        "receipt + 180",
    ),
    (SELF, "internal_appeal", "2026-01-12", None, "2026-07-11", "2026-07-10", "receipt unknown"),
    (
        "employer_self_funded",
        "internal_appeal",
        "2026-01-05",
        None,
        "2026-07-04",
        "2026-07-02",
        "Saturday and a holiday",
    ),
    ("marketplace_individual", "internal_appeal", "2027-08-30", "2027-09-02", "2028-02-29", "2028-02-29", "leap year"),
    (
        "marketplace_individual",
        "internal_appeal",
        "2026-08-28",
        "2026-08-31",
        "2027-02-27",
        "2027-02-26",
        "not 6 months",
    ),
    (
        "employer_self_funded",
        "external_review",
        "2025-10-27",
        "2025-10-30",
        "2026-03-02",
        "2026-02-27",
        "no 30 February",
    ),
    (
        "employer_self_funded",
        "external_review",
        "2026-10-29",
        "2026-10-31",
        "2027-03-01",
        "2027-02-26",
        "no 31 February",
    ),
    (SELF, "external_review", "2026-10-26", "2026-10-29", "2027-03-01", "2027-02-26", "no leap year"),
    (SELF, "external_review", "2027-10-26", "2027-10-29", "2028-02-29", "2028-02-29", "leap year"),
    (
        "employer_self_funded",
        "external_review",
        "2026-07-28",
        "2026-07-31",
        "2026-12-01",
        "2026-11-30",
        "no 31 November",
    ),
    (SELF, "external_review", "2026-08-21", "2026-08-25", "2026-12-28", "2026-12-24", "25 December"),
    (
        "employer_self_funded",
        "external_review",
        "2026-03-02",
        "2026-03-04",
        "2026-07-06",
        "2026-07-02",
        "4 July Saturday",
    ),
    (
        "employer_self_funded",
        "external_review",
        "2026-03-01",
        "2026-03-03",
        "2026-07-03",
        "2026-07-02",
        "only observed",
    ),
    (SELF, "external_review", "2026-12-29", "2026-12-31", "2027-05-03", "2027-04-30", "no 31 April"),
    (
        "employer_fully_insured",
        "external_review",
        "2026-04-13",
        "2026-04-15",
        "2026-08-15",
        "2026-08-14",
        "state: no roll",
    ),
    ("medicare_advantage", "reconsideration", "2026-01-31", None, "2026-04-06", "2026-04-06", "notice + 65"),
    ("medicare_advantage", "reconsideration", "2027-12-26", None, "2028-02-29", "2028-02-29", "leap year"),
    ("medicare_advantage", "reconsideration", "2026-03-02", "2026-03-16", "2026-05-15", "2026-05-06", "late receipt"),
    ("medicare_advantage", "reconsideration", "2026-03-02", "2026-03-03", "2026-05-02", "2026-05-01", "early receipt"),
    ("medicare_part_d", "redetermination", "2026-12-28", None, "2027-03-03", "2027-03-03", "notice + 65, no leap day"),
    (MEDICAID, "plan_appeal", "2026-03-10", None, "2026-05-09", "2026-05-08", "from the notice"),
    (
        "medicaid_managed_care",
        "plan_appeal",
        "2026-03-10",
        "2026-03-20",
        "2026-05-09",
        "2026-05-08",
        "receipt no matter",
    ),
    (MEDICAID, "fair_hearing", "2026-07-15", None, "2026-10-13", "2026-10-13", "90 when unknown"),
    ("fehb", "reconsideration", "2026-08-31", None, "2027-02-28", "2027-02-26", "clamped to the month"),
    ("fehb", "reconsideration", "2027-08-31", None, "2028-02-29", "2028-02-29", "clamped, leap year"),
    ("fehb", "opm_review", "2026-11-30", None, "2027-02-28", "2027-02-26", "+ 90"),
    ("fehb", "opm_review_unanswered", "2026-06-15", None, "2026-10-13", "2026-10-13", "+ 120 from the request"),
    ("tricare", "reconsideration", "2026-12-01", None, "2027-03-01", "2027-03-01", "+ 90, postmark"),
    ("tricare", "expedited", "2026-12-01", None, "2026-12-09", "2026-12-09", "presumed receipt, + 3"),
    ("tricare", "expedited", "2026-12-01", "2026-12-03", "2026-12-06", "2026-12-04", "a Sunday"),
    ("unknown", "appeal", "2026-05-05", None, "2026-07-04", "2026-07-02", "protective 60 days"),
]


@pytest.mark.parametrize(("plan", "level", "notice", "received", "last_day", "file_by", "why"), CLOCKS)
def test_each_clock_ends_on_the_day_the_rule_gives(plan, level, notice, received, last_day, file_by, why):
    """Every worked example: the last day of the rule, and the working day to act on."""
    found = compute_deadline(level_of(plan, level), D(notice), D(received) if received else None)

    assert (found.last_day, found.file_by) == (D(last_day), D(file_by)), why


@pytest.mark.parametrize(
    ("effective", "last_day"),
    [("2026-03-25", "2026-03-25"), ("2026-03-15", "2026-03-20"), (None, "2026-03-20")],
)
def test_benefits_continue_until_the_later_of_ten_days_and_the_cut(effective, last_day):
    """Medicaid: the later of ten days after the notice and the day the cut takes effect."""
    level = level_of("medicaid_managed_care", "keep_benefits")

    found = compute_deadline(level, D("2026-03-10"), effective=D(effective) if effective else None)

    assert found.last_day == D(last_day)


@pytest.mark.parametrize(
    ("plan", "level", "request_", "due"),
    [
        (SELF, "internal_appeal", "pre_service", "2026-03-12"),
        (SELF, "internal_appeal", "pre_service_two_levels", "2026-02-25"),
        (SELF, "internal_appeal", "post_service", "2026-04-11"),
        ("medicare_part_d", "redetermination", "pre_service", "2026-02-17"),
        (SELF, "external_review", "standard", "2026-03-27"),
    ],
)
def test_the_plan_has_to_decide_within_the_days_of_the_rule(plan, level, request_, due):
    """An appeal received on 10 February 2026."""
    days = level_of(plan, level).decision(request_).days

    assert date.fromordinal(D("2026-02-10").toordinal() + days) == D(due)


@pytest.mark.parametrize(
    ("day", "holiday", "working"),
    [
        ("2026-07-03", False, False),  # observed only: no roll, but not a day to count on
        ("2026-07-04", True, False),
        ("2026-12-25", True, False),
        ("2027-12-31", False, False),  # New Year's Day 2028 falls on a Saturday
        ("2026-11-27", False, True),  # the Friday after Thanksgiving is an ordinary day
        ("2026-06-19", True, False),
    ],
)
def test_a_day_observed_in_lieu_of_a_holiday_is_no_holiday_but_no_working_day(day, holiday, working):
    """5 U.S.C. 6103(a) names the holidays; the office is closed on the observed days too."""
    assert (is_federal_holiday(D(day)), is_working_day(D(day))) == (holiday, working)
