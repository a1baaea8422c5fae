"""The clocks of each plan type, as data: `rules.yaml` beside this module, validated when first used.

Only rows checked against an official text (A) or a stated reading of the eCFR (B) are
accepted, so nothing weaker can reach a letter.
"""

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from extractors.vocabulary.load import read_yaml

Check = Literal["A", "B", "conservative"]
Request = Literal[
    "urgent",
    "standard",
    "pre_service",
    "pre_service_two_levels",
    "post_service",
    "post_service_two_levels",
    "part_b_drug",
]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeToFile(_Row):
    """How long there is to file, counted from the event (day 0)."""

    n: int = Field(gt=0)
    unit: Literal["day", "month"]
    at_least: bool = False  # a minimum: a plan or a state may give more
    protective: bool = False  # no rule is known; the shortest ordinary window
    missing_day: Literal["first_of_next_month", "last_of_month"] | None = None
    or_later: Literal["effective_date"] | None = None

    @model_validator(mode="after")
    def _months_say_what_a_missing_day_is(self) -> "TimeToFile":
        if self.unit == "month" and self.missing_day is None:
            raise ValueError("a time in months needs missing_day")
        return self


class Decision(_Row):
    """How long the plan may take to decide one kind of request."""

    request: Request
    days: int | None = None
    hours: int | None = None
    says: str  # "within 30 days of receiving it"
    cite: str
    check: Check

    @model_validator(mode="after")
    def _days_or_hours(self) -> "Decision":
        if (self.days is None) == (self.hours is None):
            raise ValueError("a decision clock has days or hours, one of them")
        return self


class Level(_Row):
    """One step of appeal of one plan type."""

    id: str
    name: str  # as a letter prints it
    file: TimeToFile
    start: Literal["receipt", "notice_date", "decision_date"] = Field(alias="from")
    presumed_receipt_days: int = 0  # after the notice date, unless evidence shows otherwise
    roll: Literal["none", "next_business_day"]
    filed: Literal["received", "postmarked"]
    basis: str
    check: Check
    only_if: str | None = None  # the condition under which this clock runs at all
    late: str | None = None  # what a late filing needs
    protective_because: str | None = None  # a clause: why no rule gives the time
    decide: tuple[Decision, ...] = ()

    @model_validator(mode="after")
    def _a_protective_time_says_why(self) -> "Level":
        if self.file.protective != bool(self.protective_because):
            raise ValueError("protective_because stands with a protective time, and only there")
        return self

    def decision(self, request: str) -> Decision | None:
        """Return the clock of one kind of request, None where the table has none."""
        return next((row for row in self.decide if row.request == request), None)


class Rules(_Row):
    law_as_of: str
    plans: dict[str, tuple[Level, ...]]


@cache
def load_rules() -> Rules:
    """Return the table; pydantic's ValidationError if the file breaks its own shape."""
    return Rules.model_validate(read_yaml("rules.yaml", "pipeline.deadlines"))


def first_level(plan_type: str | None) -> Level:
    """Return the step that answers a first denial; an unlisted plan type reads as `unknown`."""
    plans = load_rules().plans
    return plans.get(plan_type or "unknown", plans["unknown"])[0]


# After the plan's last word: the rows that answer it, by the step that the letter names.
_OUTSIDE = {
    "external_review": ("external_review", "opm_review", "ire", "second_reconsideration"),
    "fair_hearing": ("fair_hearing",),
}


def open_level(plan_type: str | None, stage: str | None, next_step: str | None) -> Level:
    """Return the step that answers the letter; `stage` and `next_step` are those of its `level`."""
    if stage == "appeal_decision":
        return level_of("unknown", "second_level")
    if stage != "final_internal_adverse_determination":
        return first_level(plan_type)
    rows = {row.id: row for row in load_rules().plans.get(plan_type or "unknown", ())}
    steps = sorted(_OUTSIDE, key=lambda step: step != next_step)
    ids = [level_id for step in steps for level_id in _OUTSIDE[step]]
    return next((rows[level_id] for level_id in ids if level_id in rows), level_of("unknown", "external_review"))


def level_of(plan_type: str, level_id: str) -> Level:
    """Return one step by name; KeyError if the plan type has none of that name."""
    for level in load_rules().plans[plan_type]:
        if level.id == level_id:
            return level
    raise KeyError(level_id)
