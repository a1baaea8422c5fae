"""Measurements told in prose: scores, laboratory values, vital signs."""

import re
from dataclasses import dataclass
from functools import lru_cache

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.dates import find_dates
from extractors.chart.facts import Assertion, Fact, Measurement, Statement
from extractors.chart.joint_counts import joint_counts
from extractors.chart.quantities import (
    COMPARE,
    NUMBER,
    PRESSURE,
    QUALITATIVE,
    RESULT_WORD,
    TITER,
    UNIT,
    measured,
    sign_of,
)
from extractors.chart.value_days import day_beside, later_values, told_day
from extractors.vocabulary.labs import Lab, convert, find_labs, labs
from extractors.vocabulary.scores import choose_score, find_scores, scores
from extractors.vocabulary.sieve import rare

# between a name and its number: "SLEDAI-2K today 14", "TOTAL SLEDAI-2K: 10", "BSA about 12%", "ANA was 1:640"
_LINK = (
    r"^\s*(?:\([^)]{0,30}\)\s*)?(?:score|total|level|value|titer|count|result|reading|today|now|currently|at\s+(?:this\s+)?visit|then|"
    r"of\s+the\s+day|affected|involvement|involved|involving|total\s+score|index|was|is|of|at|=|:|,|measured|came\s+back|positive|elevated|high|low|has\s+been|were|on\s+\S+|to|down\s+to|up\s+to|"
    r"remains|still|right|left|[RL](?=\s+\.?\d)|-|–|—|\s)*\s*"
)
_VALUE = lore.regex(
    _LINK
    + COMPARE
    + (
        rf"\s*(?P<value>{NUMBER})(?![\d:/]|"
        rf"[-,.]\d)\s*(?P<percent>%)?\s*(?P<unit>{UNIT})?"
    ),
    re.IGNORECASE,
)
_SCORE = lore.regex(
    _LINK + COMPARE + rf"\s*(?P<value>{NUMBER})(?![\d:]|[-,.]\d|/\d+/)\s*(?P<percent>%)?\s*(?P<unit>{UNIT})?",
    re.IGNORECASE,
)
# "PASI improved from 16.8 to 2.1": the second is today's, when the first was is not said
_CHANGED = lore.regex(
    r"^\s*(?:score\s+)?(?:has\s+|have\s+|had\s+)?(?:improved|decreased|increased|went|gone|fell|fallen|rose|risen|dropped|came\s+down|worsened|declined|changed|down|up)?"
    rf"\s*from\s+(?:{NUMBER})\s*%?\s*(?:to|down\s+to|up\s+to)\s+(?P<value>{NUMBER})\s*(?P<percent>%)?",
    re.IGNORECASE,
)
_BELOW_ZERO = lore.regex(r"(?:^|\s)[-−–]\s?$")  # "T-score -3.6": a sign, not a dash between name and value
_SUM = lore.regex(rf"^\s*(?:=|:)?\s*(?:{NUMBER})(?:\s*\+\s*(?:{NUMBER}))+\s*=\s*(?P<value>{NUMBER})")
_OUT_OF = lore.regex(r"^\s*(?:of|out\s+of|/)\s*(?P<most>\d+)\b")
_ROW_OF_VALUES = lore.regex(rf"^\s*(?:[HLA]\s+)?(?:{NUMBER})(?!\s*[-–]\s*\d)(?:\s|$)")
# a goal, a threshold or a range is no measurement
_NOT_MEASURED = lore.regex(
    r"\b(?:goal|target|threshold|cutoff|cut-off|if|until|less\s+than\s+or|needs?|required|criteria|range|limit|must\s+be)\b[^.;]{0,30}$",
    re.I,
)
# "ABI 0.95 and 0.94", "0.82 right, 1.01 left": the other leg's
_OTHER_SIDE = lore.regex(
    rf"^(?:\s|\(?(?:right|left|R|L)\)?|and|,|/|;|on the|in the)*\s(?P<value>{NUMBER})(?![\d:/%])", re.IGNORECASE
)


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
        if statement.section in ("header", "fax_header") or (statement.cells and not _is_form_row(statement)):
            continue
        facts += _told(statement, context)
    return facts


def _is_form_row(statement: Statement) -> bool:
    """Whether a row is a label and its value, under no head of columns ("Apnea-hypopnea index   22.0 per hour")."""
    return len(statement.cells) == 2 and not statement.headers


@lru_cache(maxsize=4096)  # of the sentences of a chart 45% stand there before
def _names(text: str) -> tuple[_Name, ...]:
    found: dict[tuple[int, int], tuple[list[str], bool]] = {}
    for term in find_scores(text):
        found.setdefault((term.start, term.end), ([], True))[0].append(term.key)
    for term in find_labs(text):
        if not any(a < term.end and term.start < b for a, b in found):
            found.setdefault((term.start, term.end), ([], False))[0].append(term.key)
    # "albumin/creatinine" is neither albumin nor creatinine
    return tuple(
        _Name(a, b, tuple(keys), score)
        for (a, b), (keys, score) in sorted(found.items())
        if not (text[a - 1 : a] == "/" or text[b : b + 1] == "/")
    )


def _told(statement: Statement, context: str) -> list[Fact]:
    text = statement.text
    facts = []
    facts += joint_counts(statement, context)
    facts += _frax(statement)
    for index, name in enumerate(names := _names(text)):
        if before := _before(statement, name):
            facts.append(before)
            continue
        tail = text[name.end : names[index + 1].start if index + 1 < len(names) else len(text)]
        facts += (_score if name.score else _lab)(statement, name, tail, context)
    return facts


# "54 eosinophils per high-power field", "41 eos/hpf": counts that stand before what is counted
_COUNTED = frozenset(["eoe_hpf"])
_COUNT_BEFORE = lore.regex(
    rf"(?<![\d./-])(?P<compare>[<>≥≤]=?|up to|over|more than)?\s*(?P<value>{NUMBER})\s*"
    r"(?:peak |intraepithelial |esophageal |mucosal )*$",
    re.IGNORECASE,
)


def _before(statement: Statement, name: _Name) -> Fact | None:
    """Return a count told number first; "up to 45" is the peak, "more than 100" is a bound."""
    if not name.score or name.keys[0] not in _COUNTED:
        return None
    match = _COUNT_BEFORE.search(statement.text[: name.start])
    held = _held(statement, name)
    if not match or held is None or _BOUND_BEHIND.match(statement.text[name.end :]):
        return None
    sign = {"over": ">", "more than": ">", "up to": None}.get((match["compare"] or "").lower(), match["compare"])
    value = Measurement(value=float(match["value"].replace(",", "")), comparator=sign_of(sign))
    return measured(
        name.keys[0], value, told_day(statement, match.start(), statement.text[name.end :]), statement, held
    )


# "FRAX gives 27% for major fractures and 6.1% for hip", "FRAX, 10 years: major osteoporotic 27%, hip 6.1%"
_FRAX = rare(r"\bFRAX\b", re.IGNORECASE)
_RISK_OF = lore.regex(
    rf"\b(?P<part>major|hip)\b(?P<named>[a-z\s()-]{{0,30}}?)[\s:=]*(?P<value>{NUMBER})\s*%|"
    rf"(?P<given>{NUMBER})\s*%\s*(?:risk\s+)?(?:for|of)\s+(?:a\s+|the\s+)?(?P<given_part>major|hip)\b",
    re.IGNORECASE,
)


def _frax(statement: Statement) -> list[Fact]:
    """Return the ten-year risks a FRAX sentence gives where the score's name and its part stand apart."""
    text = statement.text
    name = _FRAX.search(text)
    if not name:
        return []
    named = {term.key for term in find_scores(text)}
    held = _held(statement, _Name(name.start(), name.end(), (), True))
    risks: dict[str, float] = {}
    for match in _RISK_OF.finditer(text, name.end()):
        part = (match["part"] or match["given_part"]).lower()
        if f"frax_{part}" not in named:
            risks.setdefault(f"frax_{part}", float(match["value"] or match["given"]))
    if held is None:
        return []
    return [
        measured(key, Measurement(value=value, unit="%"), statement.date, statement, held)
        for key, value in risks.items()
    ]


# "an AHI of 15 or more would qualify": a bound and no value
_BOUND_BEHIND = lore.regex(
    r"^\s*(?:%|[a-z]+/[a-z]+)?\s*or\s+(?:more|higher|greater|above|over|less|lower|fewer|below)\b|^\s*\+", re.I
)


def _held(statement: Statement, name: _Name) -> Assertion | None:
    """Return the assertion of a told value; None for a goal, a plan or a relative's."""
    held = assert_of(statement.text, name.start, name.end, statement.section)
    if held in (Assertion.PLANNED, Assertion.HYPOTHETICAL, Assertion.DECLINED) or _NOT_MEASURED.search(
        statement.text[: name.start]
    ):
        return None
    return held if held in (Assertion.FAMILY, Assertion.ENTERED_IN_ERROR) else Assertion.AFFIRMED


# "Hurley stage III", "NYHA class II": a stage in Roman figures; "II-III" is none of both
_ROMAN = lore.regex(
    r"^\s*(?:stage|class|grade)?\s*(?::|=|of|is|was)?\s*(?P<roman>IV|V|I{1,3})\b(?!\s*(?:[-–/]|to|or)\s*I)"
)
_ARABIC = {"I": 1.0, "II": 2.0, "III": 3.0, "IV": 4.0, "V": 5.0}


# "EF 30-35%", "BSA 8 to 10%": both ends, so that a bound between them stays open
_SPAN = lore.regex(_LINK + rf"\s*(?P<low>{NUMBER})\s*%?\s*(?:-|–|to)\s*(?P<high>{NUMBER})\s*%", re.IGNORECASE)


def _span(key: str, statement: Statement, name: _Name, tail: str) -> list[Fact]:
    """Return the two ends of a share told as a range."""
    match, held = _SPAN.match(tail), _held(statement, name)
    if not match or held is None or float(match["low"]) >= float(match["high"]) or float(match["high"]) > 100:
        return []
    day = told_day(statement, name.start, tail[match.end() :])
    ends = (float(match["low"]), float(match["high"]))
    return [measured(key, Measurement(value=at, unit="%"), day, statement, held) for at in ends]


def _score(statement: Statement, name: _Name, tail: str, context: str) -> list[Fact]:
    if scores()[name.keys[0]].unit == "%" and (ends := _span(name.keys[0], statement, name, tail)):
        return ends
    staged = [key for key in name.keys if scores()[key].roman]
    if staged and (roman := _ROMAN.match(tail)) and (held := _held(statement, name)):
        value = Measurement(value=_ARABIC[roman["roman"]])
        return [measured(staged[0], value, told_day(statement, name.start, tail[roman.end() :]), statement, held)]
    match = _SUM.match(tail) or _CHANGED.match(tail) or _SCORE.match(tail)
    assertion = _held(statement, name)
    if not match or assertion is None:
        return []
    groups = match.groupdict()
    value = float(groups["value"].replace(",", ""))
    if _BELOW_ZERO.search(tail[: match.start("value")]) and any(scores()[key].least < 0 for key in name.keys):
        value = -value
    after = tail[match.end() :]
    key = choose_score(list(name.keys), value, statement.text, context)
    if key is None or (groups.get("unit") and not scores()[key].unit):
        return []
    if _BOUND_BEHIND.match(after):
        return []
    out_of = _OUT_OF.match(after)
    if out_of and float(out_of["most"]) < value:
        return []
    if key == "mayo_total" and out_of and out_of["most"] == "9":
        key = "mayo_partial"
    if scores()[key].unit == "%" and not groups.get("percent") and not re.match(r"^\s*percent", after, re.I):
        return []
    unit = scores()[key].unit or (f"of {out_of['most']}" if out_of else None)
    comparator = sign_of(groups.get("compare"))
    facts = [
        measured(
            key,
            Measurement(value=value, unit=unit, comparator=comparator),
            told_day(statement, name.start, after),
            statement,
            assertion,
        )
    ]
    if not _CHANGED.match(tail):
        facts += [
            at
            for at in later_values(key, statement, tail, match.end(), unit, assertion)
            if at.measurement and scores()[key].least <= float(at.measurement.value) <= scores()[key].greatest
        ]
    if scores()[key].each_side and (other := _OTHER_SIDE.match(after)):
        facts.append(measured(key, Measurement(value=float(other["value"])), facts[0].date, statement, assertion))
    return facts


# "for eGFR below 45 a ratio of 0.54 to 3.30 is suggested": for whom a reference holds, and nobody's value
_OF_WHOM = lore.regex(
    r"\b(?:for|in|when|where|with|patients?|adults?|those|persons?)\s+(?:with\s+)?(?:an?\s+)?$", re.IGNORECASE
)
# "FEV1 2.1 L": a unit in which no bound is set
_OTHER_UNIT = lore.regex(r"^\s*(?:L|mL|ml|liters?|litres?|cc|mm|cm|g|mcg|seconds?|percentile|z-?score)\b")


# "CK 412 U/L (39-308)": the range of the laboratory right behind the value
_RANGE_BEHIND = lore.regex(
    rf"^\s*[HL*]?\s*[(\[]\s*(?P<limit>(?:{NUMBER})\s*[-–]\s*(?:{NUMBER})|[<≤]\s*(?:{NUMBER}))\s*(?:{UNIT})?\s*[)\]]",
    re.IGNORECASE,
)


# a row of a report whose columns are lost: "Creatine kinase 148 39-308 U/L"
_RANGE_IN_ROW = lore.regex(
    rf"^\s*[HL*]?\s*(?P<limit>(?:{NUMBER})\s*[-–]\s*(?:{NUMBER})|[<≤>≥]\s*(?:{NUMBER}))\s*(?P<unit>{UNIT}|%)?\s*$",
    re.IGNORECASE,
)


def _lab(statement: Statement, name: _Name, tail: str, context: str) -> list[Fact]:
    lab = labs()[name.keys[0]]
    assertion = _held(statement, name)
    if assertion is None:
        return []
    if lab.kind == "pressure":
        match = PRESSURE.match(tail)
        return (
            [measured(lab.key, Measurement(value=match["value"], unit="mmHg"), statement.date, statement, assertion)]
            if match
            else []
        )
    if lab.unit == "%" and (ends := _span(lab.key, statement, name, tail)):
        return ends
    titer = TITER.search(tail[:40])
    if titer and not re.search(r"[.;]\s", tail[: titer.start()]):
        value = Measurement(value=f"1:{titer['dilution']}")
        return [measured(lab.key, value, day_beside(statement, tail[titer.end() :]), statement, assertion)]
    if lab.kind in ("qualitative", "titer"):
        return _qualitative(statement, name, lab, tail, assertion)
    match = _VALUE.match(tail)
    if match and match["compare"] and _OF_WHOM.search(statement.text[: name.start]):
        return []
    if not match or (lab.vital and not match["unit"] and lab.key != "bmi"):
        return (
            _qualitative(statement, name, lab, tail, assertion)
            if lab.key in ("anti_dsdna", "anti_ccp", "rheumatoid_factor")
            else []
        )
    if re.match(
        r"\s*(?:weeks?|months?|days?|years?|/|mg\b|times\b|x\b|(?:a|per|each|every)\s+(?:day|week|month)|daily\b|(?:am|pm)\b)",
        tail[match.end() :],
        re.IGNORECASE,
    ):
        return []
    if _ROW_OF_VALUES.match(tail[match.end() :]):
        return []  # a trend table's row: which of its dates a value has, the line does not tell
    unit = match["unit"] or ("%" if match["percent"] else None)
    if _BOUND_BEHIND.match(tail[match.end() :]) or (not unit and lab.units and _OTHER_UNIT.match(tail[match.end() :])):
        return []
    if (unit and lab.units and convert(lab.key, 1.0, unit) is None) or (lab.needs_unit and not unit):
        return []  # a unit of another test
    limit = re.search(
        r"\(\s*(?:limit|upper\s+limit|ULN|ref(?:erence)?|normal)\s*:?\s*(?P<limit>[<>]?\s*[\d.]+(?:\s*[-–]\s*[\d.]+)?)\s*\)",
        tail,
    )
    limit = limit or _RANGE_BEHIND.match(tail[match.end() :])
    if row := _RANGE_IN_ROW.match(tail[match.end() :]):
        limit, unit = row, unit or row["unit"]
    value = Measurement(
        value=float(match["value"].replace(",", "")),
        unit=unit,
        comparator=sign_of(match["compare"]),
        limit=limit["limit"] if limit else None,
    )
    after = tail[match.end() :]
    facts = [measured(lab.key, value, told_day(statement, name.start, after), statement, assertion)]
    facts += later_values(lab.key, statement, tail, match.end(), unit, assertion)
    return facts


# "negative for HIV risk": no test of it
_NOT_THE_TEST = lore.regex(
    r"^\s*(?:risk|exposure|contacts?|symptoms?|education|counsel\w*|vaccin\w*|immuni[sz]\w*)\b", re.IGNORECASE
)


def _qualitative(statement: Statement, name: _Name, lab: Lab, tail: str, assertion: Assertion) -> list[Fact]:
    text = statement.text
    word = RESULT_WORD.search(tail[:90])
    if word and not re.search(r"[.;]", tail[: word.start()]):
        result = QUALITATIVE[word[0].lower()]
        if re.search(r"\b(?:not|never)\s+(?:\w+\s+)?$", tail[: word.start()], re.IGNORECASE):
            return []
        between = tail[: word.start()]
        dates = find_dates(between, near=statement.date)
        after = re.sub(r"^\s+(?=\d)", " on ", tail[word.end() :])
        day = dates[0].day if len(dates) == 1 else day_beside(statement, after)
        return [measured(lab.key, Measurement(value=result), day, statement, assertion)]
    before = text[max(0, name.start - 30) : name.start]
    if _NOT_THE_TEST.match(tail):
        return []
    lead = re.search(r"\b(positive|negative|indeterminate)\s+(?:\w+\s+){0,2}$", before, re.IGNORECASE)
    if lead and not re.search(
        r"\b(?:no|not|never|without|a|if|need|needs|requires?|repeat|until)\s*$", before[: lead.start()], re.IGNORECASE
    ):
        value = Measurement(value=lead[1].lower())
        return [measured(lab.key, value, day_beside(statement, tail), statement, assertion)]
    return []
