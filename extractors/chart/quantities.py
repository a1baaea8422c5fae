"""Numbers and result words as laboratories and notes print them, and the fact made of one."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.facts import Assertion, Fact, Measurement, Statement
from extractors.vocabulary.sieve import rare

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
COMPARE = (
    r"(?P<compare>[<>≤≥]=?|about|over|above|under|below|approximately|around|at\s+least|more\s+than|"
    r"less\s+than|greater\s+than|~)?"
)
UNIT = (
    r"(?:mg/dL|mg/L|mcg/g|ug/g|µg/g|mg/g|g/g|g/dL|g/L|IU/mL|U/mL|U/L|IU/L|mmol/L|mm/hr?|kg/m2|kg|lbs?|cm|ng/mL|ng/dL|pg/mL|mg/kg|kU/L|"
    r"(?:x\s?)?10[\^*4]\s?3/[uµμ]L|K/[uµμ]L|cells/[um]c?L|cells/mm3|copies/mL|g/(?:24\s?h(?:ours|rs)?|day|d)|mg/(?:24\s?h(?:ours|rs)?|day)|mmHg|mm\sHg|ppb|Wood\sunits?|WU|"
    r"nmol/L|[uµμ]mol/L|pmol/L|ng/L|mEq/L|/mm3|/[uµμ]L|/mcL|mL/min(?:/1\.73\s?m2)?)(?![A-Za-z])"
)
TITER = lore.regex(r"\b1\s?:\s?(?P<dilution>\d{2,5})\b")
QUALITATIVE = {
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
RESULT_WORD = rare(
    r"(?<![A-Za-z-])(?:" + "|".join(sorted(map(re.escape, QUALITATIVE), key=len, reverse=True)) + r")(?![A-Za-z-])",
    re.IGNORECASE,
)
CELL_NUMBER = lore.regex(
    rf"^\s*{COMPARE}\s*(?P<value>{NUMBER})\s*(?P<unit>(?!(?:HH?|LL?|A)\s*$)[A-Za-zµμ%/][^\s()]*)?\s*(?P<flag>\b[HLA]{{1,2}}\b|\((?:H|L|high|low)\))?\s*$",
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
PRESSURE = lore.regex(
    r"^\s*(?:(?:was|is|of|today|now|reading|in\s+clinic|this\s+visit|at\s+this\s+visit|:|=)\s*)*(?P<value>\d{2,3}/\d{2,3})\b"
)


def measured(
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


def sign_of(word: str | None) -> str | None:
    if not word:
        return None
    lowered = " ".join(word.lower().split())
    return _SIGNS.get(lowered, lowered)
