"""Numbers and result words as laboratories and notes print them, and the fact made of one."""

import datetime as dt
import re

from extractors.chart.facts import Assertion, Fact, Measurement, Statement

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
COMPARE = (
    r"(?P<compare>[<>≤≥]=?|about|over|above|under|below|approximately|around|at\s+least|more\s+than|"
    r"less\s+than|greater\s+than|~)?"
)
TITER = re.compile(r"\b1\s?:\s?(?P<dilution>\d{2,5})\b")
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
RESULT_WORD = re.compile(
    r"(?<![A-Za-z-])(?:" + "|".join(sorted(map(re.escape, QUALITATIVE), key=len, reverse=True)) + r")(?![A-Za-z-])",
    re.IGNORECASE,
)
CELL_NUMBER = re.compile(
    rf"^\s*{COMPARE}\s*(?P<value>{NUMBER})\s*(?P<unit>[A-Za-zµμ%/][^\s()]*)?\s*(?P<flag>\b[HLA]{{1,2}}\b|\((?:H|L|high|low)\))?\s*$",
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
PRESSURE = re.compile(
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
