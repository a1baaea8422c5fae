"""Broken bones: where, how many, and that little force broke them."""

import re

from extractors import lore
from extractors.chart.facts import Statement
from extractors.dates import find_dates
from pipeline.matching.phrases import find_window, number_of
from pipeline.matching.record import Record, cite, newest_first, not_yet
from pipeline.matching.requirements import Fracture, Requirement
from pipeline.matching.sites import sites_in
from pipeline.matching.terms import find_therapies
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_PLACES = ("lumbar_spine", "femoral_neck", "total_hip", "forearm", "humerus", "pelvis")
_FRACTURE = lore.regex(r"\bfractur\w+", re.IGNORECASE)
_SPINAL = lore.regex(r"\b(?:vertebra\w*|spin(?:e|al)|compression|[TL]\d{1,2})\b", re.IGNORECASE)
_LITTLE_FORCE = lore.regex(
    r"\b(?:fragility|osteoporotic|low[- ](?:trauma|energy|impact)|minimal[- ]trauma"
    r"|insufficiency|atraumatic|non-?traumatic"
    r"|(?:ground|standing)[- ](?:level|height)|fall from standing)\b",
    re.IGNORECASE,
)
# A vertebra gives way under little force, unless the sentence tells of more.
_COMPRESSED = lore.regex(r"\b(?:vertebral )?compression fractur\w+|\bvertebral fractur\w+", re.IGNORECASE)
_MUCH_FORCE = lore.regex(
    r"\b(?:accident|collision|MVA|MVC|crash|motor vehicle|traumatic|fell from|ladder"
    r"|stairs|patholog\w+|metasta\w+|tumou?r)\b",
    re.IGNORECASE,
)
_DENIED = lore.regex(r"\b(?:no|not|never|without|denies|nor|none|negative for|free of)\b", re.IGNORECASE)
_HOW_MANY = lore.regex(
    r"\b(?:at least |a history of |history of )?(?P<n>one|two|three|four|multiple"
    r"|\d)\s+(?P<more>or more\s+)?(?:\w+[\s,-]+){0,4}$",
    re.IGNORECASE,
)
_ELSE = lore.regex(
    r"\b(?:T-?score|FRAX|probability|risk|on|while|despite|treatment|therapy|after|since|during)\b", re.IGNORECASE
)


def read_fracture(text: str) -> Requirement | None:
    """Return "history of a low-trauma fracture of the hip or spine", "two or more fragility fractures"."""
    match = _FRACTURE.search(text)
    window = find_window(text)
    rest = text[: window[1][0]] + text[window[1][1] :] if window else text
    if not match or not _LITTLE_FORCE.search(text) or _ELSE.search(rest) or find_therapies(text):
        return None
    if len(text.split()) > 22:
        return None
    number = _HOW_MANY.search(text[: _first(text)])
    least = 2.0 if number and number["n"].lower() == "multiple" else number_of(number["n"]) if number else 1.0
    return Fracture(sites=_asked(text), least=int(least or 1), window=window[0] if window else None)


_ONLY_RISK = lore.regex(
    r"\b(?:risk|prevent\w*|FRAX|probability|avoid\w*|at risk|education"
    r"|screen\w*|rule[d]? out|versus|assess\w*|evaluat\w*|ordered|pending|awaiting|scheduled|liaison"
    r"|suspect\w*|possib\w*|suspicio\w*|concern\w*|query|\?)",
    re.I,
)


def spans(text: str) -> list[tuple[int, int]]:
    """Return the words of a leaf that a `Fracture` holds."""
    found = [at.span() for pattern in (_FRACTURE, _LITTLE_FORCE, _SPINAL) for at in pattern.finditer(text)]
    return found + [(start, end) for _, start, end in sites_in(text, _PLACES)]


def _first(text: str) -> int:
    """Return where the words for the fracture begin."""
    return min(
        at.start() for at in (_FRACTURE.search(text), _LITTLE_FORCE.search(text), _COMPRESSED.search(text)) if at
    )


def _asked(text: str) -> tuple[str, ...]:
    named = {site for site, _, _ in sites_in(text, _PLACES)}
    if _SPINAL.search(text):
        named.add("lumbar_spine")
    return tuple(sorted(named))


def judge_fracture(requirement: Fracture, record: Record) -> Verdict:
    """Return the verdict on fractures: each sentence has to say the place and that little force did it."""
    wanted = _shown(requirement)
    counts: list[tuple[int, Statement]] = []
    partly, denied = [], []
    for statement in record.saying(_FRACTURE):
        if not_yet(statement.text) or not record.holds(statement, requirement.window):
            continue
        for part in re.split(r"(?<=[.;])\s+", statement.text):
            if not (match := _FRACTURE.search(part)):
                continue
            if _DENIED.search(part):
                if re.search(r"\b(?:no|never|denies|without)\b[^.;]{0,40}$", part[: match.start()], re.IGNORECASE):
                    denied.append(statement)
                continue
            if not _at(part, requirement.sites) or _ONLY_RISK.search(part) or _some_before(part, requirement, record):
                continue
            if _LITTLE_FORCE.search(part) or (_COMPRESSED.search(part) and not _MUCH_FORCE.search(part)):
                counts.append((_count(part), statement))
            else:
                partly.append(statement)
    wants = f"{wanted}, with the date and how it came about"
    proof = newest_first([at for _, at in counts])
    most = max((number for number, _ in counts), default=0)
    if most >= requirement.least:
        enough = [at for number, at in counts if number >= requirement.least]
        return met("fractured", cite(newest_first(enough)), wanted=wanted)
    if counts or partly:
        return unclear("silent_fracture", cite([*proof, *newest_first(partly)]), wants=wants, wanted=wanted)
    if denied and not requirement.window and _wholly(denied, requirement):
        return not_met("no_fracture", cite(newest_first(denied)), wanted=wanted)
    return unclear("silent_fracture", cite(newest_first(denied)), wants=wants, wanted=wanted)


_YEAR = lore.regex(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-])")


def _some_before(part: str, requirement: Fracture, record: Record) -> bool:
    """Whether a sentence dates one of its fractures before the time asked for, so that its number is not theirs."""
    first = record.first_day(requirement.window)
    if first is None:
        return False
    return any(at.day < first for at in find_dates(part)) or any(int(at[0]) < first.year for at in _YEAR.finditer(part))


def _at(part: str, sites: tuple[str, ...]) -> bool:
    if not sites:
        return True
    named = {site for site, _, _ in sites_in(part, _PLACES)} | ({"lumbar_spine"} if _SPINAL.search(part) else set())
    return bool(named & set(sites))


def _count(part: str) -> int:
    number = _HOW_MANY.search(part[: _first(part)])
    if number is None:
        return 1
    return 2 if number["n"].lower() == "multiple" else int(number_of(number["n"]) or 1)


def _wholly(denied: list[Statement], requirement: Fracture) -> bool:
    """Whether the newest denial is of all fractures or of the kind asked for, and not of new ones only."""
    text = newest_first(denied)[0].text
    return not re.search(r"\b(?:new|further|acute|recent|other|since|healed|additional)\b", text, re.IGNORECASE)


def _shown(requirement: Fracture) -> str:
    places = " or ".join(
        {"lumbar_spine": "spine", "total_hip": "hip"}.get(at, at.replace("_", " ")) for at in requirement.sites
    )
    number = f"{requirement.least} low-trauma fractures" if requirement.least > 1 else "a low-trauma fracture"
    return f"{number} of the {places}" if places else number
