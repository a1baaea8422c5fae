"""A page as grey pixels: PDFium in colour, then grey (2.2 times cheaper than its grey mode), never a file."""

import ctypes
import math
import time
from dataclasses import dataclass, field
from itertools import islice

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.pages.native import plainly
from extractors.pages.prepare import small_of, turn_clockwise
from extractors.pages.problems import PageProblem

cv2.setNumThreads(1)  # one process per core: threads of its own would only get in the way

READING_DPI = 300
MAX_PIXELS = 16_000_000  # 300 dpi of a page of 11 x 16 inches; a letter page has 8.4 million
MAX_SOURCE_BYTES = 140_000_000  # of one picture inside the PDF, which PDFium unpacks whole: 1,200 dpi of a letter page
_CHECK_PIXELS = 80.0  # long side of the thumbnail that decoded pixels are held against
_PLAIN_COLOURS = {raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_DEVICERGB, raw.FPDF_COLORSPACE_ICCBASED}
_LETTER_INCHES = (4.0, 17.0)  # long side of a page that is taken at its word


@dataclass(frozen=True, slots=True)
class PageImages:
    """What pictures a page shows."""

    cover: float  # share of the page under its largest picture
    boxes: tuple[tuple[float, float, float, float], ...]  # user space, all pictures
    unpacked: int  # bytes of the largest picture, decoded
    long_side: int  # pixels of the largest picture
    bilevel: bool  # the largest picture has one bit per pixel
    others: int  # paths and shadings
    lone: pdfium.PdfImage | None  # the picture that is all one sees of the page, upright in user space
    hidden_text: bool  # the first text objects are drawn invisibly (a scanner's layer)


def look_at_images(page: pdfium.PdfPage) -> PageImages:
    """Return what the page shows besides text; reads no pixels."""
    left, bottom, right, top = page.get_bbox()
    area = max((right - left) * (top - bottom), 1.0)
    sight = _Sight()
    _gather(page, sight)
    best, best_cover = None, 0.0
    for item, (x0, y0, x1, y1) in zip(sight.images, sight.boxes, strict=True):
        cover = max(min(x1, right) - max(x0, left), 0.0) * max(min(y1, top) - max(y0, bottom), 0.0) / area
        if best is None or cover > best_cover:
            best, best_cover = item, cover
    alone = len(sight.boxes) == 1 and not sight.others and sight.texts == sight.hidden
    unpacked, long_side, bilevel = 0, 0, False
    if best is not None:
        width, height = best.get_px_size()
        bits = best.get_metadata().bits_per_pixel
        unpacked, long_side = width * height * max(bits, 8) // 8, max(width, height)
        bilevel = bits == 1
    alone = alone and best_cover > 0.995 and not raw.FPDFPage_GetAnnotCount(page)
    return PageImages(
        cover=best_cover,
        boxes=tuple(sight.boxes),
        unpacked=unpacked,
        long_side=long_side,
        bilevel=bilevel,
        others=sight.others,
        lone=best if alone and _is_plain(best) else None,
        hidden_text=0 < sight.texts < 2 * sight.hidden,
    )


@dataclass(slots=True)
class _Sight:
    """Objects of a page while they are counted."""

    images: list[pdfium.PdfImage] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    texts: int = 0
    hidden: int = 0  # texts drawn invisibly
    others: int = 0


_object_of = plainly(raw.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_kind_of = plainly(raw.FPDFPageObj_GetType, ctypes.c_int, ctypes.c_void_p)
_render_mode_of = plainly(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ctypes.c_void_p)
_MOST_OBJECTS = 5000  # of one page; a drawing with more is a drawing


def _gather(page: pdfium.PdfPage, sight: _Sight) -> None:
    """Count the objects of a page; those inside form objects only where there are any."""
    nested, handle = False, ctypes.cast(page.raw, ctypes.c_void_p).value
    for index in range(min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        item = _object_of(handle, index)
        kind = _kind_of(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            sight.texts += 1
            sight.hidden += _render_mode_of(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
            nested = True
        else:
            sight.others += 1
    if not nested:
        return
    sight.texts = sight.hidden = sight.others = 0
    for count, item in enumerate(page.get_objects(max_depth=4)):
        if count > _MOST_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            sight.images.append(item)
            sight.boxes.append(item.get_bounds())
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            sight.texts += 1
            sight.hidden += raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        elif item.type != raw.FPDF_PAGEOBJ_FORM:
            sight.others += 1


_LOOKED_INTO = 20  # pictures of one page


def can_be_unpacked(page: pdfium.PdfPage) -> bool:
    """Say whether PDFium can unpack the pictures of the page: one that it cannot is shown as nothing."""
    pictures = islice(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4), _LOOKED_INTO)
    return all(_is_unpacked(picture) for picture in pictures)


def _is_unpacked(picture: pdfium.PdfImage) -> bool:
    width, height = picture.get_px_size()
    if width * height > MAX_SOURCE_BYTES:
        return False
    bitmap = raw.FPDFImageObj_GetBitmap(picture)
    if bitmap:
        raw.FPDFBitmap_Destroy(bitmap)
    return bool(bitmap)


def _is_plain(image: pdfium.PdfImage) -> bool:
    """Say whether the picture stands upright, unmasked and in plain grey or colour, so its own pixels are the page."""
    if image.container is not None or raw.FPDFPageObj_HasTransparency(image):
        return False
    a, b, c, d, _, _ = image.get_matrix().get()
    tilt = 0.001 * max(abs(a), abs(d))
    if a <= 0 or d <= 0 or abs(b) > tilt or abs(c) > tilt:
        return False
    return image.get_metadata().colorspace in _PLAIN_COLOURS


def reading_scale(width: float, height: float, images: PageImages) -> float:
    """Return pixels per point: 300 dpi, fewer where the page would not fit the cap.

    A page whose stated size cannot be paper (a photo at 72 dpi is four feet wide, an icon-sized
    scan an inch) is taken for a letter page of its own resolution.
    """
    inches = max(width, height) / 72
    dpi = float(READING_DPI)
    if not _LETTER_INCHES[0] <= inches <= _LETTER_INCHES[1]:
        if images.cover > 0.5:
            dpi = min(max(images.long_side, 11 * READING_DPI), 2 * images.long_side) / inches
        elif inches > _LETTER_INCHES[1]:
            dpi = max(_LETTER_INCHES[1] / inches, 0.5) * READING_DPI
    cap = math.sqrt(MAX_PIXELS / max(width * height, 1.0))
    return min(dpi / 72, cap)


def grey_of(page: pdfium.PdfPage, scale: float, images: PageImages, deadline: float) -> np.ndarray:
    """Return the page as shown, uint8, white 255: the scan's own pixels where it is nothing else, else rendered."""
    if images.lone is not None and (grey := _decoded(images.lone)) is not None:
        across, down = page.get_width(), page.get_height()
        if page.get_rotation() in (90, 270):
            across, down = down, across
        size = (max(1, math.ceil(across * scale)), max(1, math.ceil(down * scale)))
        shrinks = size[0] < grey.shape[1]
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        grey = turn_clockwise(grey, page.get_rotation())
        if _looks_like(grey, render_grey(page, _CHECK_PIXELS / max(page.get_size()), deadline)):
            return grey
    return render_grey(page, scale, deadline)


def _looks_like(grey: np.ndarray, shown: np.ndarray) -> bool:
    """Say whether decoded pixels are what the page shows: a mask or an inverting table would tell them apart."""
    small = cv2.resize(
        small_of(grey, 4 * max(shown.shape)), (shown.shape[1], shown.shape[0]), interpolation=cv2.INTER_AREA
    )
    return float(cv2.absdiff(small, shown).mean()) < 8.0


def _decoded(image: pdfium.PdfImage) -> np.ndarray | None:
    """Return the picture's own pixels in grey; None where PDFium gives them in a form of its own."""
    bitmap = image.get_bitmap(render=False)  # owns the pixels: what is returned must be a copy
    pixels = bitmap.to_numpy()
    if bitmap.format == raw.FPDFBitmap_Gray:
        return pixels.reshape(pixels.shape[:2]).copy()
    if bitmap.format == raw.FPDFBitmap_BGR:
        return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    if bitmap.format == raw.FPDFBitmap_BGRx:
        return cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY)
    return None


def render_grey(page: pdfium.PdfPage, scale: float, deadline: float) -> np.ndarray:
    """Return the page as shown, uint8, white 255; raise PageProblem past the deadline (time.monotonic)."""
    width, height = max(1, math.ceil(page.get_width() * scale)), max(1, math.ceil(page.get_height() * scale))
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        _render(page, bitmap, width, height, deadline)
        return cv2.cvtColor(bitmap.to_numpy(), cv2.COLOR_BGR2GRAY)
    finally:
        bitmap.close()


def _render(page: pdfium.PdfPage, bitmap: pdfium.PdfBitmap, width: int, height: int, deadline: float) -> None:
    pause = raw.IFSDK_PAUSE(version=1)
    late = type(pause.NeedToPauseNow)(lambda _pause: time.monotonic() > deadline)
    pause.NeedToPauseNow = late
    state = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT, ctypes.byref(pause))
    while state == raw.FPDF_RENDER_TOBECONTINUED and time.monotonic() < deadline:
        state = raw.FPDF_RenderPage_Continue(page, ctypes.byref(pause))
    raw.FPDF_RenderPage_Close(page)
    if state == raw.FPDF_RENDER_TOBECONTINUED:
        raise PageProblem("page-too-slow")
    if state == raw.FPDF_RENDER_FAILED:
        raise PageProblem("page-not-rendered")
