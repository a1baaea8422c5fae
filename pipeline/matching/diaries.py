"""Diaries that have to have been kept: "headache days recorded in a diary for 3 consecutive months"."""

import re
from functools import cache
from itertools import pairwise

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import Diary
from pipeline.matching.phrases import find_lengths, find_window
from pipeline.matching.record import Record, cite, newest_first, once, page_of
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_PLAIN = frozenset(data("plain_words")["diaries"])
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(data("diaries")[name], re.IGNORECASE)


@cache
def _of(thing: str, side: str) -> re.Pattern[str]:
    return lore.regex(data("diaries")["of"][thing][side], re.IGNORECASE)


def read_diary(text: str) -> Requirement | None:
    """Return "the number of headache days has been recorded in a diary for at least 2 consecutive months"."""
    if not _pattern("kept").search(text) or not _pattern("asks").search(text):
        return None
    if re.search(
        r"\b(?:shows?|showing|at least \d+ (?:headache|migraine)|or more (?:headache|migraine)|not|unless)\b",
        text,
        re.I,
    ):
        return None
    things = [key for key in data("diaries")["of"] if _of(key, "asked").search(text)]
    window = find_window(text)
    lengths = [at for at in find_lengths(text) if not (window and window[1][0] <= at.start < window[1][1])]
    if len(things) != 1 or len(lengths) > 1:
        return None
    rest = text[: window[1][0]] + " " + text[window[1][1] :] if window else text
    rest = _pattern("book").sub(" ", _of(things[0], "asked").sub(" ", rest)).lower()
    further = [at for at in dict.fromkeys(re.findall(r"[a-z][a-z-]{3,}", rest)) if at not in _PLAIN]
    if len(further) > 3:
        return None
    return Diary(
        of=things[0],
        days=lengths[0].days if lengths else None,
        window=window[0] if window else None,
        besides=" ".join(further) or None,
    )


def judge_diary(requirement: Diary, record: Record) -> Verdict:
    """Return the verdict on a diary: months one after another on its page or in a sentence, or a length told of it."""
    name = f"{requirement.of} diary"
    needed = f"{requirement.days} days" if requirement.days else ""
    facts = {"wanted": name, "drug": name, "needed": needed}
    wants = f"the {name} with its months"
    kept, short, denied, open_ones = [], [], [], []
    for statements in _pages(requirement, record):
        rows = _month_rows(statements)
        enough = requirement.window is None and _enough(_run([at for at, _ in rows]), requirement)
        (kept if enough else short).extend(at for _, at in rows)
    for statement in record.saying(_pattern("kept")):
        text = statement.text
        if not _of(requirement.of, "told").search(text):
            continue
        if _pattern("not_kept").search(text):
            denied.append(statement)
        elif told := _told(text, requirement):
            inside = requirement.window is None or record.inside(statement.date, requirement.window)
            (kept if told == "kept" and inside else short).append(statement)
        elif _pattern("to_come").search(text):
            open_ones.append(statement)
    if kept and denied:
        return unclear("contradicted", cite(newest_first(once([*kept, *denied]))), wants=wants, **facts)
    if kept:
        return met("diary_kept", cite(newest_first(once(kept))), **facts)
    if denied:
        return not_met("diary_not_kept", cite(newest_first(denied)), **facts)
    return unclear("diary_short" if short else "silent_diary", cite(once([*short, *open_ones])), wants=wants, **facts)


def _enough(months: int, requirement: Diary) -> bool:
    return months * 30 >= (requirement.days or 1)


def _pages(requirement: Diary, record: Record) -> list[list[Statement]]:
    """Return the pages that are such a diary: titled so in their first lines."""
    found = []
    kept = record.saying(_pattern("kept"))
    for page in (list(record.on_page(place)) for place in dict.fromkeys(page_of(at.evidence) for at in kept)):
        title = next(
            (at.text for at in page[:6] if _pattern("kept").search(at.text) and len(at.text.split()) <= 10), None
        )
        if title and _of(requirement.of, "told").search(" ".join(at.text for at in page[:8])):
            found.append(page)
    return found


def _month_rows(page: list[Statement]) -> list[tuple[int, Statement]]:
    """Return (month, row) of the rows that begin with a month and give a number: "June 9 4 8"."""
    rows = []
    for statement in page:
        match = re.match(
            rf"^\W*(?:{data('diaries')['month']}|(?P<n>\d{{1,2}})/(?:20)?\d\d\b)", statement.text, re.IGNORECASE
        )
        if match and re.search(r"\b\d{1,2}\b", statement.text[match.end() :]):
            rows.append((_number(match["month"]) if match["month"] else int(match["n"]), statement))
    return rows


def _number(month: str) -> int:
    return _MONTHS.index(month.lower()[:3]) + 1


def _run(months: list[int]) -> int:
    """Return how many months follow one another, the turn of the year included."""
    best = run = 1 if months else 0
    ordered = list(dict.fromkeys(months))
    for before, after in pairwise(ordered):
        run = run + 1 if after % 12 == (before + 1) % 12 else 1
        best = max(best, run)
    return best


def _told(text: str, requirement: Diary) -> str | None:
    """Return "kept" or "short" of a sentence that tells of a diary's months or length; None where it tells neither."""
    named = [at for at in _pattern("month").finditer(text) if at["month"][0].isupper()]
    months = [_number(at["month"]) for at in named]
    lengths = [at for at in find_lengths(text) if not at.at_most]
    if len(named) == 2 and re.fullmatch(
        r"\s*(?:\d{4}\s*)?(?:to|through|until|-|–)\s*", text[named[0].end() : named[1].start()]
    ):
        last = months[1] + (12 if months[1] < months[0] else 0)
        months = [(at - 1) % 12 + 1 for at in range(months[0], last + 1)]
    if re.search(r"\b(?:lost|misplaced)\b", text, re.IGNORECASE):
        return None
    if _pattern("to_come").search(text) and not re.search(
        r"\b(?:shows?|kept|recorded|reviewed|has)\b", text, re.IGNORECASE
    ):
        return None
    if not months and not lengths:
        return (
            "kept"
            if requirement.days is None and re.search(r"\b(?:kept|keeps|brought|reviewed|shows?)\b", text, re.I)
            else None
        )
    if _enough(_run(months), requirement) or any(at.days >= (requirement.days or 1) for at in lengths):
        return "kept"
    return "short"
