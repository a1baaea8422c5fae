"""The text layer of a PDF page: words with boxes, in the page as shown.

The text comes from PDFium in one call; only the first and last character of each word is asked for its
box, and what is reckoned from them is reckoned for all words at once.
"""

import ctypes
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.evidence import Affine, Word, words_at
from extractors.pages.frame import shown_of_user
from extractors.pages.native import plainly

_SPACES = np.array([chr(code).isspace() or code == 0 for code in range(0x3002)])  # the last of them is U+3000
# PDFium writes U+0002 (older: U+FFFE) for a hyphen at the end of a line and goes on without a break.
_LINE_HYPHEN = re.compile(r"[\x02\ufffe]")
_HYPHENS = (0x0002, 0xFFFE)
_DIRECTION_SAMPLES = 40
_LEAST_EXTENT = 0.01  # points


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What the file itself says is written on a page."""

    text: str  # all characters, in content order
    words: tuple[Word, ...]  # shown frame
    turn: int  # degrees clockwise that would put most words upright
    places: np.ndarray  # x0, top, x1, bottom of each word


def read_text_layer(page: pdfium.PdfPage) -> TextLayer:
    """Return the words of the page, hidden ones included."""
    textpage = page.get_textpage()
    try:
        text = text_by_index(textpage)
        starts, ends = _spans(text)
        boxes = _boxes(textpage.raw, starts, ends)
        left, low, right, high = boxes.T
        seen = (right - left > _LEAST_EXTENT) | (high - low > _LEAST_EXTENT)  # a character without a place has none
        starts, ends, boxes = starts[seen], ends[seen], boxes[seen]
        turn = _turn(textpage, starts.tolist(), page.get_rotation())
    finally:
        textpage.close()
    places = to_hundredths(_shown(boxes, shown_of_user(page)))
    return TextLayer(text, tuple(words_at(_texts(text, starts, ends), places.tolist())), turn, places)


def text_by_index(textpage: pdfium.PdfTextPage) -> str:
    """Return a string whose index is the index of the character in PDFium."""
    count = textpage.count_chars()
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(textpage, 0, count, buffer) - 1
    text = bytes(buffer)[: 2 * max(written, 0)].decode("utf-16-le", "surrogatepass")
    if len(text) == written == count:
        return text
    # characters without a code, or beyond the BMP: the two countings part, so ask one by one
    return "".join(_character(raw.FPDFText_GetUnicode(textpage, i)) for i in range(count))


def _character(code: int) -> str:
    return chr(code) if code and code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _spans(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where words start and where they end; one that goes on after a line's hyphen is two."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    inked = ~_SPACES[np.minimum(codes, _SPACES.size - 1)]
    edges = np.flatnonzero(np.diff(inked, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    if _LINE_HYPHEN.search(text) is not None:
        cuts = np.flatnonzero(np.isin(codes, _HYPHENS)) + 1
        cuts = cuts[cuts < codes.size]
        cuts = cuts[inked[cuts]]
        starts, ends = np.sort(np.append(starts, cuts)), np.sort(np.append(ends, cuts))
    return starts, ends


def _texts(text: str, starts: np.ndarray, ends: np.ndarray) -> list[str]:
    """Return the words as printed."""
    if not text.isascii() or "\x02" in text:
        text = _LINE_HYPHEN.sub("-", text).replace("\u00ad", "-")
    return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _boxes(textpage: raw.FPDF_TEXTPAGE, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the box around the first and the last character of each word, as `_char_boxes` does."""
    both = _char_boxes(textpage, np.column_stack([starts, ends - 1]).ravel().tolist())
    first, last = both[::2], both[1::2]
    return np.hstack([np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])])


_BATCH = 2048  # characters asked for in a row
_rects = (raw.FS_RECTF * _BATCH)()
_rect_pointers = [ctypes.byref(_rects, index * ctypes.sizeof(raw.FS_RECTF)) for index in range(_BATCH)]
_asked = np.frombuffer(_rects, np.float32).reshape(_BATCH, 4)
_loose_box = plainly(raw.FPDFText_GetLooseCharBox, ctypes.c_int)


def _char_boxes(textpage: raw.FPDF_TEXTPAGE, indices: Sequence[int]) -> np.ndarray:
    """Return (left, bottom, right, top) in user space, of the font's full height where it states one.

    A character without a place has not-a-number for it.
    """
    boxes = np.empty((len(indices), 4))
    for first in range(0, len(indices), _BATCH):
        some = indices[first : first + _BATCH]
        told = list(map(_loose_box, repeat(textpage), some, _rect_pointers))
        left, top, right, bottom = _asked[: len(some)].T
        batch = boxes[first : first + len(some)]
        batch[:, 0], batch[:, 2] = np.minimum(left, right), np.maximum(left, right)
        batch[:, 1], batch[:, 3] = np.minimum(bottom, top), np.maximum(bottom, top)
        flat = top == bottom
        if flat.any() or not all(told):
            for at in np.flatnonzero(flat | ~np.array(told, bool)):
                batch[at] = _tight_box(textpage, some[at])
    return boxes


def _tight_box(textpage: raw.FPDF_TEXTPAGE, index: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = [ctypes.c_double() for _ in range(4)]
    if not raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return math.nan, math.nan, math.nan, math.nan
    x, y = (left.value, right.value), (bottom.value, top.value)
    return min(x), min(y), max(x), max(y)


def _shown(boxes: np.ndarray, to_shown: Affine) -> np.ndarray:
    """Return boxes of user space as (x0, top, x1, bottom) of the page as shown, after quarter turns."""
    a, b, c, d, e, f = to_shown
    left, low, right, high = boxes.T
    if b == c == 0.0:
        xs, ys = (a * left + e, a * right + e), (d * high + f, d * low + f)
    else:
        xs, ys = (c * low + e, c * high + e), (b * left + f, b * right + f)
    return np.column_stack([np.minimum(*xs), np.minimum(*ys), np.maximum(*xs), np.maximum(*ys)])


def to_hundredths(values: np.ndarray) -> np.ndarray:
    """Return the values rounded as `round(value, 2)` rounds them, all at once."""
    hundreds = values * 100
    rounded = np.rint(hundreds) / 100
    # where the product is about half way, only the exact value tells up from down
    for at in zip(*np.nonzero(abs(abs(hundreds - np.trunc(hundreds)) - 0.5) < 1e-4), strict=True):
        rounded[at] = round(float(values[at]), 2)
    return rounded


def _turn(textpage: pdfium.PdfTextPage, starts: list[int], rotation: int) -> int:
    """Return the quarter turn clockwise that puts most words of the shown page upright."""
    votes = [0, 0, 0, 0]
    for start in starts[:: max(1, len(starts) // _DIRECTION_SAMPLES)]:
        angle = math.degrees(raw.FPDFText_GetCharAngle(textpage, start))  # clockwise in user space
        votes[round(-(angle + rotation) / 90) % 4] += 1
    return 90 * max(range(4), key=votes.__getitem__)
