"""TIFF, JPEG and PNG as PDF pages, without decoding or re-encoding where that can be helped."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from extractors.errors import DamagedFileError, ImageTooLargeError, NoPagesError, TooManyPagesError
from extractors.pages.normalized import MAX_PAGES, Kind, Normalized

MAX_MEGAPIXELS = 120  # a letter page at 1,000 dpi has 93
_DPI_RANGE = (90.0, 1300.0)  # outside, or giving paper no office has, the stated resolution is noise
_PAPER_INCHES = (3.0, 24.0)
_LETTER_POINTS = 792.0


def pdf_of_image(data: bytes, name: str, kind: Kind) -> Normalized:
    """Return one page per picture of the file; size, shape and first bytes are checked before decoding."""
    frames = _check(data, name)
    return Normalized(pdf=_convert(data, name), page_count=frames, kind=kind)


def _check(data: bytes, name: str) -> int:
    """Return the number of pictures; refuse from the header what is too large, by decoding what is broken."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own cap, with a message
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                frames = getattr(image, "n_frames", 1)
                if frames < 1:
                    raise NoPagesError(name)
                if frames > MAX_PAGES:
                    raise TooManyPagesError(name, frames, MAX_PAGES)
                for frame in range(frames):
                    image.seek(frame)
                    _refuse_large(image, name)
                for frame in range(frames):
                    image.seek(frame)
                    if frames == 1:
                        image.draft("L", (image.width // 8, image.height // 8))
                    image.load()
                return frames
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError) as error:
        raise DamagedFileError(name) from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _refuse_large(image: Image.Image, name: str) -> None:
    megapixels = image.width * image.height / 1_000_000
    if megapixels > MAX_MEGAPIXELS:
        raise ImageTooLargeError(name, round(megapixels), MAX_MEGAPIXELS)


def _convert(data: bytes, name: str) -> bytes:
    import img2pdf

    try:
        return img2pdf.convert(
            data, layout_fun=_layout, rotation=img2pdf.Rotation.ifvalid, engine=img2pdf.Engine.internal
        )
    except Exception:  # img2pdf has an error class per oddity: transparency, 16 bits, odd compressions
        return _convert_decoded(data, name)


def _convert_decoded(data: bytes, name: str) -> bytes:
    """Return the pictures decoded to grey or colour without transparency, turned as EXIF says."""
    import img2pdf

    pages = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                pages.append(_plain_png(image))
        return img2pdf.convert(pages, layout_fun=_layout, engine=img2pdf.Engine.internal)
    except Exception as error:
        raise DamagedFileError(name) from error


def _plain_png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        upright = Image.alpha_composite(paper, coloured).convert("RGB")
    elif upright.mode not in ("1", "L", "RGB"):
        upright = upright.convert("L" if upright.mode.startswith("I") else "RGB")
    out = io.BytesIO()
    upright.save(out, "PNG", dpi=image.info.get("dpi", (0, 0)))
    return out.getvalue()


def _layout(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return page and picture size in points (img2pdf's layout function).

    Fax resolutions differ across and down (204 x 98), so each axis has its own. A resolution
    that is missing or gives no sheet of paper is replaced by one that makes the page letter-like.
    """
    across, down = dpi
    inches = (width / across, height / down) if across and down else (0.0, 0.0)
    stated = all(_DPI_RANGE[0] <= at <= _DPI_RANGE[1] for at in dpi) and dpi != (96, 96)
    if not stated or not (_PAPER_INCHES[0] <= max(inches) <= _PAPER_INCHES[1]):
        factor = _LETTER_POINTS / max(width, height)
        points = (width * factor, height * factor)
    else:
        points = (inches[0] * 72, inches[1] * 72)
    return (*points, *points)
