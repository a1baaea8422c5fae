"""What a criterion wants to have come of a treatment: a trial, a failure, an intolerance, a contraindication."""

import re

from extractors import lore
from pipeline.matching.requirements import Wanted
from pipeline.matching.terms import wording

_INTOLERANCE = wording("therapy_leaves.intolerance")
_CONTRAINDICATION = lore.regex(
    r"contra-?indicat|not (?:a )?(?:appropriate|suitable|candidate)|medically inadvisable|clinically inadvisable"
    r"|(?:in|for) which\b[^.;]{0,60}\b(?:should|must|can) ?not be (?:used|given|taken|prescribed)"
    r"|precludes? (?:the )?use",
    re.IGNORECASE,
)
INADEQUATE = wording("therapy_leaves.inadequate")
_TRIAL = wording("therapy_leaves.trial")


def is_outcome(text: str) -> bool:
    """Whether a leaf says how a treatment went, or that it could not be given."""
    return any(pattern.search(text) for pattern in (INADEQUATE, _INTOLERANCE, _CONTRAINDICATION))


# "class III heart failure" is no failure of a drug
_ORGAN_FAILURE = lore.regex(
    r"\b(?:heart|cardiac|renal|kidney|liver|hepatic|respiratory|ovarian|organ|graft|marrow|pump|multi-?organ)\s+failure\b",
    re.IGNORECASE,
)


# "unable to tolerate CPAP after a trial of at least 30 days": the trial alone is not what is asked for
_AFTER_TRIAL = lore.regex(
    r"(?:intoleran\w+|tolerate|side effects?|adverse \w+|allerg\w+)\b[^,;]{0,60}"
    r"\b(?:after|during|following|on|with|to|of|from)\b[^,;]{0,40}\b(?:trial|course|attempt|use)\b",
    re.IGNORECASE,
)


# "was tried and was not tolerated", "tried, but the response was inadequate": the trial alone is not what is asked for
_TRIED_AND = lore.regex(
    r"\b(?:tried|trial|used|taken|received|treated)\b(?:(?!\bor\b)[^;]){0,60}\b(?:and|but|yet|which|that|then)\b"
    r"(?:(?!\bor\b|\bto\b)[^;]){0,30}\b(?:not tolerated|intoleran\w+|stopped|discontinued|fail\w*|inadequate"
    r"|insufficient|ineffective|no (?:response|benefit)|without (?:response|benefit|relief)|did not|side effects?"
    r"|adverse)\b",
    re.IGNORECASE,
)


def wanted_of(text: str) -> tuple[Wanted, ...]:
    wanted: list[Wanted] = []
    text = _ORGAN_FAILURE.sub(" ", text)
    short_by_intolerance = re.search(
        r"\btried\b.{0,140}\b(?:but|and|yet)\b.{0,30}\b(?:unable|could not|not able) to tolerate", text, re.IGNORECASE
    )
    if short_by_intolerance:
        return ("intolerance",)
    if INADEQUATE.search(text):
        wanted.append("inadequate_response")
    elif _TRIAL.search(text) and not re.search(r"intoleran\w+ (?:of|to)\b.{0,60}\btrial\b", text, re.IGNORECASE):
        wanted.append("trial")
    if re.search(r"\btried\s+(?:and|or)\s+(?:failed|could not|had)", text, re.IGNORECASE) and "trial" in wanted:
        wanted.remove("trial")
    if _INTOLERANCE.search(text):
        wanted.append("intolerance")
    if _CONTRAINDICATION.search(text):
        wanted.append("contraindication")
    if "trial" in wanted and "intolerance" in wanted and _AFTER_TRIAL.search(text):
        wanted.remove("trial")
    if (
        "trial" in wanted
        and len(wanted) > 1
        and not re.search(r"\btried\b|\btrial\b|\bused\b|\bon\b|received|taken|completed|treated", text, re.IGNORECASE)
    ):
        wanted.remove("trial")
    if (
        "trial" in wanted
        and "intolerance" in wanted
        and re.search(
            r"\btrial\b[^,;]{0,60}\b(?:and|with|due to|because of)\b[^,;]{0,30}\bintoleran", text, re.IGNORECASE
        )
    ):
        wanted.remove("trial")
    if "trial" in wanted and len(wanted) > 1 and _TRIED_AND.search(text):
        wanted.remove("trial")
    return tuple(wanted)
