"""What the words around a bound say of it: counted in upper limits, on how many days, the newest, of any day."""

import re
from dataclasses import replace

from extractors import lore
from pipeline.matching.phrases import NUMBER_WORDS, Comparison, find_comparisons, number_of
from pipeline.matching.requirements import Comparator
from pipeline.matching.terms import wording

UPPER_LIMITS = wording("number_terms.upper_limits")
_OCCASIONS = wording("number_terms.occasions")
_APART = wording("number_terms.apart")
_NEWEST = wording("number_terms.newest")
_EVER = wording("number_terms.ever")
_HOW_DRAWN = lore.regex(r"\b(?:early[- ]mornings?|mornings?|fasting)\b", re.IGNORECASE)
_NO_COUNTS = ("both", "single", "once", "twice", "couple")
_IN_WORDS = "|".join(word for word, n in NUMBER_WORDS.items() if n and len(word) > 2 and word not in _NO_COUNTS)
# "3 or more tender joints": a number told in words before the thing it counts, which is masked with §
_COUNTED = lore.regex(
    rf"\b(?:{_IN_WORDS})\b(?=\s*(?:\(\d+\)\s*)?(?:or (?:more|fewer|greater|higher|less)\s+)?§+(?![§\w-]))",
    re.IGNORECASE,
)


_GRADES = wording("number_leaves.roman")
_GRADE = lore.regex(r"[0-6]|IV|VI|V|I{1,3}", re.IGNORECASE)
_FIGURES = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}


def in_arabic(text: str) -> str:
    """Return "class II, III or IV" as "class 2 to 4"; a list with a gap keeps its form, in figures."""
    return _GRADES.sub(_one_range, text)


def _one_range(match: re.Match[str]) -> str:
    printed = [at[0].lower() for at in _GRADE.finditer(re.sub(r"class|stage|grade", "", match["list"], flags=re.I))]
    values = [_FIGURES.get(at) or int(at) for at in printed]
    if len(values) == 1:
        return f"{match['of']} {values[0]}"
    through = len(values) == 2 and re.search(r"\bto\b|\bthrough\b|-|–", match["list"])
    if values == sorted(values) and (through or values == list(range(values[0], values[-1] + 1))):
        return f"{match['of']} {values[0]} to {values[-1]}"
    return f"{match['of']} {_GRADE.sub(lambda at: str(_FIGURES.get(at[0].lower()) or at[0]), match['list'])}"


def in_figures(text: str) -> str:
    """Return "three or more §" as "3     or more §", every place of the text kept."""
    return _COUNTED.sub(lambda at: f"{NUMBER_WORDS[at[0].lower()]:g}".ljust(len(at[0])), text)


def without_occasions(text: str) -> str:
    """Return the text with "on two occasions" blanked, so that its number bounds nothing."""
    return _OCCASIONS.sub(lambda at: " " * len(at[0]), text)


def occasions(text: str) -> int | None:
    """Return on how many days a value has to be found ("on two separate occasions" is 2); None: on one."""
    found = _OCCASIONS.search(text)
    number = number_of(found["n"] or found["m"]) if found else None
    return int(number) if number else 2 if _APART.search(text) else None


def newest(text: str) -> bool:
    """Whether the newest value alone is asked for."""
    return bool(_NEWEST.search(text))


def ever(text: str) -> bool:
    """Whether a value of any day will do."""
    return bool(_EVER.search(text))


# "are not above 3 times the upper limit": a ceiling
_NOT_ABOVE = lore.regex(
    r"\b(?:not|no|never|cannot|without)\b[^.;,]{0,20}\b(?:above|over|exceed\w*|elevat\w+|more|greater|higher|at least)"
    r"\b[^.;,]{0,20}$",
    re.IGNORECASE,
)


def limit_bound(text: str) -> tuple[Comparator, float] | None:
    """Return the comparison of "above 3 times the upper limit of normal"; None where there is not exactly one."""
    found = list(UPPER_LIMITS.finditer(text))
    bounds = [at for at in find_comparisons(text) if found and at.start <= found[0].start("n") < at.end]
    if len(found) != 1 or len(bounds) > 1:
        return None
    sign: Comparator = bounds[0].comparator if bounds else ">="
    if sign in (">", ">=") and _NOT_ABOVE.search(text[: found[0].start("n")]):
        sign = "<="
    return sign if sign in (">", ">=", "<", "<=") else ">=", float(found[0]["n"])


_KIND_BEHIND = lore.regex(r"\(type [IVX0-9]+[ab]?\)\s*\.?$", re.IGNORECASE)  # "below normal (type II)"
# what a value is read from asks for nothing more
_TESTED_ON = lore.regex(
    r"\b(?:on|by|in|from) (?:an?|the|his|her) (?:(?:recent|fasting|routine|standard) )*"
    r"(?:lipid (?:panel|profile)|blood (?:test|count|work)|laboratory (?:test|report)|lab (?:test|report|work)"
    r"|metabolic panel|complete blood count|chemistry panel)\b",
    re.IGNORECASE,
)


def spans(text: str) -> list[tuple[int, int]]:
    """Return the words of a leaf that these terms hold; when a sample is drawn stays asked for."""
    patterns = (_KIND_BEHIND, _TESTED_ON, _OCCASIONS, _APART, _NEWEST, _EVER, UPPER_LIMITS)
    return [
        part
        for pattern in patterns
        for at in pattern.finditer(text)
        for part in _around([hole.span() for hole in _HOW_DRAWN.finditer(text, *at.span())], *at.span())
    ]


def _around(holes: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    parts = []
    for a, b in holes:
        parts.append((start, a))
        start = b
    return [*parts, (start, end)]


_NOT_REACHED = lore.regex(
    r"\b(?:has|have|had|did|does|could|can|was|were)\s*(?:not|never)\s+(?:been able to\s+|able to\s+)?"
    r"(?:lower|reduc|br(?:ing|ought)|g[eo]t|decreas|rais|increas|reach|achiev|attain|keep|kept)\w*\b[^.;]{0,40}"
    r"\b(?:below|under|less than|above|over|to)\b",
    re.IGNORECASE,
)
_OPPOSITE: dict[Comparator, Comparator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def as_asked(
    text: str, pairs: list[tuple[tuple[str, ...], Comparison]]
) -> list[tuple[tuple[str, ...], Comparison]] | None:
    """Return the bounds of a leaf; "has not lowered LDL below 70" asks for the other side of its one bound."""
    if not _NOT_REACHED.search(text):
        return pairs
    if len(pairs) > 1 or pairs[0][1].comparator not in _OPPOSITE:
        return None
    return [(pairs[0][0], replace(pairs[0][1], comparator=_OPPOSITE[pairs[0][1].comparator]))]
