"""Words that OCR read, laid invisibly over the scan, so that the exhibit can be searched and copied from."""

from extractors.evidence import Affine, Page, PageSource, Word, affine_near
from pipeline.packet.placing import Placing
from pipeline.packet.stamps import FONT, escape, text_width


def draw_words(page: Page, placing: Placing) -> bytes:
    """Return the words of an OCR page as invisible text at their places; nothing for a page with its own text."""
    if page.source is not PageSource.OCR:
        return b""
    words = [_word(word, page, placing) for line in page.lines for word in line.words]
    return b"\n".join([b"/Artifact BMC q BT 3 Tr", *words, b"ET Q EMC"]) if words else b""


def _word(word: Word, page: Page, placing: Placing) -> bytes:
    # Foot of the word on the upright page, then on the packet page, where y runs up.
    x, y = word.box.x0, word.box.bottom - 0.2 * word.box.height
    a, b, c, d, e, f = _both(affine_near(page.to_shown, x, y), placing.upright)
    left = placing.left + placing.scale * (a * x + c * y + e)
    up = placing.height - (placing.top + placing.scale * (b * x + d * y + f))
    size = max(placing.scale * word.box.height * 0.9, 1.0)
    stretch = 100 * placing.scale * word.box.width / max(text_width(word.text, size), 0.1)
    return b"%.4f %.4f %.4f %.4f %.2f %.2f Tm %s %.2f Tf %.1f Tz (%s) Tj" % (
        *(a, -b, b, a),
        left,
        up,
        FONT,
        size,
        stretch,
        escape(word.text),
    )


def _both(first: Affine, then: Affine) -> Affine:
    """One matrix for two, the first applied first."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (p * a + r * b, q * a + s * b, p * c + r * d, q * c + s * d, p * e + r * f + t, q * e + s * f + u)
