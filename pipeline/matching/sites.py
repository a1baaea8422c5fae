"""Bone density by site: which T-score belongs to which part of the skeleton."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from extractors.dates import find_dates
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import Measurement
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_T_SCORE = lore.regex(r"\bT-?\s?scores?\b", re.IGNORECASE)
_NUMBER = lore.regex(r"(?<![\w.])[-+−–]?\d{1,2}\.\d{1,3}(?![\d/])")
# "spine T -1.9", "total hip T=-2.4": the score by its letter alone
_T_BARE = lore.regex(r"(?<![\w-])T\s*(?:is|was|of|[=:])?\s*[-−–+]?\d\.\d(?![\d%])")
_COLUMN = lore.regex(r"\b(?:BMD|BMC|area|T-?\s?score|Z-?\s?score|YA|AM|change)\b", re.IGNORECASE)
_DENSITY = ("lumbar_spine", "femoral_neck", "total_hip", "forearm")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteValue:
    """The T-score of one part of the skeleton."""

    site: str  # key of sites.yaml
    value: float
    statement: Statement


@cache
def _pattern(site: str) -> re.Pattern[str]:
    return lore.regex(r"(?<![\w])(?:" + "|".join(data("sites")[site]) + r")(?!\w)", re.IGNORECASE)


def sites_in(text: str, among: tuple[str, ...] = _DENSITY) -> list[tuple[str, int, int]]:
    """Return (key of sites.yaml, start, end) of the places named, the longest name where two overlap."""
    found = [(site, at.start(), at.end()) for site in among for at in _pattern(site).finditer(text)]
    kept: list[tuple[str, int, int]] = []
    for site, start, end in sorted(found, key=lambda at: at[1] - at[2]):
        if all(end <= a or b <= start for _, a, b in kept):
            kept.append((site, start, end))
    return sorted(kept, key=lambda at: at[1])


def find_site_values(statements: tuple[Statement, ...]) -> list[SiteValue]:
    """Return the T-scores that sentences and rows of a table give by site."""
    found: list[SiteValue] = []
    columns: list[str] = []
    page = None
    for statement in statements:
        here = (statement.evidence.document, statement.evidence.page)
        if here != page:
            page, columns = here, []
        text = statement.text
        headed = statement.headers and any(_T_SCORE.search(at) for at in statement.headers)
        if statement.cells and headed:
            found += _of_cells(statement)
        elif _T_SCORE.search(text) and not _NUMBER.search(text):
            columns = [at.lower() for at in _COLUMN.findall(text)]
        elif _T_SCORE.search(text) or (_T_BARE.search(text) and sites_in(text)):
            found += _of_sentence(statement)
        elif columns:
            found += _of_row(statement, columns)
    return found


def _of_cells(statement: Statement) -> list[SiteValue]:
    at = next(place for place, head in enumerate(statement.headers) if _T_SCORE.search(head))
    label = sites_in(" ".join(statement.cells[:1]))
    if len(statement.cells) != len(statement.headers) or not label:
        return []
    number = _NUMBER.search(statement.cells[at])
    return [SiteValue(site=label[0][0], value=_number(number[0]), statement=statement)] if number else []


def _of_row(statement: Statement, columns: list[str]) -> list[SiteValue]:
    """Return the T-score of a row "Femoral neck, left 0.549 -2.7 -1.1" under the columns that the page prints."""
    text = statement.text
    label = sites_in(text)
    lead = re.sub(r"^\W*(?:left|right|L|R|lt|rt|bilateral)\b\.?", "", text[: label[0][1]], flags=re.I) if label else ""
    if not label or len(lead.strip()) > 3 or "-score" not in " ".join(columns).replace("t score", "t-score"):
        return []
    numbers = list(_NUMBER.finditer(text, label[-1][2]))
    place = next((at for at, name in enumerate(columns) if name.startswith("t")), None)
    if place is None or len(numbers) < len(columns) or not re.search(r"\.\d$", numbers[place][0]):
        return []  # a column that was not read stands before it
    return [SiteValue(site=label[0][0], value=_number(numbers[place][0]), statement=statement)]


def _of_sentence(statement: Statement) -> list[SiteValue]:
    """Return "T-scores of -2.9 at the spine, -2.7 at the femoral neck" and "lumbar spine T-score -3.1"."""
    text = statement.text
    places = sites_in(text)
    made = []
    for number in _NUMBER.finditer(text):
        value = _number(number[0])
        if not -9 < value < 6 or re.match(r"\s*(?:%|g\b|mg|cm)", text[number.end() :]):
            continue
        after = [
            at
            for at in places
            if re.fullmatch(r"\s*\)?\s*(?:at|in|of|for)\s+(?:the\s+)?(?:left |right )?", text[number.end() : at[1]])
        ]
        before = [at for at in places if at[2] <= number.start() and not _NUMBER.search(text[at[2] : number.start()])]
        near = after or [at for at in before if _joins(text[at[2] : number.start()])][-1:]
        if near:
            made.append(SiteValue(site=near[0][0], value=value, statement=statement))
        elif value < 0:
            return []  # "-2.8 at the spine in 2019, -1.9 now": which is the newer one, a person has to read
    return made


def _joins(between: str) -> bool:
    """Whether nothing but "T-score", a side or a date stands between a site and its number."""
    plain = re.sub(
        r"T-?\s?scores?|(?<![\w-])T(?=\s*[=:]?\s*$)|\b(?:left|right|is|was|of|had|an?|the|at|L[1-5]\s*-\s*L?[1-5])\b|[\d/]{8,10}",
        " ",
        between,
        flags=re.I,
    )
    return not re.search(r"[A-Za-z]", plain)


def _number(printed: str) -> float:
    return float(printed.replace("−", "-").replace("–", "-"))


def judge_sites(requirement: Measurement, record: Record) -> Verdict:
    """Return the verdict on a T-score at one of several sites.

    One site that reaches the bound is enough; against it speaks only a chart that gives every site asked for.
    """
    values = [at for at in find_site_values(record.statements) if at.site in requirement.sites]
    values = [at for at in values if record.holds(at.statement, requirement.window)]
    below = requirement.comparator in ("<=", "<")
    if not values or not isinstance(requirement.value, float):
        wanted = f"T-score at {' or '.join(at.replace('_', ' ') for at in requirement.sites)}"
        return unclear("silent_value", wants=f"the {wanted}", wanted=wanted)
    bound = requirement.value
    latest = {site: _latest([at for at in values if at.site == site]) for site in {at.site for at in values}}
    sides = {site: {_keeps(at.value, bound, requirement.comparator) for at in held} for site, held in latest.items()}
    wanted = f"T-score {'at most' if below else 'at least'} {bound:g}"
    reached = [at for site, held in latest.items() if sides[site] == {True} for at in held]
    everything = sorted((at for held in latest.values() for at in held), key=lambda at: at.value)
    if reached:
        best = min(reached, key=lambda at: at.value)
        proof = newest_first([at.statement for at in sorted(reached, key=lambda at: not at.statement.cells)])
        return met("value_right", cite(proof), **_facts(best, wanted))
    proof = newest_first([at.statement for at in everything])
    if set(latest) >= set(requirement.sites) and all(held == {False} for held in sides.values()):
        return not_met("value_wrong_side", cite(proof), **_facts(everything[0], wanted))
    return unclear(
        "value_unsure", cite(proof), wants=f"the {wanted} at each site asked for", **_facts(everything[0], wanted)
    )


def _latest(values: list[SiteValue]) -> list[SiteValue]:
    days = [_day(at.statement) for at in values]
    newest = max((day for day in days if day), default=None)
    return [at for at, day in zip(values, days, strict=True) if day == newest]


_YEAR = lore.regex(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-])")


def _day(statement: Statement) -> dt.date | None:
    """Return the day of the measurement: the date or the year that the sentence prints, else the page's."""
    days = {at.day for at in find_dates(statement.text)}
    years = {int(at[0]) for at in _YEAR.finditer(statement.text)}
    if len(days) == 1:
        return days.pop()
    return dt.date(years.pop(), 1, 1) if not days and len(years) == 1 else statement.date


def _keeps(value: float, bound: float, comparator: str | None) -> bool | None:
    return {"<=": value <= bound, "<": value < bound, ">=": value >= bound, ">": value > bound}.get(comparator or "")


def _facts(value: SiteValue, wanted: str) -> dict[str, str]:
    day = value.statement.date
    words = f"on {day:%B} {day.day}, {day.year}" if day else "without a date"
    place = value.site.replace("_", " ")
    return {"name": f"T-score ({place})", "value": f"{value.value:g}", "date": words, "wanted": wanted}
