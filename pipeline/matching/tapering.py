"""Whether a corticosteroid cannot be lowered: "cannot be tapered below 10 mg of prednisone without a flare"."""

import re

from extractors import lore
from extractors.chart import Assertion, assert_of
from extractors.chart.facts import Statement
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import is_a
from pipeline.matching.phrases import find_lengths
from pipeline.matching.record import Record, cite, drugs_of, newest_first, not_yet
from pipeline.matching.requirements import CannotTaper
from pipeline.matching.terms import base_of, data, find_therapies, wording
from pipeline.matching.together import is_recent
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_ASKED = wording("tapering.asked")
_STUCK = wording("tapering.stuck")
_FREE = wording("tapering.free")
_OPEN = wording("tapering.open")
_OWN_WORDS = wording("tapering.own_words")
_FLOOR = lore.regex(
    r"\b(?:below|under|less than|lower than|beneath|short of|to less than)\s+(?:the equivalent of\s+|about\s+)?"
    r"(?P<mg>\d+(?:\.\d+)?)\s*mg\b",
    re.IGNORECASE,
)
_NOW = lore.regex(
    r"(?P<mg>\d+(?:\.\d+)?)\s*mg(?: (?:a day|daily))?(?: now)?[;,]? (?:flares?|relapses?|worse) when lower", re.I
)
# mg of prednisone that do what one mg does (anti-inflammatory equivalence of the US labels)
_EQUAL = {"prednisone": 1.0, "prednisolone": 1.0, "methylprednisolone": 1.25}


def read_taper(text: str) -> CannotTaper | None:
    """Return "unable to taper corticosteroids below 10 mg of prednisone without a relapse"."""
    mentions = find_therapies(text)
    if not _ASKED.search(text) or not mentions or not all(_is_steroid(at.therapy.name) for at in mentions):
        return None
    floor = _FLOOR.search(text)
    masked = list(text.lower())
    named = [(at.start, at.end) for at in (*mentions, *find_conditions(text))]
    for start, end in [*named, *(at.span() for at in _OWN_WORDS.finditer(text)), *([floor.span()] if floor else [])]:
        masked[start:end] = " " * (end - start)
    plain = {word for key, words in data("plain_words").items() if key != "same" for word in words}
    rest = [
        at
        for at in re.findall(r"[a-z][a-z'-]{3,}", "".join(masked))
        if at.removesuffix("s") not in plain and at not in plain
    ]
    rest += [at.text for at in find_lengths(text)]
    return CannotTaper(below_mg=float(floor["mg"]) if floor else None, besides=" ".join(rest) or None)


def _is_steroid(name: str) -> bool:
    return name in ("corticosteroid", "systemic corticosteroid", "enteric corticosteroid") or any(
        is_a(name, key) for key in ("systemic corticosteroid", "enteric corticosteroid")
    )


def judge_taper(requirement: CannotTaper, record: Record) -> Verdict:
    """Return the verdict: the newest sentences that tell of attempts to lower the dose decide."""
    stuck = newest_first([at for at in record.statements if _tells(record, at, _STUCK)])
    free = newest_first([at for at in record.statements if _tells(record, at, _FREE) and at not in stuck])
    wants = "the dose below which the disease comes back, with the dates of the attempts to taper"
    wanted = f"below {requirement.below_mg:g} mg of prednisone" if requirement.below_mg else "off"
    if stuck and free:
        return unclear("taper_contradicted", cite(newest_first([*stuck, *free])), wants=wants)
    if free:
        return not_met("tapered", cite(free))
    if not stuck:
        return unclear("silent_taper", wants=wants)
    if requirement.below_mg is None:
        return met("not_tapered", cite(stuck), wanted=wanted)
    floors = [(at, mg) for at in stuck if (mg := _floor(record, at)) is not None]
    if not floors:
        return unclear("taper_dose_unknown", cite(stuck), wants=wants, wanted=wanted)
    high = [at for at, mg in floors if mg >= requirement.below_mg]
    if len(high) == len(floors):
        return met("not_tapered", cite(high), wanted=wanted)
    if not high:
        return not_met("tapered_further", cite([at for at, _ in floors]), wanted=wanted)
    return unclear("taper_contradicted", cite([at for at, _ in floors]), wants=wants)


def _tells(record: Record, statement: Statement, pattern: re.Pattern[str]) -> bool:
    """Whether a sentence near the request says it of the patient's corticosteroid, of what was, not of what may be."""
    match = pattern.search(statement.text)
    if (
        match is None
        or not is_recent(statement.date, record)
        or _OPEN.search(statement.text)
        or not_yet(statement.text)
    ):
        return False
    named = _steroids(record, statement)
    if not named or not all(_is_steroid(name) for name in named):
        return False  # "could not taper gabapentin; prednisone 5 mg" speaks of the other drug
    held = assert_of(statement.text, match.start(), match.end(), statement.section)
    return held not in (Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.PLANNED, Assertion.POSSIBLE)


def _steroids(record: Record, statement: Statement) -> list[str]:
    """Return the treatments a sentence speaks of; one that names none goes on about the one before it."""
    named = [at.therapy.name for at in find_therapies(statement.text, fuzzy=True)]
    return named or [base_of(at) for at in drugs_of(record, statement)]


def _floor(record: Record, statement: Statement) -> float | None:
    """Return the dose of prednisone, in mg a day, below which it did not go."""
    match = _FLOOR.search(statement.text) or _NOW.search(statement.text)
    factors = {_EQUAL.get(name) for name in _steroids(record, statement) if _is_steroid(name)} - {None}
    return float(match["mg"]) * factors.pop() if match and len(factors) == 1 else None  # type: ignore[operator]
