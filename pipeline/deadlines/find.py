"""The deadlines of a case: the first appeal, and the shorter clocks that run beside it."""

from datetime import date
from typing import Any

from pipeline.case import DeadlineOut
from pipeline.deadlines.calendar import in_words, month_day_year, on_or_before
from pipeline.deadlines.compute import Computed, compute_deadline
from pipeline.deadlines.rules import Level, load_rules, open_level
from pipeline.deadlines.stated import Stated, date_of, stage_of, stated_deadline, stated_window, value_of

# Clocks that run beside the first appeal, and when they are worth a line of their own.
_BESIDE = {
    "medicaid_managed_care": ("keep_benefits", False),
    "tricare": ("expedited", True),  # only where the request was handled as urgent
}


_WINDOWS = {"fair_hearing": "fair_hearing"}  # step of the rules -> kind of window; the others are outside reviews


def find_deadlines(denial: Any, today: date, received: date | None = None) -> list[DeadlineOut]:
    """Return the deadlines that can be counted, that of the step the letter leaves open first.

    `denial`: a `Denial` or a `DenialOut`. `received`: when the letter arrived, if proven.
    Empty: the letter states no date to count from and none to file by.
    """
    plan = str(value_of(denial, "plan_type") or "unknown")
    notice = date_of(denial, "denial_date")
    stage, next_step = stage_of(denial)
    level = open_level(plan, stage, next_step)
    final = stage == "final_internal_adverse_determination"
    stated = stated_window(denial, _WINDOWS.get(level.id, "external_review")) if final else stated_deadline(denial)
    found = _next_step(level, notice, stated, received, today)
    deadlines = [found] if found else []
    level_id, urgent_only = _BESIDE.get(plan, (None, False)) if not final else (None, False)
    if level_id and notice and (value_of(denial, "urgent") or not urgent_only):
        level = next(level for level in load_rules().plans[plan] if level.id == level_id)
        deadlines.append(_beside(level, notice, received, today))
    return deadlines


def _next_step(
    level: Level, notice: date | None, stated: Stated | None, received: date | None, today: date
) -> DeadlineOut | None:
    letter_day = stated.day(notice, received, level) if stated else None
    computed = compute_deadline(level, notice, received) if notice else None
    if level.file.protective and letter_day:
        computed = None  # a guess at the shortest window has no say beside a date the payer stated
    if computed is None and letter_day is None:
        return None

    law_day = computed.last_day if computed else None
    from_letter = letter_day is not None and (law_day is None or letter_day <= law_day)
    last = letter_day if from_letter else law_day
    assert last is not None
    file_by = on_or_before(last)
    if computed:
        file_by = min(file_by, computed.file_by)

    sentences = [_letter_says(stated, letter_day, computed), _law_says(level, computed)]
    if letter_day and law_day and letter_day != law_day:
        sentences.append(_difference(letter_day, law_day, level))
    later = max(day for day in (letter_day, law_day) if day)
    sentences += [_counting(computed, stated, notice), _what_to_do(level, last, later, file_by, today)]
    if notice and notice > today:
        sentences.append(
            f"The letter is dated {month_day_year(notice)}, after today: "
            "check the date on the letter before relying on this."
        )
    return DeadlineOut(
        what=level.name,
        last_day=last.isoformat(),
        basis="the time stated in the letter" if computed is None and from_letter else level.basis,
        explanation=" ".join(filter(None, sentences)),
        file_by=file_by.isoformat(),
        from_letter=from_letter,
        letter_day=letter_day.isoformat() if letter_day else None,
        law_day=law_day.isoformat() if law_day and not level.file.protective else None,
    )


def _letter_says(stated: Stated | None, letter_day: date | None, computed: Computed | None) -> str:
    if stated is None:
        return "The letter does not state a time to appeal that could be read."
    if letter_day is None:
        return f"The letter gives {stated.in_words()}, but the date it counts from could not be read."
    if stated.date:
        return f"The letter says to appeal by {in_words(letter_day)}."
    return f"The letter gives {stated.in_words()}, which ends on {in_words(letter_day)}."


def _law_says(level: Level, computed: Computed | None) -> str:
    if computed is None:
        if level.file.protective:
            return f"{level.protective_because}, so the letter's own time is used."
        return f"The law sets a time too ({level.basis}), but the date it counts from could not be read."
    if level.file.protective:
        return (
            f"{level.protective_because}: {level.file.n} days from the date of the letter, "
            f"{in_words(computed.last_day)}, is the shortest ordinary time and is used to be safe."
        )
    at_least = "at least " if level.file.at_least else ""
    unit = f"{level.file.unit}{'' if level.file.n == 1 else 's'}"
    start = {"receipt": "receipt of the notice", "notice_date": "the date of the notice"}.get(
        level.start, "the date of the decision"
    )
    ends = f"{in_words(computed.last_day)}"
    return f"The law gives {at_least}{level.file.n} {unit} from {start} ({level.basis}), which ends on {ends}."


def _difference(letter_day: date, law_day: date, level: Level) -> str:
    if letter_day < law_day:
        return f"THE TWO DIFFER: the letter gives less time than {level.basis}. Work to the earlier day, the letter's."
    return "THE TWO DIFFER: the letter gives more time than the rule requires. Work to the earlier day all the same."


def _counting(computed: Computed | None, stated: Stated | None, notice: date | None) -> str:
    if computed is None:
        from_receipt = stated is not None and stated.date is None and stated.anchor == "receipt"
        if from_receipt and notice:
            counted = f"the days are counted from the date of the letter, {month_day_year(notice)}"
            return f"No date of receipt is known, so {counted}."
        return ""
    if not computed.presumed:
        return ""
    assert notice is not None
    if computed.counted_from == notice:
        return (
            f"No date of receipt is known, so the days are counted from the date of the letter, "
            f"{month_day_year(notice)}, which never gives a day that is too late."
        )
    return (
        f"No date of receipt is known; the rule presumes it {(computed.counted_from - notice).days} days after "
        f"the date of the letter, on {month_day_year(computed.counted_from)}."
    )


def _what_to_do(level: Level, last: date, later: date, file_by: date, today: date) -> str:
    happen = "postmarked" if level.filed == "postmarked" else "received by the plan"
    if last < today <= later:
        return f"The earlier day has passed, the later, {in_words(later)}, has not: file at once and name it."
    if last < today:
        late = level.late or "Ask the plan whether it accepts late appeals and give the reason for the delay."
        return f"That day has passed. {late}"
    if file_by < today:
        return f"The appeal must be {happen} by then: file today, by fax or portal, and keep the receipt."
    if file_by == last:
        return f"The appeal must be {happen} on that day at the latest: keep the receipt."
    return (
        f"The appeal must be {happen} by then: file by {in_words(file_by)}, the last working day before, "
        "and keep the receipt."
    )


def _beside(level: Level, notice: date, received: date | None, today: date) -> DeadlineOut:
    computed = compute_deadline(level, notice, received)
    sentences = [
        _law_says(level, computed),
        level.only_if,
        _counting(computed, None, notice),
        "That day has passed." if computed.last_day < today else None,
    ]
    return DeadlineOut(
        what=level.name,
        last_day=computed.last_day.isoformat(),
        basis=level.basis,
        explanation=" ".join(filter(None, sentences)),
        file_by=computed.file_by.isoformat(),
    )
