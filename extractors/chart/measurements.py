"""Measurements: laboratory tables, scores, and values told in prose."""

import datetime as dt
import re
from dataclasses import dataclass

from extractors.chart.assertion import assert_of
from extractors.chart.dates import find_dates
from extractors.chart.facts import Assertion, Fact, Measurement, Statement
from extractors.chart.statements import Block, PageText
from extractors.chart.tables import Entry, Table
from extractors.evidence import PageSource
from extractors.vocabulary.labs import Lab, convert, find_labs, lab_named, labs
from extractors.vocabulary.scores import choose_score, find_scores, scores

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_COMPARE = (
    r"(?P<compare>[<>≤≥]=?|about|over|above|under|below|approximately|around|at\s+least|more\s+than|"
    r"less\s+than|greater\s+than|~)?"
)
_TITER = re.compile(r"\b1\s?:\s?(?P<dilution>\d{2,5})\b")
_QUALITATIVE = {
    "positive": "positive",
    "pos": "positive",
    "reactive": "positive",
    "detected": "positive",
    "abnormal": "abnormal",
    "negative": "negative",
    "neg": "negative",
    "nonreactive": "negative",
    "non-reactive": "negative",
    "not detected": "negative",
    "none detected": "negative",
    "not reactive": "negative",
    "indeterminate": "indeterminate",
    "equivocal": "indeterminate",
    "borderline": "indeterminate",
    "invalid": "indeterminate",
    "normal": "normal",
    "pending": "pending",
}
_RESULT_WORD = re.compile(
    r"(?<![A-Za-z-])(?:" + "|".join(sorted(map(re.escape, _QUALITATIVE), key=len, reverse=True)) + r")(?![A-Za-z-])",
    re.IGNORECASE,
)
_CELL_NUMBER = re.compile(
    rf"^\s*{_COMPARE}\s*(?P<value>{_NUMBER})\s*(?P<unit>[A-Za-zµμ%/][^\s()]*)?\s*(?P<flag>\b[HLA]{{1,2}}\b|\((?:H|L|high|low)\))?\s*$",
    re.I,
)
_SIGNS = {
    "over": ">",
    "above": ">",
    "more than": ">",
    "greater than": ">",
    "at least": "≥",
    "under": "<",
    "below": "<",
    "less than": "<",
    "approximately": "about",
    "around": "about",
    "~": "about",
}


def read_result_table(text: PageText, block: Block) -> list[Fact]:
    """Return the results of a laboratory table, a meter download or a table of dated results."""
    facts = []
    ocr = text.page.source is PageSource.OCR
    for entry, statement in zip(
        block.table.entries, text.statements[block.first : block.first + len(block.table.entries)], strict=True
    ):
        if block.table.kind in ("labs", "results"):
            fact = _result(block.table, entry, statement, ocr)
        else:
            fact = _reading(block.table, entry, statement)
        if fact:
            facts.append(fact)
    return facts


def _result(table: Table, entry: Entry, statement: Statement, ocr: bool) -> Fact | None:
    name, printed = table.cell(entry, "test"), table.cell(entry, "result")
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
    day = _own_date(table.cell(entry, "date")) or statement.date
    if lab and lab.unit and ("%" in (measurement.unit or "")) != ("%" in lab.unit) and measurement.unit:
        lab = None  # "Hemoglobin Alc 8.1 %" is no hemoglobin
    return _fact(lab.key if lab else " ".join(name.lower().split()), measurement, day, statement)


def _cell_value(printed: str, lab: Lab | None) -> tuple[float | str, str | None, str | None, str | None] | None:
    """Return value, unit, comparator and flag of a result cell."""
    if titer := _TITER.search(printed):
        return f"1:{titer['dilution']}", None, None, None
    if number := _CELL_NUMBER.match(printed):
        return float(number["value"].replace(",", "")), number["unit"], _sign(number["compare"]), number["flag"]
    if lab and lab.kind == "text":
        return printed.strip().lower(), None, None, None
    if word := _RESULT_WORD.search(printed):
        before = printed[: word.start()].strip().lower()
        return ("negative" if before == "not" else _QUALITATIVE[word[0].lower()]), None, None, None
    return None


def _flag_agrees(found: Measurement) -> bool:
    bounds = limits_of(found.limit)
    if bounds is None or not isinstance(found.value, float) or found.comparator:
        return True
    low, high = bounds
    flag = (found.flag or "").upper()
    outside = (low is not None and found.value < low) or (high is not None and found.value > high)
    return outside == (flag[:1] in ("H", "L", "A")) or (bool(flag) and flag[:1] not in ("H", "L", "A"))


_RANGE = re.compile(rf"^\s*(?P<low>{_NUMBER})\s*(?:-|–|to)\s*(?P<high>{_NUMBER})")
_BOUND = re.compile(rf"^\s*(?P<sign>[<>≤≥])=?\s*(?P<value>{_NUMBER})")


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
    number = _CELL_NUMBER.match(table.cell(entry, "reading"))
    day = _own_date(table.cell(entry, "date"))
    unit = table.cell(entry, "unit") or (number["unit"] if number else None)
    if not number or not day or not unit or "/" not in unit:
        return None
    value = Measurement(value=float(number["value"].replace(",", "")), unit=unit, comparator=_sign(number["compare"]))
    return _fact("glucose", value, day, statement)


def _own_date(cell: str) -> dt.date | None:
    found = [at for at in find_dates(cell) if at.precision == "day"]
    return found[0].day if len(found) == 1 else None


def _fact(
    name: str, value: Measurement, day: dt.date | None, statement: Statement, assertion: Assertion = Assertion.AFFIRMED
) -> Fact:
    return Fact(
        kind="measurement",
        name=name,
        assertion=assertion,
        date=day,
        statement=statement,
        evidence=(statement.evidence,),
        measurement=value,
    )


def _sign(word: str | None) -> str | None:
    if not word:
        return None
    lowered = " ".join(word.lower().split())
    return _SIGNS.get(lowered, lowered)


# ---------------------------------------------------------------- prose

# between a name and its number: "SLEDAI-2K today 14", "TOTAL SLEDAI-2K: 10", "BSA about 12%", "ANA was 1:640"
_LINK = (
    r"^\s*(?:\([^)]{0,30}\)\s*)?(?:score|total|level|value|titer|count|result|reading|today|now|currently|at\s+(?:this\s+)?visit|then|"
    r"of\s+the\s+day|affected|involvement|involved|involving|total\s+score|index|was|is|of|at|=|:|,|measured|came\s+back|has\s+been|were|on\s+\S+|to|down\s+to|up\s+to|"
    r"remains|still|-|–|—|\s)*\s*"
)
_UNIT = (
    r"(?:mg/dL|mg/L|mcg/g|ug/g|µg/g|mg/g|g/g|g/dL|IU/mL|U/mL|U/L|IU/L|mmol/L|mm/hr?|kg/m2|kg|lbs?|cm|ng/mL|pg/mL|mg/kg|"
    r"10\^3/uL|K/uL|cells/[um]c?L|mL/min(?:/1\.73\s?m2)?)(?![A-Za-z])"
)
_VALUE = re.compile(
    _LINK
    + _COMPARE
    + (
        rf"\s*(?P<value>{_NUMBER})(?![\d:/]|"
        rf"[-,.]\d)\s*(?P<percent>%)?\s*(?P<unit>{_UNIT})?"
    ),
    re.IGNORECASE,
)
_SCORE = re.compile(
    _LINK + _COMPARE + rf"\s*(?P<value>{_NUMBER})(?![\d:]|[-,.]\d|/\d+/)\s*(?P<percent>%)?\s*(?P<unit>{_UNIT})?",
    re.IGNORECASE,
)
_BELOW_ZERO = re.compile(r"(?:^|\s)[-−–]\s?$")  # "T-score -3.6": a sign, not a dash between name and value
_SUM = re.compile(rf"^\s*(?:=|:)?\s*(?:{_NUMBER})(?:\s*\+\s*(?:{_NUMBER}))+\s*=\s*(?P<value>{_NUMBER})")
_OUT_OF = re.compile(r"^\s*(?:of|out\s+of|/)\s*(?P<most>\d+)\b")
_ROW_OF_VALUES = re.compile(rf"^\s*(?:[HLA]\s+)?(?:{_NUMBER})(?!\s*[-–]\s*\d)(?:\s|$)")
_PRESSURE = re.compile(r"^\s*(?:was|is|of|:|=)?\s*(?P<value>\d{2,3}/\d{2,3})\b")
# a goal, a threshold or a range is no measurement
_NOT_MEASURED = re.compile(
    r"\b(?:goal|target|threshold|cutoff|cut-off|if|until|less\s+than\s+or|needs?|required|criteria|range|limit|must\s+be)\b[^.;]{0,30}$",
    re.I,
)
_MONTH_AFTER = re.compile(
    r"^\s*,?\s*(?:in|of|on|from|\()\s*(?P<when>[A-Z][a-z]+(?:\s+\d{4})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4})\s*\)?"
)
_THEN_NOW = re.compile(rf"^\s*(?:,|;|and|to)?\s*(?:now\s+)?(?P<value>{_NUMBER})\s*%?\s+(?:now|today)\b")


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    keys: tuple[str, ...]
    score: bool


def read_told_values(statements: list[Statement], context: str) -> list[Fact]:
    """Return the scores, laboratory values and vital signs that sentences state; `context` is the page's text."""
    facts = []
    for statement in statements:
        if statement.cells or statement.section in ("header", "fax_header"):
            continue
        facts += _told(statement, context)
    return facts


def _names(text: str) -> list[_Name]:
    found: dict[tuple[int, int], tuple[list[str], bool]] = {}
    for term in find_scores(text):
        found.setdefault((term.start, term.end), ([], True))[0].append(term.key)
    for term in find_labs(text):
        if not any(a < term.end and term.start < b for a, b in found):
            found.setdefault((term.start, term.end), ([], False))[0].append(term.key)
    # "albumin/creatinine" is neither albumin nor creatinine
    return [
        _Name(a, b, tuple(keys), score)
        for (a, b), (keys, score) in sorted(found.items())
        if not (text[a - 1 : a] == "/" or text[b : b + 1] == "/")
    ]


def _told(statement: Statement, context: str) -> list[Fact]:
    text = statement.text
    facts = []
    for index, name in enumerate(names := _names(text)):
        tail = text[name.end : names[index + 1].start if index + 1 < len(names) else len(text)]
        facts += (_score if name.score else _lab)(statement, name, tail, context)
    return facts


def _when(statement: Statement, after: str) -> dt.date | None:
    """Return the date that stands beside the value, else the statement's own."""
    if match := _MONTH_AFTER.match(after):
        dates = find_dates(f"in {match['when']}", near=statement.date)
        if len(dates) == 1:
            return dates[0].day
    return statement.date


def _held(statement: Statement, name: _Name) -> Assertion | None:
    """Return the assertion of a told value; None for a goal, a plan or a relative's."""
    held = assert_of(statement.text, name.start, name.end, statement.section)
    if held in (Assertion.PLANNED, Assertion.HYPOTHETICAL, Assertion.DECLINED) or _NOT_MEASURED.search(
        statement.text[: name.start]
    ):
        return None
    return held if held in (Assertion.FAMILY, Assertion.ENTERED_IN_ERROR) else Assertion.AFFIRMED


def _score(statement: Statement, name: _Name, tail: str, context: str) -> list[Fact]:
    match = _SUM.match(tail) or _SCORE.match(tail)
    assertion = _held(statement, name)
    if not match or assertion is None:
        return []
    groups = match.groupdict()
    value = float(groups["value"].replace(",", ""))
    if _BELOW_ZERO.search(tail[: match.start("value")]) and any(scores()[key].least < 0 for key in name.keys):
        value = -value
    after = tail[match.end() :]
    key = choose_score(list(name.keys), value, f"{statement.text} {context}")
    if key is None or (groups.get("unit") and not scores()[key].unit):
        return []
    out_of = _OUT_OF.match(after)
    if out_of and float(out_of["most"]) < value:
        return []
    if key == "mayo_total" and out_of and out_of["most"] == "9":
        key = "mayo_partial"
    if scores()[key].unit == "%" and not groups.get("percent") and not re.match(r"^\s*percent", after, re.I):
        return []
    unit = scores()[key].unit or (f"of {out_of['most']}" if out_of else None)
    comparator = _sign(groups.get("compare"))
    facts = [
        _fact(
            key,
            Measurement(value=value, unit=unit, comparator=comparator),
            _when(statement, after),
            statement,
            assertion,
        )
    ]
    if (dated := _MONTH_AFTER.match(after)) and (now := _THEN_NOW.match(after[dated.end() :])):
        later = float(now["value"].replace(",", ""))
        if scores()[key].least <= later <= scores()[key].greatest:
            facts.append(_fact(key, Measurement(value=later, unit=unit), statement.date, statement, assertion))
    return facts


def _lab(statement: Statement, name: _Name, tail: str, context: str) -> list[Fact]:
    lab = labs()[name.keys[0]]
    assertion = _held(statement, name)
    if assertion is None:
        return []
    if lab.kind == "pressure":
        match = _PRESSURE.match(tail)
        return (
            [_fact(lab.key, Measurement(value=match["value"], unit="mmHg"), statement.date, statement, assertion)]
            if match
            else []
        )
    titer = _TITER.search(tail[:40])
    if titer and not re.search(r"[.;]\s", tail[: titer.start()]):
        value = Measurement(value=f"1:{titer['dilution']}")
        return [_fact(lab.key, value, _when(statement, tail[titer.end() :]), statement, assertion)]
    if lab.kind in ("qualitative", "titer"):
        return _qualitative(statement, name, lab, tail, assertion)
    match = _VALUE.match(tail)
    if not match or (lab.vital and not match["unit"] and lab.key != "bmi"):
        return (
            _qualitative(statement, name, lab, tail, assertion)
            if lab.key in ("anti_dsdna", "anti_ccp", "rheumatoid_factor")
            else []
        )
    if re.match(r"\s*(?:weeks?|months?|days?|years?|/|mg\b)", tail[match.end() :], re.IGNORECASE):
        return []
    if _ROW_OF_VALUES.match(tail[match.end() :]):
        return []  # a trend table's row: which of its dates a value has, the line does not tell
    unit = match["unit"] or ("%" if match["percent"] else None)
    if unit and lab.units and convert(lab.key, 1.0, unit) is None:
        return []  # a unit of another test
    limit = re.search(
        r"\(\s*(?:limit|upper\s+limit|ULN|ref(?:erence)?|normal)\s*:?\s*(?P<limit>[<>]?\s*[\d.]+(?:\s*[-–]\s*[\d.]+)?)\s*\)",
        tail,
    )
    value = Measurement(
        value=float(match["value"].replace(",", "")),
        unit=unit,
        comparator=_sign(match["compare"]),
        limit=limit["limit"] if limit else None,
    )
    return [_fact(lab.key, value, _when(statement, tail[match.end() :]), statement, assertion)]


def _qualitative(statement: Statement, name: _Name, lab: Lab, tail: str, assertion: Assertion) -> list[Fact]:
    text = statement.text
    word = _RESULT_WORD.search(tail[:90])
    if word and not re.search(r"[.;]", tail[: word.start()]):
        result = _QUALITATIVE[word[0].lower()]
        if re.search(r"\b(?:not|never)\s+(?:\w+\s+)?$", tail[: word.start()], re.IGNORECASE):
            return []
        between = tail[: word.start()]
        dates = find_dates(between, near=statement.date)
        after = re.sub(r"^\s+(?=\d)", " on ", tail[word.end() :])
        day = dates[0].day if len(dates) == 1 else _when(statement, after)
        return [_fact(lab.key, Measurement(value=result), day, statement, assertion)]
    before = text[max(0, name.start - 30) : name.start]
    lead = re.search(r"\b(positive|negative|indeterminate)\s+(?:\w+\s+){0,2}$", before, re.IGNORECASE)
    if lead and not re.search(
        r"\b(?:no|not|never|without|a|if|need|needs|requires?|repeat|until)\s*$", before[: lead.start()], re.IGNORECASE
    ):
        return [_fact(lab.key, Measurement(value=lead[1].lower()), _when(statement, tail), statement, assertion)]
    return []
