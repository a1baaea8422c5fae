"""The sample letters and the denials of the sample cases, read once and shared by every test of this folder."""

import datetime as dt
import fcntl
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from extractors.evidence import SURE, Box, Page
from extractors.pages import dump_pages, load_pages, name_parts, normalize, read_pages
from pipeline.understanding import describe_file

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
TODAY = dt.date(2026, 11, 22)  # after every letter

_TRUTHS = sorted(SAMPLES.glob("letters/*.json"))
LETTERS = [path.stem for path in _TRUTHS]
DENIALS_OF_CASES = sorted(path.parent.name for path in SAMPLES.glob("*/denial.pdf"))
EVERY_LETTER = [*LETTERS, *DENIALS_OF_CASES]
DENYING = [path.stem for path in _TRUTHS if json.loads(path.read_text("utf-8"))["reasons"]] + DENIALS_OF_CASES


@dataclass(frozen=True)
class Reading:
    """One file as `rebut read` sees it."""

    name: str
    truth: dict[str, Any]
    pages: list[Page]
    sheets: list[Box]  # each page as shown, in points

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """What `rebut read --json` prints of the file."""
        return [document.model_dump(mode="json") for document in describe_file(self.pages, TODAY)]

    def values(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (field, value with evidence) of every field of every document that is given."""
        fields = [pair for document in self.documents for pair in (document.get("fields") or {}).items()]
        return [(name, given) for name, given in fields if given is not None]

    def asserted(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the values that are given as sure."""
        return [(name, given) for name, given in self.values() if given["confidence"] >= SURE]


def file_of(name: str) -> Path:
    """Return the file of a sample letter, or the denial of a sample case."""
    if name in DENIALS_OF_CASES:
        return SAMPLES / name / "denial.pdf"
    return next(path for path in sorted(SAMPLES.glob(f"letters/{name}.*")) if path.suffix != ".json")


def truth_of(name: str) -> dict[str, Any]:
    """Return the reviewed truth of a letter."""
    if name in DENIALS_OF_CASES:
        return json.loads((SAMPLES / name / "expected.json").read_text("utf-8"))["denial"]
    return json.loads((SAMPLES / "letters" / f"{name}.json").read_text("utf-8"))


def read_letter(name: str, kept: Path) -> Reading:
    """Return the letter as read; its pages are read once per folder `kept`, whichever process asks first."""
    path, stored = file_of(name), kept / f"{name}.pages.json"
    with (kept / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stored.exists():
            normalized = normalize(path.read_bytes(), path.name)
            pages = read_pages(normalized.pdf, path.name, range(1, normalized.page_count + 1))
            (kept / f"{name}.sizes.json").write_text(json.dumps(_sizes(normalized.pdf)))
            stored.write_bytes(dump_pages(name_parts(pages, normalized)))
    sizes = json.loads((kept / f"{name}.sizes.json").read_text())
    return Reading(
        name=name,
        truth=truth_of(name),
        pages=load_pages(stored.read_bytes()),
        sheets=[Box(x0=0.0, top=0.0, x1=width, bottom=height) for width, height in sizes],
    )


def _sizes(pdf: bytes) -> list[tuple[float, float]]:
    with pdfium.PdfDocument(pdf) as opened:
        return [page.get_size() for page in opened]
