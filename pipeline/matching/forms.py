"""How fast a drug is released, as criteria spell it out and charts abbreviate it: "extended-release", "ER"."""

import re

from extractors import lore
from pipeline.matching.requirements import Therapy
from pipeline.matching.terms import find_therapies, within

# letters behind a drug's name; anywhere else ER is a room and LA a city
_LETTERS = {
    "extended": lore.regex(r"\b(?:ER|XR|XL|SR|CR|extended[- ]release|sustained[- ]release)\b", re.IGNORECASE),
    "immediate": lore.regex(r"\b(?:IR|immediate[- ]release)\b", re.IGNORECASE),
    "delayed": lore.regex(r"\b(?:DR|EC|delayed[- ]release|enteric[- ]coated)\b", re.IGNORECASE),
}
_BEHIND = 8  # characters: "metformin HCl ER"


def without_form(rest: list[str], therapies: tuple[Therapy, ...], cited: list[str]) -> list[str]:
    """Leave out "extended-release" where a cited line names the drug with the letters for it.

    `rest` are the words still asked for, `cited` the lines that the verdict rests on.
    """
    said = {word for word in rest if word in _LETTERS and any(_named_so(_LETTERS[word], therapies, at) for at in cited)}
    return [at for at in rest if at not in said and not (at == "release" and said)]


def _named_so(letters: re.Pattern[str], therapies: tuple[Therapy, ...], text: str) -> bool:
    return any(
        letters.search(text[at.start : at.end + _BEHIND])
        for at in find_therapies(text, fuzzy=True)
        if any(within(at.therapy, one) for one in therapies)
    )
