"""Lists of preferred and of non-preferred drugs, each with criteria of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extractors import lore
from extractors.policy.found import Place
from extractors.policy.headings import heading_kind
from extractors.policy.items import Section
from extractors.policy.rows import Row
from extractors.vocabulary.drugs import find_drugs

Shelf = Literal["preferred", "non-preferred"]

_HEADING = lore.regex(r"(?:[\w/&,() -]{0,60}\b)?(?P<non>non-?\s?)?preferred\b(?:[\w/&,() -]{0,60})?:?", re.I)
_NON = lore.regex(r"\bnon-?\s?preferred\b", re.I)
_LONGEST = 10  # words of such a heading


@dataclass(frozen=True, slots=True)
class Drugs:
    """What a list of drugs holds."""

    generics: tuple[str, ...] = ()
    products: tuple[str, ...] = ()  # brand names as printed


def drugs_in(text: str) -> Drugs:
    """Return the drugs that a text names, with their brands."""
    named = find_drugs(text)
    brands = (mention.text for mention in named if mention.via == "brand")
    return Drugs(tuple(dict.fromkeys(mention.generic for mention in named)), tuple(dict.fromkeys(brands)))


def shelf_of(heading: str) -> Shelf | None:
    """Return which of the two a heading is about; None: it is about neither, or both."""
    text = heading.strip()
    if not text or len(text.split()) > _LONGEST or not _HEADING.fullmatch(text):
        return None
    bare = _NON.sub("", text)
    non = bare != text
    both = non and re.search(r"\bpreferred\b", bare, re.I)
    return None if both else "non-preferred" if non else "preferred"


def in_columns(rows: Sequence[Row]) -> dict[Shelf, Drugs]:
    """Return the drugs of a table with a column for each: "Preferred | Non-Preferred"."""
    for at, row in enumerate(rows):
        shelves = [shelf_of(line.text) for line in row.lines]
        if len(row.lines) < 2 or set(shelves) < {"preferred", "non-preferred"} or None in shelves:
            continue
        edges = [line.box.x0 - 12.0 for line in row.lines]
        cells: dict[Shelf, list[str]] = {"preferred": [], "non-preferred": []}
        for below in rows[at + 1 :]:
            if heading_kind(below.text) is not None or (len(below.lines) == 1 and below.marker):
                break
            for line in below.lines:
                column = max((n for n, edge in enumerate(edges) if line.box.x0 >= edge), default=0)
                cells[shelves[column] or "preferred"].append(line.text)
        return {shelf: drugs_in("\n".join(texts)) for shelf, texts in cells.items()}
    return {}


def shelves(sections: Sequence[Section], told: dict[Shelf, Drugs]) -> Iterator[Drugs]:
    """Yield for each section the drugs that it is about, if it stands under the one or the other kind."""
    known = dict(told)
    for section in sections:
        if (shelf := shelf_of(section.heading.text)) is not None and shelf not in known:
            runs = (section.heading, *section.paragraphs, *(item.run for item in section.items))
            held = drugs_in(" ".join(run.text for run in runs))
            if held.generics:
                known[shelf] = held
    current: Shelf | None = None
    for section in sections:
        heading = section.heading.text
        if (shelf := shelf_of(heading)) is not None:
            current = shelf
        elif section.kind is None and heading and find_drugs(heading):
            current = None  # the next drug
        both = {"preferred", "non-preferred"} <= known.keys()
        yield known[current] if current and both else Drugs()


def on_shelf(place: Place, drugs: Drugs, products: str) -> Place:
    """Return the place with the drugs that its criteria are for: of a shelf, or of a form's "Product name"."""
    if products:
        names = tuple(name.strip() for name in re.split(r",\s+|;\s*|\n", products) if name.strip())
        return replace(place, drugs=drugs_in(products).generics, products=names)
    return replace(place, drugs=drugs.generics, products=drugs.products)
