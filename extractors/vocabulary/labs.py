"""Laboratory tests and vital signs: names in charts, canonical units, conversion."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from extractors import lore
from extractors.vocabulary.terms import Term, TermFinder, load_vocabulary

LabKind = Literal["number", "qualitative", "titer", "text", "pressure"]


@dataclass(frozen=True, slots=True)
class Lab:
    """One test."""

    key: str  # "anti_dsdna"
    names: tuple[str, ...]
    kind: LabKind = "number"
    units: tuple[tuple[str, float], ...] = ()  # (as printed, factor to the first one)
    quiet: bool = False
    vital: bool = False
    needs_unit: bool = False  # in prose; a table has its own column of units
    usual: tuple[float, float] | None = None  # what a person's value can be, in the canonical unit

    @property
    def unit(self) -> str | None:
        """The canonical unit, None where the file names none."""
        return self.units[0][0] if self.units else None


@cache
def labs() -> dict[str, Lab]:
    """Return every test by key; labs.yaml is checked here, at first use."""
    table = {}
    for key, entry in load_vocabulary("labs").items():
        units = tuple((str(unit), float(factor)) for unit, factor in entry.get("units", {}).items())
        if not entry["names"] or (units and units[0][1] != 1.0):
            raise ValueError(f"labs.yaml: {key} needs names, and its first unit the factor 1")
        table[key] = Lab(
            key=key,
            names=tuple(map(str, entry["names"])),
            kind=entry.get("kind", "number"),
            units=units,
            quiet=bool(entry.get("quiet")),
            vital=bool(entry.get("vital")),
            needs_unit=bool(entry.get("needs_unit")),
            usual=_usual(key, entry),
        )
    return table


def _usual(key: str, entry: dict[str, Any]) -> tuple[float, float] | None:
    if "usual" not in entry:
        return None
    least, most = map(float, entry["usual"])
    if least >= most or not entry.get("units"):
        raise ValueError(f"labs.yaml: usual of {key} needs units and a least below its greatest value")
    return least, most


@cache
def _finder() -> TermFinder:
    return TermFinder((name, lab.key) for lab in labs().values() for name in lab.names)


def find_labs(text: str) -> list[Term]:
    """Return test names in reading order, longest first where they overlap; short ones only in their capitals."""
    shouted = text.upper() == text and len(text.split()) > 3
    found = [term for term in _finder().find(text) if shouted or _as_printed(text, term)]
    exact = {(t.start, t.end) for t in found if text[t.start : t.end] in labs()[t.key].names}
    # "ALC" stands for one test, "Alc" for another: the form printed decides where one of them has it
    return [t for t in found if (t.start, t.end) not in exact or text[t.start : t.end] in labs()[t.key].names]


@cache
def _capitals() -> frozenset[str]:
    """Names of up to four capitals: "ALC" is a count of lymphocytes, "Alc" a misread A1c."""
    return frozenset(name for lab in labs().values() for name in lab.names if len(name) <= 4 and name.isupper())


def _as_printed(text: str, term: Term) -> bool:
    printed = text[term.start : term.end]
    return printed.upper() not in _capitals() or printed.isupper() or printed in labs()[term.key].names


def lab_named(name: str) -> Lab | None:
    """Return the test a table row's first cell names ("Anti-dsDNA (EIA)"), None when not in the file."""
    wanted = " ".join(name.split())
    found = find_labs(wanted)
    if not found:
        return None
    first = found[0]
    rest = (wanted[: first.start] + wanted[first.end :]).strip(" ,:()")
    # "Urine protein electrophoresis albumin" is not albumin: what remains must be a method or a specimen
    return labs()[first.key] if first.start == 0 or len(rest) <= 8 or not rest else None


# "1043/uL", "10*3/uL", "x10^3/uL": the raised 3 or its caret misread; no test is counted in 1043rds
_POWER = lore.regex(r"^x?10[4^*e]+(?P<power>[369])(?=/)")


def _squash(unit: str) -> str:
    return _POWER.sub(r"10^\g<power>", _plain_unit(unit))


def _plain_unit(unit: str) -> str:
    return (
        unit.lower()
        .replace("µ", "u")
        .replace("μ", "u")
        .replace("²", "2")
        .replace("³", "3")
        .replace(" ", "")
        .replace("mcl", "ul")
    )


def convert(key: str, value: float, unit: str | None) -> float | None:
    """Return the value in the test's canonical unit; None when the unit is missing or unknown to it.

    convert("fecal_calprotectin", 0.231, "mg/g") is 231.0 (mcg/g).
    """
    lab = labs().get(key)
    if lab is None or unit is None:
        return None
    for printed, factor in lab.units:
        if _squash(printed) == _squash(unit):
            return round(value * factor, 6)
    return None


def without_unit(key: str, value: float) -> float | None:
    """Return the value where the number alone tells its unit: possible in the canonical unit and in no other."""
    lab = labs().get(key)
    if lab is None or lab.usual is None:
        return None
    least, most = lab.usual
    others = {factor for _, factor in lab.units if factor != 1.0}
    alone = least <= value <= most and not any(least <= value * factor <= most for factor in others)
    return value if alone else None
