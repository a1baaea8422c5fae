"""How alike two names, birth dates or numbers are, as print and scanners leave them."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

from extractors.chart import squash_name

Agreement = Literal["same", "slip", "initial", "similar", "different", "none"]


def squash_number(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


# what a scanner takes for one another
LOOKALIKES = [
    set("O0QD"),
    set("1ILT7"),
    set("5S6"),
    set("8B3"),
    set("2Z7"),
    set("4A9"),
    set("6G0"),
    set("9G"),
    set("0896"),
]


def one_slip(a: str, b: str) -> bool:
    """Tell whether two numbers differ by one character that scanners confuse."""
    if len(a) != len(b) or len(a) < 5:
        return False
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(pairs) == 1 and any(set(pairs[0]) <= group for group in LOOKALIKES)


def compare_names(known: str | None, printed: str | None) -> Agreement:
    """Compare two names regardless of order, middle names and titles.

    "same": first and last agree to the letter. "slip": all but one letter of one of them.
    "initial": last name and first initial. "similar": near enough to be taken for one another.
    """
    if not known or not printed:
        return "none"
    own, other = name_parts(known), name_parts(printed)
    if not own or not other:
        return "none"
    first, last = own[0], own[-1]
    held = set(other)
    if first in held and last in held and (first != last or other.count(first) > 1 or len(own) == 1):
        return "same"
    if last in held and any(len(part) == 1 and part == first[0] for part in other):
        return "initial"
    close = [_closest(first, other), _closest(last, other)]
    if min(close) >= 1.0 - 1e-9:
        return "same"
    if max(close) >= 1.0 - 1e-9 and _is_slip(first if close[0] < 1 else last, other):
        return "slip"
    return "similar" if min(close) >= 0.45 and sum(close) >= 1.1 else "different"


def name_parts(name: str) -> list[str]:
    """Return first name to last name, without titles, suffixes and middle initials."""
    comma = name.split(",", 1)
    if len(comma) == 2 and squash_name(comma[1]):
        name = f"{comma[1]} {comma[0]}"
    parts = [p for p in re.sub(r"[^a-z'\- ]+", " ", name.lower().replace("’", "'")).split() if p.strip("'-")]
    parts = [p for p in parts if p not in {"mr", "mrs", "ms", "miss", "dr", "jr", "sr", "ii", "iii", "iv", "md"}]
    if len(parts) > 2:
        parts = [parts[0], *(p for p in parts[1:-1] if len(p) > 1), parts[-1]]
    return parts


def _closest(part: str, others: list[str]) -> float:
    return max(DamerauLevenshtein.normalized_similarity(part, other) for other in others)


def _is_slip(part: str, others: list[str]) -> bool:
    """One letter misread in a long part; "Annike" for "Annika" is one too, so a slip alone proves nothing."""
    return any(
        len(part) >= 5 and DamerauLevenshtein.distance(part, other) <= (1 if len(part) < 9 else 2) for other in others
    )


def compare_births(known: str | None, printed: str | None) -> Agreement:
    """Compare two ISO dates: "slip" is one digit that a scanner confuses."""
    if not known or not printed:
        return "none"
    if known == printed:
        return "same"
    return "slip" if one_slip(known.replace("-", ""), printed.replace("-", "")) else "different"


# "A 47-year-old teacher", "62 y.o. man", "39 yo woman"; "a 12-year history" is no age
_AGE = re.compile(r"\b(?P<age>\d{1,3})(?:[- ]?(?:years?|yrs?)[- ]old\b|[- ]?y\.?/?o\.?(?![a-z]))", re.IGNORECASE)
_KIN = re.compile(
    r"\b(?:mother|father|sister|brother|son|daughter|aunt|uncle|cousin|wife|husband|partner|grand\w+|neighbou?r|friend)\b",
    re.IGNORECASE,
)


def tells_other_age(text: str, birth: str | None, days: Sequence[dt.date]) -> bool:
    """Whether a page opens by an age ("47-year-old") that the patient had on none of the days the chart covers.

    birth: ISO date of the patient; days: dates of the chart's pages. One year is allowed either way.
    """
    if not birth or not days:
        return False
    born = dt.date.fromisoformat(birth)
    youngest, oldest = ((day - born).days / 365.25 for day in (min(days), max(days)))
    for line in text.splitlines():
        for told in _AGE.finditer(line):
            if _KIN.search(line):
                continue
            if not youngest - 2 <= int(told["age"]) <= oldest + 1:
                return True
    return False
