"""The last day of one clock, and the day to work to."""

from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.deadlines.calendar import add_months, next_business_day, on_or_before
from pipeline.deadlines.rules import Level, TimeToFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What the rule gives."""

    last_day: date  # what the rule says, rolled forward where the rule does so
    file_by: date  # last working day on or before the unrolled day: the one to work to
    counted_from: date  # day 0
    presumed: bool  # day 0 stands in for a receipt date that nobody gave


def compute_deadline(
    level: Level, event: date, received: date | None = None, effective: date | None = None
) -> Computed:
    """Count one clock.

    `event`: the date of the notice (or of the decision appealed from). `received`: when it
    arrived, where that is proven. `effective`: when the cut takes effect, for the clocks
    that look at it.
    """
    presumed_receipt = event + timedelta(days=level.presumed_receipt_days)
    if level.start != "receipt":
        day_zero, presumed = event, False
    elif received is None:
        day_zero, presumed = presumed_receipt, True
    else:
        day_zero, presumed = received, False

    last, unrolled = _count(level.file, day_zero)
    if level.file.or_later == "effective_date" and effective is not None:
        last = unrolled = max(last, effective)
    if level.roll == "next_business_day":
        last = next_business_day(last)
    if level.presumed_receipt_days and not presumed:
        # Proven receipt may lie before or after the presumed one; the earlier end is safe either way.
        unrolled = min(unrolled, _count(level.file, presumed_receipt)[1])
    return Computed(last_day=last, file_by=on_or_before(unrolled), counted_from=day_zero, presumed=presumed)


def _count(time: TimeToFile, day_zero: date) -> tuple[date, date]:
    """Return the day the rule gives and the day to step back from, which a missing day makes earlier."""
    if time.unit == "day":
        last = day_zero + timedelta(days=time.n)
        return last, last
    assert time.missing_day is not None
    return (
        add_months(day_zero, time.n, time.missing_day),
        add_months(day_zero, time.n, "last_of_month"),
    )
