"""Where a source page lies on its packet page, so that stamps stand beside its text and marks on it."""

from dataclasses import dataclass

from extractors.evidence import Affine, Box
from pipeline.packet.stamps import BOTTOM, LEFT, PORTRAIT, RIGHT, TOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A source page, scaled into the frame that the stamps leave free."""

    width: float  # of the packet page, points
    height: float
    left: float  # of the scaled source page
    top: float
    scale: float
    crop: tuple[float, float, float, float]  # llx, lly, urx, ury of the source page, its own space
    turn: int  # /Rotate of the source page

    def shown(self, bbox: list[float]) -> Box:
        """Return a box of the source page as shown, as a box of the packet page (origin top left), kept within it."""
        wide, high = _shown_size(self.crop, self.turn)
        x0, x1 = (min(max(x, 0.0), wide) for x in (bbox[0], bbox[2]))
        top, bottom = (min(max(y, 0.0), high) for y in (bbox[1], bbox[3]))
        return Box(
            x0=self.left + self.scale * x0,
            top=self.top + self.scale * top,
            x1=self.left + self.scale * x1,
            bottom=self.top + self.scale * bottom,
        )

    @property
    def matrix(self) -> Affine:
        """The PDF matrix that puts the source page's own space upright at its place."""
        s, (llx, lly, urx, ury) = self.scale, self.crop
        x, y = self.left, self.height - self.top
        match self.turn:
            case 90:
                return (0, -s, s, 0, x - s * lly, y + s * llx)
            case 180:
                return (-s, 0, 0, -s, x + s * urx, y + s * lly)
            case 270:
                return (0, s, -s, 0, x + s * ury, y - s * urx)
        return (s, 0, 0, s, x - s * llx, y - s * ury)


def place(crop: tuple[float, float, float, float], turn: int) -> Placing:
    """Fit a page into the frame; a wide page lies on a landscape sheet. Never enlarged."""
    wide, high = _shown_size(crop, turn)
    width, height = PORTRAIT if wide <= high else PORTRAIT[::-1]
    room = (width - LEFT - RIGHT, height - TOP - BOTTOM)
    scale = min(room[0] / wide, room[1] / high, 1.0)
    return Placing(
        width=width,
        height=height,
        left=LEFT + (room[0] - scale * wide) / 2,
        top=TOP + (room[1] - scale * high) / 2,
        scale=scale,
        crop=crop,
        turn=turn,
    )


def _shown_size(crop: tuple[float, float, float, float], turn: int) -> tuple[float, float]:
    wide, high = crop[2] - crop[0], crop[3] - crop[1]
    return (high, wide) if turn in (90, 270) else (wide, high)
