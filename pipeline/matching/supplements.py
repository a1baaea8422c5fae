"""Supplements that have to be taken: "takes calcium and vitamin D every day"."""

import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import Supplements
from pipeline.matching.clauses import clause_of, of_a_relative
from pipeline.matching.record import Record, cite, newest_first, once
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data
from pipeline.matching.together import _CURRENT_FOR
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_DAILY = lore.regex(r"\b(?:daily|every day|each day|a day|per day)\b", re.IGNORECASE)
_STOPPED = lore.regex(r"\b(?:stop|discont|no longer|not tak|does not take)", re.IGNORECASE)
_NOT_MISSED = lore.regex(r"\b(?:does not|never|without) miss", re.IGNORECASE)
_PLAIN = frozenset(data("plain_words")["supplements"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(data("supplements")[name], re.IGNORECASE)


@cache
def _words(key: str, side: str) -> re.Pattern[str]:
    words = data("supplements")["supplements"][key][side]
    return lore.regex(r"(?<![\w-])(?:" + "|".join(words) + r")(?!\w)", re.IGNORECASE)


def read_supplements(text: str) -> Requirement | None:
    """Return "takes calcium and vitamin D supplements every day"; None where a level or anything else is asked for."""
    asked = [
        (key, at.span()) for key in data("supplements")["supplements"] if (at := _words(key, "asked").search(text))
    ]
    if not asked or not _pattern("asks").search(text):
        return None
    if re.search(
        r"\b(?:level|serum|normal|deficien\w*|fail\w*|inadequate response|intoleran\w*|corrected|not)\b", text, re.I
    ):
        return None
    rest = text
    for key, _ in asked:
        rest = _words(key, "asked").sub(" ", rest)
    further = [at for at in dict.fromkeys(re.findall(r"[a-z][a-z-]{3,}", rest.lower())) if at not in _PLAIN]
    if len(further) > 2:
        return None
    return Supplements(
        names=tuple(key for key, _ in asked),
        every=len(asked) > 1 and not re.search(r"\bor\b(?! more)", text),
        daily=bool(_DAILY.search(text)),
        besides=" ".join(further) or None,
    )


def judge_supplements(requirement: Supplements, record: Record) -> Verdict:
    """Return the verdict on supplements: the newest list or note that names each has to show it taken."""
    join = " and " if requirement.every else " or "
    facts = {"wanted": join.join(requirement.names), "drug": join.join(requirement.names)}
    wants = f"that {facts['wanted']} is taken{' every day' if requirement.daily else ''}"
    taken, not_taken = {}, {}
    for name in requirement.names:
        told = _told(name, requirement.daily, record)
        newest = max((at.date for _, at in told if at.date), default=None)
        latest = [(kind, at) for kind, at in told if at.date == newest]
        if newest is None or record.request_date - newest > _CURRENT_FOR:
            continue
        taken[name] = [at for kind, at in latest if kind == "taken"]
        not_taken[name] = [at for kind, at in latest if kind == "not"]
    against = [at for held in not_taken.values() for at in held]
    proof = [at for held in taken.values() for at in held]
    shown = [name for name in requirement.names if taken.get(name) and not not_taken.get(name)]
    if len(shown) == len(requirement.names) or (shown and not requirement.every):
        return met("taking", cite(_shared_first(taken, proof)), **facts)
    missing = [name for name in requirement.names if not_taken.get(name) and not taken.get(name)]
    if missing and (requirement.every or len(missing) == len(requirement.names)):
        return not_met("not_taking", cite(newest_first(once(against))), **facts)
    return unclear("silent_current", cite(newest_first(once([*proof, *against]))), wants=wants, **facts)


def _shared_first(taken: dict[str, list[Statement]], proof: list[Statement]) -> list[Statement]:
    """Return the proofs, first one for each supplement; a sentence that names several stands for all."""
    first = [held[0] for held in taken.values() if held]
    return once(newest_first([*first, *proof]))


def _told(name: str, daily: bool, record: Record) -> list[tuple[str, Statement]]:
    """Return what sentences say of one supplement: "taken", "not" (taken), "open"."""
    found = []
    for statement in record.statements:
        text = statement.text
        hit = _words(name, "taken").search(text)
        if not hit or statement.section in ("instructions", "allergies"):
            continue
        clause = clause_of(text, hit.start(), hit.end())
        if not _pattern("as_supplement").search(clause) or _pattern("as_food").search(clause) or of_a_relative(clause):
            continue
        if _pattern("not_now").search(clause) and not _NOT_MISSED.search(clause):
            found.append(("not" if _STOPPED.search(clause) else "open", statement))
        elif _pattern("to_come").search(clause) and not re.search(r"\bcontinu|\btakes\b", clause, re.I):
            found.append(("open", statement))
        elif (_pattern("daily" if daily else "taking").search(clause) and statement.section != "plan") or (
            re.search(r"\bcontinu\w+|\bkeeps?\b", clause, re.I) and (not daily or _pattern("daily").search(clause))
        ):
            found.append(("taken", statement))
        else:
            found.append(("open", statement))
    return found
