"""Numbers, lengths of time and comparisons, as criteria and charts word them.

Lengths follow the payers' own rule: a month is 30 days, a week 7, a year 365.
"""

import re
from dataclasses import dataclass

from extractors import lore
from extractors.numbers import ARTICLES, ONES, TENS
from pipeline.matching.requirements import Comparator, Window

NUMBER_WORDS = ONES | TENS | ARTICLES | {"once": 1, "twice": 2, "single": 1, "no": 0, "couple": 2, "both": 2}
NUMBER = r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
COUNT = (
    r"(?:\d+|" + "|".join(sorted((w for w in NUMBER_WORDS if w not in ("a", "an", "no")), key=len, reverse=True)) + ")"
)
_UNIT = r"(?P<unit>day|week|wk|month|mo|year|yr)s?"
DAYS_IN = {"day": 1, "week": 7, "wk": 7, "month": 30, "mo": 30, "year": 365, "yr": 365}

# "at least 3 months", "3-month", "twelve (12) consecutive weeks", "> 90 days", "for 24 weeks"
_LENGTH = lore.regex(
    rf"(?P<bound>at least|minimum of|more than|over|greater than|[≥>]=?|nearly|almost|less than|under|about|only)?\s*"
    rf"\b(?:a\s+)?(?P<count>{NUMBER}|{COUNT})(?:\s*\(\d+\))?(?P<half>\s+and\s+a\s+half)?"
    rf"[\s-]*(?:full|consecutive|continuous|calendar|complete|whole)?[\s-]*{_UNIT}\b",
    re.IGNORECASE,
)

# "within the 3 months before the request", "in the past 12 months", "during the last 180 days", "≤ 6 months old"
_WINDOW = lore.regex(
    rf"(?:(?:with)?in|during|over|for|from)\s+(?:the\s+)?(?:(?P<past>past|last|prior|previous|preceding)\s+)?"
    rf"(?P<count>{NUMBER}|{COUNT})?(?:\s*\(\d+\))?[\s-]*(?:calendar\s+)?{_UNIT}\b"
    r"(?P<tail>\s+(?:before|prior to|preceding|of|from|leading up to)\s+(?:the\s+)?"
    r"(?P<anchor>(?:date of\s+)?(?:(?!\s+(?:is|are|was|were|of at|at least|shows?|showing|has|have|and|or|that|with"
    r"|below|above|less|greater|more|no|not)\b|\s+\d)[\w\s'-]){0,60}))?",
    re.IGNORECASE,
)

_MORE = (
    r"(?:[≥]|>=|=>|at least|no less than|not less than|a minimum of|minimum of|minimum|at or above"
    r"|equal to or (?:greater|more|higher) than|(?:greater|more) than or equal to)"
)
_OVER = r"(?:>|above|over|more than|greater than|higher than|exceeds|exceeding|in excess of)"
_FEWER = (
    r"(?:[≤]|<=|=<|at most|no more than|not more than|no greater than|less than or equal to|at or below|up to"
    r"|equal to or (?:less|lower) than)"
)
_UNDER = r"(?:<|below|under|less than|lower than|fewer than)"
_AFTER_MORE = (
    r"(?:or (?:higher|more|greater|above|over|older|worse)|and (?:above|higher|older|greater|over)|or at least)"
)
_AFTER_FEWER = r"(?:or (?:lower|less|fewer|below|under|worse|younger)|and (?:below|lower|under|younger))"
_VALUE = rf"(?P<value>1\s*:\s*\d+|-?{NUMBER})"
# units with a blank in them: "x 10^9/L", "mL/min/1.73 m2", "mL per minute per 1.73 m2"
_WIDE_UNIT = (
    r"[x×]\s?10\s?[\^*]?\s?[3-9³⁹]\s?/\s?(?:[uµμm]c?L|L|mm3|mm³)\b"
    r"|Wood\s+units?\b|(?:cells|eosinophils)\s?(?:/|per)\s?(?:cubic\s(?:millimet(?:er|re)|mm)|micro-?lit(?:er|re)|[uµμm]c?L|mm3|mm³)\b"
    r"|mL\s?(?:/|per)\s?min(?:ute)?\s?(?:/|per)\s?1\.73\s?m(?:\^?2|²)"
)
# what may stand between a number and its "or higher": a unit
_PRINTED_UNIT = (
    rf"(?:\s*(?P<unit>%|{_WIDE_UNIT}"
    r"|[A-Za-zµμ^×0-9./²³⁹]+(?:\s*/\s*[A-Za-z0-9.²^]+)?(?:\s+per\s+(?!month|year|week|day)\w+)?))?"
)
_UNIT_BEFORE_MORE = (
    rf"(?:\s*(?P<unit>%(?=\s+(?:of\s+)?(?:the\s+)?predicted)|%|{_WIDE_UNIT}|[^\s,;]+(?:\s+per\s+\w+)?))?"
)

# "45% of predicted or more"
_PREDICTED = r"(?:\s+(?:of\s+)?(?:the\s+)?predicted(?:\s+(?:value|normal))?)?"

_COMPARISONS: tuple[tuple[Comparator | str, re.Pattern[str]], ...] = tuple(
    (name, lore.regex(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "between",
            rf"(?:[≥]|>=|at least|greater than or equal to|no less than)\s*(?P<value>-?{NUMBER})"
            rf"(?:\s*(?P<unit>%|[a-zA-Zµ]+/[a-zA-Z]+|kg/m2|kg/m²))?"
            rf"\s*(?:,?\s*(?:and|but|to)\s+)"
            rf"(?:[≤]|<=|less than or equal to|no more than|not more than|no greater than|at most)"
            rf"\s*(?P<high>-?{NUMBER})\b",
        ),
        (
            "between",
            rf"(?:between\s+)?(?P<value>-?{NUMBER})\s*%?\s*(?:to|and|-|–|through)\s*(?P<high>-?{NUMBER})(?!\s*(?:or|years))\b",
        ),
        (">=", rf"{_MORE}\s*{_VALUE}{_PRINTED_UNIT}"),
        ("<=", rf"{_FEWER}\s*{_VALUE}{_PRINTED_UNIT}"),
        (">", rf"(?<!no ){_OVER}\s*{_VALUE}{_PRINTED_UNIT}"),
        ("<", rf"{_UNDER}\s*{_VALUE}{_PRINTED_UNIT}"),
        (">=", rf"{_VALUE}{_UNIT_BEFORE_MORE}{_PREDICTED}\s+{_AFTER_MORE}"),
        ("<=", rf"{_VALUE}{_UNIT_BEFORE_MORE}{_PREDICTED}\s+{_AFTER_FEWER}"),
        ("=", rf"(?:score|stage|grade|class|subscore|of|is|=|(?<=§))\s*(?:of|is|=)?\s*{_VALUE}\b"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A length of time in a text: characters start..end hold it."""

    start: int
    end: int
    days: int
    bound: str = ""  # "at least", "more than", "about", "only", "nearly", as printed, lower case
    text: str = ""

    @property
    def at_least(self) -> bool:
        return self.bound in ("at least", "minimum of", "more than", "over", "greater than", ">", ">=", "≥")

    @property
    def at_most(self) -> bool:
        return self.bound in ("less than", "under", "nearly", "almost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A comparison in a text."""

    start: int
    end: int
    comparator: Comparator
    value: float | str
    high: float | None = None
    unit: str | None = None


def number_of(word: str) -> float | None:
    """Return the number a word or figure stands for, None when it is none."""
    word = word.strip().lower().replace(",", "")
    if word in NUMBER_WORDS:
        return float(NUMBER_WORDS[word])
    try:
        return float(word)
    except ValueError:
        return None


def find_lengths(text: str) -> list[Length]:
    """Return every length of time in reading order ("30-year-old" and "3 years of age" are ages, not lengths)."""
    found = []
    for match in _LENGTH.finditer(text):
        rest = text[match.end() :].lower()
        if re.match(r"[\s-]*(?:old\b|of age)", rest) or (count := number_of(match["count"])) is None:
            continue
        if re.match(r"\s*(?:ago|prior\b|before|earlier|after|later)", rest) and not match["bound"]:
            continue
        days = (count + (0.5 if match["half"] else 0)) * DAYS_IN[match["unit"].lower()]
        bound = re.sub(r"\s+", " ", (match["bound"] or "").lower())
        found.append(Length(start=match.start(), end=match.end(), days=int(days), bound=bound, text=match[0].strip()))
    return found


def find_window(text: str) -> tuple[Window, tuple[int, int]] | None:
    """Return how far back evidence may lie, and the characters that say so; None when the text sets no limit.

    A bare "for 3 months" is a length of treatment, not a window: it takes "within", "past" or "before the request".
    """
    for match in _WINDOW.finditer(text):
        lead = match[0].split()[0].lower()
        anchored = bool(match["tail"]) and bool(re.search(r"before|prior|preceding", match["tail"], re.IGNORECASE))
        if lead == "for" and not match["past"]:
            continue
        if lead in ("over", "during", "in", "from") and not (match["past"] or anchored):
            continue
        count = number_of(match["count"]) if match["count"] else (1.0 if match["past"] else None)
        if count is None:
            continue
        unit = match["unit"].lower()
        field = {"day": "days", "week": "days", "wk": "days", "month": "months", "mo": "months"}.get(unit, "years")
        amount = int(count * 7) if unit in ("week", "wk") else int(count)
        window = Window(**{field: amount}, anchor=_anchor(match["anchor"] or ""), printed=match[0].strip())
        return window, match.span()
    return None


def _anchor(words: str) -> str:
    words = words.lower()
    if re.search(r"\border", words):
        return "order"
    if re.search(r"\bstart|\binitiat|\bfirst dose|\bbegin", words):
        return "start"
    return "request"


def find_comparisons(text: str) -> list[Comparison]:
    """Return the comparisons of a text in reading order; of overlapping ones the first pattern wins."""
    found: list[Comparison] = []
    for comparator, pattern in _COMPARISONS:
        for match in pattern.finditer(text):
            if any(match.start() < at.end and at.start < match.end() for at in found):
                continue
            if re.match(
                r"\s*(?:-\s*)?(?:days?|weeks?|months?|years?|hours?)\b", text[match.end("value") :], re.IGNORECASE
            ):
                continue  # a length of time, not a value
            groups = match.groupdict()
            printed = re.sub(r"\s", "", match["value"])
            value: float | str = printed if ":" in printed else float(printed.replace(",", ""))
            high = groups.get("high")
            if high and isinstance(value, float) and float(high.replace(",", "")) < value:
                value, high = float(high.replace(",", "")), printed  # "between -1.0 and -2.5"
            unit = _unit(groups.get("unit"))
            printed_last = bool(groups.get("unit")) and match.end("unit") == match.end()
            found.append(
                Comparison(
                    start=match.start(),
                    # "12 and DLQI": the word behind the number is no unit and joins what follows
                    end=match.end("value") if printed_last and unit is None else match.end(),
                    comparator=comparator,  # type: ignore[arg-type]
                    value=value,
                    high=float(high.replace(",", "")) if high else None,
                    unit=unit,
                )
            )
    return sorted(found, key=lambda at: at.start)


_NO_UNIT = lore.regex(
    r"^(?:or|and|on|with|in|within|at|of|points?|by|the|per|during|for|measured|to|if|is|\.)$", re.IGNORECASE
)


_UNIT_WORDS = frozenset(
    [
        "percent",
        "predicted",
        "cells",
        "copies",
        "inches",
        "pounds",
        "kilograms",
        "seconds",
        "milliseconds",
        "millimeters",
        "microns",
        "micrometers",
        "degrees",
        "meters",
        "units",
        "liters",
        "milliliters",
        "letters",
        "decibels",
        "diopters",
        "micromol",
        "mmol",
        "grams",
    ]
)


def _unit(printed: str | None) -> str | None:
    if not printed:
        return None
    if re.match(r"wood\b", printed.strip(), re.IGNORECASE):
        return "Wood units"
    if re.fullmatch(_WIDE_UNIT, printed.strip(), re.IGNORECASE):
        return re.sub(r"\s*per\s*(?:minute\b)?|\s+", lambda at: "/" if "per" in at[0].lower() else "", printed.strip())
    first = printed.split()[0].strip(".,;()")
    if not first or _NO_UNIT.match(first):
        return None
    if re.fullmatch(r"[a-z]{5,}", first) and first not in _UNIT_WORDS:
        return None  # "15 intraepithelial eosinophils": what is counted
    return printed.strip(" .,;()") if "/" in printed or "%" in printed or " per " not in printed else printed.strip()
