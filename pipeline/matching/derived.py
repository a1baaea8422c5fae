"""Values that follow from other values of the same day by a published formula."""

from collections.abc import Iterable
from dataclasses import replace

from extractors.chart.facts import Fact, Measurement
from extractors.vocabulary.labs import convert, without_unit

# Payne RB et al., BMJ 1973;4:643: corrected calcium (mg/dL) = calcium + 0.8 x (4.0 - albumin in g/dL)
_NORMAL_ALBUMIN = 4.0
_PER_GRAM = 0.8


def corrected_calcium(told: Iterable[Fact], calcium: Iterable[Fact], albumin: Iterable[Fact]) -> list[Fact]:
    """Return calcium corrected for the albumin of the same day, on days for which the laboratory gives none itself.

    Rounded to 0.1 mg/dL; the range stays that which the laboratory prints beside its calcium.
    """
    known = {at.date for at in told}
    by_day = {at.date: grams for at in albumin if at.date and (grams := _number(at, "albumin")) is not None}
    made = []
    for at in calcium:
        milligrams = _number(at, "calcium")
        if milligrams is None or at.date in known or at.date not in by_day or at.measurement is None:
            continue
        value = round(milligrams + _PER_GRAM * (_NORMAL_ALBUMIN - by_day[at.date]), 1)
        # the flag is that of the calcium as measured
        measured = Measurement(value=value, unit="mg/dL", limit=at.measurement.limit)
        made.append(replace(at, name="calcium_corrected", measurement=measured))
    return made


def _number(fact: Fact, key: str) -> float | None:
    measured = fact.measurement
    if measured is None or not isinstance(measured.value, float) or measured.comparator:
        return None
    if measured.unit:
        return convert(key, measured.value, measured.unit)
    return measured.value if key == "albumin" else without_unit(key, measured.value)
