"""A book is one file of a sample: sheets written in YAML, in the order they were mailed.

`houses` give letterhead, style and banner; `sheets` the words; `order` names the pages as they lie in the file,
a page twice if it was sent twice. A page of a longer sheet is `name/2`. `file` says what it was sent as:
pdf, tif (a fax as the server files it), jpg (a photo) or eml (a message, in `mail`, with the PDF attached).
"""

import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from PIL import Image

from samples.assemble import bind
from samples.degrade import Look, fax_file, image_page, photo_file, picture
from samples.mail import message_file
from samples.typeset import split_pages, text_of, typeset

PRODUCER = "rebut samples"
SHEET_KEYS = ("style", "head", "banner", "foot", "running", "running-first", "blocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page as it lies in the file."""

    name: str  # "visit-2026/2"
    typed: bytes  # the page before any machine saw it: a one-page PDF
    look: Look | None  # None: born digital, its text layer kept
    rotate: int  # the page's /Rotate
    seed: int

    @property
    def text(self) -> str:
        """The words that stand on the page, which no reader of a scan is given."""
        return text_of(self.typed)

    def pictured(self) -> Image.Image:
        """Return the page as the machine saw it; only for a page that has a look."""
        return picture(self.typed, self.look, self.seed)

    def bound(self) -> bytes:
        """Return the page as it goes into a PDF."""
        return self.typed if self.look is None else image_page(self.pictured(), self.look)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One file of a sample, page by page."""

    name: str  # "chart"
    leaves: tuple[Leaf, ...]
    suffix: str = "pdf"  # tif, jpg, eml
    mail: dict[str, str] | None = None  # of an eml: from, to, subject, date, body, attachment

    @property
    def first_page(self) -> int:
        """The page number of the first leaf: a message's own text is page 1 of an e-mail."""
        return 2 if self.mail else 1

    def pages_named(self, name: str) -> list[int]:
        """Return the page numbers at which this sheet lies: all its pages, copies too."""
        named = enumerate(self.leaves, self.first_page)
        return [n for n, leaf in named if leaf.name == name or leaf.name.split("/")[0] == name]

    def file(self) -> bytes:
        """Return the file as it was sent."""
        if self.suffix == "tif":
            return fax_file([leaf.pictured() for leaf in self.leaves], self.leaves[0].look)
        if self.suffix == "jpg":
            return photo_file(self.leaves[0].pictured())
        return message_file(self.mail, self.pdf()) if self.mail else self.pdf()

    def pdf(self) -> bytes:
        """Return the file."""
        return bind(((leaf.bound(), leaf.rotate) for leaf in self.leaves), PRODUCER)


def read_book(path: Path) -> Book:
    """Typeset every sheet of a source file and lay its pages in order."""
    source = yaml.safe_load(path.read_text())
    loose: dict[str, Leaf] = {}
    wires = Counter()
    for sheet in source["sheets"]:
        house = source.get("houses", {}).get(sheet.get("house"), {})
        pages = split_pages(typeset(_merged(house, sheet)))
        if len(pages) != sheet.get("pages", 1):
            raise ValueError(f"{path}: {sheet['id']} fills {len(pages)} pages, not {sheet.get('pages', 1)}")
        for number, typed in enumerate(pages, 1):
            name = f"{sheet['id']}/{number}" if len(pages) > 1 else sheet["id"]
            wires[sheet.get("wire")] += 1
            look = _look_of(sheet.get("look", house.get("look", "typed")), _seed(path, name))
            if look and look.kind.startswith("fax") and (wire := source.get("wires", {}).get(sheet.get("wire"))):
                look = replace(look, header=wire.format(n=wires[sheet.get("wire")]))
            loose[name] = Leaf(name=name, typed=typed, look=look, rotate=sheet.get("rotate", 0), seed=_seed(path, name))
    leaves = tuple(_ordered(source.get("order") or list(loose), loose, path))
    return Book(name=path.stem, leaves=leaves, suffix=source.get("file", "pdf"), mail=source.get("mail"))


def _ordered(order: list, loose: dict[str, Leaf], path: Path) -> list[Leaf]:
    seen: Counter[str] = Counter()
    leaves = []
    for entry in order:
        entry = entry if isinstance(entry, dict) else {"page": entry}
        leaf = loose[entry["page"]]
        seen[leaf.name] += 1
        if seen[leaf.name] > 1 or "look" in entry:  # a copy never scans to the same pixels
            seed = _seed(path, f"{leaf.name} {seen[leaf.name]}")
            look = _look_of(entry["look"], seed) if "look" in entry else leaf.look
            leaf = replace(leaf, look=look, seed=seed)
        leaves.append(replace(leaf, rotate=entry.get("rotate", leaf.rotate)))
    if missing := set(loose) - set(seen):
        raise ValueError(f"{path}: never mailed: {', '.join(sorted(missing))}")
    return leaves


def _merged(house: dict, sheet: dict) -> dict:
    merged = {key: sheet.get(key, house.get(key)) for key in SHEET_KEYS if key in sheet or key in house}
    merged["style"] = {**house.get("style", {}), **sheet.get("style", {})}
    return {key: content for key, content in merged.items() if content is not None}


def _seed(path: Path, name: str) -> int:
    return zlib.crc32(f"{path.parent.name}/{path.stem}/{name}".encode())


def _look_of(stated: str | dict, seed: int) -> Look | None:
    stated = {"kind": stated} if isinstance(stated, str) else dict(stated)
    if stated["kind"] == "typed":
        return None
    # a sheet never lies quite straight: up to 0.8 degrees either way unless the source says so
    stated.setdefault("skew", (seed % 161 - 80) / 100)
    return Look(**stated)
