"""Federal holidays as the maintained calendar has them, day by day."""

from datetime import date, timedelta

import holidays

from pipeline.deadlines.calendar import is_federal_holiday, is_working_day

FIRST, LAST = 1990, 2060


def test_holidays_and_the_days_they_are_observed_on_are_those_of_the_statute():
    """A deadline that counts a holiday as a working day is missed by a day."""
    statutory = holidays.country_holidays("US", years=range(FIRST, LAST + 2), observed=False)
    observed = holidays.country_holidays("US", years=range(FIRST, LAST + 2), observed=True)
    days = [date(FIRST, 1, 1) + timedelta(days=n) for n in range((date(LAST, 12, 31) - date(FIRST, 1, 1)).days + 1)]

    assert [day for day in days if is_federal_holiday(day) != (day in statutory)] == []
    assert [day for day in days if is_working_day(day) != (day.weekday() < 5 and day not in observed)] == []
