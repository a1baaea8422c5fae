"""Dates as a letter prints them."""

from datetime import date

from pipeline.deadlines.calendar import month_day_year


def day_in_words(day: str | date) -> str:
    """ "2026-08-19" -> "August 19, 2026"; "2026-08" -> "August 2026"; "2026" stays."""
    if isinstance(day, date):
        return month_day_year(day)
    if len(day) == 7:
        month, _, rest = month_day_year(date.fromisoformat(f"{day}-01")).partition(" ")
        return f"{month} {rest.rpartition(' ')[2]}"
    return month_day_year(date.fromisoformat(day)) if len(day) == 10 else day
