"""Federal holidays, working days, and months that lack a day."""

import calendar
from datetime import date, timedelta
from functools import cache
from typing import Literal

MissingDay = Literal["first_of_next_month", "last_of_month"]

# 5 U.S.C. 6103(a) as it stands since 2021. A test holds it to the package `holidays`, which loads the calendars of all
# countries for them: 0.13 s.
_ON_A_DAY = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))  # month, day
_ON_A_WEEKDAY = (  # month, weekday, which of the month
    (1, calendar.MONDAY, 3),
    (2, calendar.MONDAY, 3),
    (5, calendar.MONDAY, -1),
    (9, calendar.MONDAY, 1),
    (10, calendar.MONDAY, 2),
    (11, calendar.THURSDAY, 4),
)
_JUNETEENTH, _FIRST_JUNETEENTH = (6, 19), 2021
# 5 U.S.C. 6103(b) and Executive Order 11582: a Saturday's is observed on Friday, a Sunday's on Monday
_INSTEAD = {calendar.SATURDAY: -1, calendar.SUNDAY: 1}


@cache
def _statutory(year: int) -> frozenset[date]:
    """Return the holidays of 5 U.S.C. 6103(a) of a year."""
    days = [on for on in _ON_A_DAY if on != _JUNETEENTH or year >= _FIRST_JUNETEENTH]
    return frozenset(
        [date(year, month, day) for month, day in days]
        + [_weekday_of(year, month, weekday, which) for month, weekday, which in _ON_A_WEEKDAY]
    )


def _weekday_of(year: int, month: int, weekday: int, which: int) -> date:
    """Return the first, second ... of a weekday in a month; -1 is the last."""
    weeks = calendar.monthcalendar(year, month)
    days = [week[weekday] for week in weeks if week[weekday]]
    return date(year, month, days[which - 1 if which > 0 else which])


@cache
def _observed(year: int) -> frozenset[date]:
    """Return the holidays of a year and the days they are observed on."""
    # New Year's Day on a Saturday is observed on 31 December of the year before.
    days = [*_statutory(year), *_statutory(year + 1)]
    moved = [day + timedelta(days=_INSTEAD.get(day.weekday(), 0)) for day in days]
    return frozenset(day for day in (*days, *moved) if day.year == year)


def is_federal_holiday(day: date) -> bool:
    """True on the day the statute names (5 U.S.C. 6103(a)), not on the Monday or Friday instead of it."""
    return day in _statutory(day.year)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and neither a federal holiday nor the day one is observed on."""
    return day.weekday() < 5 and day not in _observed(day.year)


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
