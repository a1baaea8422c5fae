"""Drugs and their classes: what a name in a letter, chart or policy stands for.

The tables are drugs.yaml and classes.yaml; their headers give sources and decisions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors import lore
from extractors.vocabulary.drug_table import Drug, DrugMention, Via, class_parents, drugs, entries
from extractors.vocabulary.load import VocabularyError, read_yaml
from extractors.vocabulary.phrases import Hit, PhraseFinder, plain, without_overlaps
from extractors.vocabulary.slips import find_slips

__all__ = [
    "ClassMention", "Drug", "DrugMention", "drug", "drugs", "find_classes", "find_drugs", "is_a", "is_class", "members",
]  # fmt: skip

# forms that tell entries of one written name apart, looked for close to it
_FORMS = {
    "topical": lore.regex(
        r"\b(?:topical(?:ly)?|cream|creams|ointment|lotion|gel|foam|shampoo|spray(?! nasal)|solution|oint)\b|\d\s?%",
        re.I,
    ),
    "inhaled": lore.regex(r"\b(?:inhal\w*|puffs?|HFA|DPI|MDI|nebuli\w*|respules?|mcg/act\w*)\b", re.I),
    "nasal": lore.regex(r"\b(?:nasal|intranasal|nostrils?|nares)\b", re.I),
}
_FORM_BEFORE, _FORM_AFTER = 14, 42  # characters beside the name: "topical ...", "... acetonide 0.1 % ointment"
_SUFFIX = lore.regex(r"-[a-z]{4}(?![a-z])")  # biosimilar suffix that the table does not know yet
_UNIT_BEFORE = lore.regex(r"(?:mcg|hfa|act|puffs?|\d)\s*$", re.IGNORECASE)
# "ADA 40 mg", "pred 10", "MTF 1000 BID", "atorva 40 qhs"
_DOSE_BEHIND = lore.regex(
    r"\s+(?:XR\s+|ER\s+|XL\s+)?\d[\d,]*(?:\.\d+)?(?:/\d+)?\s*(?:mg|mcg|g\b|units?\b|(?:po\s+)?(?:q\w{1,4}|[bt]id|daily|weekly|nightly|x)\b|[.,;)]|$|\s*[-→>])",
    re.IGNORECASE,
)
_NUMBER_BEHIND = lore.regex(r"\s+(?:XR\s+|ER\s+|XL\s+)?\d{1,4}(?:\.\d+)?(?![\d/]|\.\d)")
_HYPHEN_WORD = lore.regex(r"[-‐‑]\s?[A-Za-z]")  # "biologic-naive", "steroid-sparing" speak of no drug taken


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMention:
    """A class of drugs named in a text."""

    key: str  # of classes.yaml
    start: int
    end: int  # exclusive
    text: str  # as written


@dataclass(frozen=True, slots=True)
class _Name:
    via: Via
    generics: tuple[str, ...]  # more than one: told apart by form, the one without a form first
    exact: str | None = None  # capitals that must stand in the text
    dosed: bool = False  # counts only with a dose right behind


# ---------------------------------------------------------------- classes


@cache
def _class_names() -> tuple[PhraseFinder, dict[str, tuple[str, str | None]]]:
    names: dict[str, tuple[str, str | None]] = {}
    for key, entry in read_yaml("classes.yaml")["classes"].items():
        for name in [key, *((entry or {}).get("names", ()))]:
            exact = name if name.upper() == name else None
            for form in _with_plurals(name):
                if names.setdefault(plain(form), (key, exact))[0] != key:
                    raise VocabularyError(f"classes.yaml: {name!r} names {names[plain(form)][0]} and {key}")
    return PhraseFinder(names), names


def _with_plurals(name: str) -> Iterator[str]:
    yield name
    yield name + "s"
    if name.endswith("y") and not name.endswith(("ay", "ey", "oy")):
        yield name[:-1] + "ies"


def find_classes(text: str) -> list[ClassMention]:
    """Return the drug classes named, left to right; the longest name wins ("oral corticosteroid")."""
    finder, names = _class_names()
    return [
        ClassMention(key=names[hit.phrase][0], start=hit.start, end=hit.end, text=text[hit.start : hit.end])
        for hit in without_overlaps(finder.all_hits(text))
        if _stands_alone(text, hit, names[hit.phrase][1])
    ]


def _stands_alone(text: str, hit: Hit, exact: str | None) -> bool:
    if exact is not None and not text[hit.start : hit.end].startswith(exact):
        return False
    if text[max(0, hit.start - 4) : hit.start].lower() == "non-":
        return False
    return not _HYPHEN_WORD.match(text, hit.end)


def is_class(key: str) -> bool:
    """Return whether classes.yaml has this key."""
    return key in class_parents()


# ---------------------------------------------------------------- drugs


@cache
def _drug_names() -> tuple[PhraseFinder, dict[str, _Name]]:
    names: dict[str, _Name] = {}
    for found in entries().values():
        written: list[tuple[str, Via]] = [(found.generic, "generic"), *((n, "generic") for n in found.names)]
        written += [(n, "brand") for n in found.brands] + [(n, "abbreviation") for n in found.abbreviations]
        for name, via in written:
            _add_name(names, found, name, via)
    for found in entries().values():
        for name in found.dosed:
            if plain(name) in names:
                raise VocabularyError(f"drugs.yaml: {name!r} of {found.generic} is a name already")
            names[plain(name)] = _Name("abbreviation", (found.generic,), name if name.isupper() else None, True)
    return PhraseFinder(names), names


def _add_name(names: dict[str, _Name], found: Drug, name: str, via: Via) -> None:
    # a brand of four letters or fewer is a word or a name too often unless it is capitalised
    exact = name if via == "abbreviation" else name[0].upper() if via == "brand" and len(name) <= 4 else None
    earlier = names.get(plain(name))
    if earlier is None:
        names[plain(name)] = _Name(via, (found.generic,), exact)
    elif found.generic not in earlier.generics:
        generics = tuple(sorted((*earlier.generics, found.generic), key=lambda g: entries()[g].form or ""))
        forms = [entries()[generic].form for generic in generics]
        if len(set(forms)) < len(forms):
            raise VocabularyError(f"drugs.yaml: {name!r} names {' and '.join(generics)}")
        names[plain(name)] = _Name(via, generics, exact)


def drug(name: str) -> Drug | None:
    """Return the drug of a generic or brand name or abbreviation; None if the table has no such name."""
    if found := entries().get(name):
        return found
    entry = _drug_names()[1].get(plain(name.strip()))
    return entries()[entry.generics[0]] if entry else None


def find_drugs(text: str, fuzzy: bool = False) -> list[DrugMention]:
    """Return the drugs named, left to right; the longest name wins, whole words only.

    Abbreviations count in the capitals of the table alone. `fuzzy` adds words of seven letters or more that are one
    slip (two from ten letters on) away from exactly one drug and are no drug themselves.
    """
    return list(_drugs_in(text, fuzzy))


@lru_cache(maxsize=4096)  # a chart lists the same medicines page after page, and several readers ask of one sentence
def _drugs_in(text: str, fuzzy: bool) -> tuple[DrugMention, ...]:
    finder, names = _drug_names()
    hits = [hit for hit in finder.all_hits(text) if _as_written(text, hit, names[hit.phrase])]
    mentions = [_mention(text, hit, names[hit.phrase]) for hit in without_overlaps(hits)]
    if fuzzy:
        mentions += find_slips(text, mentions)
        mentions.sort(key=lambda at: at.start)
    return tuple(mentions)


def _as_written(text: str, hit: Hit, name: _Name) -> bool:
    if name.dosed and not (_DOSE_BEHIND if name.exact else _NUMBER_BEHIND).match(text, hit.end):
        return False
    if name.exact is not None and not text.startswith(name.exact, hit.start):
        return False
    # "200-25 MCG INH" is an inhaler, no isoniazid
    if name.exact == "INH" and _UNIT_BEFORE.search(text[max(0, hit.start - 8) : hit.start]):
        return False
    # "5-ASA" is no aspirin
    return not (name.via == "abbreviation" and re.search(r"\d[-‐‑]?$", text[max(0, hit.start - 2) : hit.start]))


def _mention(text: str, hit: Hit, name: _Name) -> DrugMention:
    generic, end = name.generics[0], hit.end
    if len(name.generics) > 1:
        generic = _by_form(text, hit, name.generics)
    if name.via == "generic" and (suffix := _SUFFIX.match(text, end)) and text[end - 3 : end].lower() in ("mab", "ept"):
        end = suffix.end()
    return DrugMention(generic=generic, start=hit.start, end=end, text=text[hit.start : end], via=name.via)


def _by_form(text: str, hit: Hit, generics: tuple[str, ...]) -> str:
    # up to the end of the sentence or the next item: a cream named there is another drug's
    after = re.split(r"[;,\n]|\.\s", text[hit.end : hit.end + _FORM_AFTER], maxsplit=1)[0]
    before = re.split(r"[;,.\n]", text[max(0, hit.start - _FORM_BEFORE) : hit.start])[-1]
    for generic in generics:
        form = entries()[generic].form
        if form and (_FORMS[form].search(after) or _FORMS[form].search(before)):
            return generic
    return generics[0]


@cache
def members(class_key: str) -> frozenset[str]:
    """Return the generic names in a class, those of the classes inside it too; KeyError for an unknown class."""
    class_parents()[class_key]
    return frozenset(found.generic for found in entries().values() if class_key in found.classes)


def is_a(generic: str, class_key: str) -> bool:
    """Return whether the drug (generic name) lies in the class; an unknown drug lies in none."""
    return generic in members(class_key)
