"""How alike two names, birth dates or numbers are, as print and scanners leave them."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

from extractors import lore
from extractors.chart import fold, squash_name

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

    "same": first and last agree to the letter. "slip": all but one letter of one of them, as scanners misread it, a
    last name doubled by marriage, or a suffix on one side. "initial": last name and first initial. "similar": near
    enough to be taken for one another, as twins, a Jr. and a Sr., and two middle names are.
    """
    if not known or not printed:
        return "none"
    own, other = name_parts(known), name_parts(printed)
    if not own or not other:
        return "none"
    found = _compare_parts(own, other)
    if found not in ("same", "initial", "slip"):
        return found
    suffixes = suffix_of(known), suffix_of(printed)
    if (all(suffixes) and suffixes[0] != suffixes[1]) or _other_middle(own, other):
        return "similar"
    return "slip" if suffixes[1] and not suffixes[0] else found


def _compare_parts(own: list[str], other: list[str]) -> Agreement:
    first, last = own[0], own[-1]
    held = {*other, *(a + b for a, b in pairwise(other))}  # "Dela Cruz" for "Delacruz"
    if (
        first in held
        and (last in held or _joined(own) in held | {_joined(other)})
        and (first != last or other.count(first) > 1 or len(own) == 1)
    ):
        return "same"
    if last in held and any(len(part) == 1 and part == first[0] for part in other):
        return "initial"
    close = [_closest(first, other), _closest(last, other)]
    if min(close) >= 1.0 - 1e-9:
        return "same"
    if max(close) >= 1.0 - 1e-9 and _is_slip(first if close[0] < 1 else last, other):
        # twins differ by a letter of the first name, and a scanner rarely by any it does not confuse
        return "slip" if close[0] >= 1 or any(misread(first, part) for part in other) else "similar"
    if first in held and (doubled := _doubled(own, other)):
        return doubled
    return "similar" if min(close) >= 0.45 and sum(close) >= 1.1 else "different"


_PARTICLES = frozenset(["de", "la", "las", "los", "del", "dela", "della", "di", "da", "du", "van", "von", "der", "den"])


def _joined(parts: list[str]) -> str:
    """Return the last name with its particles as one word: "delacruz"."""
    last = len(parts) - 1
    while last > 1 and parts[last - 1] in _PARTICLES:
        last -= 1
    return "".join(parts[last:])


def _doubled(own: list[str], other: list[str]) -> Agreement | None:
    """Compare a last name of two with one of its halves: "Ketterman" and "Ketterman-Ashe"."""
    halves, printed = own[-1].split("-"), [half for part in other for half in part.split("-")]
    if len(halves) == 1:
        return "slip" if own[-1] in printed else None
    if len(set(halves) & set(printed)) == len(set(halves)):
        return "same"
    if not set(halves) & set(printed):
        return None
    # one half of two may be another family's: a middle name must agree as well
    return "slip" if set(own[1:-1]) & set(printed) else "similar"


def _other_middle(own: list[str], other: list[str]) -> bool:
    """Whether both print a whole middle name and no part of them agrees: "Maria Elena", "Maria Luisa"."""
    mine = {half for part in own[1:-1] for half in part.split("-") if len(part) > 1} - _PARTICLES
    flat = {half for part in other for half in part.split("-")}
    theirs = (
        {part for part in flat if len(part) > 1}
        - _PARTICLES
        - {_joined(own)}
        - {half for part in (own[0], own[-1]) for half in part.split("-")}
    )
    if not mine or not theirs or mine & flat:
        return False
    initials = {part for part in flat if len(part) == 1}
    near = any(DamerauLevenshtein.distance(a, b) <= 1 for a in mine for b in theirs)
    return not near and not initials & {part[0] for part in mine}


_SUFFIXES = {"jr": "jr", "ii": "jr", "2nd": "jr", "sr": "sr", "iii": "iii", "3rd": "iii", "iv": "iv", "4th": "iv"}


def suffix_of(name: str) -> str | None:
    """Return "jr", "sr", "iii" or "iv" where the name ends or goes on by it; "II" is read as Jr."""
    words = re.sub(r"[^a-z0-9 ]+", " ", name.lower()).split()
    return next((_SUFFIXES[word] for word in words[1:] if word in _SUFFIXES), None)


def name_parts(name: str) -> list[str]:
    """Return first name to last name, without titles, suffixes, accents, apostrophes and middle initials."""
    comma = name.split(",", 1)
    if len(comma) == 2 and squash_name(comma[1]):
        name = f"{comma[1]} {comma[0]}"
    plain = re.sub(r"['’`]", "", fold(name).lower())
    parts = [p for p in re.sub(r"[^a-z\- ]+", " ", plain).split() if p.strip("-")]
    parts = [p for p in parts if p not in {"mr", "mrs", "ms", "miss", "dr", "jr", "sr", "ii", "iii", "iv", "md"}]
    if len(parts) > 2 and parts[-2] == "o":
        parts = [*parts[:-2], parts[-2] + parts[-1]]  # "Siobhan O Dwyer"
    if len(parts) > 2:
        parts = [parts[0], *(p for p in parts[1:-1] if len(p) > 1), parts[-1]]
    return parts


# letters that scanners take for one another
_CONFUSED = (("rn", "m"), ("cl", "d"), ("vv", "w"), ("ii", "u"), ("li", "h"))
_LETTERS = [set("il1tj"), set("ec"), set("o0"), set("uv"), set("hb"), set("gq"), set("nr"), set("fjt"), set("s5")]


def misread(a: str, b: str) -> bool:
    """Tell whether a scanner may have read one word for the other: one confused letter, or one pair for a letter."""
    if len(a) == len(b):
        pairs = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
        return len(pairs) == 1 and any(set(pairs[0]) <= group for group in _LETTERS)
    return any(
        a.replace(two, one, 1) == b or b.replace(two, one, 1) == a
        for two, one in _CONFUSED
        if abs(len(a) - len(b)) == 1
    )


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
_AGE = lore.regex(r"\b(?P<age>\d{1,3})(?:[- ]?(?:years?|yrs?)[- ]old\b|[- ]?y\.?/?o\.?(?![a-z]))", re.IGNORECASE)
_KIN = lore.regex(
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
