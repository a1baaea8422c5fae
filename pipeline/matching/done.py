"""Examinations, screenings and evaluations that a criterion wants done, in the time it names."""

import datetime as dt
import re
from functools import cache

from extractors.chart.facts import Statement
from extractors.dates import find_dates
from pipeline.matching.phrases import find_window
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import Deed, Requirement
from pipeline.matching.terms import data, wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_ASKED = wording("deeds.asked")
_DONE = wording("deeds.done")
_OPEN = wording("deeds.open")
_NOT_DONE = wording("deeds.not_done")
_VALUE = re.compile(
    r"^\s*(?:score\s*)?(?:today\s*)?(?:was|is|of|:|=)?\s*(?:today\s*)?(?P<n>\d{1,2})(?![\d/.-])", re.IGNORECASE
)
_TODAY = re.compile(r"\b(?:today|at this visit|this visit|this morning)\b", re.IGNORECASE)


@cache
def _pattern(deed: str, side: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{at})" for at in data("deeds")[deed][side]), re.IGNORECASE)


def read_deed(text: str) -> Requirement | None:
    """Return "dental examination completed within the last 6 months"; None where a leaf asks for its outcome too."""
    keys = [key for key in data("deeds") if _pattern(key, "criterion").search(text)]
    if len(keys) != 1 or not _ASKED.search(text) or len(text.split()) > 20:
        return None
    window = find_window(text)
    rest = text[: window[1][0]] + text[window[1][1] :] if window else text
    rest = re.sub(r"\([^)]*\)", " ", _pattern(keys[0], "criterion").sub(" ", rest)).lower()
    rest = _ASKED.sub(" ", rest)
    further = [at for at in re.findall(r"[a-z]{4,}", rest) if at not in _PLAIN]
    return Deed(deed=keys[0], window=window[0] if window else None, besides=" ".join(further) or None)


_PLAIN = frozenset(data("plain_words")["deeds"])


def judge_deed(requirement: Deed, record: Record) -> Verdict:
    """Return the verdict on something to be done: a sentence or value that shows it done, in the time asked for."""
    entry = data("deeds")[requirement.deed]
    facts = {"wanted": entry["name"]}
    done, undated, late, denied, open_ones = [], [], [], [], []
    for statement in record.statements:
        hit = _pattern(requirement.deed, "chart").search(statement.text)
        if not hit:
            continue
        clause = _clause(statement.text, hit)
        value = bool(entry.get("result")) and bool(_VALUE.match(statement.text[hit.end() :]))
        if _NOT_DONE.search(clause.replace(hit[0], "§")) and not value:
            denied.append(statement)
        elif _OPEN.search(clause) and not value:
            open_ones.append(statement)
        elif value or _DONE.search(clause):
            day = _day(statement, clause, value)
            if requirement.window is None or record.inside(day, requirement.window):
                done.append(statement)
            else:
                (undated if day is None else late).append(statement)
    wants = f"{entry['name']} with its date"
    if done and denied and _newest(denied) >= _newest(done):
        return unclear("contradicted", cite(newest_first([*done, *denied])), wants=wants, drug=entry["name"], **facts)
    if done:
        return met("done", cite(newest_first(done)), **facts)
    if late or undated:
        why = "done_old" if late else "done_undated"
        return unclear(why, cite(newest_first([*late, *undated])), wants=wants, **facts)
    if denied and not open_ones:
        return not_met("not_done", cite(newest_first(denied)), **facts)
    why = "only_to_do" if open_ones else "silent_done"
    return unclear(why, cite(newest_first([*open_ones, *denied])), wants=wants, **facts)


def _clause(text: str, hit: re.Match[str]) -> str:
    start = max(text.rfind(mark, 0, hit.start()) for mark in (". ", "; ")) + 1
    ends = [at for mark in (". ", "; ") if (at := text.find(mark, hit.end())) >= 0]
    return text[start : min(ends) if ends else len(text)]


def _day(statement: Statement, clause: str, value: bool) -> dt.date | None:
    """Return the day it was done: printed in the clause, or that of the page where the words are of that day."""
    days = [at.day for at in find_dates(clause)]
    if days:
        return max(days)
    return statement.date if value or _TODAY.search(clause) or statement.cells else None


def _newest(statements: list[Statement]) -> dt.date:
    return max((at.date for at in statements if at.date), default=dt.date.min)
