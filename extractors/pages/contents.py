"""Whether what a page draws is whole in the file: PDFium draws what it can of a damaged page and says nothing.

A page of which half is gone would be taken for a short page, and one of which all is gone for a blank one.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

_GARBAGE = 0.05  # share of control bytes in what should be words of drawing
_LOOKED_AT = 4096  # bytes of it
_PRINTED = bytes([9, 10, 12, 13, *range(32, 127)])
_MOST_PICTURES = 20  # of one page
_SCAN_PIXELS = 400_000  # least of a picture that may be a scanned page: 70 dpi of a letter page
_REBUILT = ("reconstruct", "loop detected")  # qpdf's words for a list of objects that it had to guess


@dataclass(slots=True)
class Contents:
    """The content streams of one file's pages, as qpdf finds them; opened when the first one is asked for."""

    source: bytes | str
    _pdf: Any = None
    _broken: bool = False  # qpdf cannot open the file

    def are_whole(self, number: int) -> bool:
        """Say whether every content stream of the page (from 1) unpacks to its end. What qpdf cannot find is whole."""
        from extractors.pages.streams import unpacks

        try:
            return all(unpacks(stream) for stream in self._streams(number))
        except ValueError:
            return False

    def are_empty(self, number: int) -> bool:
        """Say whether the page, on which nothing was seen, has nothing drawn on it for all that the file says."""
        from extractors.pages.streams import unpacks

        try:
            streams = list(self._streams(number))
        except ValueError:
            return False
        if self._broken or any(word in str(told) for told in self._pdf.get_warnings() for word in _REBUILT):
            return False
        return all(unpacks(stream) and _is_drawing(stream.read_bytes()) for stream in streams)

    def pictures_are_whole(self, number: int) -> bool:
        """Say whether the page's pictures hold what they promise."""
        from extractors.pages.streams import is_whole_picture

        page = self._page(number)
        found = [] if page is None else list(_pictures(page.obj.get("/Resources"), 3))[:_MOST_PICTURES]
        return all(is_whole_picture(picture) for picture in found)

    def is_pictured(self, number: int) -> bool:
        """Say whether the page shows a picture as large as a scan; where qpdf cannot tell, it may."""
        page = self._page(number)
        if page is None:
            return True
        try:
            found = islice(_pictures(page.resources, 1), _MOST_PICTURES)
            return any(int(one.get("/Width", 0)) * int(one.get("/Height", 0)) >= _SCAN_PIXELS for one in found)
        except (TypeError, ValueError, RuntimeError):  # what stands there is no number, or no page
            return True

    def close(self) -> None:
        if self._pdf is not None:
            self._pdf.close()
            self._pdf = None

    def _streams(self, number: int) -> Iterator[Any]:
        """Yield the page's streams; raises ValueError where it names something else as one."""
        import pikepdf

        page = self._page(number)
        found = page.obj.get("/Contents") if page is not None else None
        for stream in list(found) if isinstance(found, pikepdf.Array) else [found]:
            if stream is None:
                continue
            if not isinstance(stream, pikepdf.Stream):
                raise ValueError
            yield stream

    def _page(self, number: int) -> Any:
        import pikepdf

        if self._broken:
            return None
        try:
            if self._pdf is None:
                told = io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source
                self._pdf = pikepdf.open(told)
            return self._pdf.pages[number - 1]
        except (pikepdf.PdfError, ValueError, RuntimeError, IndexError, RecursionError):
            self._broken = True  # PDFium reads on where qpdf gives up: then nobody can say what is missing
            return None


def pictured_pages(pdf: bytes | str, numbers: Iterable[int]) -> list[int]:
    """Return those of the pages (from 1) that may be scans, which take seconds and not milliseconds.

    0.05 ms a page to tell, and to open the file 9 ms where it has 1,000 pages.
    """
    with closing(Contents(pdf)) as contents:
        return [number for number in numbers if contents.is_pictured(number)]


def _is_drawing(content: bytes) -> bool:
    """Say whether a stream reads as words of drawing, and not as bytes that some filter should have unpacked."""
    seen = content[:_LOOKED_AT]
    return len(seen.translate(None, _PRINTED)) <= _GARBAGE * len(seen)


def _pictures(resources: Any, depth: int) -> Iterator[Any]:
    """Yield the pictures among what a page or a form may draw."""
    import pikepdf

    drawn = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    for thing in dict(drawn).values() if isinstance(drawn, pikepdf.Dictionary) else ():
        if not isinstance(thing, pikepdf.Stream):
            continue
        if thing.get("/Subtype") == pikepdf.Name.Image:
            yield thing
        elif depth:
            yield from _pictures(thing.get("/Resources"), depth - 1)
