"""Where a source page lies on its packet page, so that stamps stand beside its text and marks on it."""

from dataclasses import dataclass

from extractors.evidence import IDENTITY, Affine, Box
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
    turn: int  # degrees clockwise that the source page's own space is turned: its /Rotate and what sets it upright
    upright: Affine = IDENTITY  # page as shown -> page as it stands upright here, points, origin top left

    def shown(self, bbox: list[float]) -> Box:
        """Return a box of the source page as shown, as a box of the packet page (origin top left), kept within it."""
        wide, high = _turned_size(self.crop, self.turn)
        box = Box(x0=bbox[0], top=bbox[1], x1=bbox[2], bottom=bbox[3]).moved_by(self.upright)
        x0, x1 = (min(max(x, 0.0), wide) for x in (box.x0, box.x1))
        top, bottom = (min(max(y, 0.0), high) for y in (box.top, box.bottom))
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


def place(crop: tuple[float, float, float, float], rotate: int, upright: int = 0) -> Placing:
    """Fit a page into the frame; a wide page lies on a landscape sheet. Never enlarged.

    rotate: /Rotate of the page; upright: degrees clockwise that set the page as shown upright (0 for most).
    """
    turn = (rotate + upright) % 360
    wide, high = _turned_size(crop, turn)
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
        upright=_set_upright(upright % 360, *_turned_size(crop, rotate)),
    )


def _set_upright(turn: int, wide: float, high: float) -> Affine:
    """The matrix that turns a page of this size clockwise and keeps its top left corner at the origin."""
    match turn:
        case 90:
            return (0.0, 1.0, -1.0, 0.0, high, 0.0)
        case 180:
            return (-1.0, 0.0, 0.0, -1.0, wide, high)
        case 270:
            return (0.0, -1.0, 1.0, 0.0, 0.0, wide)
    return IDENTITY


def _turned_size(crop: tuple[float, float, float, float], turn: int) -> tuple[float, float]:
    wide, high = crop[2] - crop[0], crop[3] - crop[1]
    return (high, wide) if turn in (90, 270) else (wide, high)
