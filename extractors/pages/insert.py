"""A scanned picture inside a typed page: its words are read too, and put among the others."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium

from extractors.evidence import Box, Page, Word
from extractors.pages import prepare
from extractors.pages.engine import COLUMN, Engine, EngineTimeoutError
from extractors.pages.frame import inverse, shown_of_user
from extractors.pages.lines import build_lines
from extractors.pages.problems import PageProblem
from extractors.pages.quality import FULL_PAGE
from extractors.pages.render import MAX_SOURCE_BYTES, PageImages, render_grey
from extractors.pages.textlayer import TextLayer

LEAST_SHARE = 0.06  # of the page: smaller pictures are logos and signatures
LEAST_SIDE = 90.0  # points
LEAST_WORDS = 4  # sure ones; fewer are a photograph misread
SURE = 0.6
SCALE = 300 / 72


def find_inserts(page: pdfium.PdfPage, images: PageImages, layer: TextLayer) -> list[Box]:
    """Return the pictures (shown frame) that could hold text of their own: large, with no typed text on them."""
    if not images.boxes or images.cover >= FULL_PAGE or images.unpacked > MAX_SOURCE_BYTES:
        return []
    to_shown = shown_of_user(page)
    page_box = Box(x0=0.0, top=0.0, x1=page.get_width(), bottom=page.get_height())
    found = []
    for x0, y0, x1, y1 in images.boxes:
        box = _inside(Box(x0=x0, top=y0, x1=x1, bottom=y1).moved_by(to_shown), page_box)
        large = box.width * box.height >= LEAST_SHARE * page_box.width * page_box.height
        if large and min(box.width, box.height) >= LEAST_SIDE and _words_on(layer.words, box) < LEAST_WORDS:
            found.append(box)
    return found


def read_inserts(
    page: pdfium.PdfPage, read: Page, layer: TextLayer, inserts: Sequence[Box], engine: Engine, deadline: float
) -> Page:
    """Return the page with the words of its pictures among the typed ones."""
    try:
        grey = render_grey(page, SCALE, deadline)
        added = [word for box in inserts for word in _words_of(grey, box, engine, deadline)]
    except (PageProblem, EngineTimeoutError):
        return read  # the typed text stands; the picture stays a picture
    if not added:
        return read
    typed = tuple(word for line in read.lines for word in line.words)
    upright = inverse(read.to_shown)
    added = [replace(word, box=word.box.moved_by(upright)) for word in added]
    return replace(read, lines=build_lines((*typed, *added), ink=False))


def _words_of(grey: np.ndarray, box: Box, engine: Engine, deadline: float) -> list[Word]:
    left, top = int(box.x0 * SCALE), int(box.top * SCALE)
    cut = np.ascontiguousarray(grey[top : int(box.bottom * SCALE), left : int(box.x1 * SCALE)])
    if cut.size == 0:
        return []
    small = prepare.small_of(cut, 800)
    if prepare.is_blank(prepare.ink_of(small, prepare.background_of(small))):
        return []
    marks = engine.recognise(cut, 300, COLUMN, max(0.1, deadline - time.monotonic()))
    sure = [mark for mark in marks if mark.confidence >= SURE and any(c.isalnum() for c in mark.text)]
    if len([mark for mark in sure if len(mark.text) > 2]) < LEAST_WORDS:
        return []
    return [
        Word(
            text=mark.text,
            box=Box(
                x0=round((left + mark.left) / SCALE, 2),
                top=round((top + mark.top) / SCALE, 2),
                x1=round((left + mark.right) / SCALE, 2),
                bottom=round((top + mark.bottom) / SCALE, 2),
            ),
            confidence=mark.confidence,
        )
        for mark in sure
    ]


def _inside(box: Box, page: Box) -> Box:
    return Box(
        x0=max(box.x0, page.x0),
        top=max(box.top, page.top),
        x1=min(box.x1, page.x1),
        bottom=min(box.bottom, page.bottom),
    )


def _words_on(words: Sequence[Word], box: Box) -> int:
    return sum(
        box.x0 < (w.box.x0 + w.box.x1) / 2 < box.x1 and box.top < (w.box.top + w.box.bottom) / 2 < box.bottom
        for w in words
    )
