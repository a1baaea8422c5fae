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
    try:
        text = _text_by_index(textpage)
        to_shown = shown_of_user(page)
        words, starts = [], []
        for start, end in _tokens(text):
            if (box := _word_box(textpage, start, end, to_shown)) is not None:
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


def _word_box(textpage: pdfium.PdfTextPage, start: int, end: int, to_shown: Affine) -> Box | None:
    """Return the box around the first and the last character; None for a word without extent."""
    first, last = _char_box(textpage, start), _char_box(textpage, end - 1)
    if first is None or last is None:
        return None
    a, b, c, d, e, f = to_shown
    x, y = (first[0], first[2], last[0], last[2]), (first[1], first[3], last[1], last[3])
    left, right, low, high = min(x), max(x), min(y), max(y)
    if b == c == 0.0:
        xs, ys = (a * left + e, a * right + e), (d * low + f, d * high + f)
    else:
        xs, ys = (c * low + e, c * high + e), (b * left + f, b * right + f)
    if right - left <= 0.01 and high - low <= 0.01:
        return None
    return Box(x0=round(min(xs), 2), top=round(min(ys), 2), x1=round(max(xs), 2), bottom=round(max(ys), 2))


_rect = raw.FS_RECTF()
_rect_pointer = ctypes.byref(_rect)
_tight = [ctypes.c_double() for _ in range(4)]


def _char_box(textpage: pdfium.PdfTextPage, index: int) -> tuple[float, float, float, float] | None:
    """Return (left, bottom, right, top) in user space, of the font's full height where it states one."""
    if raw.FPDFText_GetLooseCharBox(textpage, index, _rect_pointer) and _rect.top != _rect.bottom:
        return _rect.left, _rect.bottom, _rect.right, _rect.top
    left, right, bottom, top = _tight
    if raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return left.value, bottom.value, right.value, top.value
    return None


def _turn(textpage: pdfium.PdfTextPage, starts: list[int], rotation: int) -> int:
    """Return the quarter turn clockwise that puts most words of the shown page upright."""
    votes = [0, 0, 0, 0]
    for start in starts[:: max(1, len(starts) // _DIRECTION_SAMPLES)]:
        angle = math.degrees(raw.FPDFText_GetCharAngle(textpage, start))  # clockwise in user space
        votes[round(-(angle + rotation) / 90) % 4] += 1
    return 90 * max(range(4), key=votes.__getitem__)
