"""Make a packet that is too large smaller: pictures only, text and line art stay as they are."""

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Name

# (longest side in pixels, JPEG quality): 150 dpi on a letter page, then 110 dpi.
_STEPS = ((1650, 60), (1210, 45))


def shrink(pdf: pikepdf.Pdf, limit: int, save: Callable[[], bytes]) -> bytes:
    """Return the saved file, its grey and colour pictures sampled down as far as the limit (bytes) needs.

    May still be larger: pages in black and white are packed already and are never degraded.
    """
    data = save()
    for longest, quality in _STEPS:
        if len(data) <= limit:
            break
        for picture in _pictures(pdf):
            _sample_down(picture, longest, quality)
        data = save()
    return data


def _pictures(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    return [
        thing
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Stream)
        and thing.get("/Subtype") == Name.Image
        and thing.get("/BitsPerComponent") == 8
        and not thing.get("/ImageMask", False)
    ]


def _sample_down(picture: pikepdf.Stream, longest: int, quality: int) -> None:
    try:
        image = pikepdf.PdfImage(picture).as_pil_image()
    except (pikepdf.PdfError, NotImplementedError, ValueError, OSError, MemoryError):
        return  # a picture that cannot be opened here stays as it is
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    image.thumbnail((longest, longest))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    if len(out.getvalue()) >= len(picture.read_raw_bytes()):
        return
    picture.write(out.getvalue(), filter=Name.DCTDecode)
    picture.Width, picture.Height = image.size
    picture.ColorSpace = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    for key in ("/DecodeParms", "/Decode", "/Intent"):
        if key in picture:
            del picture[key]
