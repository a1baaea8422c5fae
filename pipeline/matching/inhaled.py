"""Whether a line of a chart gives an inhaled corticosteroid at a high dose, or at the highest strength there is."""

import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from pipeline.matching.phrases import number_of
from pipeline.matching.terms import data, words_of

# "500/50", "500-50 mcg", "160-4.5 mcg", "220 mcg"
_STRENGTH = lore.regex(
    r"(?<![\d./-])(?P<pair>\d{2,3})\s*(?:mcg)?\s*[-/]\s*(?:4\.5|5|10|14|21|25|50|62\.5)(?![\d/])|(?<![\d./-])(?P<lone>\d{2,3})\s*mcg\b",
    re.IGNORECASE,
)
_EACH = lore.regex(r"\b(?P<n>\d|one|two|three|four)\s+(?:inhalations?|puffs?|actuations?|sprays?)\b", re.IGNORECASE)
_OFTEN = (
    (
        2,
        lore.regex(
            r"\b(?:twice|two times|2 times|2x|b\.?i\.?d)\b|\bevery 12 hours\b"
            r"|\bmorning and (?:evening|night)\b",
            re.I,
        ),
    ),
    (
        1,
        lore.regex(
            r"\b(?:once (?:a day|daily|per day)|every (?:day|morning|evening"
            r"|night)|daily|nightly|q\.?d)\b",
            re.I,
        ),
    ),
)
_NOT_NOW = lore.regex(
    r"\b(?:stopp\w+|discontinu\w+|as needed|prn|stepped (?:up|down)"
    r"|was on|previous\w*|formerly)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Inhaled:
    """A corticosteroid as a line of a chart gives it."""

    name: str  # key of inhaled_doses.yaml
    strength: float  # mcg of the corticosteroid in one inhalation
    a_day: int  # inhalations

    @property
    def high(self) -> bool:
        return self.strength * self.a_day > data("inhaled_doses")[self.name]["high"]

    @property
    def medium(self) -> bool:
        """Whether the dose is a medium one, or more."""
        return self.strength * self.a_day > data("inhaled_doses")[self.name]["medium"]

    @property
    def highest(self) -> bool:
        return any(
            self.strength == strength and self.a_day >= a_day
            for strength, a_day in data("inhaled_doses")[self.name]["highest"]
        )


@cache
def _words(name: str) -> re.Pattern[str]:
    return words_of(*data("inhaled_doses")[name]["words"])


def find_inhaled(text: str) -> Inhaled | None:
    """Return the one inhaled corticosteroid of a text with all of its dose; None where any of it is left out."""
    for part in re.split(r"(?<=[.;])\s+|\band\s+(?=[a-z]+ \d)", text):
        for name in data("inhaled_doses"):
            match = _words(name).search(part)
            if match is None or _NOT_NOW.search(part):
                continue
            strengths = {at["pair"] or at["lone"] for at in _STRENGTH.finditer(part)}
            each = {number_of(at["n"]) for at in _EACH.finditer(part)}
            often = next((times for times, pattern in _OFTEN if pattern.search(part)), None)
            if not each and often == 1 and data("inhaled_doses")[name].get("single"):
                each = {1.0}  # the label of a dry powder taken once a day knows one inhalation alone
            if len(strengths) != 1 or len(each) != 1 or often is None:
                break
            return Inhaled(name=name, strength=float(strengths.pop() or 0), a_day=int((each.pop() or 0) * often))
    return None
