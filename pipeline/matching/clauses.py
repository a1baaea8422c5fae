"""The clause of a sentence that speaks of a thing, and the day it tells of."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.terms import wording

_TODAY = lore.regex(r"\b(?:today|at this visit|this visit|this morning)\b", re.IGNORECASE)
_REPORT = wording("clauses.report")
_STOP = lore.regex(r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)[.;] ")
# whoever else a sentence may say something will happen to: "Her sister will continue methotrexate"
_RELATIVE = lore.regex(
    r"\b(?:mother|father|sister|brother|son|daughter|wife|husband|spouse|partner|aunt|uncle|cousin|niece|nephew|twin"
    r"|neighbor|roommate|friend)(?:'s)?\s+(?:will|also|has|is|takes?|continues?|keeps?|stays?|goes|uses?|\w+ed)\b",
    re.IGNORECASE,
)
_OPEN = wording("deeds.open")
_SHOUTED = lore.regex(r"^\W*(?:[A-Z][A-Z/&'-]*[,:]?\s+){1,7}[A-Z][A-Z/&'-]+(?![a-z])")


def clause_of(text: str, start: int, end: int) -> str:
    """Return the words round a hit as far as the next full stop or semicolon on either side."""
    stops = [at.start() for at in _STOP.finditer(text)]
    first = max((at + 1 for at in stops if at < start), default=0)
    last = min((at for at in stops if at >= end), default=len(text))
    return text[first:last]


def days_in(text: str, near: dt.date | None) -> list[dt.date]:
    """Return the days that a text tells of; a month is its first day, without a year the last one before `near`."""
    return [at.day for at in find_dates(text, near=near)]


def day_of(statement: Statement, clause: str) -> dt.date | None:
    """Return the day a thing was done: printed in the clause, or that of the page where the words are of that day."""
    days = days_in(clause, statement.date)
    if days:
        return max(days)
    return statement.date if _TODAY.search(clause) or statement.cells else None


def is_report_title(statement: Statement) -> bool:
    """Whether a line names what a page reports on: "Study  MRI LUMBAR SPINE", "PSYCHOLOGICAL EVALUATION"."""
    text = statement.text.strip()
    if statement.cells:
        return bool(_REPORT.match(statement.cells[0].strip())) and len(statement.cells) == 2
    if _REPORT.match(text):
        return True
    return bool(_SHOUTED.match(text)) and len(text.split()) <= 16 and not text.endswith(".")


def is_open(clause: str) -> bool:
    """Whether a clause only plans, orders, asks for or waits for a thing."""
    return bool(_OPEN.search(clause))


def of_a_relative(clause: str) -> bool:
    """Whether a clause has somebody else do it: a sentence on a daughter who helps is not one on what she takes."""
    return bool(_RELATIVE.search(clause))
