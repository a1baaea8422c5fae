"""What a copier, a scanner, a fax machine and a telephone do to a typed page.

Whole-number arithmetic and one seeded generator per page: the same page gives the same picture.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FACE = Path(__file__).parent / "fonts" / "LiberationSans-Bold.ttf"
FAX_ACROSS, FAX_DOWN = 204, 196  # ITU-T T.4 fine mode: pixels per inch across and down
FAX_STANDARD_DOWN = 98  # T.4 standard mode
PHOTO = (2000, 2560)  # pixels: a telephone's picture as mail programs shrink it; the sheet fills about 200 dpi of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one page came in."""

    kind: str  # scan300, scan200, fax, fax_standard, photo
    skew: float = 0.0  # degrees, anticlockwise
    turn: int = 0  # 0, 90, 180 or 270 degrees: how the sheet lay in the feeder
    header: str = ""  # line that the fax machine prints along the top
    punched: bool = False  # two-hole punch at the left edge


def picture(page: bytes, look: Look, seed: int) -> Image.Image:
    """Return a typed page as the machine saw it: grey for a scan, bilevel for a fax, colour for a photo."""
    rng = np.random.default_rng(seed)
    if look.kind == "photo":
        return _photographed(page, look, rng)
    if look.kind.startswith("fax"):
        return _faxed(page, look, rng)
    return _scanned(page, look, 300 if look.kind == "scan300" else 200, rng)


def image_page(image: Image.Image, look: Look) -> bytes:
    """Return a one-page PDF that holds the picture and nothing else (JPEG for a scan, CCITT group 4 for a fax)."""
    sink = io.BytesIO()
    if image.mode == "1":
        down = FAX_DOWN if look.kind == "fax" else FAX_STANDARD_DOWN
        across = FAX_ACROSS
        if look.turn in (90, 270):
            across, down = down, across
        image.save(sink, "TIFF", compression="group4", dpi=(across, down))
        size = (img2pdf.in_to_pt(image.width / across), img2pdf.in_to_pt(image.height / down))
        layout = img2pdf.get_layout_fun(pagesize=size)
        return img2pdf.convert(sink.getvalue(), layout_fun=layout, nodate=True, engine=img2pdf.Engine.internal)
    dpi = 300 if look.kind == "scan300" else 200
    image.save(sink, "JPEG", quality=58 if dpi == 300 else 66, dpi=(dpi, dpi))
    return img2pdf.convert(sink.getvalue(), nodate=True, engine=img2pdf.Engine.internal)


def photo_file(image: Image.Image) -> bytes:
    """Return a photo as the telephone sends it: a JPEG, without a word on when and where."""
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=70)
    return sink.getvalue()


def fax_file(images: Sequence[Image.Image], look: Look) -> bytes:
    """Return the pages of a fax as a fax server files them: one TIFF, CCITT group 4."""
    down = FAX_DOWN if look.kind == "fax" else FAX_STANDARD_DOWN
    sink = io.BytesIO()
    images[0].save(
        sink, "TIFF", compression="group4", dpi=(FAX_ACROSS, down), save_all=True, append_images=list(images[1:])
    )
    return sink.getvalue()


def _rendered(page: bytes, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(page)
    try:
        return document[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def _skewed(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255) if degrees else image


def _scanned(page: bytes, look: Look, dpi: int, rng: np.random.Generator) -> Image.Image:
    image = _skewed(_rendered(page, dpi), look.skew).filter(ImageFilter.GaussianBlur(dpi / 420))
    draw = ImageDraw.Draw(image)
    if look.punched:
        for middle in (0.32, 0.68):
            x, y, r = 0.035 * image.width, middle * image.height, 0.12 * dpi
            draw.ellipse((x - r, y - r, x + r, y + r), fill=70)
    for _ in range(int(rng.integers(10, 40))):  # dust on the glass
        x, y = int(rng.integers(0, image.width)), int(rng.integers(0, image.height))
        r = int(rng.integers(0, max(2, dpi // 130)))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=int(rng.integers(90, 190)))
    grey = np.asarray(image, dtype=np.int32)
    grey = 38 + grey * (int(rng.integers(236, 248)) - 38) // 255  # toner is not black, paper not white
    fall = np.linspace(0, int(rng.integers(4, 13)), image.height, dtype=np.int32)[:, None]  # lamp fades down the page
    grey = grey - fall
    edge = int(0.10 * dpi)
    shadow = np.zeros(image.width, dtype=np.int32)
    shadow[:edge] = np.linspace(int(rng.integers(25, 70)), 0, edge, dtype=np.int32)  # lid not quite shut
    grey = grey - shadow[None, :]
    coarse = rng.integers(-3, 4, size=(image.height // 2 + 1, image.width // 2 + 1), dtype=np.int32)
    grey = grey + np.kron(coarse, np.ones((2, 2), dtype=np.int32))[: image.height, : image.width]
    result = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8), "L")
    return result.rotate(look.turn, expand=True) if look.turn else result


def _photographed(page: bytes, look: Look, rng: np.random.Generator) -> Image.Image:
    """Lay the sheet on a desk, look at it from below its foot and let the hand throw a shadow on it."""
    across, down = PHOTO
    sheet = _rendered(page, 220)
    desk = Image.new("L", PHOTO, 92)
    jitter = [int(n) for n in rng.integers(-18, 19, size=8)]
    corners = [
        (0.085 * across + jitter[0], 0.050 * down + jitter[1]),  # the far edge is the shorter one
        (0.925 * across + jitter[2], 0.062 * down + jitter[3]),
        (0.965 * across + jitter[4], 0.950 * down + jitter[5]),
        (0.030 * across + jitter[6], 0.935 * down + jitter[7]),
    ]
    matrix = _onto(corners, sheet.size)
    seen = sheet.transform(PHOTO, Image.Transform.PERSPECTIVE, matrix, Image.Resampling.BICUBIC, fillcolor=255)
    cut = Image.new("L", sheet.size, 255).transform(PHOTO, Image.Transform.PERSPECTIVE, matrix, fillcolor=0)
    desk.paste(seen, (0, 0), cut)
    grey = np.asarray(desk.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.int32)
    lamp = 255 - np.linspace(0, 46, down, dtype=np.int32)[:, None] - np.linspace(0, 22, across, dtype=np.int32)[None, :]
    grey = (34 + grey * 208 // 255) * lamp // 255
    # the shadow of the hand and the telephone: a soft edge across the lower right half of the words
    slope = np.arange(across, dtype=np.int32)[None, :] + np.arange(down, dtype=np.int32)[:, None] * 3 // 5
    depth = np.clip((slope - across) // 3, 0, 78)
    grey = grey * (255 - depth) // 255 + rng.integers(-4, 5, size=(down, across), dtype=np.int32)
    warm = [np.clip(grey * share // 256, 0, 255).astype(np.uint8) for share in (256, 244, 216)]  # lamplight
    image = Image.merge("RGB", [Image.fromarray(channel, "L") for channel in warm])
    return image.rotate(look.turn, expand=True) if look.turn else image


def _onto(corners: Sequence[tuple[float, float]], size: tuple[int, int]) -> tuple[float, ...]:
    """Return Pillow's eight numbers that bring a sheet of this size onto four corners, clockwise from top left.

    Heckbert's mapping of the unit square to a quadrilateral, turned round, since Pillow asks where a pixel comes from.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, sx = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, sy = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    whole = dx1 * dy2 - dx2 * dy1
    g, h = (sx * dy2 - dx2 * sy) / whole, (dx1 * sy - sx * dy1) / whole
    a, b, c = x1 - x0 + g * x1, x3 - x0 + h * x3, x0
    d, e, f = y1 - y0 + g * y1, y3 - y0 + h * y3, y0
    rows = (
        (e - f * h, c * h - b, b * f - c * e),
        (f * g - d, a - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    last = rows[2][2]
    width, height = size
    return tuple(n * scale / last for row, scale in zip(rows, (width, height, 1), strict=True) for n in row)[:8]


def _faxed(page: bytes, look: Look, rng: np.random.Generator) -> Image.Image:
    image = _skewed(_rendered(page, FAX_ACROSS), look.skew)
    down = FAX_DOWN if look.kind == "fax" else FAX_STANDARD_DOWN
    if look.turn:
        image = image.rotate(look.turn, expand=True)
    image = image.resize((image.width, image.height * down // FAX_ACROSS), Image.Resampling.BOX)
    grey = np.asarray(image, dtype=np.int32) + rng.integers(-26, 27, size=(image.height, image.width), dtype=np.int32)
    ink = grey < 158
    for _ in range(int(rng.integers(60, 220))):  # line noise: specks of one to three pixels
        y, x = int(rng.integers(0, image.height - 3)), int(rng.integers(0, image.width - 3))
        ink[y : y + int(rng.integers(1, 3)), x : x + int(rng.integers(1, 4))] = True
    if rng.integers(0, 3) == 0:  # a dirty sensor draws one hairline down the sheet, away from the words
        ink[:, int(rng.integers(6, 40))] = True
    for _ in range(int(rng.integers(0, 3))):  # a lost scan line
        ink[int(rng.integers(0, image.height)), :] = False
    faxed = Image.fromarray(np.where(ink, 0, 255).astype(np.uint8), "L")
    if look.header:
        band = Image.new("L", (faxed.width, 30), 255)
        ImageDraw.Draw(band).text((60, 4), look.header, font=_header_face(), fill=0)
        if down != FAX_DOWN:
            band = band.resize((faxed.width, 15), Image.Resampling.BOX)
        faxed.paste(band, (0, 6))
    return faxed.convert("1", dither=Image.Dither.NONE)


def _header_face() -> ImageFont.FreeTypeFont:
    """Return the face of fax headers; the basic layout, since the other one needs a system library for kerning."""
    return ImageFont.truetype(str(FACE), 22, layout_engine=ImageFont.Layout.BASIC)
