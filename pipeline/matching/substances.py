"""Substances that a criterion wants given up: "no use of nicotine for at least 6 weeks before the request".

Met by words that deny the use from far enough back ("never smoked", "quit smoking 05/01/2026") and, where the
criterion asks for more than the words deny (nicotine, and they tell of smoking), by a denial of that too.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.denials import Denial, clause_at, covered_from, denial_at, span_of
from pipeline.matching.phrases import DAYS_IN, find_lengths, number_of
from pipeline.matching.record import Record, cite, newest_first, not_yet, once
from pipeline.matching.requirements import Requirement, Unused
from pipeline.matching.terms import data, wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_ASKED = wording("substances.asked")
_NO_LEAF = wording("substances.not_asked")
_LIFELONG = wording("substances.lifelong")
_QUIT = wording("substances.quit")
_NOW_FREE = wording("substances.free")
_USES = wording("substances.uses")
_NEUTRAL = wording("substances.neutral")
_NEGATIVE = lore.regex(
    r"\b(?:negative|not detected|none detected|undetect\w+|non-?detect\w+)\b|(?:\bunder|\bbelow|<)\s*\d", re.IGNORECASE
)
_POSITIVE = lore.regex(
    r"\b(?:positive|elevated|high)\b|(?<!not )(?<!none )\bdetected\b|\b\d{2,}(?:\.\d+)?\s*ng", re.IGNORECASE
)
_PLAIN = frozenset(data("negative_words")["unused_leaf"])
_NEAR = dt.timedelta(days=60)


@cache
def _names(key: str) -> re.Pattern[str]:
    return lore.regex(rf"(?<![\w-])(?:{'|'.join(data('substances')[key]['names'])})(?!\w)", re.IGNORECASE)


@cache
def _tests(key: str) -> re.Pattern[str]:
    return lore.regex(rf"\b(?:{'|'.join(data('substances')[key]['tests'])})\b", re.IGNORECASE)


def read_unused(text: str) -> Requirement | None:
    """Return "has abstained from tobacco and nicotine for at least 8 weeks"."""
    if not _ASKED.search(text) or _NO_LEAF.search(text):
        return None
    named = [key for key in data("substances") if _names(key).search(text)]
    if not named:
        return None
    lengths = find_lengths(text)
    rest = text
    for at in reversed(lengths):
        rest = rest[: at.start] + " " + rest[at.end :]
    for key in named:
        rest = _names(key).sub(" ", rest)
    words = re.findall(r"[a-z]{3,}", rest.lower())
    if any(word not in _PLAIN for word in words):
        return None
    return Unused(substances=tuple(named), minimum_days=max((at.days for at in lengths), default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Free:
    """Words that deny a substance for a time."""

    key: str
    statement: Statement
    first: dt.date
    last: dt.date


def judge_unused(requirement: Unused, record: Record) -> Verdict:
    """Return the verdict on a substance that must not have been used for a time."""
    first = record.request_date - dt.timedelta(days=requirement.minimum_days or 0)
    wanted = " or ".join(requirement.substances)
    free, used = _told(record)
    proofs: list[Statement] = []
    missing: list[str] = []
    for key in requirement.substances:
        kinds = {key, *data("substances")[key]["covers"]}
        shown = [at for at in used if at[0] in kinds and at[2] >= first - _grace(requirement)]
        against = [(at, day) for _, at, day in shown]
        said = [at for at in free if at.last >= record.request_date - _NEAR]
        if against:
            newest = max(day for _, day in against)
            cited = cite(once(newest_first(at for at, _ in against)))
            if any(at.last >= newest for at in said for kind, _, _ in shown if at.key == kind or _wider(at.key, kind)):
                return unclear("used_unsure", cited, wants=f"since when no {wanted} has been used", wanted=wanted)
            return not_met("was_used", cited, wanted=wanted)
        earliest = max((day for kind, _, day in used if kind in kinds), default=dt.date.min)
        if _in_doubt(key, used, record):
            missing.append(key)
        elif held := _denied_throughout(key, kinds, first, earliest, said, free):
            proofs += held
        else:
            missing.append(key)
            proofs += [at.statement for at in said if at.key in kinds][:2]
    if not missing:
        return met("unused", cite(once(newest_first(proofs))), wanted=wanted)
    asked = " or ".join(missing)
    why = "used_unsure" if proofs else "silent_unused"
    return unclear(why, cite(once(newest_first(proofs))), wants=f"since when no {asked} has been used", wanted=asked)


def _in_doubt(key: str, used: list, record: Record) -> bool:
    """Whether another substance of the kind is in use, which some payers count as this one: a pouch, a vape."""
    near = data("substances")[key].get("near") or ()
    return any(kind in near and day >= record.request_date - _NEAR for kind, _, day in used)


def _grace(requirement: Unused) -> dt.timedelta:
    """Return how far before the day itself a note of use still counts, where no length of time is asked for."""
    return dt.timedelta(0) if requirement.minimum_days else _NEAR


def _wider(one: str, other: str) -> bool:
    return other in data("substances")[one]["covers"]


def _denied_throughout(
    key: str, kinds: set[str], first: dt.date, used_until: dt.date, said: list[_Free], free: list[_Free]
) -> list[Statement] | None:
    """Return the words that deny the substance from the first day on; None when they leave some of it open."""
    own = [at for at in said if at.key == key or _wider(at.key, key)]
    whole = [at for at in own if at.first <= first]
    if whole:
        return [_newest(whole)]
    lifelong = [at for at in said if at.key in kinds and at.first == dt.date.min and used_until == dt.date.min]
    if lifelong:
        return [_newest(lifelong)]
    parts = [at for at in said if at.key in kinds and at.first <= first]
    if own and parts:  # "has not smoked since May and uses no nicotine"
        return [_newest(own), _newest(parts)]
    earlier = [at for at in free if at.key == key and used_until < at.last <= first]
    if own and earlier:  # denied before the time asked for and again at its end
        return [_newest(own), _newest(earlier)]
    return None


def _newest(found: list[_Free]) -> Statement:
    """Return the statement of the newest of them."""
    return max(found, key=lambda at: at.last).statement


def _told(record: Record) -> tuple[list[_Free], list[tuple[str, Statement, dt.date]]]:
    """Return what the chart says against and for the use of each substance, with the last day of the use."""
    free: list[_Free] = []
    used: list[tuple[str, Statement, dt.date]] = []
    for statement in record.saying(*(pattern(key) for key in data("substances") for pattern in (_tests, _names))):
        text, day = statement.text, statement.date
        if day is None or _NEUTRAL.search(text):
            continue
        for key in data("substances"):
            if test := _tests(key).search(text):
                left, right = clause_at(text, test.start(), test.end())
                clause = text[left:right]
                days = span_of(clause, day)
                when = days[0] if days else day
                if _NEGATIVE.search(clause) and not not_yet(clause):
                    free.append(_Free(key=key, statement=statement, first=when, last=max(when, day)))
                elif _POSITIVE.search(clause) and not not_yet(clause):
                    used.append((key, statement, when))
            for match in _names(key).finditer(text):
                if _ABOUT.match(text[match.end() :]):
                    continue
                left, right = _part_at(text, match.start(), match.end())
                clause = text[left:right]
                first = _free_from(clause, text, match, day)
                if first is not None:
                    free.append(_Free(key=key, statement=statement, first=first, last=day))
                elif last := _used_until(clause, statement, match, left):
                    used.append((key, statement, last))
    return free, used


# "nicotine withdrawal", "tobacco history": none of them says whether it is used
_ABOUT = lore.regex(
    r"^\s+(?:withdrawal|craving|history|dependence|disorder|test|level|screen|counsel|cessation|section|clinic"
    r"|questions?|questionnaire|leaflet|polic(?:y|ies)|rules?|status (?:not|unknown|unclear))",
    re.IGNORECASE,
)
# "quit smoking in May and now uses a nicotine pouch" says two things
_JOINT = lore.regex(
    r",?\s+and\s+(?=(?:now|still|currently|uses?|is|has|vapes|chews|smokes|takes|wears)\b)"
    r"|,\s+(?:but\s+)?(?=(?:(?:s?he|they)\s+)?(?:now|still|currently|continues)\b)",
    re.IGNORECASE,
)


def _part_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the part of a clause that has a verb of its own."""
    left, right = clause_at(text, start, end)
    for joint in _JOINT.finditer(text, left, right):
        if joint.end() <= start:
            left = joint.end()
        elif joint.start() >= end:
            right = min(right, joint.start())
    return left, right


def _free_from(clause: str, text: str, match: re.Match[str], day: dt.date) -> dt.date | None:
    """Return since when a clause denies the substance: all life, a date, or only that day; None if it does not."""
    if _LIFELONG.search(clause):
        return dt.date.min
    denial = denial_at(text, match.start(), match.end())
    if _ONCE.search(clause) and not _LIFELONG.search(clause):
        return None
    if denial and re.search(r"\b(?:more|all|every|heavy|daily|regular|chain|longer)\b", denial.between):
        return None
    quits = _QUIT.search(clause)
    if not (denial or quits or _NOW_FREE.search(clause)) or not_yet(clause):
        return None
    if denial and re.search(r"\b(?:never|prior|previous|history)\b", f"{denial.cue} {denial.between}"):
        return dt.date.min
    if days := _since(clause, day):
        return days
    return day


# "denied street drugs years ago": nothing of today
_ONCE = lore.regex(
    r"^(?!.*\b(?:since|for|quit|stopped|last|gave up|ceased)\b).*\b(?:years? ago|at that time|back then|last year)\b",
    re.I,
)
_AGO = lore.regex(
    r"\b(?P<n>\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\s+(?P<unit>day|week|month|year)s?\s+ago\b",
    re.IGNORECASE,
)


def _since(clause: str, day: dt.date) -> dt.date | None:
    held = covered_from(Denial(cue="no", between="", clause=clause), day)
    if held and held != dt.date.min:
        return held
    if ago := _AGO.search(clause):
        return day - dt.timedelta(days=int((number_of(ago["n"]) or 0) * DAYS_IN[ago["unit"].lower()]))
    lengths = [
        at
        for at in find_lengths(clause)
        if not at.at_most and re.search(r"\bfor\s+(?:the (?:past|last) )?$", clause[: at.start].rstrip() + " ")
    ]
    if len(lengths) == 1:
        return day - dt.timedelta(days=lengths[0].days)
    if _QUIT.search(clause) and (days := span_of(clause, day)) and days[1] <= day:
        return days[1]
    return None


def _used_until(clause: str, statement: Statement, match: re.Match[str], left: int) -> dt.date | None:
    """Return the last day that a clause shows the substance used: the day of its note, or the day it ended."""
    if not _USES.search(clause) or not_yet(clause):
        return None
    days = [at.day for at in find_dates(clause, bare_years=True)]
    if days and statement.cells:
        return max(days) if len(days) > 1 else statement.date
    if days and re.search(r"\b(?:until|through|to|stopped|ended|done|completed|quit|in)\b", clause, re.IGNORECASE):
        return max(days)
    return statement.date
