"""How long and how often a device is used: "at least 4 hours per night on 70% of nights in 30 consecutive days"."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cache

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import DeviceUse
from pipeline.matching.phrases import find_window, number_of
from pipeline.matching.record import Record, cite, not_yet, once, page_of
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_PLAIN = frozenset(data("plain_words")["device_use"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(data("device_use")[name], re.IGNORECASE)


@cache
def _devices() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, lore.regex(at, re.IGNORECASE)) for key, at in data("device_use")["devices"].items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a download says: on which share of how many days the device was used for so many hours."""

    share: float
    days: int | None  # of the period; None: not told
    end: dt.date | None  # of the period
    statement: Statement


def read_device_use(text: str) -> Requirement | None:
    """Return "uses the CPAP at least 4 hours per night on 70% of nights during a consecutive 30-day period"."""
    hours = _pattern("hours").search(text)
    if not hours or not (count := number_of(hours["h"])) or re.search(r"\b(?:not|unable|fail\w*|less)\b", text, re.I):
        return None
    rest = text[: hours.start()] + " " + text[hours.end() :]
    of_days, share = _pattern("of_days").search(rest), _pattern("share").search(rest)
    if not of_days and not share:
        return None
    least = int(of_days["n"]) / int(of_days["of"]) if of_days else int(share["p"]) / 100
    held = of_days or share
    rest = rest[: held.start()] + " " + rest[held.end() :]
    window = find_window(rest)
    rest = rest[: window[1][0]] + " " + rest[window[1][1] :] if window else rest
    period = _pattern("period").search(rest)
    days = int(of_days["of"]) if of_days else int(period["d"]) if period else None
    device = next((key for key, pattern in _devices() if pattern.search(text)), "")
    for _, pattern in _devices():
        rest = pattern.sub(" ", rest)
    rest = _pattern("period").sub(" ", rest).lower()
    further = [at for at in dict.fromkeys(re.findall(r"[a-z][a-z-]{3,}", rest)) if at not in _PLAIN]
    if len(further) > 3 or not 0 < least <= 1:
        return None
    return DeviceUse(
        device=device,
        hours=count,
        share=least,
        days=days,
        window=window[0] if window else None,
        besides=" ".join(further) or None,
    )


def judge_device_use(requirement: DeviceUse, record: Record) -> Verdict:
    """Return the verdict on the use of a device: the newest download or note that counts nights of so many hours."""
    name = requirement.device or "the device"
    asked = f"{requirement.hours:g} hours on {requirement.share:.0%} of days"
    wants = f"a download of {name} with the days used {requirement.hours:g} hours or more"
    used = [at for at in _uses(requirement, record) if at.end and at.end <= record.request_date]
    used = [at for at in used if requirement.window is None or record.inside(at.end, requirement.window)]
    if not used:
        return unclear("silent_use", wants=wants, wanted=name, asked=asked)
    newest = max(at.end for at in used if at.end)
    latest = [at for at in used if at.end == newest]
    long = [at for at in latest if requirement.days is None or (at.days is not None and at.days >= requirement.days)]
    proof = cite(once([at.statement for at in latest]))
    facts = {"wanted": name, "asked": asked, "value": f"{latest[0].share:.0%}"}
    if long and all(at.share >= requirement.share for at in latest):
        return met("use_enough", proof, **facts)
    if long and all(at.share < requirement.share for at in latest):
        return not_met("use_too_little", proof, **facts)
    return unclear("use_unsure", proof, wants=wants, **facts)


def _uses(requirement: DeviceUse, record: Record) -> list[Use]:
    found = []
    for place in dict.fromkeys(page_of(at.evidence) for at in record.may_say(_pattern("row"))):
        page = list(record.on_page(place))
        whole = " ".join(at.text for at in page)
        for statement in page:
            parts = re.split(r";\s", statement.text)
            made = [_use(replace(statement, text=part), requirement, whole, page) for part in parts]
            found += [replace(use, statement=statement) for use in made if use]
    return found


def _use(statement: Statement, requirement: DeviceUse, page: str, rows: list[Statement]) -> Use | None:
    """Return what a row or sentence says of the days on which the device was used for the hours asked for."""
    text = statement.text
    row = _pattern("row").search(text)
    if not row or float(row["a"] or row["b"] or row["c"]) < requirement.hours or not_yet(text):
        return None
    if _pattern("less").search(text) or re.search(
        r"\b(?:goal|require\w*|medicare|must|should|need\w*|target)\b", text, re.I
    ):
        return None
    pattern = dict(_devices()).get(requirement.device)
    if pattern and not pattern.search(text) and not pattern.search(page):
        return None
    if not re.search(r"\b(?:days?|nights?|usage|use[ds]?|compliance|adheren\w+)\b|%", text, re.IGNORECASE):
        return None
    rest = text[: row.start()] + " " + text[row.end() :]
    count, percent = _pattern("count").search(rest), _pattern("percent").search(rest)
    end, days = _period(statement, rows)
    if count and 0 < int(count["of"]) >= int(count["n"]):
        return Use(share=int(count["n"]) / int(count["of"]), days=int(count["of"]), end=end, statement=statement)
    if percent and float(percent["p"]) <= 100:
        return Use(share=float(percent["p"]) / 100, days=days, end=end, statement=statement)
    return None


def _period(statement: Statement, rows: list[Statement]) -> tuple[dt.date | None, int | None]:
    """Return the last day and the length of the period: two dates in the row, else the page's own line of them."""
    for text in (statement.text, *(at.text for at in rows)):
        days = [at.day for at in find_dates(text) if at.precision == "day"]
        if len(days) >= 2 and re.search(r"\b(?:to|through|until|period|range|usage)\b|[-–]", text, re.IGNORECASE):
            first, last = min(days), max(days)
            if 6 <= (last - first).days <= 400:
                return last, (last - first).days + 1
    said = re.search(
        r"\b(?:over|past|last|in)\s+(?:the\s+)?(?:past\s+|last\s+)?(\d{2,3})\s+(?:days|nights)\b", statement.text
    )
    return statement.date, int(said[1]) if said else None
