"""The side of binding that opens strangers' files: run in the process of a reader, asked by `BinderApart`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extractors.evidence import Page
from extractors.pages import load_pages
from pipeline.packet.assemble import assemble
from pipeline.packet.binding import PartLimits, spans_of
from pipeline.packet.parts import cut
from pipeline.packet.plan import SourcePage, plan_of


def answer(asked: dict[str, Any], data: bytes, result: int, opening: Callable[[str | None], None]) -> dict[str, Any]:
    """Bind or cut; the PDF is written to the descriptor `result`, what is known of it is returned.

    data: the cited pages that were read, as `dump_pages` gave them; `opening` as in `assemble`.
    """
    files = asked["files"]
    front = Path(files["front"] if asked["do"] == "bind" else files["packet"]).read_bytes()
    if asked["do"] == "cut":
        first, last = asked["span"]
        cover = Path(files["cover"]).read_bytes() if "cover" in files else None
        _write(result, cut(front, range(first, last + 1), cover))
        return {}
    read: dict[SourcePage, Page] = {
        (name, page.number): page for name, page in zip(asked["names"], load_pages(data), strict=True)
    }
    made = assemble(front, plan_of(asked["plan"]), files, read, opening)
    most_pages, most_bytes = asked["limits"]
    _write(result, made.pdf)
    return {
        "page_count": made.page_count,
        "places": [[document, page, at] for (document, page), at in made.places.items()],
        "starts": made.starts,
        "parts": spans_of(made.pdf, PartLimits(most_pages=most_pages, most_bytes=most_bytes)),
    }


def _write(result: int, data: bytes) -> None:
    with os.fdopen(os.dup(result), "wb") as file:
        file.write(data)
