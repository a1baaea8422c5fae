"""The tables of drugs and classes, checked once: what drugs.yaml and classes.yaml hold."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from extractors.vocabulary.load import VocabularyError, read_yaml

Via = Literal["generic", "brand", "abbreviation", "fuzzy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """One substance, or one biosimilar of it."""

    generic: str  # "methotrexate", "adalimumab-adaz"
    brands: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # further written forms of the generic
    abbreviations: tuple[str, ...] = ()
    dosed: tuple[str, ...] = ()  # short forms that mean the drug only with a dose right behind: "ADA 40 mg", "pred 10"
    classes: tuple[str, ...] = ()  # most specific first, then the classes those lie in
    routes: tuple[str, ...] = ()
    biosimilar_of: str | None = None
    form: str | None = None  # "topical": meant only where a word of that form stands beside the shared name


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugMention:
    """A drug named in a text."""

    generic: str
    start: int
    end: int  # exclusive
    text: str  # as written
    via: Via


@cache
def class_parents() -> dict[str, tuple[str, ...]]:
    """Return the classes right above each class of classes.yaml."""
    table = read_yaml("classes.yaml")["classes"]
    parents = {key: tuple((entry or {}).get("parents", ())) for key, entry in table.items()}
    if unknown := {p for of in parents.values() for p in of} - set(parents):
        raise VocabularyError(f"classes.yaml: unknown parents {sorted(unknown)}")
    return parents


@cache
def _above(key: str) -> tuple[str, ...]:
    """The classes that hold this one, nearest first."""
    found: list[str] = []
    queue = list(class_parents()[key])
    while queue:
        parent = queue.pop(0)
        if parent == key:
            raise VocabularyError(f"classes.yaml: {key} lies in itself")
        if parent not in found:
            found.append(parent)
            queue.extend(class_parents()[parent])
    return tuple(found)


@cache
def entries() -> dict[str, Drug]:
    """Return the table by generic name."""
    table = read_yaml("drugs.yaml")["drugs"]
    found = {generic: _entry(generic, entry) for generic, entry in table.items()}
    for one in found.values():
        if one.biosimilar_of and one.biosimilar_of not in found:
            raise VocabularyError(f"drugs.yaml: {one.generic} is a biosimilar of an unknown drug")
    return found


def _entry(generic: str, entry: dict) -> Drug:
    known = {"brands", "names", "abbr", "classes", "routes", "biosimilar_of", "form", "dosed"}
    if extra := set(entry) - known:
        raise VocabularyError(f"drugs.yaml: {generic} has unknown fields {sorted(extra)}")
    own = tuple(entry.get("classes", ()))
    if unknown := set(own) - set(class_parents()):
        raise VocabularyError(f"drugs.yaml: {generic} is in unknown classes {sorted(unknown)}")
    above = tuple(dict.fromkeys(parent for key in own for parent in _above(key) if parent not in own))
    return Drug(
        generic=generic,
        brands=tuple(entry.get("brands", ())),
        names=tuple(entry.get("names", ())),
        abbreviations=tuple(entry.get("abbr", ())),
        dosed=tuple(entry.get("dosed", ())),
        classes=own + above,
        routes=tuple(entry.get("routes", ())),
        biosimilar_of=entry.get("biosimilar_of"),
        form=entry.get("form"),
    )


def drugs() -> tuple[Drug, ...]:
    """Return the whole table, in its order."""
    return tuple(entries().values())
