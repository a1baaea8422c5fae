"""Joint counts as notes tell them: "9 tender and 7 swollen joints", "tender 9, swollen 5", "T 12 / S 7"."""

import re

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.facts import Assertion, Fact, Measurement, Statement
from extractors.chart.quantities import measured
from extractors.numbers import ONES
from extractors.vocabulary.sieve import rare

_WORDS = "|".join(word for word in ONES if word != "zero")
_COUNT = rf"(?:\d{{1,2}}|{_WORDS})"
_JOIN = r"\s*(?:and|,|/|&|;)?\s*"
_NUMBER_FIRST = rare(
    rf"\b(?P<tender>{_COUNT})\s+tender(?:\s+joints?)?\s*(?:and|,|/|&)\s*(?P<swollen>{_COUNT})\s+swollen(?:\s+joints?)?\b|"
    rf"\b(?P<one>{_COUNT})\s+(?P<kind>tender|swollen)\s+joints?\b",
    re.IGNORECASE,
)
# "tender 9, swollen 5 (66/68)"; "tender joints 9" is read as the name of a count and its value
_KIND_FIRST = rare(
    rf"\btender\s*[:=]?\s*(?P<tender>\d{{1,2}})(?!\d|\.\d|[/%-]){_JOIN}"
    r"swollen\s*[:=]?\s*(?P<swollen>\d{1,2})(?!\d|\.\d|%|-)|"
    rf"\bswollen\s*[:=]?\s*(?P<swollen_first>\d{{1,2}})(?!\d|\.\d|[/%-]){_JOIN}"
    r"tender\s*[:=]?\s*(?P<tender_second>\d{1,2})(?!\d|\.\d|%|-)",
    re.IGNORECASE,
)
# "T 12 / S 7" beside joints; "T12/S1" of a spine is none
_LETTER = lore.regex(r"T\s?\d")  # few sentences have it, and each is asked
_LETTERS = lore.regex(r"(?<![\w-])T\s?(?P<tender>\d{1,2})\s?[/,]\s?S\s?(?P<swollen>\d{1,2})(?![\w-]|\.\d)")
_OF_JOINTS = lore.regex(r"\bjoints?\b|arthr|\bPsA\b|\bRA\b", re.IGNORECASE)
_OF_SPINE = rare(r"\b(?:spine|spinal|disc|disk|MRI|vertebra\w*|level|fusion|fracture|kypho\w*)\b", re.IGNORECASE)


def joint_counts(statement: Statement, context: str) -> list[Fact]:
    """Return the tender and swollen joints that a sentence counts; `context` is the page's text."""
    text = statement.text
    low = text.lower()
    found: list[tuple[re.Match[str], list[tuple[str, str | None]]]] = []
    if "tender" in low or "swollen" in low:
        for match in _NUMBER_FIRST.finditer(text):
            counts = [("tender", match["tender"]), ("swollen", match["swollen"])]
            found.append((match, [*counts, ((match["kind"] or "").lower(), match["one"])]))
        for match in _KIND_FIRST.finditer(text):
            pair = [match["tender"] or match["tender_second"], match["swollen"] or match["swollen_first"]]
            found.append((match, [("tender", pair[0]), ("swollen", pair[1])]))
    lettered = "S" in text and _LETTER.search(text) and _LETTERS.search(text)
    if lettered and _OF_JOINTS.search(context) and not _OF_SPINE.search(text):
        found += [(at, [("tender", at["tender"]), ("swollen", at["swollen"])]) for at in _LETTERS.finditer(text)]
    facts = []
    for match, counts in found:
        held = _held(statement, match)
        facts += [
            measured(f"{kind}_joints", Measurement(value=_number(count)), statement.date, statement, held)
            for kind, count in counts
            if held and count
        ]
    return facts


_GOAL = lore.regex(
    r"\b(?:goal|target|threshold|if|until|required|requires?|criteria|at least)\b[^.;]{0,30}$", re.IGNORECASE
)


def _held(statement: Statement, match: re.Match[str]) -> Assertion | None:
    held = assert_of(statement.text, match.start(), match.end(), statement.section)
    if held in (Assertion.PLANNED, Assertion.HYPOTHETICAL, Assertion.DECLINED) or _GOAL.search(
        statement.text[: match.start()]
    ):
        return None
    return held if held in (Assertion.FAMILY, Assertion.ENTERED_IN_ERROR) else Assertion.AFFIRMED


def _number(count: str) -> float:
    return float(ONES.get(count.lower(), 0) or count)
