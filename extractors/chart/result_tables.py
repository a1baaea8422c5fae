"""Results from tables: laboratory reports, vital signs, flow sheets, meter downloads."""

import datetime as dt

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Fact, Measurement, Statement
from extractors.chart.quantities import (
    CELL_NUMBER,
    NUMBER,
    PRESSURE,
    QUALITATIVE,
    RESULT_WORD,
    TITER,
    measured,
    sign_of,
)
from extractors.chart.statements import Block, PageText
from extractors.chart.tables import Entry, Table
from extractors.evidence import PageSource
from extractors.vocabulary.labs import Lab, convert, lab_named
from extractors.vocabulary.scores import choose_score, find_scores, scores


def read_result_table(text: PageText, block: Block) -> list[Fact]:
    """Return the results of a laboratory table, a meter download or a table of dated results."""
    facts = []
    ocr = text.page.source is PageSource.OCR
    for entry, statement in zip(
        block.table.entries, text.statements[block.first : block.first + len(block.table.entries)], strict=True
    ):
        if block.table.kind in ("flow", "trend"):
            facts += _flow(block.table, entry, statement, text.page.text)
            continue
        if block.table.kind in ("labs", "results", "vitals"):
            fact = _result(block.table, entry, statement, ocr)
        else:
            fact = _reading(block.table, entry, statement)
        if fact:
            facts.append(fact)
    return facts


def _result(table: Table, entry: Entry, statement: Statement, ocr: bool) -> Fact | None:
    name, printed = table.cell(entry, "test", "vital"), table.cell(entry, "result")
    if not name or not printed:
        return None
    lab = lab_named(name)
    limit, flag = table.cell(entry, "reference") or None, table.cell(entry, "flag") or None
    value = _cell_value(printed, lab)
    if value is None:
        return None
    number, unit, comparator, own_flag = value
    measurement = Measurement(
        value=number, unit=table.cell(entry, "unit") or unit, comparator=comparator, limit=limit, flag=flag or own_flag
    )
    has_flags = any(column.role == "flag" for column in table.columns)
    if ocr and has_flags and not _flag_agrees(measurement):
        return None  # a stroke read as a digit: the laboratory itself did not flag such a value
    day = _day_of_row(table, entry) or statement.date
    if lab and lab.unit and ("%" in (measurement.unit or "")) != ("%" in lab.unit) and measurement.unit:
        lab = None  # "Hemoglobin Alc 8.1 %" is no hemoglobin
    return measured(lab.key if lab else " ".join(name.lower().split()), measurement, day, statement)


def _cell_value(printed: str, lab: Lab | None) -> tuple[float | str, str | None, str | None, str | None] | None:
    """Return value, unit, comparator and flag of a result cell."""
    if lab and lab.kind == "pressure":
        pressure = PRESSURE.match(printed)
        return (pressure["value"], "mmHg", None, None) if pressure else None
    if titer := TITER.search(printed):
        return f"1:{titer['dilution']}", None, None, None
    if number := CELL_NUMBER.match(printed):
        return float(number["value"].replace(",", "")), number["unit"], sign_of(number["compare"]), number["flag"]
    if lab and lab.kind == "text":
        return printed.strip().lower(), None, None, None
    if word := RESULT_WORD.search(printed):
        before = printed[: word.start()].strip().lower()
        return ("negative" if before == "not" else QUALITATIVE[word[0].lower()]), None, None, None
    return None


def _flag_agrees(found: Measurement) -> bool:
    bounds = limits_of(found.limit)
    if bounds is None or not isinstance(found.value, float) or found.comparator:
        return True
    low, high = bounds
    flag = (found.flag or "").upper()
    outside = (low is not None and found.value < low) or (high is not None and found.value > high)
    return outside == (flag[:1] in ("H", "L", "A")) or (bool(flag) and flag[:1] not in ("H", "L", "A"))


_RANGE = lore.regex(rf"^\s*(?P<low>{NUMBER})\s*(?:-|–|to)\s*(?P<high>{NUMBER})")
_BOUND = lore.regex(rf"^\s*(?P<sign>[<>≤≥])=?\s*(?P<value>{NUMBER})")


def limits_of(reference: str | None) -> tuple[float | None, float | None] | None:
    """Return the lower and upper limit of a printed reference: "0-29" is (0, 29), "<5" is (None, 5)."""
    if not reference:
        return None
    if match := _RANGE.match(reference):
        low, high = float(match["low"].replace(",", "")), float(match["high"].replace(",", ""))
        return (low, high) if low <= high else None
    if match := _BOUND.match(reference):
        value = float(match["value"].replace(",", ""))
        return (None, value) if match["sign"] in "<≤" else (value, None)
    return None


def _reading(table: Table, entry: Entry, statement: Statement) -> Fact | None:
    number = CELL_NUMBER.match(table.cell(entry, "reading"))
    day = _own_date(table.cell(entry, "date"))
    unit = table.cell(entry, "unit") or (number["unit"] if number else None)
    if not number or not day or not unit or "/" not in unit:
        return None
    value = Measurement(value=float(number["value"].replace(",", "")), unit=unit, comparator=sign_of(number["compare"]))
    return measured("glucose", value, day, statement)


def _flow(table: Table, entry: Entry, statement: Statement, context: str) -> list[Fact]:
    """Read a row of a flow sheet: a value per test on one day, or per day of one test."""
    lead = entry.cells[0]
    facts = []
    for column, printed in zip(table.columns[1:], entry.cells[1:], strict=True):
        if column.role != "value":
            continue
        name, when = (column.heading, lead) if table.kind == "flow" else (lead, column.heading)
        day = _own_date(when)
        if day and printed and (found := _named_value(name, printed, table.cell(entry, "unit"), context)):
            facts.append(measured(*found, day, statement))
    return facts


_UNIT_OF_NAME = lore.regex(r"[(,]\s*(?P<unit>[^()]+?)\s*\)?\s*$")


def _named_value(name: str, printed: str, side: str, context: str) -> tuple[str, Measurement] | None:
    """Return key and value of a cell under a test or score; its unit may stand with the name or at the `side`."""
    named = _UNIT_OF_NAME.search(name)
    lab = lab_named(name)
    if lab and (value := _cell_value(printed, lab)):
        number, unit, comparator, flag = value
        unit = unit or side or (named["unit"] if named else None)
        if isinstance(number, float) and unit and lab.units and convert(lab.key, 1.0, unit) is None:
            return None
        return lab.key, Measurement(value=number, unit=unit, comparator=comparator, flag=flag)
    number = CELL_NUMBER.match(printed)
    keys = [term.key for term in find_scores(name) if term.start == 0]
    if lab or not number or not keys:
        return None
    value = float(number["value"].replace(",", ""))
    key = choose_score(keys, value, name, context)
    return (
        (key, Measurement(value=value, unit=scores()[key].unit, comparator=sign_of(number["compare"]))) if key else None
    )


def _day_of_row(table: Table, entry: Entry) -> dt.date | None:
    """Return the day in a column of its own; "88 (03/31/2025)" and what stands behind a value before are of another."""
    roles = [column.role for column in table.columns]
    if "date" not in roles or "prior" in roles[max(0, roles.index("date") - 1) : roles.index("date")]:
        return None
    cell = table.cell(entry, "date")
    return None if _BESIDE_DATE.search(cell) else _own_date(cell)


# a value with its day in brackets
_BESIDE_DATE = lore.regex(r"(?<![\d/.])(?!(?:19|20)\d\d\b)\d+(?:\.\d+)?\s*[HLA*]?\s*\(\s*\d")


def _own_date(cell: str) -> dt.date | None:
    found = [at for at in find_dates(cell) if at.precision == "day"]
    return found[0].day if len(found) == 1 else None
