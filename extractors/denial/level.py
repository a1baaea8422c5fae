"""Where in the course of appeals a letter stands: a first denial, an appeal decided, the last internal word."""

import re

from extractors import lore
from extractors.denial.deadline import Limit
from extractors.denial.fields import AppealLevel, AppealStage, NextStep
from extractors.denial.reading import Letter, Span
from extractors.denial.roles import Said, section
from extractors.evidence import Finding

_FINAL = lore.regex(
    r"final (?:internal )?adverse (?:benefit )?determination|notice of final"
    r"|(?:this is|this was) (?:our|the|a) final (?:internal )?(?:decision|determination)"
    r"|no (?:further|more|other) (?:internal )?(?:levels? of )?(?:internal )?appeals?"
    r"|(?:have|has) (?:now )?(?:been )?exhausted\b"
    r"|(?:have|has) (?:now )?(?:completed|used up|used) (?:all|both|every|the|your|our) "
    r"[^.;]{0,20}\b(?:internal|appeals?)\b"
    r"|internal appeals? (?:process |rights )?(?:is|are|has been|have been) (?:now )?(?:complete|exhausted|over)"
    r"|completes (?:your|the|our) internal appeal",
    re.IGNORECASE,
)
# "We upheld our denial", "your appeal is denied", "we are not changing our decision", "Notice of Appeal Decision"
_DECIDED = lore.regex(
    r"\b(?:we|plan|committee|panel|reviewers?|pharmacist|physician)\b[^.;]{0,60}\b(?:upheld|uphold(?:ing)?"
    r"|(?:are|is|were|was) not changing|(?:will|did) not change|stand(?:s|ing)? by|affirm(?:ed|ing)?)\b"
    r"|\b(?:denial|decision|determination|denied|request)\b[^.;]{0,40}\b(?:is|was|has been|been|be) (?:\w+ )?upheld\b"
    r"|\bupheld (?:the|our|its)\b|\bupholding the denial\b"
    r"|\b(?:your|the|this|member's|first[ -]level) (?:\w+ ){0,2}(?:appeal|grievance|reconsideration|redetermination)"
    r" (?:of [^.;]{0,40} )?(?:is|was|has been) (?:\w+ )?(?:denied|not approved|unfavorable|dismissed)\b"
    r"|\bwe (?:have )?(?:\w+ )?(?:denied|deny|are denying) (?:your|the|this) (?:\w+ ){0,2}"
    r"(?:appeal|grievance|reconsideration|redetermination)\b"
    r"|^\W*(?:notice of )?(?:appeal|grievance|reconsideration|redetermination)s? (?:decision|determination|resolution"
    r"|denial|outcome)\b(?!\s+(?:is|are|will|within|in|comes?)\b)",
    re.IGNORECASE,
)
# Told of what may come, or of what others decided: no decision of this letter.
_NOT_NOW = lore.regex(
    r"\bafter\b|\bif\b|\breceipt of\b|\bonce\b|\buntil\b|\bwhen\b|\bmay\b|\bcan\b|\bwithin\b|\bmust first\b|\bwould\b"
    r"|\bshould\b|\bunless\b|\bwhether\b|\bbefore\b|\bdays? to\b|\bto pay or\b|\bright to\b",
    re.IGNORECASE,
)
_STEPS = {
    "second_level": NextStep.SECOND_LEVEL,
    "external_review": NextStep.EXTERNAL_REVIEW,
    "fair_hearing": NextStep.FAIR_HEARING,
}
_OFFERS = lore.regex(
    r"\b(?:you|your|member|enrollee|representative|provider|request(?:ed|s|ing)?|ask|file|send|write|appeal|mail|fax)\b",
    re.IGNORECASE,
)
_APPEAL_ROLES = ("appeal", "regular_appeal")


def find_level(letter: Letter, said: list[Said], limits: list[Limit]) -> Finding[AppealLevel] | None:
    """Return the stage of this letter and the step that is open.

    A denied appeal is the last internal word where the letter says so, or where it offers an
    external review or a hearing and no further appeal to the plan.
    """
    final = _first(letter, said, _FINAL)
    decided = final or _first(letter, said, _DECIDED)
    offered = _offered(letter, said)
    if final:
        step = next((at for at in offered if at is not NextStep.SECOND_LEVEL), None)
        return _cite(letter, final, AppealStage.FINAL, step, 0.95)
    if decided:
        again = NextStep.SECOND_LEVEL in offered or any(limit.kind in _APPEAL_ROLES for limit in limits)
        outside = next((at for at in offered if at is not NextStep.SECOND_LEVEL), None)
        if outside and not again:
            return _cite(letter, decided, AppealStage.FINAL, outside, 0.8)
        return _cite(letter, decided, AppealStage.APPEAL_DECIDED, NextStep.SECOND_LEVEL if again else None, 0.8)
    opened = _opened(said, limits)
    return _cite(letter, opened, AppealStage.INITIAL, NextStep.INTERNAL_APPEAL, 0.9) if opened else None


def _first(letter: Letter, said: list[Said], pattern: re.Pattern[str]) -> Span | None:
    for one in said:
        text = letter.text[one.start : one.end]
        if pattern.search(text) and not _NOT_NOW.search(text):
            return Span(start=one.start, end=one.end)
    return None


def _opened(said: list[Said], limits: list[Limit]) -> Span | None:
    """Return the sentence that opens the internal appeal: the one with its time, else the longest about it."""
    timed = (section(said, limit.start) for limit in limits if limit.kind in _APPEAL_ROLES)
    spoken = [one for one in said if one.own and one.role in _APPEAL_ROLES]
    one = next(filter(None, timed), None) or max(spoken, key=lambda at: at.end - at.start, default=None)
    return Span(start=one.start, end=one.end) if one else None


def _offered(letter: Letter, said: list[Said]) -> list[NextStep]:
    """Return the steps beyond the first appeal that the letter speaks of, first named first."""
    steps = [
        _STEPS[one.role]
        for one in said
        if one.own and one.role in _STEPS and _OFFERS.search(letter.text[one.start : one.end])
    ]
    return list(dict.fromkeys(steps))


def _cite(
    letter: Letter, at: Span, stage: AppealStage, step: NextStep | None, confidence: float
) -> Finding[AppealLevel]:
    return letter.cite(at.start, at.end, AppealLevel(stage=stage, next_step=step), confidence, prose=True)
