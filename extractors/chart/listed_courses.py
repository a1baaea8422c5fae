"""Treatment courses from tables: medication lists, infusion records, pharmacy fills."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors import lore
from extractors.chart.dates import Precision, days_between, find_dates, find_durations, parse_date
from extractors.chart.facts import Assertion, Fact, Outcome, Statement, Treatment
from extractors.chart.spans import Span
from extractors.chart.statements import Block, PageText
from extractors.chart.tables import Entry, Table
from extractors.chart.treatments import (
    dose_of,
    outcome_of,
    says,
    treatment_of,
)
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.sieve import rare

_ERROR = rare(r"entered\s+in\s+error|erroneous|wrong\s+patient|charted\s+in\s+error", re.IGNORECASE)
_WAITING = lore.regex(
    r"^\s*(?:planned|pending|ordered|requested|proposed|awaiting|on\s+hold|future|to\s+start|not\s+yet)\b", re.I
)
_ASKED = rare(
    r"\b(?:PA|prior\s+auth\w*|authorization|approval)\s+(?:is\s+)?(?:pending|submitted|requested|sent|required|needed|in\s+process|approved)\b|"
    r"\b(?:pending|awaiting)\s+(?:PA|prior\s+auth\w*|approval|authorization)\b",
    re.IGNORECASE,
)
# listed, and not taken at present: whether a dose was ever taken is not said
_NOT_NOW = lore.regex(
    r"\bnot\s+(?:currently\s+|presently\s+)?(?:taking|using|on)\b|\bpatient\s+not\s+taking\b", re.IGNORECASE
)
_NO_COVER = lore.regex(r"\b(?:not\s+covered|denied|not\s+approved|non-?formulary|rejected)\b", re.IGNORECASE)
_NEVER = lore.regex(r"\W*never\W*", re.IGNORECASE)  # where the others have a day
_DECLINED = lore.regex(r"\b(?:declined|refused)\b", re.IGNORECASE)


def read_table_courses(text: PageText, block: Block) -> list[Fact]:
    """Return the courses of a medication, infusion or fill table."""
    statements = text.statements[block.first : block.first + len(block.table.entries)]
    pairs = list(zip(block.table.entries, statements, strict=True))
    if block.table.kind == "medications":
        return [fact for entry, statement in pairs for fact in _listed(block.table, entry, statement)]
    if block.table.kind == "infusions":
        around = " ".join(
            [block.title, *(s.text for s in text.statements if s.section in ("infusions", "title", ""))][:4]
        )
        return _infused(block.table, pairs, around)
    if block.table.kind == "given":
        return _given(block.table, pairs)
    if block.table.kind == "fills":
        return _filled(block.table, pairs)
    return []


def _listed(table: Table, entry: Entry, statement: Statement) -> list[Fact]:
    """Read one row of a medication list: a course, or one per drug of a row that names several."""
    name = table.cell(entry, "medication")
    if not name or len(name) < 3:
        return []
    found = find_drugs(name, fuzzy=True)
    if not found and sum(map(bool, entry.cells)) == 1:
        return []  # a heading between the rows ("Stopped"), or a remark
    generics = list(dict.fromkeys(mention.generic for mention in found))
    if len(generics) > 1 and not re.search(r"[/+]| and ", name):
        apart = [at.start for at in found if re.search(r"(?:,|\bor)\s*$", name[: at.start])]
        generics = generics if len(apart) == len(generics) - 1 else generics[:1]
    elif len(generics) != 1:
        generics = [re.sub(r"\s*\(.*", "", name).strip().lower()]
    return [_row_course(table, entry, statement, generic) for generic in generics]


def _row_course(table: Table, entry: Entry, statement: Statement, generic: str) -> Fact:
    name = table.cell(entry, "medication")
    # "Result" heads what came of a course, too; alone it makes no list of drugs: that of a drug screen has it as well
    status = table.cell(entry, "status") or table.cell(entry, "result")
    dose = table.cell(entry, "dose") or dose_of(_as_named(table, entry)) or None
    if dose and _LOST_ONE.match(dose):
        dose = None
    begun, ended = _cell_date(table.cell(entry, "start")), _cell_date(table.cell(entry, "stop"))
    dates = table.cell(entry, "dates")
    if dates and begun is None and ended is None:
        begun, ended = _both_dates(dates)
    idle = bool(_NOT_NOW.search(status))
    until = f"{table.cell(entry, 'stop')} {dates}"
    running = ended is None and not idle and (says("current", status) or bool(_TO_NOW.search(until)))
    length = table.cell(entry, "duration") or dates
    supplied = {"quantity", "supply", "refills", "fill_date"} & {column.role for column in table.columns}
    if not length and not supplied and (count := re.fullmatch(r"\D{0,3}(\d{1,4})\D{0,3}", table.cell(entry, "days"))):
        length = f"{count[1]} days"
    span = _with_length(_table_span(begun, ended, running, statement.date), length)
    stopped = ended is not None or says("stops", status)
    outcome = outcome_of(status, stopped=stopped)
    if outcome is None:
        outcome = Outcome.CURRENT if running else None
    assertion = Assertion.AFFIRMED
    if _ERROR.search(statement.text):
        assertion = Assertion.ENTERED_IN_ERROR
    elif says("never", f"{status} {table.cell(entry, 'dose')}") or _NEVER.fullmatch(table.cell(entry, "start")):
        assertion, outcome = Assertion.NEGATED, Outcome.OTHER
    elif _DECLINED.search(status):
        assertion = Assertion.DECLINED
    elif _NO_COVER.search(status) and span.start is None and span.stop is None:
        assertion = Assertion.POSSIBLE  # listed, never dated, not paid for: whether a dose was taken is not said
    elif idle and span.empty:
        assertion = Assertion.POSSIBLE
    elif (_WAITING.match(status) or _ASKED.search(status)) and not span.start:
        assertion = Assertion.PLANNED
    details = " ".join([name, table.cell(entry, "strength"), dose or "", table.cell(entry, "route")])
    return Fact(
        kind="treatment",
        name=generic,
        assertion=assertion,
        date=statement.date,
        statement=statement,
        evidence=(statement.evidence,),
        treatment=treatment_of(generic, details, span, outcome, dose),
    )


# "1 at onset", "1 daily" as a scan has them: what is left is no dose
_LOST_ONE = lore.regex(r"[lI|]\s?(?:at|tabs?|tablets?|caps?|daily|weekly|twice|once|every|as|po|by|per|puffs?|pens?)\b")


def _as_named(table: Table, entry: Entry) -> str:
    """Return drug, strength and frequency as one line, as a list without directions has them."""
    return " ".join([table.cell(entry, role) for role in ("medication", "strength", "frequency")])


_TO_NOW = lore.regex(r"\b(?:present|current|ongoing|now|today|since)\b", re.IGNORECASE)


def _both_dates(cell: str) -> tuple[tuple[dt.date, Precision] | None, tuple[dt.date, Precision] | None]:
    """Return start and stop of a cell that holds both ("03/2023 - 11/2023"); one date is a start where it runs on."""
    found = [(at.day, at.precision) for at in find_dates(cell, bare_years=True)]
    if len(found) == 2 and found[0][0] <= found[1][0]:
        return found[0], found[1]
    return (found[0] if len(found) == 1 and _TO_NOW.search(cell) else None), None


def _with_length(span: Span, cell: str) -> Span:
    """Add the length a cell states ("8 weeks") where the dates give none."""
    lengths = [at for at in find_durations(cell) if not at.at_most]
    if span.days is not None or len(lengths) != 1:
        return span
    return replace(span, days=lengths[0].days, at_least=lengths[0].at_least, about=lengths[0].about)


def _cell_date(cell: str) -> tuple[dt.date, Precision] | None:
    found = None if "?" in cell else parse_date(cell)  # "2023?": nobody is sure
    return (found.day, found.precision) if found else None


def _table_span(
    begun: tuple[dt.date, Precision] | None,
    ended: tuple[dt.date, Precision] | None,
    running: bool,
    printed: dt.date | None,
) -> Span:
    days, at_least = None, False
    if begun and ended and ended[0] >= begun[0]:
        days, at_least = days_between(*begun, *ended)
        days = None if days == 0 and at_least else days  # both in one year: that tells no length
    elif begun and running and printed and printed >= begun[0]:
        days, at_least = days_between(*begun, printed, "day")[0], True
    return Span(
        start=begun[0] if begun else None,
        stop=ended[0] if ended else None,
        days=days,
        at_least=at_least,
        start_precision=begun[1] if begun else "day",
        stop_precision=ended[1] if ended else "day",
        running=running,
    )


_NOT_GIVEN = rare(
    r"\bnot\s+given\b|\bheld\b|\bmissed\b|\bcancel|\bno[- ]show\b|\bskipped\b|\bdeferred\b", re.IGNORECASE
)


def _infused(table: Table, pairs: list[tuple[Entry, Statement]], around: str) -> list[Fact]:
    """Read an infusion record: one course from the doses given, and each dose not given."""
    generics = list(dict.fromkeys(mention.generic for mention in find_drugs(around, fuzzy=True)))
    return _doses(table, pairs, generics[0], "infusion") if len(generics) == 1 else []


def _given(table: Table, pairs: list[tuple[Entry, Statement]]) -> list[Fact]:
    """Read a record of doses given of several drugs: the doses of each are its course."""
    rows: dict[str, list[tuple[Entry, Statement]]] = {}
    for entry, statement in pairs:
        generics = {mention.generic for mention in find_drugs(table.cell(entry, "medication"), fuzzy=True)}
        if len(generics) == 1:
            rows.setdefault(generics.pop(), []).append((entry, statement))
    return [fact for generic, held in rows.items() for fact in _doses(table, held, generic, held[0][1].text)]


def _doses(table: Table, pairs: list[tuple[Entry, Statement]], generic: str, manner: str) -> list[Fact]:
    given, facts = [], []
    for entry, statement in pairs:
        day = _cell_date(table.cell(entry, "date"))
        if day is None or day[1] != "day":
            continue
        if _NOT_GIVEN.search(statement.text):
            course = treatment_of(generic, manner, Span(), outcome_of(statement.text), None)
            facts.append(_dose_fact(generic, Assertion.NEGATED, day[0], [statement], course))
        else:
            given.append((day[0], statement, table.cell(entry, "dose")))
    if given:
        first, last = given[0], given[-1]
        span = Span(start=first[0])
        if len(given) > 1:
            span = Span(start=first[0], stop=last[0], days=(last[0] - first[0]).days)
        course = treatment_of(generic, manner, span, None, first[2] or None)
        statements = [last[1], *(statement for _, statement, _ in given[:-1])]
        facts.insert(0, _dose_fact(generic, Assertion.AFFIRMED, last[0], statements, course))
    return facts


def _dose_fact(
    generic: str, assertion: Assertion, day: dt.date, statements: list[Statement], course: Treatment
) -> Fact:
    """Return the fact of doses; it is told by the first statement and rests on all, in the order of the page."""
    return Fact(
        kind="treatment",
        name=generic,
        assertion=assertion,
        date=day,
        statement=statements[0],
        evidence=tuple(statement.evidence for statement in [*statements[1:], statements[0]]),
        treatment=course,
    )


@dataclass(frozen=True, slots=True)
class _Fill:
    begun: dt.date  # of the first fill that the row tells of
    day: dt.date
    supply: int  # days, 0 where not told
    statement: Statement
    dose: str | None


def _filled(table: Table, pairs: list[tuple[Entry, Statement]]) -> list[Fact]:
    """Read a pharmacy's fills: one course per drug, from the first fill to the end of the last supply."""
    fills: dict[str, list[_Fill]] = {}
    for entry, statement in pairs:
        generics = {mention.generic for mention in find_drugs(table.cell(entry, "medication"), fuzzy=True)}
        day = _cell_date(table.cell(entry, "fill_date", "date"))
        supply = re.search(r"\d+", table.cell(entry, "supply", "days"))
        refused = re.search(r"revers|not\s+picked|return|cancel|reject|denied", statement.text, re.IGNORECASE)
        if len(generics) == 1 and day and day[1] == "day" and not refused:
            dose = table.cell(entry, "dose") or dose_of(_as_named(table, entry)) or dose_of(statement.text)
            first = _cell_date(table.cell(entry, "first_fill"))
            begun = first[0] if first and first[1] == "day" and first[0] <= day[0] else day[0]
            fills.setdefault(generics.pop(), []).append(
                _Fill(begun, day[0], int(supply[0]) if supply else 0, statement, dose)
            )
    return [_fill_course(generic, sorted(held, key=lambda fill: fill.day)) for generic, held in fills.items()]


def _fill_course(generic: str, held: list[_Fill]) -> Fact:
    """Return the course of one drug's fills, which stand by their days."""
    first, last = min(held, key=lambda fill: fill.begun), held[-1]
    # between the first and the last fill of one row there may have been none
    even = first.begun == held[0].day and all(
        b.day - a.day <= dt.timedelta(days=max(45, 2 * a.supply)) for a, b in pairwise(held)
    )
    days = (last.day - first.begun).days + last.supply if even else None
    return Fact(
        kind="treatment",
        name=generic,
        assertion=Assertion.AFFIRMED,
        date=last.day,
        statement=last.statement,
        evidence=tuple(fill.statement.evidence for fill in held),
        treatment=treatment_of(generic, last.statement.text, Span(start=first.begun, days=days), None, last.dose),
    )
