"""Scores, laboratory values, test results and counted events against what is asked."""

import datetime as dt
import re

from extractors.chart.facts import Assertion, Fact
from extractors.chart.facts import Measurement as Value
from extractors.vocabulary.labs import convert, labs
from extractors.vocabulary.scores import scores
from pipeline.matching.phrases import NUMBER
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import LabResult, Measurement
from pipeline.matching.sites import judge_sites
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

Side = bool | None  # None: the value cannot be held against the bound

_UNITS = str.maketrans({"µ": "u", "μ": "u"})


def judge_measurement(requirement: Measurement, record: Record) -> Verdict:
    """Return the verdict on a score or value: the newest one in the window decides."""
    if requirement.sites:
        return judge_sites(requirement, record)
    shown = _shown(requirement)
    facts = _values(requirement.names, record)
    if requirement.value is not None:  # "positive ANA" beside "ANA 1:640" neither adds nor takes anything
        facts = [at for at in facts if not _only_positive(at)]
    inside = [at for at in facts if record.holds(at, requirement.window)]
    if not inside:
        outside = [at for at in facts if at.date is not None]
        late = [at for at in outside if at.date and at.date > record.request_date]
        why = "value_late" if late else "value_old" if outside and requirement.window else "silent_value"
        return unclear(
            why,
            cite(newest_first(late or outside)[:1]),
            wants=_wants(requirement, shown),
            **_facts_of(newest_first(outside)[0] if outside else None, shown),
        )
    latest = _latest(inside)
    sides = {_side(at, requirement) for at in latest}
    best = latest[0]
    if sides == {None} or len(sides) > 1:
        return unclear("value_unsure", cite(latest), wants=_wants(requirement, shown), **_facts_of(best, shown))
    (side,) = sides
    if not side and requirement.window and set(requirement.names) <= set(data("markers")["any_in_window"]):
        reached = [at for at in inside if at.date and _side(at, requirement)]
        if reached:
            return met("value_right", cite(newest_first(reached)), **_facts_of(newest_first(reached)[0], shown))
    if not side:
        return not_met("value_wrong_side", cite(latest), **_facts_of(best, shown))
    for other in requirement.also:
        verdict = _beside(other, best, record)
        if verdict is not None:
            return verdict
    return met("value_right", cite(latest), **_facts_of(best, shown))


def _values(names: tuple[str, ...], record: Record) -> list[Fact]:
    """Return what was measured of these, affirmed, from first-hand statements."""
    return [
        at
        for at in record.facts
        if at.kind == "measurement"
        and at.name in names
        and at.measurement
        and at.assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL)
        and not _goal(at)
    ]


def _only_positive(fact: Fact) -> bool:
    value = fact.measurement.value if fact.measurement else None
    return isinstance(value, str) and value.strip().lower() in ("positive", "reactive", "detected")


def _goal(fact: Fact) -> bool:
    """Whether the number is a target and no result ("goal A1c below 7")."""
    return (
        bool(
            re.search(
                r"\b(?:goal|target|aim(?:ing)? for|should be|until|if (?:the )?\w+ (?:is|rises|falls))\b",
                fact.statement.text,
                re.IGNORECASE,
            )
        )
        and not fact.statement.cells
    )


def _latest(facts: list[Fact]) -> list[Fact]:
    """Return the facts of the newest date, table rows before prose; undated ones only when nothing is dated."""
    dated = [at for at in facts if at.date]
    pool = dated or facts
    newest = max((at.date for at in pool if at.date), default=None)
    chosen = [at for at in pool if at.date == newest]
    return sorted(chosen, key=lambda at: not at.statement.cells)


def _side(fact: Fact, requirement: Measurement) -> Side:
    measured = fact.measurement
    assert measured is not None
    if requirement.limit:
        return _against_limit(fact, requirement)
    if isinstance(requirement.value, str):
        return _titer_side(str(measured.value), requirement)
    value = measured.value
    if isinstance(value, str):
        return None
    value = _converted(fact, float(value), requirement.unit)
    if value is None or requirement.value is None:
        return None
    return _compare(value, measured.comparator, requirement)


def _compare(value: float, printed: str | None, requirement: Measurement) -> Side:
    bound = float(requirement.value)  # type: ignore[arg-type]
    low, high = bound, requirement.high if requirement.high is not None else bound
    answers: dict[str, bool] = {
        ">": value > bound,
        ">=": value >= bound,
        "<": value < bound,
        "<=": value <= bound,
        "=": value == bound,
        "between": low <= value <= high,
    }
    answer = answers[requirement.comparator or ">="]
    if printed in ("<", "<=", "≤"):  # "< 50": somewhere below
        return (
            False
            if requirement.comparator in (">", ">=") and value <= bound
            else True
            if requirement.comparator in ("<", "<=") and value <= bound
            else None
        )
    if printed in (">", ">=", "≥", "over"):
        return (
            True
            if requirement.comparator in (">", ">=") and value >= bound
            else False
            if requirement.comparator in ("<", "<=") and value >= bound
            else None
        )
    if printed in ("about", "~", "≈") and bound and abs(value - bound) / abs(bound) < 0.1:
        return None  # "about 10%" against 10%: too near to tell
    return answer


def _converted(fact: Fact, value: float, wanted: str | None) -> float | None:
    """Return the value in the unit of the requirement; None when either unit cannot be told."""
    printed = _unit(fact.measurement.unit if fact.measurement else None)
    asked = _unit(wanted)
    if fact.name in scores():
        return value
    lab = labs().get(fact.name)
    if asked is None or printed == asked:
        if asked is None and printed and lab and lab.unit and (plain := convert(fact.name, value, printed)) is not None:
            return plain
        return value
    if printed is None and lab and {factor for _, factor in lab.units} == {1.0} and convert(fact.name, 1.0, asked):
        return value  # a test with one scale: "BMI 34.2"
    mine = convert(fact.name, value, printed) if printed else None
    factor = convert(fact.name, 1.0, asked)
    if mine is None or not factor:
        return None
    return mine / factor


_SAME_UNIT = {
    "cells/microliter": "cells/uL",
    "cells/mcl": "cells/uL",
    "cell/microliter": "cells/uL",
    "cells/cubicmillimeter": "cells/uL",
    "/mcl": "cells/uL",
    "/mm3": "cells/uL",
    "/microliter": "cells/uL",
    "cells/ul": "cells/uL",
    "cells/mm3": "cells/uL",
    "/ul": "cells/uL",
    "kg/m²": "kg/m2",
    "kg/m^2": "kg/m2",
    "percent": "%",
    "points": "",
    "predicted": "%",
    "%predicted": "%",
}


def _unit(printed: str | None) -> str | None:
    if not printed:
        return None
    plain = re.sub(r"\s+per\s+", "/", printed.translate(_UNITS)).replace(" ", "").strip(".,;()")
    return _SAME_UNIT.get(plain.lower(), plain) or None


def _titer_side(value: str, requirement: Measurement) -> Side:
    measured = re.search(r"1\s*:\s*(\d+)", value)
    asked = re.search(r"1\s*:\s*(\d+)", str(requirement.value))
    if not measured or not asked:
        return None
    a, b = int(measured[1]), int(asked[1])
    return {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b}.get(requirement.comparator or ">=", a == b)


def _against_limit(fact: Fact, requirement: Measurement) -> Side:
    """Hold a value against the range the laboratory printed beside it, else against its flag."""
    measured = fact.measurement
    assert measured is not None
    above = requirement.limit == "above_upper"
    bounds = [float(at) for at in re.findall(NUMBER, (measured.limit or "").replace(",", ""))]
    titer = re.search(r"1\s*:\s*(\d+)", measured.limit or "")
    if requirement.limit == "within":
        return _within(measured, bounds[:2] if not titer else [])
    if isinstance(measured.value, str) and (value := re.search(r"1\s*:\s*(\d+)", measured.value)) and titer:
        return int(value[1]) >= int(titer[1]) if above else None
    if isinstance(measured.value, (int, float)) and bounds and not titer:
        value_now = float(measured.value)
        lone_upper = len(bounds) == 1 and re.search(r"<|≤|up to|less|limit|below", measured.limit or "", re.IGNORECASE)
        if above and (len(bounds) == 2 or lone_upper):
            return value_now > max(bounds)
        if not above and (len(bounds) == 2 or re.search(r">|≥", measured.limit or "")):
            return value_now < min(bounds)
    if isinstance(measured.value, (int, float)) and (told := _told_limit(fact, above)) is not None:
        return float(measured.value) > told if above else float(measured.value) < told
    flag = (measured.flag or "").strip().upper()
    if flag in ("H", "HH", "HIGH"):
        return above
    if flag in ("L", "LL", "LOW"):
        return not above
    return None


def _within(measured: Value, bounds: list[float]) -> Side:
    """Whether a value lies in the printed range of two numbers, which its flag must not deny."""
    flag = (measured.flag or "").strip().upper()
    if flag not in ("", "N", "NORMAL"):
        return False if flag in ("H", "HH", "HIGH", "L", "LL", "LOW") else None
    if not isinstance(measured.value, (int, float)) or measured.comparator or len(bounds) != 2:
        return None
    return bounds[0] <= float(measured.value) <= bounds[1]


# "118 IU/mL (positive above 75)", "88 (limit 14)", "(normal below 30)"
_TOLD = re.compile(
    rf"\((?:positive|abnormal|high|limit|upper limit|normal|ULN)\D{{0,14}}(?P<bound>{NUMBER})[^)]{{0,12}}\)",
    re.IGNORECASE,
)


def _told_limit(fact: Fact, above: bool) -> float | None:
    """Return the laboratory's limit that a sentence gives in brackets behind the value."""
    measured = fact.measurement
    if not above or measured is None or fact.statement.cells:
        return None
    place = fact.statement.text.find(f"{measured.value:g}")
    match = _TOLD.search(fact.statement.text, place, place + 60) if place >= 0 else None
    return float(match["bound"].replace(",", "")) if match else None


def _beside(other: Measurement, best: Fact, record: Record) -> Verdict | None:
    """Return why the second half of "with an endoscopic subscore of 2 or 3" fails, None when it holds."""
    shown = _shown(other)
    near = [
        at for at in _values(other.names, record) if at.date and best.date and abs((at.date - best.date).days) <= 60
    ]
    if not near:
        return unclear("silent_value", cite([best]), wants=shown, **_facts_of(None, shown))
    latest = _latest(near)
    sides = {_side(at, other) for at in latest}
    if sides == {True}:
        return None
    if sides == {False}:
        return not_met("value_wrong_side", cite(latest), **_facts_of(latest[0], shown))
    return unclear("value_unsure", cite(latest), wants=shown, **_facts_of(latest[0], shown))


def _facts_of(fact: Fact | None, shown: str) -> dict[str, str]:
    if fact is None or fact.measurement is None:
        return {"value": "", "date": "", "wanted": shown, "name": ""}
    measured = fact.measurement
    number = f"{measured.value:g}" if isinstance(measured.value, (int, float)) else str(measured.value)
    sign = measured.comparator + " " if measured.comparator else ""
    unit = ("" if measured.unit == "%" else " ") + measured.unit if measured.unit else ""
    return {"value": f"{sign}{number}{unit}", "date": day_words(fact.date), "wanted": shown, "name": name_of(fact.name)}


def day_words(day: dt.date | None) -> str:
    return f"on {day:%B} {day.day}, {day.year}" if day else "without a date"


def name_of(key: str) -> str:
    """Return the printed name of a score or test."""
    entry = scores().get(key) or labs().get(key)
    if entry is None and (held := data("quantities").get(key)):
        return held["names"][0]
    return entry.names[0] if entry else key.replace("_", " ")


def _shown(requirement: Measurement) -> str:
    name = name_of(requirement.names[0])
    if requirement.limit:
        side = {"above_upper": "above", "below_lower": "below", "within": "within"}[requirement.limit]
        return f"{name} {side} the laboratory's normal range"
    words = {
        ">": "above ",
        ">=": "at least ",
        "<": "below ",
        "<=": "at most ",
        "=": "of ",
        "between": "between ",
        None: "",
    }
    value = requirement.value if isinstance(requirement.value, str) else f"{requirement.value:g}"
    high = f" and {requirement.high:g}" if requirement.comparator == "between" and requirement.high is not None else ""
    unit = (requirement.unit if requirement.unit == "%" else f" {requirement.unit}") if requirement.unit else ""
    return f"{name} {words[requirement.comparator]}{value}{high}{unit}"


def _wants(requirement: Measurement, shown: str) -> str:
    return f"{shown}, {requirement.window.printed}" if requirement.window else shown


# ---------------------------------------------------------------- positive and negative

_RESULTS = (
    (
        "negative",
        re.compile(
            r"^\W*(?:neg(?:ative)?|non-?reactive|not detected|undetect\w*|none detected|absent)\b", re.IGNORECASE
        ),
    ),
    ("positive", re.compile(r"^\W*(?:pos(?:itive)?|reactive|detected|present)\b", re.IGNORECASE)),
)


def judge_result(requirement: LabResult, record: Record) -> Verdict:
    """Return the verdict on a positive or negative test: the newest result in the window decides."""
    by_name = [_one_result(name, requirement, record) for name in requirement.names]
    from pipeline.matching.verdict import any_of

    return any_of(by_name)


def _one_result(name: str, requirement: LabResult, record: Record) -> Verdict:
    shown = name_of(name)
    wanted = f"{requirement.result} {_test_word(name)}"
    facts = [
        at
        for at in record.facts
        if at.kind == "measurement" and at.name == name and at.measurement and at.assertion is not Assertion.PLANNED
    ]
    dated = [at for at in facts if at.date]
    inside = [at for at in dated if record.holds(at, requirement.window)]
    wants = f"the date and result of a {wanted}" + (f", {requirement.window.printed}" if requirement.window else "")
    if not inside:
        late = [at for at in dated if at.date and at.date > record.request_date]
        if late:
            return unclear(
                "value_late",
                cite(newest_first(late)),
                wants=wants,
                value=str(late[0].measurement.value),
                date=day_words(late[0].date),
                wanted=wanted,
                name=shown,
            )
        if dated:
            old = newest_first(dated)[0]
            return unclear(
                "result_old",
                cite([old]),
                wants=wants,
                value=_result_of(old) or str(old.measurement.value),
                date=day_words(old.date),
                wanted=wanted,
                name=shown,
            )
        return unclear("silent_result", wants=wants, wanted=wanted, name=shown, value="", date="")
    latest = _latest(inside)
    results = {_result_of(at) for at in latest}
    said = ", ".join(
        sorted({str(at.measurement.value).casefold(): str(at.measurement.value) for at in latest}.values())
    )
    facts_of = {
        "value": said.lower() if len(said) > 3 else said,
        "date": day_words(latest[0].date),
        "wanted": wanted,
        "name": shown,
    }
    if results == {requirement.result}:
        later = [at for at in inside if _result_of(at) == requirement.result and at not in latest]
        return met("result_right", cite([*latest, *newest_first(later)]), **facts_of)
    if results <= {"negative", "positive"}:
        return not_met("result_wrong", cite(latest), **facts_of)
    return unclear("result_unsure", cite(latest), wants=wants, **facts_of)


def _test_word(name: str) -> str:
    word = name.replace("_", " ")
    return word if word.endswith("test") else f"{name_of(name)} test"


def _result_of(fact: Fact) -> str | None:
    """Return "negative" or "positive"; a number against its printed range counts too."""
    measured = fact.measurement
    assert measured is not None
    if isinstance(measured.value, str):
        for result, pattern in _RESULTS:
            if pattern.search(measured.value):
                return result
        titer = re.search(r"1\s*:\s*(\d+)", measured.value)
        limit = re.search(r"1\s*:\s*(\d+)", measured.limit or "")
        if titer and limit:
            return "positive" if int(titer[1]) >= int(limit[1]) else "negative"
        return None
    side = _against_limit(fact, Measurement(names=(fact.name,), limit="above_upper"))
    return None if side is None else "positive" if side else "negative"
