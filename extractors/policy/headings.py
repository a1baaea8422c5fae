"""What a heading of a policy is for, told from its words."""

import re
from functools import cache
from typing import Literal

from extractors import lore
from extractors.vocabulary.load import VocabularyError, read_yaml

Kind = Literal["ignored", "excluded", "initial", "continuation", "general", "duration", "criteria", "notes"]
_KINDS = (
    "notes",
    "excluded",
    "continuation",
    "initial",
    "general",
    "duration",
    "ignored",
    "criteria",
)  # the first that matches is it

PHASES: tuple[Kind, ...] = ("initial", "continuation")

_TAIL = lore.regex(r"\s*(?:\([^()]*\)|\bcontinued|\(cont\.?(?:inued)?\))?\s*[:.]?\s*$", re.I)

# raised letters, figures and daggers that lead to a footnote: "Coverage Criteria\u1d43:"
_FOOTNOTE_MARK = lore.regex(
    "[\u1d2c-\u1d6a\u1d9b-\u1dbf\u2070-\u209c\u00b9\u00b2\u00b3\u2020\u2021\u00a7\u2018\u2019\u201c\u201d\u00b0\u00ae'\"*]+(?=\\s*[:.]?\\s*$)"
)


@cache
def _tables() -> tuple[dict[str, re.Pattern[str]], dict[str, str]]:
    data = read_yaml("headings.yaml", "extractors.policy")
    if set(data["kinds"]) != set(_KINDS):
        raise VocabularyError(f"headings.yaml: kinds are {_KINDS}")
    kinds = {kind: lore.regex("|".join(f"(?:{p})" for p in data["kinds"][kind]), re.I) for kind in _KINDS}
    labels = {label: use for use, found in data["table_rows"].items() for label in found}
    return kinds, labels


def heading_kind(text: str) -> Kind | None:
    """Return what a whole heading, without its marker, is for; None: it is no known one."""
    bare = _TAIL.sub("", _FOOTNOTE_MARK.sub("", text.strip()))
    if not bare or len(bare.split()) > 12:
        return None
    kinds, _ = _tables()
    return next((kind for kind in _KINDS if kinds[kind].fullmatch(bare)), None)


@cache
def _disease_words() -> re.Pattern[str]:
    return lore.regex("|".join(read_yaml("headings.yaml", "extractors.policy")["condition_words"]), re.I)


@cache
def common_words() -> frozenset[str]:
    """Return words that so many criteria share that they tell none of them apart."""
    return frozenset(read_yaml("headings.yaml", "extractors.policy")["common_words"])


def has_condition_word(text: str) -> bool:
    """Return whether a word of the text is of those that name diseases ("...itis", "syndrome"), known or not."""
    return _disease_words().search(text) is not None


def table_label(text: str) -> str | None:
    """Return the use ("criteria", "excluded", "duration", "indication", "ignored") of a Part D row label."""
    return _tables()[1].get(" ".join(text.lower().rstrip(":").split()))


def is_label_start(text: str) -> bool:
    """Return whether a label of the table may begin with this text ("required medical", its second line below)."""
    start = " ".join(text.lower().split())
    return len(start) >= 6 and any(label.startswith(start + " ") for label in _tables()[1])
