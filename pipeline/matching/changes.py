"""A rise or fall by a share or by points: migraine days halved, 5% of body weight lost, EDSS up by 1.0."""

import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.phrases import NUMBER, find_window
from pipeline.matching.record import Record, cite, not_yet
from pipeline.matching.requirements import Change, FreeText, Requirement
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_FALL = (
    r"(?:fall(?:en|s)?|reduc\w+|decreas\w+|improv\w+|relief|loss|lost|lose[sd]?|less|fewer|lower\w*"
    r"|down|drop\w*|fell|decline\w*|alleviat\w+)"
)
_RISE = r"(?:increas\w+|ris(?:e|en|es|ing)|rose|worsen\w+|progress\w+|gain\w*|higher|up)"
_AMOUNT = lore.regex(
    rf"(?P<least>at least|[≥]|>=|a minimum of|minimum of"
    rf"|greater than or equal to)?\s*(?:an?\s+)?(?<![\d./])(?P<n>{NUMBER})[\s-]*"
    r"(?P<unit>%|percent|per cent|points?\b)(?P<more>\s+or (?:more|greater))?",
    re.IGNORECASE,
)
_MORE = lore.regex(
    r"\b(?:confirmed|sustained for|for at least|over at least|compared|while"
    r"|without|and (?!maintain)|or (?!more|greater))",
    re.IGNORECASE,
)


@cache
def _pattern(key: str, side: str) -> re.Pattern[str]:
    return lore.regex("|".join(f"(?:{at})" for at in data("changes")[key][side]), re.IGNORECASE)


def read_change(text: str) -> Requirement | None:
    """Return "at least a 50% reduction in monthly migraine days"; free text where a leaf asks for more than one."""
    amounts = [at for at in _AMOUNT.finditer(text) if at["least"] or at["more"]]
    keys = [key for key in data("changes") if _pattern(key, "criterion").search(text) and _turned(key, text)]
    if not amounts or not keys:
        return None
    window = find_window(text)
    rest = text[: window[1][0]] + text[window[1][1] :] if window else text
    if len(amounts) > 1 or len(keys) > 1 or len(text.split()) > 26 or _MORE.search(rest):
        return FreeText(terms=("change",))
    return Change(
        quantity=keys[0],
        least=float(amounts[0]["n"].replace(",", "")),
        unit=_unit(amounts[0]),
        window=window[0] if window else None,
    )


def spans(text: str, requirement: Change) -> list[tuple[int, int]]:
    """Return the words of a leaf that a `Change` holds."""
    found = [at.span() for at in _pattern(requirement.quantity, "criterion").finditer(text)]
    found += [at.span() for at in _AMOUNT.finditer(text)]
    found += [at.span() for at in _SINCE.finditer(text)]
    return found + [at.span() for side in (_FALL, _RISE) for at in re.finditer(rf"\b{side}\b", text, re.IGNORECASE)]


# what a change is counted from
_SINCE = lore.regex(
    r"\b(?:since|from|compared (?:with|to)|relative to|over|versus)\s+(?:the\s+|his\s+|her\s+|their\s+)?"
    r"(?:start|beginning|initiation|baseline|pre-?treatment|first dose)\w*"
    r"(?:\s+(?:of\s+)?(?:therapy|treatment|weight|value|level)s?)?"
    r"|\bon (?:the )?(?:treatment|therapy|drug)\b",
    re.IGNORECASE,
)
# "now 221 lb (-7.9%)"
_SIGNED = lore.regex(r"[(\s][-−–]\d+(?:\.\d+)?\s?%")


def _turned(key: str, text: str) -> bool:
    if data("changes")[key]["falls"] and _SIGNED.search(text):
        return True
    return bool(_turn(key).search(text))


@cache
def _turn(key: str) -> re.Pattern[str]:
    return lore.regex(rf"\b{_FALL if data('changes')[key]['falls'] else _RISE}\b", re.IGNORECASE)


def _unit(match: re.Match[str]) -> str:
    return "points" if match["unit"].lower().startswith("point") else "%"


def judge_change(requirement: Change, record: Record) -> Verdict:
    """Return the verdict on a change: the newest sentence that gives its amount decides."""
    entry = data("changes")[requirement.quantity]
    word = "fall" if entry["falls"] else "rise"
    wanted = f"a {word} of {entry['name']} by at least {requirement.least:g} {requirement.unit}"
    found = [
        (amount, at)
        for at in record.may_say(_turn(requirement.quantity))
        if record.holds(at, requirement.window) and (amount := _stated(at, requirement, record)) is not None
    ]
    wants = f"{wanted}, with the values before and after"
    if not found:
        return unclear("silent_change", wants=wants, wanted=wanted)
    newest = max((at.date for _, at in found if at.date), default=None)
    latest = [(amount, at) for amount, at in found if at.date == newest]
    sides = {amount >= requirement.least for amount, _ in latest}
    proof = cite([at for _, at in latest])
    facts = {"wanted": wanted, "value": f"{latest[0][0]:g} {requirement.unit}"}
    if sides == {True}:
        return met("changed", proof, **facts)
    if sides == {False}:
        return not_met("changed_too_little", proof, **facts)
    return unclear("silent_change", proof, wants=wants, wanted=wanted)


def _stated(statement: Statement, requirement: Change, record: Record) -> float | None:
    """Return the amount of a sentence that says the change as something that has come about."""
    for part in re.split(r"(?<=[.;])\s+", statement.text):
        named = _pattern(requirement.quantity, "chart").search(part) or _goes_back(statement, part, requirement, record)
        if not named or not _turned(requirement.quantity, part):
            continue
        if not_yet(part) or re.search(
            r"\b(?:goal|target|aim\w*|expect\w*|hope\w*|should|will|if|needs?|no|not"
            r"|without|up to|nearly|almost|less than)\b",
            part,
            re.IGNORECASE,
        ):
            continue
        amounts = [at for at in _AMOUNT.finditer(part) if _unit(at) == requirement.unit] or _by(part, requirement)
        if len(amounts) == 1:
            return float(amounts[0]["n"].replace(",", ""))
    return None


def _goes_back(statement: Statement, part: str, requirement: Change, record: Record) -> bool:
    """Whether "it" in a sentence is what the sentence right before it names ("EDSS 3.5. It has risen by 1.5")."""
    if not re.match(r"\s*(?:it|this)\b", part, re.IGNORECASE):
        return False
    return any(_pattern(requirement.quantity, "chart").search(at.text) for at in record.before(statement, 1))


_BY = lore.regex(
    rf"\b(?:risen|rose|increased|worsened|fallen|fell|decreased|dropped"
    rf"|improved) by (?P<n>{NUMBER})(?!\s*%)",
    re.I,
)


def _by(part: str, requirement: Change) -> list[re.Match[str]]:
    """Return "has risen by 1.5", which needs no word for points."""
    return list(_BY.finditer(part)) if requirement.unit == "points" else []
