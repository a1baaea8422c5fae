"""Criteria about numbers: scores, laboratory values, test results, counts of events."""

import re
from dataclasses import replace
from itertools import pairwise

from extractors import lore
from extractors.vocabulary.labs import labs
from pipeline.matching import number_terms
from pipeline.matching.examples import EXAMPLES
from pipeline.matching.phrases import Comparison, find_comparisons, find_window
from pipeline.matching.requirements import (
    AllOf,
    AnyOf,
    FreeText,
    LabResult,
    Measurement,
    Requirement,
    Window,
)
from pipeline.matching.sites import sites_in
from pipeline.matching.terms import data, find_measures, find_therapies, wording

_UPPER = wording("number_leaves.upper")
_LOWER = wording("number_leaves.lower")
_WITHIN = wording("number_leaves.within")
_NEGATIVE = lore.regex(r"\b(?:sero)?negative\b|\bnon-?reactive\b|\bnot detected\b|\bundetectable\b", re.IGNORECASE)
_POSITIVE = lore.regex(
    r"\b(?:sero)?positiv\w*\b|(?<![A-Za-z]-)\breactive\b|(?<!not )\bdetect(?:ed|able)\b", re.IGNORECASE
)
_OF_LIMIT = lore.regex(
    r"%\s+of\s+(?:the\s+)?(?:laborator\w+(?:'s|’s)?\s+)?(?:lower|upper) limit|times the lower limit|[×x]\s*LLN",
    re.IGNORECASE,
)
_HAS_HAD = lore.regex(r"\b(?:has|have) (?:ever )?had\b", re.IGNORECASE)
_SUCH_AS = lore.regex(r",?\s*\b(?:such as|e\.g\.|for example|for instance)\b.*$", re.IGNORECASE | re.DOTALL)
_BASELINE = lore.regex(
    r"\bbaseline\b|pre-?treatment|prior to (?:starting|initiat|treatment)|before (?:starting|treatment)", re.IGNORECASE
)


def read_number(text: str) -> Requirement | None:
    """Return a score, value or result asked for; None when the text names no test with a bound.

    Bounds that cannot be told apart ("30 or more, or 27 or more with ...") are free text: no other reader
    may make something of half of them.
    """
    text = number_terms.in_arabic(text)
    # "a contraindication (such as eGFR below 35)" asks for no eGFR
    text = EXAMPLES.sub(lambda at: at[0] if re.match(r".\s*i\.?e", at[0]) else " " * len(at[0]), text)
    text = _SUCH_AS.sub(lambda at: " " * len(at[0]), text)
    window = find_window(text)
    at = window[0] if window else None
    bare = text[: window[1][0]] + " " * (window[1][1] - window[1][0]) + text[window[1][1] :] if window else text
    care = [(at.start, at.end) for at in find_therapies(text) if at.therapy.sort == "care"]  # "weight loss program"
    named = [at for at in _unambiguous(find_measures(text)) if not any(a <= at[1] < b for a, b in care)] or _weight(
        text
    )
    if not named:
        return None
    if _OF_LIMIT.search(text) or _BY_POINTS.search(text):
        return FreeText()  # a share of the laboratory's limit
    for _, start, end in named:  # the 28 of "Disease Activity Score 28" is no bound
        bare = bare[:start] + "§" * (end - start) + bare[end:]
    bare = _SCALE.sub(lambda at: " " * len(at[0]), number_terms.without_occasions(bare))
    if limits := _times_limit(text, bare, named, at):
        return limits
    comparisons = find_comparisons(number_terms.in_figures(bare))
    if result := _qualitative(text, named, comparisons, at):
        return result
    if _BY_SO_MUCH.search(text):
        return FreeText()  # no field holds a distance from the laboratory's limit
    if limit := _limit(text, named, at):
        return limit
    if find_therapies(text):  # "metformin at 1,500 mg a day without reaching the A1c goal" bounds no A1c
        comparisons = [
            held
            for held in comparisons
            if not _DOSE_UNIT.fullmatch(held.unit or "") and (held.unit or not _DOSE_BEHIND.match(text, held.end))
        ]
    if not comparisons:
        return None
    return _bounded(text, named, comparisons, at) or FreeText()


# "on a 0-10 numeric rating scale", "a 10-point scale", "out of 10"
_SCALE = lore.regex(
    r"\b(?:on (?:an? )?(?:scale (?:of|from) )?)?[01]\s*(?:-|–|to)\s*(?:10|100)\b"
    r"(?=[\s-]*(?:point|numeric\w*|rating|pain|visual|analog\w*|scale|VAS|NRS|\.|$))"
    r"|\b(?:10|100|11)[\s-]*point\b|\bout of (?:10|100)\b",
    re.IGNORECASE,
)
_DOSE_UNIT = lore.regex(
    r"(?:mg|mcg|g|units?|tablets?|capsules?|mg/kg|mg/day|mg/d|mcg/day|g/day)(?:/day|/week|/d)?", re.IGNORECASE
)

_DOSE_BEHIND = lore.regex(r"\s*(?:mg|mcg|units?|tablets?|capsules?)\b(?!\s*/\s*d?l)", re.IGNORECASE)  # of "40 to 80 mg"


def _times_limit(text: str, bare: str, named: list[tuple[str, int, int]], window: Window | None) -> Requirement | None:
    """Return "ALT or AST above 3 times the upper limit of normal", each test named held against its own range."""
    if not number_terms.UPPER_LIMITS.search(bare):
        return None
    bound = number_terms.limit_bound(bare)
    keys = tuple(dict.fromkeys(key for key, _, _ in named if key in labs()))
    if bound is None or not keys:
        return FreeText()
    any_day = window is None and bool(number_terms.ever(text) or _HAS_HAD.search(text))
    made = [
        Measurement(
            names=(key,), comparator=bound[0], value=bound[1], of_upper_limit=True, window=window, ever=any_day,
            newest=number_terms.newest(text),
        )
        for key in keys
    ]  # fmt: skip
    if len(made) == 1:
        return made[0]
    each = re.search(r"\band\b|\bboth\b|\beach\b", text[named[0][2] : named[-1][1]], re.IGNORECASE)
    return AllOf(options=tuple(made)) if each else AnyOf(options=tuple(made))


# "more than 1 mg/dL above the upper limit of normal", "at least 20% below normal"
_BY_SO_MUCH = lore.regex(
    r"\d(?:\.\d+)?\s*(?:%|[a-zµ]+/[a-z]+|points?|percent)\s*(?:or more\s+|or greater\s+)?"
    r"(?:above|below|over|under|greater|higher|lower)\b[^.;]{0,40}\b(?:limit|normal|ULN|LLN|range|baseline)\b",
    re.IGNORECASE,
)
_BY_POINTS = lore.regex(
    r"\b(?:decrease|reduction|improvement|increase|decline)d?\s+(?:of|by)\s+(?:at least |≥\s*)?\d"
    r"[^.;]{0,12}\bpoints?\b",
    re.IGNORECASE,
)


def _weight(text: str) -> list[tuple[str, int, int]]:
    """Return "weighs at least 40 kg" as the weight it names."""
    match = re.search(r"\bweigh(?:s|ing)\b|\bis(?=\s+\d+\s*kg\b)", text, re.IGNORECASE)
    return [("weight", match.start(), match.end())] if match and re.search(r"\bkg\b", text) else []


def _unambiguous(named: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Leave out readings of a shared abbreviation that the full name beside it rules out ("Crohn's ... (CDAI)")."""
    keys_at: dict[tuple[int, int], list[str]] = {}
    for key, start, end in named:
        keys_at.setdefault((start, end), []).append(key)
    sure = {keys[0] for keys in keys_at.values() if len(keys) == 1}
    return [(key, *span) for span, keys in keys_at.items() for key in ([k for k in keys if k in sure] or keys)]


def _qualitative(
    text: str, named: list[tuple[str, int, int]], comparisons: list[Comparison], window: Window | None
) -> Requirement | None:
    negative, positive = _NEGATIVE.search(text), _POSITIVE.search(text)
    if bool(negative) == bool(positive) or any(at.comparator != "=" for at in comparisons):
        return None
    keys = tuple(dict.fromkeys(key for key, _, _ in named if key in labs() or key in data("quantities")))
    if not keys:
        return None
    result = "negative" if negative else "positive"
    between = " ".join(text[a[2] : b[1]] for a, b in pairwise(named) if b[1] >= a[2])
    each = r"\bboth\b|\beach\b|\ball\b" + ("|\\bor\\b" if negative and not re.search(r"\bone of\b", text, re.I) else "")
    if len(keys) > 1 and (re.search(each, text, re.IGNORECASE) or re.search(r"\band\b(?!/or)", between, re.IGNORECASE)):
        return AllOf(options=tuple(LabResult(names=(key,), result=result, window=window) for key in keys))
    return LabResult(names=keys, result=result, window=window)


def _limit(text: str, named: list[tuple[str, int, int]], window: Window | None) -> Requirement | None:
    side = "above_upper" if _UPPER.search(text) else "below_lower" if _LOWER.search(text) else None
    if side is None and _WITHIN.search(text):
        side = "within"
    keys = tuple(dict.fromkeys(key for key, _, _ in named))
    if side is None:
        return None
    whole = Measurement(names=keys, limit=side, window=window, baseline=bool(_BASELINE.search(text)))
    each = re.search(r"\b(?:both|each|all)\b", text, re.IGNORECASE) or (
        len(named) > 1 and re.search(r"\band\b(?!/or)", text[named[0][2] : named[-1][1]], re.IGNORECASE)
    )
    if len(keys) > 1 and each:
        return AllOf(options=tuple(replace(whole, names=(key,)) for key in keys))
    return whole


def _bounded(
    text: str, named: list[tuple[str, int, int]], comparisons: list[Comparison], window: Window | None
) -> Requirement | None:
    """Pair each comparison with the test named nearest; two tests in one leaf are both asked or either."""
    if not comparisons:
        return None
    pairs: list[tuple[tuple[str, ...], Comparison]] = []
    for comparison in comparisons:
        before = [at for at in named if at[2] <= comparison.start]
        after = [at for at in named if at[1] >= comparison.end]
        nearest = max(before, key=lambda at: at[2], default=None)
        follow = min(after, key=lambda at: at[1], default=None)
        if nearest is None or (follow and _closer(text, comparison, nearest, follow)):
            nearest = follow
        if nearest is None:
            return None  # a bound on something the program cannot name
        keys = tuple(dict.fromkeys(key for key, a, b in named if (a, b) in _joined_by_or(text, named, nearest)))
        if any(keys == held for held, _ in pairs):
            return None  # "30 or greater, or 27 or greater with ...": more than one bound is for a person
        pairs.append((keys, comparison))
    if not pairs:
        return None
    if (pairs := number_terms.as_asked(text, pairs)) is None:
        return None
    read = [_measurement(keys, at, window, text) for keys, at in pairs]
    made = [at for at in read if at]
    if len(made) < len(read):
        return None
    if len(made) == 1:
        return made[0]
    between = [text[a.end : b.start] for (_, a), (_, b) in pairwise(pairs)]
    either = [
        bool(re.search(r"\bor\b", re.sub(r"\bor (?:more|less|greater|higher|lower|equal|fewer)\b", "", at)))
        for at in between
    ]
    joint = [bool(re.search(r"\bwith\b|\band\b|\bplus\b|&", at)) for at in between]
    if (any(either) and any(joint)) or not (either[-1] or joint[-1]):
        return None  # what belongs to what is for a person
    if joint[-1]:
        first = made[0]
        return Measurement(
            names=first.names, comparator=first.comparator, value=first.value, high=first.high, unit=first.unit,
            also=tuple(made[1:]), window=window, baseline=first.baseline,
        )  # fmt: skip
    return AnyOf(options=tuple(made))


_EITHER = lore.regex(
    r"\s*(?:\([^()]*\)\s*)?(?:\)\s*)?(?:,?\s*(?:and/or|or)|/)\s+"
    r"(?:an?\s+|the\s+)?(?:\w+[\s-]){0,5}\(?",
    re.IGNORECASE,
)


def _joined_by_or(text: str, named: list[tuple[str, int, int]], nearest: tuple[str, int, int]) -> list[tuple[int, int]]:
    """Return the places of the name that owns a bound and of those joined to it: "AHI or RDI of at least 15"."""
    spans = sorted({(a, b) for _, a, b in named if b <= nearest[2]})
    chosen = [nearest[1:]]
    for before in reversed(spans[: spans.index(nearest[1:])] if nearest[1:] in spans else []):
        if not _EITHER.fullmatch(text[before[1] : chosen[-1][0]]):
            break
        chosen.append(before)
    return chosen


def _closer(text: str, comparison: Comparison, before: tuple[str, int, int], after: tuple[str, int, int]) -> bool:
    """Whether the name behind a number owns it: "At least 10% of body surface area (BSA)"."""
    between = text[comparison.end : after[1]]
    return bool(re.fullmatch(r"\s*(?:of|in|on)?\s*(?:the\s+)?", between)) and bool(
        re.search(r"[,;]|\bor\b|\band\b", text[before[2] : comparison.start])
    )


def _measurement(keys: tuple[str, ...], at: Comparison, window: Window | None, text: str) -> Measurement | None:
    value, high, comparator = at.value, at.high, at.comparator
    choice = re.match(r"\s*(?:or|,|/)\s+(\d+(?:\.\d+)?)\b", text[at.end :])  # "an endoscopic subscore of 2 or 3"
    halves = isinstance(value, float) and (value % 1 or float(choice[1]) % 1 if choice else 0)
    step = 0.5 if halves else 1  # CDR goes by halves
    if comparator == "=" and choice and isinstance(value, float) and float(choice[1]) != value + step:
        return None  # "grade 2 or 4": no field holds a gap
    if comparator == "=" and choice and isinstance(value, float):
        comparator, high = "between", float(choice[1])
    places = tuple(dict.fromkeys(site for site, _, _ in sites_in(text))) if keys == ("t_score",) else ()
    return Measurement(
        names=keys, comparator=comparator, value=value, high=high, unit=at.unit, window=window,
        baseline=bool(_BASELINE.search(text)), sites=places, newest=number_terms.newest(text),
        occasions=number_terms.occasions(text), ever=window is None and number_terms.ever(text),
    )  # fmt: skip
