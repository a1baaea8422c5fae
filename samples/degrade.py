"""What a copier, a scanner and a fax machine do to a typed page.

Whole-number arithmetic and one seeded generator per page: the same page gives the same picture.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FACE = Path(__file__).parent / "fonts" / "LiberationSans-Bold.ttf"
FAX_ACROSS, FAX_DOWN = 204, 196  # ITU-T T.4 fine mode: pixels per inch across and down
FAX_STANDARD_DOWN = 98  # T.4 standard mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one page came in."""

    kind: str  # scan300, scan200, fax, fax_standard
    skew: float = 0.0  # degrees, anticlockwise
    turn: int = 0  # 0, 90, 180 or 270 degrees: how the sheet lay in the feeder
    header: str = ""  # line that the fax machine prints along the top
    punched: bool = False  # two-hole punch at the left edge


def picture(page: bytes, look: Look, seed: int) -> Image.Image:
    """Return a typed page as the machine saw it: grey for a scan, bilevel for a fax."""
    rng = np.random.default_rng(seed)
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
