"""Criteria that want conditions absent: each thing of their lists with the words it shares with the others."""

import re

from extractors import lore
from extractors.vocabulary.conditions import find_conditions
from pipeline.matching.phrases import find_window
from pipeline.matching.requirements import Absence, Requirement
from pipeline.matching.terms import data, wording

_ABSENT = wording("patient_leaves.absent")
_EVER = lore.regex(
    r"\b(?:no|without|absence of|free of|not have|not had|negative)\b[\w\s]{0,24}?\b(?:history|prior|previous)\b"
    r"|\bnever (?:had|been)\b",
    re.IGNORECASE,
)
_PERSONAL_OR_FAMILY = lore.regex(
    r"\s*(?:a |any )?(?:personal|individual)(?: history)? (?:or|and|nor|or a) family history of\s+", re.IGNORECASE
)
_EXAMPLES = lore.regex(
    r"\s*[(\[](?:e\.?\s?g|i\.?e|for example|such as|including|examples?)\b[^)\]]*[)\]]"
    r"|,?\s*\b(?:such as|for example|e\.g\.)\s.*$",
    re.IGNORECASE,
)
_TAIL = lore.regex(
    r"\s*\b(?:(?:is|are|was|were|has been|have been) "
    r"(?:present|documented|identified|noted|known|evident|reported|found|suspected)\b.*"
    r"|at (?:baseline|the time of\b.*))$",
    re.IGNORECASE,
)
_LIST_HEAD = lore.regex(r"^\W*(?:any |either )?(?:of )?the following(?: \w+){0,2}\s*:?\s*", re.IGNORECASE)
# where it has to be looked for: kept beside the conditions
_SEEN_ON = lore.regex(
    r"\s+(?:on|by|upon)\s+(?P<on>(?:[\w-]+\s+){0,3}?(?:radiographs?|x-?rays?|films?|imaging|MRI|CT|examination|exam|ultrasound"
    r"|echocardiogra\w+|EKG|ECG))\W*$",
    re.IGNORECASE,
)
_SPLIT = lore.regex(
    r",?\s*\bincluding(?: but not limited to)?\s+|,\s*(?:and/or|or|and|nor)\s+|\s+(?:and/or|or|and|nor)\s+|[,;]\s*"
)
_NEVER_ACTIVE = lore.regex(r"\b(?:pregnan|breast-?feed|lactat|nursing|planning)", re.IGNORECASE)
_LENT = lore.regex(r"^(?:active|current|currently|untreated|uncontrolled|ongoing|known|history of)\b", re.IGNORECASE)


# "Neither the member nor a blood relative has had X": denied of both
_NEITHER = lore.regex(
    r"^\W*neither (?:the |a )?(?:member|patient|individual|beneficiary) nor (?:an?y? |any of |the |his or her |their )*"
    r"(?:blood |first[- ]degree |close |family )*(?:relatives?|family members?|family|members?) (?:has|have|had)"
    r"(?: ever)?(?: had| been diagnosed with)?\s+(?:an? |any )?(?:personal |family )*(?:history of )?",
    re.IGNORECASE,
)
# "has not had a transplant and has NO assist device": the second denial of a list
_NOR = lore.regex(
    r",?\s+(?:and|or|nor)\s+(?:(?:has|have|had|does|do|is)\s+)?(?:no|not(?: have| had| been)?|without)\s+"
    r"(?:(?:received|undergone|had|required)\s+)?(?:an?\s+|any\s+|(?:prior |previous )?history of\s+)?",
    re.IGNORECASE,
)


# "does not have NYHA class III or IV heart failure": no reader turns a scale round
DENIED_SCALE = lore.regex(
    r"\b(?:(?:does|do|must|should) not have|has no|have no)\s+(?:an?\s+|any\s+)?"
    r"(?:NYHA|New York Heart|ECOG|class|stage)\b",
    re.IGNORECASE,
)


# "is not pregnant and uses birth control": what stands behind is asked for, not denied
_AND_DOES = lore.regex(
    r",?\s+and\s+(?P<does>(?:(?:uses?|takes?|agrees?|will|receives?|understands?|needs?|meets?|weighs?|wears?|is|are|has|have)\b)"
    r"(?!\s+(?:not|no|never)\b).*)$",
    re.IGNORECASE,
)


def read_absence(text: str, negated: bool) -> Requirement | None:
    """Return "does not have A, B or C"; of an exclusion the conditions themselves."""
    if DENIED_SCALE.search(text):
        return None
    if not negated and (neither := _NEITHER.match(text)):
        text = f"No personal or family history of {text[neither.end() :]}"
    match = _ABSENT.search(text)
    if not negated and (not match or (match.start() > 40 and not find_conditions(text))):
        return None
    rest = text[match.end() :] if match else text
    if window := find_window(rest):  # "no stroke within the last 12 months": one denied altogether was not then either
        rest = rest[: window[1][0]] + rest[window[1][1] :]
    if re.match(r"^\W*(?:more|fewer|less|greater) than\b", rest, re.IGNORECASE):
        return None  # "no more than 4 injections a year" is a ceiling
    rest = _NOR.sub(" or ", _LIST_HEAD.sub("", rest))
    also = None if negated else _AND_DOES.search(rest)
    rest = rest[: also.start()] if also else rest
    if history := _PERSONAL_OR_FAMILY.match(rest):
        rest, family = rest[history.end() :], "family history of "
    else:
        family = ""
    seen_on = _SEEN_ON.search(rest)
    rest = _TAIL.sub("", _EXAMPLES.sub("", rest[: seen_on.start()] if seen_on else rest))
    conditions = _whole(rest)
    if not conditions or (not any(find_conditions(part) for part in conditions) and len(rest.split()) > 12):
        return None
    return Absence(
        conditions=(*conditions, *(family + at for at in conditions)) if family else conditions,
        window=window[0] if window else None,
        ever=bool(_EVER.search(text)) and not negated,
        besides="; ".join(at.strip(" .;,") for at in (seen_on and seen_on["on"], also and also["does"]) if at) or None,
    )


def _whole(rest: str) -> tuple[str, ...]:
    """Return the things of a list, each with the noun or the adjective that the list gives only once."""
    listed = _of_places(rest)
    parts = listed or [at for part in _SPLIT.split(rest) if len(at := part.strip(" ,.;:")) > 2]
    made = []
    for place, part in enumerate(parts):
        last = next((at.split() for at in parts[place + 1 :] if not _only_before(at)), [])
        if _only_before(part) and len(last) > 1:
            part = " ".join([part, *_behind_modifiers(last)])
        lent = _LENT.match(parts[0])
        if place and lent and not listed and not _LENT.match(part) and not _NEVER_ACTIVE.search(part):
            part = f"{lent[0]} {part}"
        made.append(part)
    return tuple(made)


def _of_places(rest: str) -> list[str] | None:
    """Return "infection of the joint, the bloodstream or the skin" as three infections."""
    nouns = "|".join(data("negative_words")["of_places"])
    head = re.match(
        rf"^(?P<head>(?:[\w-]+\s+){{0,4}}?(?:{nouns})\s+(?:of|in|at|involving|affecting|around))\s+(?P<list>.+)$",
        rest,
        re.I,
    )
    if not head:
        return None
    places = [at for part in _SPLIT.split(head["list"]) if len(at := part.strip(" ,.;:")) > 2]
    if len(places) < 2 or any(
        re.search(rf"\b(?:{nouns})\b", at, re.IGNORECASE) or find_conditions(at) for at in places
    ):
        return None
    return [f"{head['head']} {at if at.startswith('the ') else f'the {at}'}" for at in places]


def _only_before(part: str) -> bool:
    """Whether a part of a list is only what stands before a disease: "local", "active alcohol"."""
    held = data("negative_words")["before_condition"]
    return not find_conditions(part) and all(word.lower() in held or _LENT.match(word) for word in part.split())


def _behind_modifiers(words: list[str]) -> list[str]:
    """Return the disease of "systemic infection" or "substance use disorder" without what only it has before it."""
    held = data("negative_words")["before_condition"]
    return words[1:] if words[0].lower() in held and len(words) > 1 else words[-1:]
