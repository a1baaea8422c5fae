"""Pages of a PDF: by their text layer where it can be trusted, by OCR where not.

PDFium is not thread-safe: one process per reader. One open of the document per call; never
more than one rendered page in memory.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from os import PathLike

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.errors import MissingProgramError
from extractors.evidence import Box, Page, PageSource, Word
from extractors.pages.anyfile import Normalized, count_pages_of_pdf, normalize
from extractors.pages.contents import Contents, pictured_pages
from extractors.pages.engine import open_engine
from extractors.pages.frame import inverse, rounded, turned
from extractors.pages.insert import find_inserts, read_inserts
from extractors.pages.lines import build_lines
from extractors.pages.ocr import read_picture
from extractors.pages.problems import PageProblem
from extractors.pages.quality import FULL_PAGE, is_trusted, judge_text
from extractors.pages.readings import Readings
from extractors.pages.render import (
    MAX_SOURCE_BYTES,
    PageImages,
    can_be_unpacked,
    grey_of,
    look_at_images,
    reading_scale,
)
from extractors.pages.store import dump_pages, load_pages
from extractors.pages.textlayer import TextLayer, read_text_layer

__all__ = [
    "READER_VERSION",
    "Normalized",
    "count_pages_of_pdf",
    "dump_pages",
    "each_page",
    "load_pages",
    "name_parts",
    "normalize",
    "pictured_pages",
    "read_pages",
]

READER_VERSION = "9"  # raise with every change that gives other words, boxes or order: results are cached by it
PAGE_SECONDS = 60.0  # wall clock for one page, rendering and every pass of the engine
MAX_POINTS = 20_000.0  # 277 inches; PDF itself allows 14,400 without a user unit
_STRAY_LETTERS = 8  # of a text layer of which nothing is to be seen; more, and the page cannot be shown
# Of the pixels a page is read at, that its picture brings itself to be seen smaller by the engine. A fax or a scan of
# 200 dpi was made larger and has none to spare: seen smaller, boxes of a form were read as letters, and of 266 fields
# of scanned letters two more were wrong.
SHARP = 0.9
SCANNER_CONFIDENCE = 0.89  # of a hidden layer: a plausible reading of a picture by an engine we do not know


def read_pages(pdf: bytes | str | PathLike[str], document: str, numbers: Sequence[int]) -> list[Page]:
    """Return the pages with these 1-based numbers, in this order.

    pdf: what `normalize` gave, or the path of a file that holds it. A page that cannot be
    rendered or read in time comes back FAILED with its problem; the others are not touched.
    """
    return list(each_page(pdf, document, numbers))


def each_page(
    pdf: bytes | str | PathLike[str], document: str, numbers: Iterable[int], readings: Readings | None = None
) -> Iterator[Page]:
    """Yield the pages one by one, as `read_pages` returns them; the next number is asked for when a page is done.

    readings: of the same file, from calls before; a page that shows the same picture again is not read again.
    """
    source = pdf if isinstance(pdf, bytes) else str(pdf)
    readings = Readings() if readings is None else readings
    with pdfium.PdfDocument(source) as opened, closing(Contents(source)) as contents:
        for number in numbers:
            yield _read_page(opened, contents, readings, document, number)


def name_parts(pages: Sequence[Page], normalized: Normalized) -> list[Page]:
    """Return the pages with the name of the e-mail part each came from."""
    names = {n: part.name for part in normalized.parts for n in range(part.first_page, part.last_page + 1)}
    return [replace(page, part=names.get(page.number, page.part)) for page in pages]


def _read_page(opened: pdfium.PdfDocument, contents: Contents, readings: Readings, document: str, number: int) -> Page:
    deadline = time.monotonic() + PAGE_SECONDS
    blank = Page(document=document, number=number, width=612.0, height=792.0, lines=(), source=PageSource.BLANK)
    page = None
    try:
        page = _open_page(opened, number)
        width, height = page.get_size()
        blank = replace(blank, width=round(width, 2), height=round(height, 2))
        return _read_open_page(opened, page, blank, contents, readings, deadline)
    except MissingProgramError:
        raise
    except PageProblem as problem:
        return replace(blank, source=PageSource.FAILED, problem=problem.code)
    except MemoryError:
        return replace(blank, source=PageSource.FAILED, problem="page-too-large")
    except (pdfium.PdfiumError, cv2.error, OSError, RuntimeError, ValueError, ArithmeticError):
        return replace(blank, source=PageSource.FAILED, problem="page-damaged")
    finally:
        if page is not None:
            page.close()


def _open_page(opened: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    page = opened[number - 1]
    if not 0 < min(page.get_size()) <= max(page.get_size()) <= MAX_POINTS:
        page.close()
        raise PageProblem("page-without-size")
    if not _draws_annotations(page):
        return page
    # what was typed into a form or written on the page belongs to what is shown, but to no text layer
    flattened = raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS
    if flattened:
        page.close()
        page = opened[number - 1]
    return page


def _draws_annotations(page: pdfium.PdfPage) -> bool:
    """Say whether the page has form fields, typed notes or stamps."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), 500)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP):
            return True
    return False


def _read_open_page(
    opened: pdfium.PdfDocument,
    page: pdfium.PdfPage,
    blank: Page,
    contents: Contents,
    readings: Readings,
    deadline: float,
) -> Page:
    """Return the page as read where the file holds all of it: what is lost must not pass for what was never written."""
    layer = read_text_layer(page)
    images = look_at_images(page)
    read = _read_shown(page, blank, layer, images, readings, deadline)
    if read.source is not PageSource.BLANK:
        whole = contents.are_whole(blank.number)
    elif images.boxes:
        with closing(_open_page(opened, blank.number)) as again:
            whole = can_be_unpacked(again) and contents.pictures_are_whole(blank.number)
    else:
        lost = not images.hidden_text and sum(map(str.isalnum, layer.text)) > _STRAY_LETTERS
        whole = not lost and contents.are_empty(blank.number)
    if not whole:
        raise PageProblem("page-damaged")
    return read


def _read_shown(
    page: pdfium.PdfPage, blank: Page, layer: TextLayer, images: PageImages, readings: Readings, deadline: float
) -> Page:
    quality = judge_text(layer.text)
    if is_trusted(quality, images.cover, images.hidden_text, images.others):
        read = _page_of_layer(layer, blank, images)
        if inserts := find_inserts(page, images, layer):
            return readings.apart(lambda: read_inserts(page, read, layer, inserts, open_engine(), deadline))
        return read
    if not layer.words and not images.boxes and not images.others:
        return replace(blank, digest=_digest(b"empty"))
    return _page_of_picture(page, blank, images, readings, deadline)


def _page_of_layer(layer: TextLayer, blank: Page, images: PageImages) -> Page:
    words = layer.words
    if images.cover >= FULL_PAGE and images.hidden_text:
        words = tuple([Word(text=word.text, box=word.box, confidence=SCANNER_CONFIDENCE) for word in words])
    upright = turned(layer.turn, blank.width, blank.height)
    if layer.turn:
        words = tuple(replace(word, box=_rounded(word.box.moved_by(upright))) for word in words)
    sideways = layer.turn in (90, 270)
    return replace(
        blank,
        width=blank.height if sideways else blank.width,
        height=blank.width if sideways else blank.height,
        lines=build_lines(words, ink=False),
        source=PageSource.TEXT,
        to_shown=rounded(inverse(upright)),
        turn=layer.turn,
        digest=_digest(_shown_by(layer, images)),
    )


def _shown_by(layer: TextLayer, images: PageImages) -> bytes:
    """Return what a typed page shows and where, to a tenth of a point."""
    words = "\n".join([word.text for word in layer.words]).encode("utf-8", "surrogatepass")
    places = np.rint(layer.places[:, [0, 3]] * 10).astype(np.int64).tobytes()
    return b"\0".join([words, places, repr(images.boxes).encode()])


def _page_of_picture(
    page: pdfium.PdfPage, blank: Page, images: PageImages, readings: Readings, deadline: float
) -> Page:
    """Return the page as the engine reads it; closes the page."""
    if images.unpacked > MAX_SOURCE_BYTES:
        raise PageProblem("image-too-large")
    scale = reading_scale(blank.width, blank.height, images)
    bilevel = images.bilevel and images.cover >= FULL_PAGE
    grey = grey_of(page, scale, images, deadline)
    page.close()  # with the picture that PDFium unpacked, 8 MB that the engine needs next
    sharp = images.long_side >= SHARP * max(grey.shape)
    digest, reading = readings.of(
        grey, (scale, bilevel, sharp), lambda: read_picture(grey, scale, bilevel, open_engine(), deadline, sharp)
    )
    if reading is None:
        return replace(blank, digest=digest)
    lines = reading.lines
    return replace(
        blank,
        width=reading.width,
        height=reading.height,
        lines=lines,
        source=PageSource.OCR if lines else PageSource.BLANK,
        to_shown=reading.to_shown,
        turn=reading.turn,
        digest=digest,
    )


def _rounded(box: Box) -> Box:
    return Box(x0=round(box.x0, 2), top=round(box.top, 2), x1=round(box.x1, 2), bottom=round(box.bottom, 2))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
