"""Blood pressure that stays above a bound on so many drugs, or is kept below one."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.phrases import find_window, number_of
from pipeline.matching.record import Record, cite, not_yet
from pipeline.matching.requirements import Pressure, Requirement
from pipeline.matching.terms import data, wording, words_of
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_BOUND = wording("pressure.bound")
_DRUGS = wording("pressure.drugs")
_READING = lore.regex(r"(?<![\d/.-])(?P<s>\d{2,3})\s?/\s?(?P<d>\d{2,3})(?![\d/]|\s*(?:mg|mcg|%))")
_GOAL = lore.regex(
    r"\b(?:target|goal(?: is| of|:| BP| <| below| under)|below|under|less than|if|until|should)\s*<?\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One blood pressure of the chart, mmHg."""

    systolic: int
    diastolic: int
    statement: Statement


@cache
def _pattern(part: str) -> re.Pattern[str]:
    return lore.regex("|".join(data("pressure")[part]), re.IGNORECASE)


def read_pressure(text: str) -> Requirement | None:
    """Return "hypertension that stays above 140/90 mmHg on three or more antihypertensive drugs"."""
    bound = _BOUND.search(text)
    if not bound or not _pattern("about").search(text):
        return None
    above = bool(bound["above"])
    drugs = _DRUGS.search(text)
    window = find_window(text)
    rest = text
    for start, end in sorted(
        [bound.span(), *([drugs.span()] if drugs else []), *([window[1]] if window else [])], reverse=True
    ):
        rest = f"{rest[:start]} {rest[end:]}"
    held = {
        *data("pressure")["plain"],
        *(word for name in ("people", "verbs", "things") for word in data("plain_words")[name]),
    }
    further = [
        at for at in re.findall(r"[a-z][a-z-]{3,}", rest.lower()) if at not in held and at.removesuffix("s") not in held
    ]
    return Pressure(
        systolic=int(bound["s"]),
        diastolic=int(bound["d"]),
        above=above,
        reached=bool(bound["equal"] or bound["least"] or bound["most"] or "at or" in bound[0].lower()),
        drugs=int(number_of(drugs["n"]) or 0) or None if drugs else None,
        lasting=bool(_pattern("stays").search(text)),
        window=window[0] if window else None,
        besides=" ".join(further) or None,
    )


def find_readings(record: Record) -> list[Reading]:
    """Return the blood pressures that sentences and rows state, goals left out."""
    found = []
    for statement in record.saying(_pattern("about")):
        if not_yet(statement.text):
            continue
        for match in _READING.finditer(statement.text):
            systolic, diastolic = int(match["s"]), int(match["d"])
            if (
                60 <= systolic <= 280
                and 30 <= diastolic <= 180
                and systolic > diastolic
                and not _GOAL.search(statement.text[: match.start()])
            ):
                found.append(Reading(systolic=systolic, diastolic=diastolic, statement=statement))
    return found


def judge_pressure(requirement: Pressure, record: Record) -> Verdict:
    """Return the verdict on blood pressure: the newest dated reading decides, for "stays above" the newest two days.

    A pressure that keeps the bound meets a leaf with a number of drugs only where the chart gives that number.
    """
    readings = [
        at for at in find_readings(record) if at.statement.date and record.holds(at.statement, requirement.window)
    ]
    readings.sort(key=lambda at: at.statement.date or dt.date.min, reverse=True)
    wanted = _shown(requirement)
    if not readings:
        return unclear("silent_value", wants=wanted, wanted=wanted)
    days = sorted({at.statement.date for at in readings if at.statement.date}, reverse=True)
    newest = [at for at in readings if at.statement.date == days[0]]
    facts = {
        "name": "Blood pressure",
        "value": f"{newest[0].systolic}/{newest[0].diastolic}",
        "date": f"on {days[0]:%B} {days[0].day}, {days[0].year}",
        "wanted": wanted,
    }
    proof = cite([at.statement for at in newest])
    sides = {_keeps(at, requirement) for at in newest}
    if sides == {False}:
        return not_met("value_wrong_side", proof, **facts)
    said = any(_pattern("stays").search(at.statement.text) for at in newest)
    before = [at for at in readings if len(days) > 1 and at.statement.date == days[1]]
    lasting = not requirement.lasting or said or (bool(before) and all(_keeps(at, requirement) for at in before))
    drugs = _on_drugs(record, days[0]) if requirement.drugs else None
    enough = not requirement.drugs or (drugs is not None and drugs[0] >= requirement.drugs)
    if sides == {True} and lasting and enough:
        more = [drugs[1]] if drugs else []
        return met(
            "value_right", cite([*(at.statement for at in newest), *more, *(at.statement for at in before)]), **facts
        )
    return unclear("value_unsure", proof, wants=wanted, **facts)


def _keeps(reading: Reading, requirement: Pressure) -> bool:
    """Above either number is above; below takes both."""
    over = (
        (reading.systolic >= requirement.systolic or reading.diastolic >= requirement.diastolic)
        if requirement.reached == requirement.above
        else (reading.systolic > requirement.systolic or reading.diastolic > requirement.diastolic)
    )
    return over if requirement.above else not over


def _on_drugs(record: Record, day: dt.date) -> tuple[int, Statement] | None:
    """Return how many drugs for blood pressure a sentence of that day gives, and the sentence."""
    names = words_of(*data("pressure")["drugs"])
    told = []
    for statement in record.saying(_pattern("about")):
        if (
            statement.date != day
            or not_yet(statement.text)
            or re.search(r"\b(?:stopp|off|discontinu|instead of|allerg)", statement.text, re.I)
        ):
            continue
        counted = _DRUGS.search(statement.text)
        if counted and (number := number_of(counted["n"])):
            told.append((int(number), statement))
        else:
            told.append((len({at[0].lower() for at in names.finditer(statement.text)}), statement))
    return max(told, key=lambda at: at[0], default=None)


def _shown(requirement: Pressure) -> str:
    side = (
        ("at least " if requirement.reached else "above ")
        if requirement.above
        else ("at most " if requirement.reached else "below ")
    )
    drugs = f" on {requirement.drugs} or more drugs" if requirement.drugs else ""
    return f"blood pressure {side}{requirement.systolic}/{requirement.diastolic} mmHg{drugs}"
