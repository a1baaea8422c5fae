"""Treatments, tests and conditions named in a text, in one vocabulary for policy and chart."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from extractors import lore
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import drug, drugs, find_classes, find_drugs, is_a, members
from extractors.vocabulary.labs import find_labs
from extractors.vocabulary.scores import find_scores
from pipeline.matching.data_files import data
from pipeline.matching.requirements import Therapy


@cache
def wording(key: str) -> re.Pattern[str]:
    """Return the compiled entry of patterns.yaml."""
    ((kind, alternatives),) = data("patterns")[key].items()
    joined = "|".join(alternatives)
    return lore.regex(rf"\b(?:{joined})\b" if kind == "words" else joined, re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A treatment named in a text: characters start..end hold it."""

    therapy: Therapy
    start: int
    end: int


@cache
def words_of(*words: str) -> re.Pattern[str]:
    """Return a pattern of any of the words as whole words, plurals in -s too, any capitals."""
    ordered = sorted(words, key=len, reverse=True)
    return lore.regex(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in ordered) + r")s?(?!\w)", re.IGNORECASE)


@cache
def _care() -> tuple[tuple[str, Literal["care", "class"], re.Pattern[str]], ...]:
    held = data("care")
    return (
        *((key, "care", words_of(key, *names)) for key, names in held["care"].items()),
        *((key, "class", words_of(*names)) for key, names in held["classes"].items()),
    )


@cache
def _groups() -> tuple[tuple[Therapy, re.Pattern[str]], ...]:
    made = []
    for key, entry in data("care")["groups"].items():
        parts = tuple(Therapy(name=name, sort="class", printed=name) for name in entry["parts"])
        named = [
            *entry.get("drugs", ()),
            *(at.generic for at in drugs() if entry.get("ends") and at.generic.endswith(entry["ends"])),
        ]
        parts += tuple(Therapy(name=name, printed=name) for name in named)
        made.append((Therapy(name=key, sort="class", printed=key, parts=parts), words_of(key, *entry["names"])))
    return tuple(made)


@lru_cache(maxsize=32768)  # each leaf asks the same sentences: a 300-page chart has about 9,000
def find_therapies(text: str, fuzzy: bool = False) -> tuple[Mention, ...]:
    """Return drugs, classes and other treatments in reading order; of overlapping names the longest wins."""
    found = [
        Mention(therapy=Therapy(name=at.generic, sort="drug", printed=at.text), start=at.start, end=at.end)
        for at in find_drugs(text, fuzzy=fuzzy)
    ]
    found += [
        Mention(therapy=Therapy(name=at.key, sort="class", printed=at.text), start=at.start, end=at.end)
        for at in find_classes(text)
    ]
    for key, sort, pattern in _care():
        found += [
            Mention(therapy=Therapy(name=key, sort=sort, printed=match[0]), start=match.start(), end=match.end())
            for match in pattern.finditer(text)
        ]
    for therapy, group in _groups():
        found += [
            Mention(therapy=replace(therapy, printed=match[0]), start=match.start(), end=match.end())
            for match in group.finditer(text)
        ]
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda at: (at.start - at.end, at.start)):
        if all(mention.end <= at.start or at.end <= mention.start for at in kept):
            kept.append(mention)
    return tuple(sorted(kept, key=lambda at: at.start))


@cache  # names of the vocabulary and of the chart's own courses: a few thousand
def base_of(generic: str) -> str:
    """Return the originator's generic name of a biosimilar, any other name as it is."""
    entry = drug(generic)
    return entry.biosimilar_of if entry and entry.biosimilar_of else generic


def belongs(generic: str, therapy: Therapy) -> bool:
    """Return whether a drug (generic name, or key of care.yaml) is what a criterion names.

    A biosimilar is the drug it copies. A class with a closed list in brackets takes the list and nothing else.
    """
    if therapy.parts and therapy.sort == "drug":  # "adalimumab (Hadlima, Hyrimoz)": these products and no other
        return generic in [part.name for part in therapy.parts]
    if therapy.parts and any(belongs(generic, part) for part in therapy.parts):
        return True
    if therapy.parts and therapy.sort == "class":
        return False
    if therapy.sort == "class":
        return is_a(generic, therapy.name)
    return base_of(generic) == base_of(therapy.name)


def within(inner: Therapy, outer: Therapy) -> bool:
    """Return whether everything that `inner` names lies in `outer`: a TNF inhibitor is a biologic."""
    if inner.parts:
        return all(within(part, outer) for part in inner.parts)
    if outer.parts and outer.sort == "drug":
        return inner.name in [part.name for part in outer.parts]
    if outer.parts:
        return any(within(inner, part) for part in outer.parts)
    if inner.sort == outer.sort and base_of(inner.name) == base_of(outer.name):
        return True
    if outer.sort != "class":
        return False
    if inner.sort == "drug":
        return is_a(inner.name, outer.name)
    return inner.sort == "class" and _class_within(inner.name, outer.name)


@cache
def _class_within(inner: str, outer: str) -> bool:
    held = members(inner)
    return bool(held) and held <= members(outer)


@cache
def _quantities() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, words_of(*entry["names"])) for key, entry in data("quantities").items())


def find_measures(text: str) -> list[tuple[str, int, int]]:
    """Return (key, start, end) of scores and tests named, longest first where they overlap."""
    found = [(at.key, at.start, at.end) for at in [*find_scores(text), *find_labs(text)]]
    found += [(key, at.start(), at.end()) for key, pattern in _quantities() for at in pattern.finditer(text)]
    kept: list[tuple[str, int, int]] = []
    for key, start, end in sorted(found, key=lambda at: (at[1] - at[2], at[1])):
        if key == "weight" and re.match(r"-(?:related|based|associated)", text[end:]):
            continue
        if key == "egfr" and text[start:end] == "EGFR" and _OF_GENE.search(text):
            continue
        if all(end <= a or b <= start or (start, end) == (a, b) for _, a, b in kept):
            kept.append((key, start, end))
    return sorted(kept, key=lambda at: at[1])


# the gene EGFR is no filtration rate
_OF_GENE = lore.regex(
    r"\b(?:exons?|mutations?|mutated|mutant|T790M|L858R|ALK|tyrosine kinase|gene|receptor|amplif\w*)\b", re.IGNORECASE
)


@lru_cache(maxsize=32768)
def condition_keys(text: str) -> frozenset[str]:
    """Return the keys of the conditions named in a text."""
    return frozenset(at.key for at in find_conditions(text))
