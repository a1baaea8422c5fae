"""A requirement in one line, for tables of leaves: "val hemoglobin_a1c >= 7 % <90d newest ~fasting"."""

from pipeline.matching.printed_leaves import PrintedDiagnosis
from pipeline.matching.requirements import (
    Age,
    AllOf,
    AnyOf,
    Diagnosis,
    Events,
    LabResult,
    Lasting,
    Measurement,
    Requirement,
    Window,
)


def short(found: Requirement) -> str:
    """Return kind and fields, `<` a window, `&` what goes with it, `~` what is left in `besides`."""
    if isinstance(found, (AnyOf, AllOf)):
        text = f"{'any' if isinstance(found, AnyOf) else 'all'}({'; '.join(map(short, found.options))})"
    elif isinstance(found, Age):
        least = f"{found.minimum_months}m" if found.minimum_months else _of(found.minimum_years)
        text = f"age {least}{'!' * found.above}..{_of(found.maximum_years)}{'!' * found.below}"
    elif isinstance(found, Diagnosis):
        text = _words("dx", "|".join(found.names), _bracket(found.severity), *(f"+{at}" for at in found.qualifiers))
    elif isinstance(found, PrintedDiagnosis):
        text = _words("printed", "|".join((*found.names, *found.codes)), _bracket(found.degrees))
    elif isinstance(found, Measurement):
        text = _measurement(found)
    elif isinstance(found, LabResult):
        text = _words("test", "|".join(found.names), found.result, _window(found.window))
    elif isinstance(found, Events):
        per = f"/{found.per}" if found.per else ""
        text = _words("events", found.event, found.comparator, _of(found.value), per, _window(found.window))
    elif isinstance(found, Lasting):
        text = _words("lasts", "|".join(found.names), f"{found.minimum_days}d")
    else:
        text = found.kind
    return _words(text, f"~{found.besides}" if found.besides else "")


def _measurement(found: Measurement) -> str:
    marks = {
        found.limit: bool(found.limit),
        "newest": found.newest,
        "ever": found.ever,
        f"x{found.occasions}": bool(found.occasions),
        "baseline": found.baseline,
        f"@{','.join(found.sites)}": bool(found.sites),
        "ULN": found.of_upper_limit,
    }
    also = [f"& {short(at)}" for at in found.also]
    bound = [found.comparator or "", _of(found.value), _of(found.high), found.unit or "", _window(found.window)]
    return _words("val", "|".join(found.names), *bound, *(str(at) for at, said in marks.items() if said), *also)


def _words(*parts: str) -> str:
    return " ".join(at for at in parts if at)


def _of(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _bracket(words: tuple[str, ...]) -> str:
    return f"({' '.join(words)})" if words else ""


def _window(window: Window | None) -> str:
    if window is None:
        return ""
    amounts = ((window.days, "d"), (window.months, "m"), (window.years, "y"))
    at = "" if window.anchor == "request" else f"@{window.anchor}"
    return "<" + "".join(f"{amount}{unit}" for amount, unit in amounts if amount) + at
