"""Adherence by the pharmacy's record: on how many days of a period there was a supply at hand."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cache

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import Fills
from pipeline.matching.continuing import group_named
from pipeline.matching.naming import names_of
from pipeline.matching.phrases import find_window
from pipeline.matching.record import Record, cite, once, page_of
from pipeline.matching.requirements import Requirement, Therapy, Window
from pipeline.matching.terms import base_of, belongs, data, find_therapies
from pipeline.matching.verdict import Verdict, met, not_met, unclear

# nearer than this to the share asked for, the days that a pharmacy counts as the first and the last decide
_NEAR = 0.02


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(data("fills")[name], re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One row of a fill record that gave a supply."""

    generic: str
    day: dt.date
    days: int  # of supply
    statement: Statement


def read_fills(text: str) -> Requirement | None:
    """Return "records show the inhaled controller filled for at least 75% of the days in the past 6 months"."""
    if not _pattern("asks").search(text) or re.search(r"\bCPAP|device|visits?|nights?\b", text, re.IGNORECASE):
        return None
    of_days = _pattern("of_days").search(text)
    share = _pattern("share").search(text)
    window = find_window(text)
    if of_days:
        least, days = int(of_days["n"]) / int(of_days["of"]), int(of_days["of"])
        held = Window(days=days, printed=of_days[0])
    elif share and window and not re.search(r"\b(?:less|fewer|below|under|not)\b", text, re.IGNORECASE):
        least = float(share["ratio"]) if share["ratio"] else int(share["percent"]) / 100
        held = window[0]
    else:
        return None
    named = tuple({at.therapy.name: at.therapy for at in find_therapies(text)}.values())
    group = group_named(text)
    if group and re.search(r"\binhale[dr]", text, re.IGNORECASE):
        group = replace(group, parts=tuple(at for at in group.parts if at.name != "leukotriene modifier"))
    therapies = (group,) if group else named
    return Fills(therapies=therapies, share=least, window=held) if 0 < least <= 1 else None


def judge_fills(requirement: Fills, record: Record) -> Verdict:
    """Return the verdict on adherence: what the record states and what its rows come to have to agree."""
    wanted = names_of(requirement.therapies) if requirement.therapies else record.drug or "the drug"
    asked = f"{requirement.share:.0%}"
    wants = f"the fills of {wanted} over the time asked for, with days of supply"
    stated = _stated(requirement, record)
    counted = _counted(requirement, record)
    values = [value for value, _ in stated] + ([counted[0]] if counted else [])
    proof = cite(once([*(at for _, at in stated), *(counted[1] if counted else [])]))
    if not values:
        return unclear("silent_fills", wants=wants, wanted=wanted, asked=asked)
    facts = {"wanted": wanted, "asked": asked, "value": f"{values[0]:.0%}"}
    if all(value >= requirement.share for value in values) and (stated or values[-1] >= requirement.share + _NEAR):
        return met("fills_enough", proof, **facts)
    whole = counted is not None and counted[2]
    if all(value < requirement.share - _NEAR for value in values) and (stated or whole):
        return not_met("fills_too_few", proof, **facts)
    return unclear("fills_unsure", proof, wants=wants, **facts)


def _is(generic: str, therapies: tuple[Therapy, ...], record: Record) -> bool:
    if not therapies:
        return base_of(generic) == record.drug
    return any(belongs(generic, part) for at in therapies for part in (at.parts or (at,)))


def _stated(requirement: Fills, record: Record) -> list[tuple[float, Statement]]:
    """Return the shares that a pharmacy's report states of the treatment, for a period that lies in the window."""
    first = record.first_day(requirement.window)
    found = []
    for statement in record.statements:
        match = _pattern("stated").search(statement.text)
        drugs = [at.therapy.name for at in find_therapies(statement.text) if at.therapy.sort == "drug"]
        if not match or not drugs or not all(_is(at, requirement.therapies, record) for at in drugs):
            continue
        days = [at.day for at in find_dates(statement.text) if at.precision == "day"]
        until = max(days) if days else statement.date
        since = min(days) if len(days) > 1 else None
        if until is None or first is None or not first < until <= record.request_date:
            continue
        if since is None or abs((since - first).days) > 31 or (record.request_date - until).days > 62:
            continue
        value = float(match["ratio"]) if match["ratio"] else float(match["percent"]) / 100
        found.append((value, statement))
    return found


def _counted(requirement: Fills, record: Record) -> tuple[float, list[Statement], bool] | None:
    """Return the share of days covered, the rows that count, and whether the record reaches over the whole window."""
    fills = [at for at in _fills(record) if _is(at.generic, requirement.therapies, record)]
    first = record.first_day(requirement.window)
    fills = sorted({(at.generic, at.day): at for at in fills}.values(), key=lambda at: at.day)
    if first is None or not fills:
        return None
    printed = max((at.statement.date for at in fills if at.statement.date), default=None)
    last = min(record.request_date, max(printed, fills[-1].day)) if printed else record.request_date
    total = (last - first).days
    if total <= 0 or (record.request_date - last).days > 62:
        return None
    covered: set[int] = set()
    free: dict[str, dt.date] = {}
    for fill in fills:
        begins = max(fill.day, free.get(fill.generic, fill.day))  # filled early, it is taken after the supply at hand
        free[fill.generic] = begins + dt.timedelta(days=fill.days)
        covered |= set(range(max(begins, first).toordinal(), min(free[fill.generic], last).toordinal()))
    rows = [at.statement for at in reversed(fills) if at.day + dt.timedelta(days=at.days) >= first]
    known = [at.day for at in _fills(record) if page_of(at.statement.evidence) == page_of(fills[0].statement.evidence)]
    return len(covered) / total, rows, min(known) <= first


def _fills(record: Record) -> list[Fill]:
    """Return the rows of every fill record of the chart that gave a supply."""
    found: list[Fill] = []
    columns: tuple[int, int] | None = None
    page = None
    for statement in record.statements:
        here = page_of(statement.evidence)
        if here != page:
            page, columns = here, None
        if statement.cells and statement.headers:
            found += _of_cells(statement)
        elif held := _header(statement.text):
            columns = held
        elif columns and (fill := _of_row(statement, columns)):
            found.append(fill)
    return found


def _header(text: str) -> tuple[int, int] | None:
    """Return the place of the days' supply among the last numbers of a row and how many numbers there are."""
    if find_dates(text) or not (_pattern("header_fill").search(text) and _pattern("header_days").search(text)):
        return None
    days, quantity = _pattern("header_days").search(text), _pattern("header_quantity").search(text)
    if quantity is None:
        return (0, 1)
    return (1, 2) if days.start() > quantity.start() else (0, 2)


def _of_row(statement: Statement, columns: tuple[int, int]) -> Fill | None:
    text = statement.text
    dates = [at for at in find_dates(text) if at.precision == "day"]
    drugs = [at for at in find_therapies(text, fuzzy=True) if at.therapy.sort == "drug"]
    if len(dates) != 1 or not drugs or dates[0].start > 24 or _pattern("not_given").search(text):
        return None
    place, count = columns
    tail = re.search(rf"((?:\s+\d{{1,3}}(?:\.\d+)?(?:\s*(?:mL|g|EA))?){{{count}}})(?:\s+[A-Za-z][\w.,'-]*)*\s*$", text)
    if tail is None or tail.start() < drugs[0].end:
        return None
    number = float(re.findall(r"\d+(?:\.\d+)?", tail[1])[place])
    return _fill(drugs[0].therapy.name, dates[0].day, number, statement)


def _of_cells(statement: Statement) -> list[Fill]:
    if len(statement.cells) != len(statement.headers) or _pattern("not_given").search(statement.text):
        return []
    at = next((n for n, head in enumerate(statement.headers) if _pattern("header_days").search(head)), None)
    dates = [day for day in find_dates(statement.text) if day.precision == "day"]
    drugs = [held for held in find_therapies(statement.text, fuzzy=True) if held.therapy.sort == "drug"]
    if (
        at is None
        or len(dates) != 1
        or not drugs
        or not re.fullmatch(r"\s*\d{1,3}\s*(?:days?)?\s*", statement.cells[at])
    ):
        return []
    number = float(re.findall(r"\d+", statement.cells[at])[0])
    fill = _fill(drugs[0].therapy.name, dates[0].day, number, statement)
    return [fill] if fill else []


def _fill(generic: str, day: dt.date, days: float, statement: Statement) -> Fill | None:
    if not 1 <= days <= 120:
        return None
    return Fill(generic=generic, day=day, days=int(days), statement=statement)
