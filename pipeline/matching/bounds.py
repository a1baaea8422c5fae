"""Whether a value keeps a bound: units brought together, titers, the laboratory's own range."""

import re

from extractors import lore
from extractors.chart.facts import Fact
from extractors.chart.facts import Measurement as Value
from extractors.vocabulary.labs import convert, labs, without_unit
from extractors.vocabulary.scores import scores
from pipeline.matching.phrases import NUMBER
from pipeline.matching.requirements import Measurement

Side = bool | None  # None: the value cannot be held against the bound

_UNITS = str.maketrans({"µ": "u", "μ": "u"})


def side_of(fact: Fact, requirement: Measurement) -> Side:
    """Return whether a value keeps the bound; None where the two cannot be held together."""
    measured = fact.measurement
    assert measured is not None
    if requirement.limit:
        return against_limit(fact, requirement)
    if requirement.of_upper_limit:
        return _times_upper(fact, requirement)
    if isinstance(requirement.value, str):
        return _titer_side(str(measured.value), requirement)
    value = measured.value
    if isinstance(value, str):
        return None
    value = _converted(fact, float(value), requirement.unit)
    if value is None or requirement.value is None:
        return None
    return _compare(value, measured.comparator, requirement)


def _times_upper(fact: Fact, requirement: Measurement) -> Side:
    """Hold a value against so many upper limits of the range that the laboratory printed beside it."""
    measured = fact.measurement
    assert measured is not None
    upper = upper_of(fact)
    if not isinstance(measured.value, float) or not upper:
        return None
    return _compare(measured.value / upper, measured.comparator, requirement)


def upper_of(fact: Fact) -> float | None:
    """Return the upper limit that the laboratory printed beside a value, None where it printed none."""
    printed = (fact.measurement.limit if fact.measurement else None) or ""
    bounds = [float(at) for at in re.findall(NUMBER, printed.replace(",", ""))]
    if len(bounds) == 2 and bounds[0] < bounds[1]:
        return bounds[1]
    if len(bounds) == 1 and re.search(r"<|≤|up to|less|limit|below", printed, re.IGNORECASE):
        return bounds[0]
    return _told_limit(fact, above=True)


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
        # a test with one scale ("BMI 34.2"), unless the number cannot be of it: "FEV1 1.61" is in liters
        return value if lab.usual is None or lab.usual[0] <= value <= lab.usual[1] else None
    mine = convert(fact.name, value, printed) if printed else without_unit(fact.name, value)
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
    "cm²": "cm2",
    "msec": "ms",
    "milliseconds": "ms",
    "sec": "s",
    "seconds": "s",
    "microns": "um",
    "micrometers": "um",
    "millimeters": "mm",
    "milliliters": "mL",
    "cc": "mL",
    "mmhg": "mmHg",
    "m/sec": "m/s",
    "degree": "degrees",
    "micromol/l": "umol/L",
    "mcmol/l": "umol/L",
    "ug/dl": "mcg/dL",
    "percent": "%",
    "points": "",
    "predicted": "%",
    "%predicted": "%",
}


# the stroke of "IU/mL" misread: "{U/mL", "lU/mL", "|U/mL"
_MISREAD_IU = lore.regex(r"^[{|l1!\[(]U/")


def _unit(printed: str | None) -> str | None:
    if not printed:
        return None
    plain = re.sub(r"\s+per\s+", "/", printed.translate(_UNITS)).replace(" ", "").strip(".,;()")
    plain = _MISREAD_IU.sub("IU/", plain)
    return _SAME_UNIT.get(plain.lower(), plain) or None


def _titer_side(value: str, requirement: Measurement) -> Side:
    measured = re.search(r"1\s*:\s*(\d+)", value)
    asked = re.search(r"1\s*:\s*(\d+)", str(requirement.value))
    if not measured or not asked:
        return None
    a, b = int(measured[1]), int(asked[1])
    return {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b}.get(requirement.comparator or ">=", a == b)


def against_limit(fact: Fact, requirement: Measurement) -> Side:
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
_TOLD = lore.regex(
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
