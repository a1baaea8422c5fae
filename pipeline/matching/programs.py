"""Programs gone through visit by visit: "six consecutive monthly visits within the past 24 months"."""

import datetime as dt
import re
from functools import cache

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import Program
from pipeline.matching.phrases import find_window, number_of
from pipeline.matching.record import Record, cite, newest_first, once, page_of
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

# Monthly visits may drift by two weeks; a longer pause is a month without one.
_PAUSE = 45
_PLAIN = frozenset(data("plain_words")["programs"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(data("programs")[name], re.IGNORECASE)


@cache
def _of(program: str, side: str) -> re.Pattern[str]:
    return lore.regex(data("programs")["programs"][program][side], re.IGNORECASE)


def read_program(text: str) -> Requirement | None:
    """Return "completed a physician-supervised weight-management program of six consecutive monthly visits"."""
    names = [key for key in data("programs")["programs"] if _of(key, "asked").search(text)]
    if len(names) != 1 or re.search(r"\b(?:not|no longer|unable|unless|or has)\b", text, re.IGNORECASE):
        return None
    window = find_window(text)
    rest = text[: window[1][0]] + " " + text[window[1][1] :] if window else text
    visits = next((at for at in _pattern("visits").finditer(rest) if number_of(at["n"])), None)
    months = next((at for at in _pattern("months").finditer(rest) if number_of(at["n"])), None)
    held = visits or (months if months and months["run"] else None)
    if held is None:
        return None
    monthly = bool(visits and visits["monthly"]) or held is months
    for span in sorted((at.span() for at in (visits, months) if at), reverse=True):
        rest = rest[: span[0]] + " " + rest[span[1] :]
    rest = _pattern("supervised").sub(" ", _of(names[0], "asked").sub(" ", rest)).lower()
    further = [at for at in dict.fromkeys(re.findall(r"[a-z][a-z-]{3,}", rest)) if at not in _PLAIN]
    return Program(
        program=names[0],
        visits=int(number_of(held["n"]) or 0),
        monthly=monthly,
        consecutive=bool(held["run"]),
        supervised=bool(_pattern("supervised").search(text)),
        window=window[0] if window else None,
        besides=" ".join(further) or None,
    )


def judge_program(requirement: Program, record: Record) -> Verdict:
    """Return the verdict on a program: the visits kept, one by one, or a sentence that counts them, in their time."""
    needed = requirement.visits
    kept, missed = _visits(requirement, record)
    told, broken = _told(requirement, record)
    run = _longest(kept, requirement)
    facts = {"wanted": f"{requirement.program} program", "count": len(run), "needed": needed}
    wants = f"the dates of {needed} visits of the {requirement.program} program"
    proof = [*(at for _, at in run), *(at for _, at in told)]
    if broken and (len(run) >= needed or any(count >= needed for count, _ in told)):
        return unclear("program_unsure", cite(newest_first(once([*broken, *proof]))), wants=wants, **facts)
    if len(run) >= needed or any(count >= needed for count, _ in told):
        enough = [at for count, at in told if count >= needed]
        count = max([len(run), *(count for count, _ in told)])
        return met("program_kept", cite(once([*enough, *proof])), **{**facts, "count": count})
    over = bool(missed and kept) and (record.request_date - kept[-1][0]).days > 2 * _PAUSE
    if broken or over:
        return not_met("program_broken", cite(once([*newest_first(broken), *missed, *proof])), **facts)
    if told:
        return unclear("program_short", cite(newest_first(once(proof))), wants=wants, **facts)
    return unclear("silent_program", cite(proof), wants=wants, **facts)


def _inside(day: dt.date | None, requirement: Program, record: Record) -> bool:
    return day is not None and day <= record.request_date and record.inside(day, requirement.window)


def _visits(requirement: Program, record: Record) -> tuple[list[tuple[dt.date, Statement]], list[Statement]]:
    """Return the visits kept, each with its day, and the rows of those missed, from the program's own pages."""
    kept: dict[dt.date, Statement] = {}
    missed: list[Statement] = []
    for page in _pages(requirement, record):
        for statement in page:
            days = [at for at in find_dates(statement.text) if at.precision == "day"]
            if len(days) != 1 or not _is_row(statement, days[0].start) or not _inside(days[0].day, requirement, record):
                continue
            if _pattern("missed").search(statement.text):
                missed.append(statement)
            else:
                kept.setdefault(days[0].day, statement)
    return sorted(kept.items(), key=lambda at: at[0]), missed


def _is_row(statement: Statement, start: int) -> bool:
    """Whether a line is a row of a visit record: a date at its head and little besides."""
    return start <= 8 and len(statement.text.split()) <= 14 and bool(re.match(r"^\W*\d", statement.text.strip()))


def _pages(requirement: Program, record: Record) -> list[list[Statement]]:
    """Return the pages that are a record of the program: titled so, and of no other kind of program."""
    found = []
    told = record.may_say(_of(requirement.program, "told"))
    for page in (list(record.on_page(place)) for place in dict.fromkeys(page_of(at.evidence) for at in told)):
        top = " ".join(at.text for at in page[:7])
        if not _of(requirement.program, "told").search(top) or _of(requirement.program, "other").search(top):
            continue
        if requirement.supervised and not re.search(
            r"supervis|\bMD\b|\bDO\b|\bNP\b|\bPA\b|\bRDN?\b|physician", " ".join(at.text for at in page)
        ):
            continue
        found.append(page)
    return found


def _longest(kept: list[tuple[dt.date, Statement]], requirement: Program) -> list[tuple[dt.date, Statement]]:
    """Return the visits that count: all of them, or the longest run of months without a pause."""
    if not requirement.consecutive and not requirement.monthly:
        return kept
    months: list[tuple[dt.date, Statement]] = []
    best: list[tuple[dt.date, Statement]] = []
    for day, statement in kept:
        if months and (day.year, day.month) == (months[-1][0].year, months[-1][0].month):
            continue  # a second visit of one month is no further month
        if months and requirement.consecutive and (day - months[-1][0]).days > _PAUSE:
            months = []
        months.append((day, statement))
        best = max(best, list(months), key=len)
    return best


def _told(requirement: Program, record: Record) -> tuple[list[tuple[int, Statement]], list[Statement]]:
    """Return sentences that count the visits kept, and those that say the program was not gone through."""
    told, broken = [], []
    on_page = {id(at) for page in _pages(requirement, record) for at in page}
    for statement in record.statements:
        text = statement.text
        about = _of(requirement.program, "told").search(text)
        if (not about and id(statement) not in on_page) or _of(requirement.program, "other").search(text):
            continue
        if not about and not re.search(r"\b(?:program|visits?|sessions?)\b", text, re.IGNORECASE):
            continue
        out = _pattern("not_completed").search(text)
        if (
            out
            and not (out["k"] and number_of(out["k"]) == number_of(out["of"]))
            and not _pattern("to_come").search(text[: out.start()])
        ):
            broken.append(statement)
            continue
        done = _pattern("completed").search(text)
        if not done or _pattern("to_come").search(text[: done.end()]) or not about:
            continue
        if requirement.supervised and not _pattern("supervised").search(text):
            continue
        if requirement.consecutive and not re.search(
            r"\bconsecutive|\bmonthly|\bin a row|\bwithout a (?:gap|break)", text, re.I
        ):
            continue
        days = [at.day for at in find_dates(text, near=statement.date)] or ([statement.date] if statement.date else [])
        if days and (requirement.window is None or all(_inside(day, requirement, record) for day in days)):
            told.append((int(number_of(done["n"]) or 0), statement))
    return told, broken
