"""Which words of a clause are said of which of the findings that it names."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.facts import Assertion
from pipeline.matching.clinical_terms import Held, broader
from pipeline.matching.stated_times import lengths_in
from pipeline.matching.terms import find_therapies

# a degree or a place before one of these is of something else
_OF_OTHER = lore.regex(r"[,]|\b(?:and|with|without|who|for)\b", re.IGNORECASE)
_ADJECTIVE = lore.regex(r"(?:al|ar|ic|ary|oid|ous|ate|ere|ild|ked|ive|ed)$", re.IGNORECASE)
_NOUN = lore.regex(
    r"\s+(?!(?:and|or|on|in|at|of|with|without|for|since|over|to|by|from|but|than|as|the|a|an|is|was|are|were|today|now"
    r"|now|both|more|less|per|after|before|during|when|while|despite|that|which)\b)[a-z]{3,}",
    re.IGNORECASE,
)
_JOINED = lore.regex(r"\s*(?:,|/|&|\+|,?\s*(?:and/or|and|or|nor)(?: (?:no|the|an?))?)\s*", re.IGNORECASE)
_APART = lore.regex(r"[,:]|\b(?:and|with|without|in an?|who|for|on)\b", re.IGNORECASE)
# between a finding and the place right before or behind it
_LINK = lore.regex(r"\s*(?:(?:,\s*)?(?:of|in|at|over|to)\s+(?:the\s+|her\s+|his\s+)?)?", re.IGNORECASE)
_SMALL = lore.regex(
    r"\b(?:right|left|both|bilateral|mild|moderate|severe|marked|chronic|acute|active|small|large)\b", re.IGNORECASE
)


def groups_of(text: str, heads: list[Held]) -> list[list[Held]]:
    """Group findings that "and" or a comma joins directly: what stands before or behind them is said of all."""
    groups: list[list[Held]] = []
    for at in heads:
        if groups and (at.start < _end(groups[-1]) or _JOINED.fullmatch(text[_end(groups[-1]) : at.start])):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _end(group: list[Held]) -> int:
    return max(at.end for at in group)


def own_words(text: str, held: list[Held], groups: list[list[Held]], group: list[Held]) -> list[Held]:
    """Return the words that narrow a finding, and those of the study and side that no other finding claims."""
    return [at for at in held if at.role not in ("head", "denial") and _owner(text, at, groups) is group]


def _owner(text: str, at: Held, groups: list[list[Held]]) -> list[Held] | None:
    """Return the findings that a word is said of: those it stands before, or else those it stands behind.

    A degree or a place goes with the word it stands at: "severe" in "severe disc degeneration with stenosis" and
    "central" in "stenosis with a central protrusion" belong to what this vocabulary does not know.
    """
    inside = [one for one in groups if one[0].start <= at.start and at.end <= _end(one)]
    behind = [one for one in groups if one[0].start >= at.end]
    before = [one for one in groups if _end(one) <= at.start]
    if inside:
        return inside[0]
    study = at.role in ("modality", "level", "side")
    if behind:
        between = text[at.end : behind[0][0].start]
        labelled = ":" in between  # "X-ray of the knee, 06/01/2026: severe osteoarthritis"
        if not _APART.search(between) or (not before and (study or labelled or not _OF_OTHER.search(between))):
            return behind[0] if study or labelled or "," not in between else None
    if not before or (not study and _ADJECTIVE.search(text[at.start : at.end]) and _NOUN.match(text[at.end :])):
        return None
    return before[-1]


def owned_lengths(
    text: str, span: tuple[int, int], groups: list[list[Held]], group: list[Held], said: dt.date | None
) -> list[int]:
    """Return the lengths of time that a clause gives for a finding, days; none where it names a drug."""
    clause = text[span[0] : span[1]]
    if find_therapies(clause):
        return []
    return [
        days
        for start, end, days in lengths_in(clause, said)
        if _owner(text, _length_at(span[0] + start, span[0] + end), groups) is group
    ]


def _length_at(start: int, end: int) -> Held:
    return Held(role="quality", key="", start=start, end=end)


def is_nearest(at: Held, grade: Held, group: list[Held]) -> bool:
    """Whether a class is that of this finding of a list: "lupus nephritis, chronic kidney disease stage 3"."""
    return not any(at.end <= one.start and one.end <= grade.start for one in group)


def placed(text: str, at: Held, own: list[Held]) -> list[Held]:
    """Return the words of a finding with its own place alone where one stands right at it.

    "X-ray of the knee: osteoarthritis of the hip" is of the hip; what a list joins to that place stays.
    """
    sites = [one for one in own if one.role == "site"]
    chosen = [one for one in sites if _stands_at(text, at, one) or (one.start < at.end and at.start < one.end)]
    if not chosen:
        return own
    for one in [*sites, *reversed(sites)]:
        if one not in chosen and any(_in_one_list(text, one, held) for held in chosen):
            chosen.append(one)
    return [
        one
        for one in own
        if one.role != "site" or one in chosen or not one.end or "dermatome" in broader("site", one.key)
    ]


def _in_one_list(text: str, one: Held, other: Held) -> bool:
    first, last = sorted((one, other), key=lambda at: at.start)
    return bool(_JOINED.fullmatch(_SMALL.sub(" ", text[first.end : last.start])))


def _stands_at(text: str, at: Held, site: Held) -> bool:
    between = text[at.end : site.start] if site.start >= at.end else text[site.end : at.start]
    return bool(_LINK.fullmatch(_SMALL.sub("", between)) or not between.strip())


def said_of(text: str, section: str, own: list[Held]) -> list[Held]:
    """Return the words without those denied: "partial-thickness tear, no full-thickness component"."""
    return [
        one
        for one in own
        if one.role not in ("quality", "severity")
        or assert_of(text, one.start, one.end, section) is not Assertion.NEGATED
    ]
