"""Federal holidays, working days, and months that lack a day."""

import calendar
from datetime import date, timedelta
from functools import cache
from typing import Literal

MissingDay = Literal["first_of_next_month", "last_of_month"]


@cache
def _holidays(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return the holidays of 5 U.S.C. 6103(a) of a year, and those with the days they are observed on."""
    import holidays  # 0.15 s to load, so only where a date is counted

    # New Year's Day on a Saturday is observed on 31 December of the year before.
    statutory = holidays.country_holidays("US", years=[year], observed=False)
    observed = holidays.country_holidays("US", years=[year, year + 1], observed=True)
    return frozenset(statutory), frozenset(day for day in observed if day.year == year)


def is_federal_holiday(day: date) -> bool:
    """True on the day the statute names (5 U.S.C. 6103(a)), not on the Monday or Friday instead of it."""
    return day in _holidays(day.year)[0]


def is_working_day(day: date) -> bool:
    """Monday to Friday, and neither a federal holiday nor the day one is observed on."""
    return day.weekday() < 5 and day not in _holidays(day.year)[1]


def on_or_before(day: date) -> date:
    """Return the last working day on or before this one."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def next_business_day(day: date) -> date:
    """Return this day, or the next that is no Saturday, Sunday or holiday of 5 U.S.C. 6103(a)."""
    while day.weekday() >= 5 or is_federal_holiday(day):
        day += timedelta(days=1)
    return day


def add_months(day: date, months: int, missing_day: MissingDay) -> date:
    """Return the same day number so many months on, or what the rule puts where that day does not exist.

    45 CFR 147.136(d)(2)(i): received 30 October, there is no 30 February, so 1 March.
    """
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    last = calendar.monthrange(year, month)[1]
    if day.day <= last:
        return date(year, month, day.day)
    if missing_day == "last_of_month":
        return date(year, month, last)
    return date(year, month, last) + timedelta(days=1)


def in_words(day: date) -> str:
    """ "Friday, July 31, 2026": the same on every machine, whatever its locale."""
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{weekdays[day.weekday()]}, {month_day_year(day)}"


def month_day_year(day: date) -> str:
    """ "July 31, 2026"."""
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{months[day.month - 1]} {day.day}, {day.year}"
