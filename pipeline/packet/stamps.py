"""What is drawn on a packet page beside its own content: stamps, bars, outlines. PDF operators only."""

from collections.abc import Iterable
from dataclasses import dataclass

from extractors.evidence import Box

PORTRAIT = (612.0, 792.0)  # US letter, points
# Room for stamps around the scaled source page: bars and criterion numbers left, exhibit stamp above, running foot.
LEFT, RIGHT, TOP, BOTTOM = 40.0, 12.0, 32.0, 28.0

FONT = b"/RebutStamp"  # Helvetica-Bold, in the resources of every page of a packet

_STAMP_SIZE, _FOOT_SIZE, _LABEL_SIZE = 10.0, 8.5, 6.5
_BLACK, _WHITE = b"0 g 0 G", b"1 g"

# Widths of Helvetica-Bold from space to tilde, thousandths of the size (Adobe Font Metrics).
_WIDTHS = (
    *(278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611),
    *(975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556),
    *(333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611),
    *(611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Evidence to point at: a box on the packet page (origin top left) and the criteria it bears on."""

    box: Box
    labels: tuple[str, ...]


def text_width(text: str, size: float) -> float:
    """Width in points, Helvetica-Bold."""
    return sum(_WIDTHS[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text) * size / 1000


def draw_foot(text: str, width: float) -> bytes:
    """Return the running line at the foot, centred, on white."""
    w = text_width(text, _FOOT_SIZE)
    x, y = (width - w) / 2, 11.0
    return b"\n".join(
        [
            b"/Artifact BMC q",
            _WHITE,
            _rectangle(x - 4, y - 3.5, w + 8, _FOOT_SIZE + 4) + b" f",
            _BLACK,
            _show(text, x, y, _FOOT_SIZE),
            b"Q EMC",
        ]
    )


def draw_stamp(text: str, width: float, height: float) -> bytes:
    """Return the exhibit stamp at the top right, framed, on white."""
    w = text_width(text, _STAMP_SIZE)
    x, y = width - 18 - w, height - 21.5
    return b"\n".join(
        [
            b"/Artifact BMC q",
            _WHITE,
            _rectangle(x - 5, y - 4.5, w + 10, 16) + b" f",
            _BLACK,
            b"0.9 w " + _rectangle(x - 5, y - 4.5, w + 10, 16) + b" S",
            _show(text, x, y, _STAMP_SIZE),
            b"Q EMC",
        ]
    )


def draw_marks(marks: Iterable[Mark], height: float, bar_at: float) -> bytes:
    """Return a bar in the left margin (right edge at `bar_at`), its criteria, and an outline for each mark.

    Black and at least 0.9 points wide: a fax at 200 dpi in one bit keeps them.
    """
    drawn, free = [], height
    for mark in sorted(marks, key=lambda mark: (mark.box.top, mark.box.x0)):
        box = mark.box
        y0, y1 = height - box.bottom - 0.8, height - box.top + 0.8
        drawn.append(b"0.9 w " + _rectangle(box.x0 - 2, y0, box.width + 4, y1 - y0) + b" S")
        drawn.append(_rectangle(bar_at - 3, y0, 3, y1 - y0) + b" f")
        label, size = _fitted(", ".join(mark.labels), bar_at - 3 - 6)
        y = min((y0 + y1) / 2 - size * 0.36, free - size)  # below the label before it
        free = y - 0.5 if label else free
        drawn.append(_show(label, bar_at - 5.5 - text_width(label, size), y, size))
    return b"\n".join([b"/Artifact BMC q", _BLACK, *drawn, b"Q EMC"]) if drawn else b""


def _fitted(text: str, room: float) -> tuple[str, float]:
    """Return the label and a size at which it fits the margin; what does not fit even small ends in a plus."""
    size = _LABEL_SIZE
    while text_width(text, size) > room and size > 4.5:
        size -= 0.5
    while text_width(text, size) > room and "," in text:
        text = text.rstrip("+").rsplit(",", 1)[0] + "+"
    return text, size


def _show(text: str, x: float, y: float, size: float) -> bytes:
    return b"BT %s %.1f Tf %.2f %.2f Td (%s) Tj ET" % (FONT, size, x, y, escape(text))


def escape(text: str) -> bytes:
    """Return the text as the inside of a PDF string in WinAnsi; what that cannot hold becomes a question mark."""
    printable = text.encode("cp1252", "replace")
    return printable.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _rectangle(x: float, y: float, width: float, height: float) -> bytes:
    return b"%.2f %.2f %.2f %.2f re" % (x, y, width, height)
