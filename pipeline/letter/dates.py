"""Dates as a letter prints them."""

from datetime import date

from pipeline.deadlines.calendar import month_day_year


def day_in_words(day: str | date) -> str:
    """ "2026-08-19" -> "August 19, 2026"; "2026-08" and "2026" stay as coarse as they are."""
    if isinstance(day, date):
        return month_day_year(day)
    try:
        return month_day_year(date.fromisoformat(day))
    except ValueError:
        return day
