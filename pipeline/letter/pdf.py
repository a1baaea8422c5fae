"""The letter as PDF, and the front of a packet (letter, contents, checklist), through typst.

Everything goes to typst as data, never as markup, so no word of a chart can turn into
layout. The same input gives the same bytes: bundled fonts only, and the document's date
is the letter's date.
"""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from extractors import lore
from pipeline.letter.blocks import Block, Criterion, Facts, Heading, Letter, Paragraph, Runs, Table
from pipeline.letter.exhibits import Reference

# Sheets that are no letter: same layout, another head and foot.
NEXT_STEPS = "next_steps"
FAX_COVER = "fax_cover"

# A citation in the front of a packet is a link to this address; the packet turns it into a jump to the page.
LINK = "exhibit:{exhibit}:{page}"


# A word longer than a table column may break anywhere: runs of OCR noise, web addresses.
_LONG = lore.regex(r"\S{22}(?=\S{4})")

# The sheet for the practice is one page: it hangs on a wall. Points; smaller only as far as it has to be.
_ONE_PAGE = (10.5, 9.0, 8.0, 7.0, 6.0)
_SHRINKS = 2  # so many pages in the largest type often are one in a smaller

# What stands at the head and foot of each page.
_DRAFT = {"banner": "DRAFT FOR THE PHYSICIAN'S SIGNATURE", "part": "Letter"}
_FINAL = {"banner": "", "part": "Letter"}
_FURNITURE = {
    NEXT_STEPS: {"banner": "FOR THE PRACTICE ONLY: DO NOT SEND", "part": "Next steps"},
    FAX_COVER: {"banner": "CONFIDENTIAL HEALTH INFORMATION", "part": "Fax cover"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosures:
    """What stands between letter and exhibits."""

    contents: Sequence[tuple[str, str, Reference | None, int]]  # label, title, link, pages; in packet order
    checklist_title: str
    checklist_note: str
    checklist: Table


def render_pdf(letter: Letter) -> bytes:
    """Return the letter alone, tagged for accessibility (built for PDF/UA-1); its citations are plain text."""
    data = {**_letter(letter), **_FURNITURE.get(letter.kind, _furniture(letter)), "links": False}
    if letter.kind != NEXT_STEPS:
        return _compile("letter.typ", data, standard="ua-1")
    return _on_one_page(lambda size: _compile("letter.typ", data | {"size": size}, standard="ua-1"))


def _on_one_page(render: Callable[[float], bytes]) -> bytes:
    """Return the sheet in the largest type in which it is one page, else in the smallest."""
    largest, *between, smallest = _ONE_PAGE
    pdf = render(largest)
    if (pages := _page_count(pdf)) == 1:
        return pdf
    last = render(smallest) if pages > _SHRINKS else None  # most such are too long in any type: 3 pictures saved
    if last and _page_count(last) > 1:
        return last
    for size in between:
        pdf = render(size)
        if _page_count(pdf) == 1:
            return pdf
    return last or render(smallest)


def render_front(letter: Letter, enclosures: Enclosures) -> bytes:
    """Return letter, contents page and checklist as one PDF whose citations are links to `LINK` addresses."""
    data = {
        **_letter(letter),
        **_furniture(letter),
        "links": True,
        "contents": [
            {"label": label, "title": title, "to": _link(to) if to else None, "pages": pages}
            for label, title, to, pages in enclosures.contents
        ],
        "checklist": {
            "title": enclosures.checklist_title,
            "note": enclosures.checklist_note,
            **_block(enclosures.checklist),
        },
    }
    return _compile("front.typ", data, standard=None)


def _furniture(letter: Letter) -> dict[str, str]:
    return _FINAL if letter.final else _DRAFT


def _compile(template: str, data: dict[str, Any], standard: str | None) -> bytes:
    import typst  # 30 MB of library, so only where a letter is made

    arguments = {
        "input": str(_folder() / template),
        "root": str(_folder()),
        "format": "pdf",
        "ignore_system_fonts": True,
        "sys_inputs": {"data": json.dumps(data, ensure_ascii=False)},
    }
    if standard:
        try:
            return typst.compile(**arguments, pdf_standards=standard)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            # A script that the bundled fonts lack: shown as boxes, tagged all the same, but no longer PDF/UA.
    return typst.compile(**arguments)


def _page_count(pdf: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


@cache
def _folder() -> Path:
    return Path(str(resources.files("templates").joinpath("letter")))


def _letter(letter: Letter) -> dict[str, Any]:
    year, month, day = letter.date.split("-")
    return {
        "title": letter.title,
        "year": int(year),
        "month": int(month),
        "day": int(day),
        "running": letter.running,
        "logo": list(letter.logo) if letter.logo else None,
        "blocks": [_block(block) for block in letter.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "runs": _runs(block.runs)}
        case Paragraph():
            return {"kind": block.style, "runs": _runs(block.runs)}
        case Facts():
            return {"kind": "facts", "rows": [{"label": label, "runs": _runs(runs)} for label, runs in block.rows]}
        case Table():
            return {
                "kind": "table",
                "widths": list(block.widths),
                "headers": list(block.headers),
                "rows": [[_runs(cell) for cell in row] for row in block.rows],
            }
        case Criterion():
            return {
                "kind": "criterion",
                "number": block.number,
                "runs": _runs(block.text),
                "status": block.status,
                "answer": _runs(block.answer),
                "findings": [_runs(runs) for runs in block.findings],
            }


def _runs(runs: Runs) -> list[dict[str, str]]:
    return [
        {
            "kind": run.kind,
            "text": _LONG.sub("\\g<0>\u200b", run.text),
            **({"to": _link(run.reference)} if run.reference else {}),
        }
        for run in runs
    ]


def _link(reference: Reference) -> str:
    return LINK.format(exhibit=reference.exhibit, page=reference.page)
