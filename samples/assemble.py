"""Loose pages, in the order they were mailed, become one PDF."""

import io
from collections.abc import Iterable

import pikepdf


def bind(pages: Iterable[tuple[bytes, int]], producer: str) -> bytes:
    """Return one PDF of single-page PDFs and their /Rotate (0, 90, 180, 270); the bytes depend on the pages alone.

    A rotated page keeps looking upright: what is drawn is turned the other way first, as a copier does with
    a sheet fed on its side.
    """
    book = pikepdf.new()
    for page, rotate in pages:
        with pikepdf.open(io.BytesIO(page)) as single:
            book.pages.extend(single.pages)
        if rotate:
            _lay_on_side(book.pages[-1], rotate)
    book.docinfo["/Producer"] = producer
    sink = io.BytesIO()
    book.save(sink, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return sink.getvalue()


def _lay_on_side(page: pikepdf.Page, rotate: int) -> None:
    """Turn what is drawn by -rotate and set /Rotate, so that a reader shows the page as before."""
    width, height = float(page.mediabox[2]), float(page.mediabox[3])
    # what is drawn anticlockwise by `rotate`, then moved back onto the sheet
    turn, size = {
        90: ((0, 1, -1, 0, height, 0), (height, width)),
        180: ((-1, 0, 0, -1, width, height), (width, height)),
        270: ((0, -1, 1, 0, 0, width), (height, width)),
    }[rotate]
    page.contents_add(f"q {' '.join(f'{n:g}' for n in turn)} cm\n".encode(), prepend=True)
    page.contents_add(b"\nQ")
    page.mediabox = pikepdf.Array([0, 0, *size])
    for name in ("/CropBox", "/ArtBox", "/BleedBox", "/TrimBox"):
        if name in page.obj:
            del page.obj[name]
    page.obj["/Rotate"] = rotate
