"""What a criterion adds to a trial: a multiple of the labeled dose, what it is taken beside, how a failure shows."""

import re
from functools import cache

from extractors import lore
from pipeline.matching.phrases import number_of
from pipeline.matching.terms import data, wording
from pipeline.matching.trial_outcomes import is_outcome

_FOLD = {"double": 2, "doubled": 2, "triple": 3, "quadruple": 4, "twofold": 2, "threefold": 3, "fourfold": 4}
_KIND = (
    r"(?:usual|standard|label(?:l)?ed|recommended|(?:FDA[- ])?approved|licensed|normal|regular|maximum|full"
    r"|adult|daily)"
)
_TIMES = (
    r"(?P<up>up to\s+(?:a\s+)?)?\b(?P<n>twice|doubled?|triple|quadruple|twofold|threefold|fourfold"
    r"|(?:two|three|four|2|3|4)(?:[- ]?fold|\s+times|\s?x))"
)
# "at twice the labeled dose or more", "up to four times the FDA-approved dose", "updosed fourfold"
_MULTIPLE = lore.regex(
    rf"(?:at (?:a dose of )?(?:at least )?)?{_TIMES}\s+(?:of\s+)?(?:the\s+|its\s+)?(?:{_KIND}\s+)+"
    r"(?:dos(?:e|es|age|ing)|amount)(?:\s+or\s+(?:more|higher|greater))?",
    re.IGNORECASE,
)
_UPDOSED = lore.regex(
    rf"\b(?:up-?dos(?:ed|ing)|increased|raised|titrated)\s+(?:to\s+|by\s+)?{_TIMES}\b(?!\s+(?:a|per)\s)", re.IGNORECASE
)
# "at the labeled dose", "at standard doses"
_SINGLE = lore.regex(
    rf"\bat (?:the |an? )?(?:{_KIND}\s+)*(?:label(?:l)?ed|(?:FDA[- ])?approved|standard|usual|recommended|licensed)\s+"
    r"(?:daily\s+)?dos(?:e|es|age|ing)\b",
    re.IGNORECASE,
)


def find_multiple(text: str) -> tuple[float, tuple[int, int]] | None:
    """Return the least multiple of the labeled dose that a criterion asks for, and the characters that say so.

    "Up to fourfold" is a ceiling: what has to be shown is that the dose was raised at all, to twice the labeled one.
    """
    for pattern in (_MULTIPLE, _UPDOSED):
        if match := pattern.search(text):
            return (2.0 if match["up"] else _fold(match["n"])), match.span()
    if match := _SINGLE.search(text):
        return 1.0, match.span()
    return None


def _fold(printed: str) -> float:
    word = printed.lower()
    if word in _FOLD:
        return float(_FOLD[word])
    first = re.match(r"[a-z]+|\d", word)
    return float(number_of(first[0]) or 1) if first else 1.0


# how often a day; the first that stands behind the dose counts
_OFTEN = (
    (4.0, lore.regex(r"\b(?:four times|4 times|4x|q\.?i\.?d|every 6 hours)\b", re.IGNORECASE)),
    (3.0, lore.regex(r"\b(?:three times|3 times|3x|t\.?i\.?d|every 8 hours)\b", re.IGNORECASE)),
    (2.0, lore.regex(r"\b(?:twice|two times|2 times|2x|b\.?i\.?d|every 12 hours)\b", re.IGNORECASE)),
    (
        1.0,
        lore.regex(
            r"\b(?:once|daily|a day|per day|nightly|every (?:day|night|morning|evening)"
            r"|at (?:night|bedtime)|q\.?d|q\.?h\.?s)\b",
            re.IGNORECASE,
        ),
    ),
)
_NOT_STEADY = lore.regex(r"\bas needed\b|\bprn\b|\bweekly\b|\bevery other\b|\ba week\b", re.IGNORECASE)
_TABLETS = lore.regex(r"\b(?:\d|two|three|four)\s+(?:tab\w*|pills?|caps?\w*)\b", re.IGNORECASE)


def multiple_of(generic: str, dose: str, sentence: str) -> float | None:
    """Return how many times the labeled dose a course was, by its own words or by the dose printed; None: not said."""
    if match := _MULTIPLE.search(sentence) or _UPDOSED.search(sentence):
        return None if match["up"] else _fold(match["n"])
    label = data("label_doses").get(generic)
    amounts = {float(at.replace(",", "")) for at in re.findall(r"(\d[\d,]*(?:\.\d+)?)\s*mg\b", dose)}
    if label is None or len(amounts) != 1 or _NOT_STEADY.search(dose) or _TABLETS.search(dose):
        return None
    often = next((times for times, pattern in _OFTEN if pattern.search(dose)), None)
    return amounts.pop() * often / label if often else None


# "inadequate response (new fracture or falling bone density) to", "failure (no ACR20 response) of"
_SHOWN_BY = lore.regex(
    r"(?:response|failure|failed|efficacy|control|relief)\s*"
    r"\((?!\s*(?:e\.?\s?g|for example|such as|including|i\.?e|after|at least|see)\b)(?P<how>[^()]*[a-z]{4}[^()]*)\)",
    re.IGNORECASE,
)


def find_shown_by(text: str) -> tuple[str, tuple[int, int]] | None:
    """Return how a failure has to show by the bracket behind it, and where that stands."""
    match = _SHOWN_BY.search(text)
    if not match or re.search(r"\d\s*(?:days?|weeks?|months?|years?)\b", match["how"]):
        return None
    return match["how"].strip(), match.span("how")


_JOINS = wording("therapy_leaves.added_to")


def find_join(text: str, therapies_at: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Return where "added to", "on top of" or "plus" parts the treatment asked for from the one it is taken beside."""
    for match in _JOINS.finditer(text):
        before = any(end <= match.start() for _, end in therapies_at)
        after = any(match.end() <= start <= match.end() + 60 for start, _ in therapies_at)
        if before and after:
            return match.span()
    return None


# "a relapse or a new MRI lesion after at least 6 months of treatment with ..."
_BREAKTHROUGH = wording("therapy_leaves.breakthrough")


def find_breakthrough(text: str) -> re.Match[str] | None:
    """Return the match of an event that came in spite of a treatment: groups `event` and `course`."""
    return _BREAKTHROUGH.search(text)


@cache
def alternatives(shown_by: str) -> tuple[frozenset[str], ...]:
    """Return the word stems of each way in which a failure may show: ({"fractu"}, {"fallin", "bone", "densit"})."""
    small = {"with", "from", "that", "more", "least", "than", "have", "been", "shown", "evidence"}
    found = []
    for part in re.split(r"\s+or\s+|,\s*|/", shown_by.lower()):
        stems = frozenset(at[:6] for at in re.findall(r"[a-z]{4,}", part) if at not in small)
        if stems:
            found.append(stems)
    return tuple(found)


def shows(shown_by: str, text: str) -> bool:
    """Whether words of the chart show a failure in one of the ways that a criterion asks for."""
    low = text.lower()
    return any(all(stem in low for stem in stems) for stems in alternatives(shown_by))


def is_dose_of_trial(text: str) -> bool:
    """Whether "the FDA-approved dose", "an FDA-labeled contraindication" is that of a trial, not of the request."""
    if re.search(r"\blabell?ed contra-?indication", text, re.IGNORECASE):
        return True
    return find_multiple(text) is not None and is_outcome(text)
