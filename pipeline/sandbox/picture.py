"""A page as a picture for people, with what was found outlined; runs in the process that has the file open."""

import io
from collections.abc import Sequence

_MOST_PIXELS = 6_000_000  # 200 dpi of a letter page has 3.7 million
_INK = (217, 130, 0)  # of the outline: tells apart from ink, stamp and marker on paper, and is no warning
_ROOM = 2.0  # points between the words and their outline


def picture_of(path: str, number: int, dpi: float, boxes: Sequence[Sequence[float]]) -> bytes:
    """Return page `number` (from 1) as PNG, as a viewer shows it; boxes in points of the page as shown.

    Raises IndexError where the file has no such page.
    """
    import pypdfium2 as pdfium
    from PIL import ImageDraw

    with pdfium.PdfDocument(path) as opened:
        page = opened[number - 1]
        width, height = page.get_size()
        scale = min(dpi / 72, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
        picture = page.render(scale=scale, draw_annots=True).to_pil().convert("RGB")
        pen = ImageDraw.Draw(picture)
        for x0, top, x1, bottom in boxes:
            corners = (x0 - _ROOM, top - _ROOM, x1 + _ROOM, bottom + _ROOM)
            pen.rectangle([edge * scale for edge in corners], outline=_INK, width=max(2, round(1.4 * scale)))
    kept = io.BytesIO()
    picture.quantize(64).save(kept, "PNG", optimize=False)
    return kept.getvalue()
