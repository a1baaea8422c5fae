"""The text layer of a PDF page: words with boxes, in the page as shown.

The text comes from PDFium in one call; only the first and last character of each word is
asked for its box (4.9 ms a page against 143 ms for pdfplumber).
"""

import ctypes
import math
import re
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.evidence import Affine, Box, Word
from extractors.pages.frame import shown_of_user

_TOKEN = re.compile(r"[^\s\x00]+")
# PDFium writes U+0002 (older: U+FFFE) for a hyphen at the end of a line and goes on without a break.
_LINE_HYPHEN = re.compile(r"[\x02\ufffe]")
_DIRECTION_SAMPLES = 40


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What the file itself says is written on a page."""

    text: str  # all characters, in content order
    words: tuple[Word, ...]  # shown frame
    turn: int  # degrees clockwise that would put most words upright


def read_text_layer(page: pdfium.PdfPage) -> TextLayer:
    """Return the words of the page, hidden ones included."""
    textpage = page.get_textpage()
    handle = textpage.raw
    try:
        text = _text_by_index(textpage)
        to_shown = shown_of_user(page)
        words, starts = [], []
        for start, end in _tokens(text):
            if (box := _word_box(handle, start, end, to_shown)) is not None:
                words.append(Word(text=_printable(text[start:end]), box=box))
                starts.append(start)
        turn = _turn(textpage, starts, page.get_rotation())
    finally:
        textpage.close()
    return TextLayer(text, tuple(words), turn)


def _text_by_index(textpage: pdfium.PdfTextPage) -> str:
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


def _tokens(text: str):
    for match in _TOKEN.finditer(text):
        start = match.start()
        for hyphen in _LINE_HYPHEN.finditer(text, match.start(), match.end()):
            yield start, hyphen.end()
            start = hyphen.end()
        if start < match.end():
            yield start, match.end()


def _printable(token: str) -> str:
    return _LINE_HYPHEN.sub("-", token).replace("\u00ad", "-") if not token.isascii() or "\x02" in token else token


def _word_box(textpage: raw.FPDF_TEXTPAGE, start: int, end: int, to_shown: Affine) -> Box | None:
    """Return the box around the first and the last character; None for a word without extent."""
    first = _char_box(textpage, start)
    last = _char_box(textpage, end - 1) if end - start > 1 else first
    if first is None or last is None:
        return None
    a, b, c, d, e, f = to_shown
    left, low, right, high = first
    if last is not first:
        left, low = min(left, last[0]), min(low, last[1])
        right, high = max(right, last[2]), max(high, last[3])
    if right - left <= 0.01 and high - low <= 0.01:
        return None
    if b == c == 0.0:
        x0, x1, top, bottom = a * left + e, a * right + e, d * high + f, d * low + f
    else:
        x0, x1, top, bottom = c * low + e, c * high + e, b * left + f, b * right + f
    if x0 > x1:
        x0, x1 = x1, x0
    if top > bottom:
        top, bottom = bottom, top
    return Box(x0=round(x0, 2), top=round(top, 2), x1=round(x1, 2), bottom=round(bottom, 2))


_rect = raw.FS_RECTF()
_rect_pointer = ctypes.byref(_rect)
_tight = [ctypes.c_double() for _ in range(4)]
_loose_box = raw.FPDFText_GetLooseCharBox


def _char_box(textpage: raw.FPDF_TEXTPAGE, index: int) -> tuple[float, float, float, float] | None:
    """Return (left, bottom, right, top) in user space, of the font's full height where it states one."""
    if _loose_box(textpage, index, _rect_pointer) and (top := _rect.top) != (bottom := _rect.bottom):
        left, right = _rect.left, _rect.right
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)
    left, right, bottom, top = _tight
    if raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        x, y = (left.value, right.value), (bottom.value, top.value)
        return min(x), min(y), max(x), max(y)
    return None


def _turn(textpage: pdfium.PdfTextPage, starts: list[int], rotation: int) -> int:
    """Return the quarter turn clockwise that puts most words of the shown page upright."""
    votes = [0, 0, 0, 0]
    for start in starts[:: max(1, len(starts) // _DIRECTION_SAMPLES)]:
        angle = math.degrees(raw.FPDFText_GetCharAngle(textpage, start))  # clockwise in user space
        votes[round(-(angle + rotation) / 90) % 4] += 1
    return 90 * max(range(4), key=votes.__getitem__)
