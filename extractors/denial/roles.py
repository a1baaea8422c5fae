"""What each sentence of a letter is about: the appeal, the external review, the regulator, a help line."""

import re
from dataclasses import dataclass
from functools import cache

from extractors.denial.patterns import any_of, load_table
from extractors.denial.reading import Letter, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence and its role: its own, or the one of what it goes on with."""

    start: int
    end: int
    role: str | None  # key of roles.yaml; None before anything was said
    own: bool  # the sentence itself says so


@cache
def _tables() -> tuple[list[tuple[str, re.Pattern[str]]], re.Pattern[str], re.Pattern[str]]:
    data = load_table("roles.yaml")
    roles = [(row["role"], any_of(row["patterns"])) for row in data["roles"]]
    return roles, any_of(data["appeal_help"]), any_of(data["headings"])


def role_of(sentence: str) -> str | None:
    """Return the role that the sentence itself names, or None."""
    roles, appeal_help, _ = _tables()
    if appeal_help.search(sentence):
        return "appeal"
    return next((role for role, pattern in roles if pattern.search(sentence)), None)


# What the plan will do, and what it sends free of charge, is said in passing.
_MOMENTARY = {"plan_answer", "copies"}
_CARRIES = 9  # sentences that an address list may run on for


def read_roles(letter: Letter) -> list[Said]:
    """Return the sentences of the letter in reading order, each with its role."""
    said: list[Said] = []
    current, age = None, 0
    for span in sentences(letter):
        text = letter.text[span.start : span.end]
        own = role_of(text)
        if own in _MOMENTARY:
            said.append(Said(start=span.start, end=span.end, role=own, own=True))
            continue
        if own:
            current, age = own, 0
        else:
            age += 1
            if age > _CARRIES or _tables()[2].search(text) or re.match(r"(?:Dear|Hello|Hi|Sincerely|cc:)\b", text):
                current = None
        said.append(Said(start=span.start, end=span.end, role=current, own=own is not None))
    return said


def section(said: list[Said], at: int) -> Said | None:
    """Return the sentence that holds the character."""
    return next((one for one in said if one.start <= at < one.end), None)
