"""The fields of a denial that a clock needs, from the extractor's type or from the published one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractors.evidence import asserted
from pipeline.deadlines.calendar import add_months, month_day_year
from pipeline.deadlines.rules import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The time to file as the letter states it: exactly one of days, months, date."""

    days: int | None = None
    months: int | None = None
    date: dt.date | None = None
    anchor: str | None = None  # as in `extractors.denial.fields.StatedDeadline`

    def day(self, notice: dt.date | None, received: dt.date | None, level: Level) -> dt.date | None:
        """Return the day the letter's words come to; None if they count from a notice date that is missing."""
        if self.date is not None:
            return self.date
        if notice is None:
            return None
        start = notice
        if self.anchor == "receipt":
            start = received or notice + dt.timedelta(days=level.presumed_receipt_days)
        if self.days is not None:
            return start + dt.timedelta(days=self.days)
        assert self.months is not None
        return add_months(start, self.months, "last_of_month")

    def in_words(self) -> str:
        """ "180 days from the day you receive it", as a clause after "The letter gives"."""
        if self.date is not None:
            return f"time until {month_day_year(self.date)}"
        n, unit = (self.days, "day") if self.days is not None else (self.months, "month")
        start = {
            "receipt": " from receipt of the letter",
            "notice": " from the date of the letter",
            "mailing": " from the day it was mailed",
            "decision": " from the decision",
        }.get(self.anchor or "", "")
        return f"{n} {unit}{'' if n == 1 else 's'}{start}"


def value_of(denial: Any, field: str) -> Any:
    """Return the bare value of a field of `Denial` or `DenialOut`, None where the letter is silent or in doubt."""
    return asserted(getattr(denial, field, None))


def date_of(denial: Any, field: str) -> dt.date | None:
    """Return a date field, which the published type holds as an ISO string."""
    value = value_of(denial, field)
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def stage_of(denial: Any) -> tuple[str | None, str | None]:
    """Return the stage of the letter and the step it leaves open, both None where it does not say."""
    value = value_of(denial, "level")
    return getattr(value, "stage", None), getattr(value, "next_step", None)


def stated_deadline(denial: Any) -> Stated | None:
    """Return the letter's own time for the internal appeal; None if it states none that can be counted."""
    value = value_of(denial, "internal_appeal_deadline")
    return None if value is None else _stated(_told(value))


def stated_window(denial: Any, kind: str) -> Stated | None:
    """Return the letter's own time for another step, the first it states."""
    for value in value_of(denial, "other_deadlines") or ():
        told = _told(value)
        if told.get("kind") == kind and (stated := _stated(told)):
            return stated
    return None


def _told(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    # `StatedDeadline`, `StatedWindow` or `WindowOut`
    return {name: getattr(value, name, None) for name in ("kind", "days", "months", "date", "anchor")}


def _stated(told: Mapping[str, Any]) -> Stated | None:
    day = told.get("date")
    stated = Stated(
        days=told.get("days"),
        months=told.get("months"),
        date=dt.date.fromisoformat(day) if isinstance(day, str) else day,
        anchor=told.get("anchor"),
    )
    return stated if any((stated.days, stated.months, stated.date)) else None
