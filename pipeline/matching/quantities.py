"""Values and results the laboratory vocabulary does not hold, and tests whose result is still awaited."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache

from extractors import lore
from extractors.chart.facts import Assertion, Fact, Measurement, Statement
from extractors.dates import find_dates
from extractors.vocabulary.labs import find_labs, labs
from pipeline.matching.phrases import NUMBER
from pipeline.matching.terms import data, wording, words_of

_PENDING = wording("quantities.pending")
_NOT_NOW = wording("record.not_yet")
_CELL_NUMBER = lore.regex(
    rf"\s*(?P<sign>[<>≤≥]=?)?\s*(?P<n>-?{NUMBER})\s*(?P<unit>%|[A-Za-z][\w/]*)?\s*(?:[HLA*]{{1,2}})?\s*"
)
# "SpO2 86%", "IgG level was 310 mg/dL", "slip of 6 mm": nothing but a linking word between name and number
_BEHIND = lore.regex(
    rf"^\s*(?:\([^)]*\)\s*)?(?:(?:today|now|level|was|is|of|at|measured|:|=|,)\s*){{0,3}}(?P<sign>[<>≤≥]=?)?\s*"
    rf"(?P<n>{NUMBER})\s*(?P<unit>%|mm Hg\b|[A-Za-zµ]+[2²]?(?:/[A-Za-z]+)?)",
    re.IGNORECASE,
)
# "6 mm slip", "3.6 mm change between flexion and extension"
_BEFORE = lore.regex(
    rf"(?P<sign>[<>≤≥]=?)?\s*(?<![\d./-])(?P<n>{NUMBER})\s*(?P<unit>%|mm)\s+(?:(?:of|anterior)\s+)?$", re.IGNORECASE
)
# a scale has no unit: "Kellgren-Lawrence grade 4", "HAM-D 24"
_BARE = lore.regex(
    r"^\s*(?:\([^)]*\)\s*)?(?:(?:score|grade|today|was|is|of|at|:|=)\s*){0,3}(?P<sign>[<>≤≥]=?)?(?P<unit>)(?P<n>\d{1,2})(?![\d/%-]|\.\d)",
    re.IGNORECASE,
)
_WORDS_BEHIND = lore.regex(
    r"^\s*(?:\([^)]*\)\s*)?(?:(?:level|test|screen|status|result|quantitative|by PCR|on|of|was"
    r"|is|were|came back|today|[\d/.-]{6,10}|:|=|,)\s*){0,6}"
    r"(?P<r>not detected|undetect\w*|non-?reactive|negative|detect(?:ed|able)"
    r"|reactive|positive|indeterminate|equivocal)\b",
    re.IGNORECASE,
)
_WORDS_BEFORE = lore.regex(
    r"\b(?P<r>not detected|undetectable|non-?reactive|negative|detectable|reactive"
    r"|positive)\s+(?:serum |urine |blood )?$",
    re.IGNORECASE,
)


@cache
def _names() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, words_of(*entry["names"])) for key, entry in data("quantities").items())


@cache
def _any_name() -> re.Pattern[str]:
    """Return one pattern of every name: most sentences hold none."""
    return words_of(*(name for entry in data("quantities").values() for name in entry["names"]))


def value_words() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of which one is found in every statement that `find_values` reads anything from."""
    return (_PENDING, _any_name())


def find_named(text: str) -> list[tuple[str, int, int]]:
    """Return (key, start, end) of the quantities named, the longest name where two overlap."""
    if not _any_name().search(text):
        return []
    found = [(key, at.start(), at.end()) for key, pattern in _names() for at in pattern.finditer(text)]
    kept: list[tuple[str, int, int]] = []
    for key, start, end in sorted(found, key=lambda at: at[1] - at[2]):
        if all(end <= a or b <= start for _, a, b in kept):
            kept.append((key, start, end))
    return sorted(kept, key=lambda at: at[1])


def find_values(statements: Iterable[Statement], known: Iterable[Fact]) -> list[Fact]:
    """Return a measurement for each value or result that a sentence or row gives of a quantity.

    A test whose newest specimen has no result yet becomes a value that settles nothing.
    """
    found: list[Fact] = []
    waiting: list[Fact] = []
    for statement in statements:
        pending = _PENDING.search(statement.text)
        names = find_named(statement.text)
        if pending:
            keys = [key for key, _, _ in names] + [at.key for at in find_labs(statement.text)]
            waiting += [_fact(key, statement, Measurement(value="pending")) for key in dict.fromkeys(keys)]
        elif names and not _NOT_NOW.search(statement.text):
            found += _of_row(names, statement) if statement.cells else _of_sentence(names, statement)
    held = [*known, *found]
    return found + [at for at in waiting if _is_newest(at, held)]


def _is_newest(fact: Fact, held: list[Fact]) -> bool:
    days = [at.date for at in held if at.kind == "measurement" and at.name == fact.name and at.date]
    return fact.date is not None and all(day < fact.date for day in days)


def _of_row(names: list[tuple[str, int, int]], statement: Statement) -> list[Fact]:
    keys = {key for key, _, _ in names}
    if len(keys) != 1:
        return []
    (key,) = keys
    units = data("quantities")[key]["unit"]
    results = [at for cell in statement.cells if (at := _WORDS_BEHIND.match(cell)) and at.end() == len(cell.strip())]
    numbers = [at for cell in statement.cells if (at := _CELL_NUMBER.fullmatch(cell))]
    unit = next((one for one in units if one.lower() in statement.text.lower()), None)
    if len(numbers) == 1 and unit:
        value = float(numbers[0]["n"].replace(",", ""))
        return [_fact(key, statement, Measurement(value=value, unit=unit, comparator=numbers[0]["sign"]))]
    if not numbers and results:  # the laboratory's own reference ("Nonreactive") may stand in a later cell
        return [_fact(key, statement, Measurement(value=results[0]["r"].lower()))]
    return []


def _of_sentence(names: list[tuple[str, int, int]], statement: Statement) -> list[Fact]:
    text, made = statement.text, []
    for key, start, end in names:
        units = {at.lower() for at in data("quantities")[key]["unit"]}
        behind, before = _BEHIND.match(text[end:]), _BEFORE.search(text[:start])
        number = next((at for at in (behind, before) if at and at["unit"].lower() in units), None)
        if number is None and "" in units:
            number = _BARE.match(text[end:])
        word = _WORDS_BEHIND.match(text[end:]) or _WORDS_BEFORE.search(text[:start])
        if number:
            value = float(number["n"].replace(",", ""))
            made.append(
                _fact(key, statement, Measurement(value=value, unit=number["unit"] or None, comparator=number["sign"]))
            )
        elif word:
            made.append(_fact(key, statement, Measurement(value=word["r"].lower())))
    return made


def _fact(key: str, statement: Statement, measured: Measurement) -> Fact:
    return Fact(
        kind="measurement",
        name=key,
        assertion=Assertion.AFFIRMED,
        date=_day(statement),
        statement=statement,
        evidence=(statement.evidence,),
        measurement=measured,
    )


def _day(statement: Statement) -> dt.date | None:
    """Return the one date that the words print, else that of the page."""
    days = {at.day for at in find_dates(statement.text)}
    return days.pop() if len(days) == 1 else statement.date


def known_to_labs(key: str) -> bool:
    """Whether the vocabulary of laboratory tests holds the key."""
    return key in labs()
