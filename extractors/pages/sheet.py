"""The sheet of paper in a photograph: where its corners are, and its picture seen straight from above.

A side is a long straight step from bright (paper) to darker (desk), whatever light or shade
lies across it, so steps are looked for in the logarithm of the brightness, once the print is
closed over. A page that fills its picture, as nearly every scan does, is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from extractors.evidence import Matrix

LONG_SIDE = 550  # pixels of the picture that sides are looked for in
RIM = 0.012  # of the picture: outside it a scan has paper too
DARK_RIM, SHARE_OF_RIM = 0.85, 0.2  # of the paper's brightness; of the rim, from which a sheet is looked for
LEAST_SHARE = 0.25  # of the picture that is sheet
LEAST_STEP = 0.03  # natural logarithm of brightness, pixel to pixel
LEAST_SEEN = 0.5  # share of each side where the step is seen
MOST_TILT = 35.0  # degrees a side may lean: beyond it the camera lay on the desk
CANDIDATES = 5  # lines looked at for each side
LONG_INCHES, SHORT_INCHES = 11.0, 8.5  # what a sheet of about its shape is taken for
SHAPES = (1.08, 1.75)  # long side over short side of a letter or A4 sheet, as a camera held at a slant sees it
STRAIGHT = 0.006  # of the sheet's size that corners may be off an upright rectangle with no need to put it right
FULL = 0.9  # share of the picture from which a straight sheet needs no cutting out
READING_DPI = 300

_Line = tuple[float, float, float]  # a*x + b*y = c, (a, b) of length one


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet in a picture."""

    corners: np.ndarray  # 4 x 2, pixels: top left, top right, bottom right, bottom left
    wide: float  # inches
    high: float


def find_sheet(small: np.ndarray) -> Sheet | None:
    """Return the sheet that a small grey picture shows slanted or small on something darker; None: there is none."""
    factor = LONG_SIDE / max(small.shape)
    if factor > 1 or min(small.shape) * factor < LONG_SIDE / 4 or not _has_dark_rim(small):
        return None
    seen = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (0, 0), 1.0)
    light = np.log(np.maximum(paper, 8).astype(np.float32))
    across = cv2.Sobel(light, cv2.CV_32F, 1, 0, ksize=3) / 4  # above 0 where it grows brighter to the right
    down = cv2.Sobel(light, cv2.CV_32F, 0, 1, ksize=3).T / 4
    crests = [_crest(step) for step in (across, -across, down, -down)]  # left, right, top, bottom of a sheet
    corners = _best_corners(crests, seen.shape)
    if corners is None or not _is_worth_it(corners, seen.shape):
        return None
    around = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    stands = around[1] + around[3] >= around[0] + around[2]
    wide, high = (SHORT_INCHES, LONG_INCHES) if stands else (LONG_INCHES, SHORT_INCHES)
    return Sheet(corners / factor, wide, high)


def seen_from_above(grey: np.ndarray, sheet: Sheet, factor: float) -> tuple[np.ndarray, Matrix]:
    """Return the sheet alone, as if scanned, and the matrix from its pixels back to those of the picture.

    factor: pixels of `grey` to a pixel of the picture the sheet was found in.
    """
    size = (round(sheet.wide * READING_DPI), round(sheet.high * READING_DPI))
    flat = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    back = cv2.getPerspectiveTransform(flat, (sheet.corners * factor).astype(np.float32))
    picture = cv2.warpPerspective(
        grey, back, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    a, c, e, b, d, f, g, h, _ = (back / back[2, 2]).ravel().tolist()
    return picture, (a, b, c, d, e, f, g, h)


def _has_dark_rim(small: np.ndarray) -> bool:
    """Say whether a good part of the picture's rim is darker than the paper: the desk under a sheet."""
    rim = max(2, round(RIM * max(small.shape)))
    paper = float(np.percentile(small[::8, ::8], 80))
    rims = [small[:rim, ::4], small[-rim:, ::4], small[::4, :rim], small[::4, -rim:]]
    return float(np.mean(np.concatenate([part.ravel() for part in rims]) < DARK_RIM * paper)) > SHARE_OF_RIM


def _crest(step: np.ndarray) -> np.ndarray:
    """Return 1 where brightness steps up most steeply from left to right."""
    steepest = cv2.dilate(step, np.ones((1, 5), np.uint8))
    return ((step >= steepest) & (step > LEAST_STEP)).astype(np.uint8)


def _best_corners(crests: Sequence[np.ndarray], shape: Sequence[int]) -> np.ndarray | None:
    """Return the corners whose sides are seen best, set on the very edge."""
    near = [cv2.dilate(crest, np.ones((1, 3), np.uint8)) for crest in crests]
    lines = [_lines(crest) for crest in crests]
    best, most = None, 0.0
    for sides in product(*lines):
        corners = _corners(sides)
        if corners is None or not _is_sheet(corners, shape):
            continue
        shares = [_share_seen(near[i], *_ends(corners, i)) for i in range(4)]
        if min(shares) >= LEAST_SEEN and sum(shares) > most:
            best, most = corners, sum(shares)
    if best is None:
        return None
    return _corners([_fitted(crests[i], *_ends(best, i)) for i in range(4)])


def _lines(crest: np.ndarray) -> list[_Line]:
    """Return the best lines down a crest, none near another, in the frame of the crest."""
    lean = np.radians(MOST_TILT)
    found = cv2.HoughLines(crest, 1.0, np.radians(0.5), crest.shape[0] // 6, min_theta=-lean, max_theta=lean)
    chosen: list[_Line] = []
    places: list[tuple[float, float]] = []
    for rho, theta in found[:300, 0] if found is not None else ():
        first, last = ((float(rho) - y * np.sin(theta)) / np.cos(theta) for y in (0, crest.shape[0]))
        if any(abs(first - a) + abs(last - b) < 16 for a, b in places):
            continue
        places.append((first, last))
        chosen.append((float(np.cos(theta)), float(np.sin(theta)), float(rho)))
        if len(chosen) == CANDIDATES:
            break
    return chosen


def _corners(sides: Sequence[_Line]) -> np.ndarray | None:
    """Return where left, right, top and bottom meet; top and bottom stand in the transposed frame."""
    left, right, top, bottom = sides
    points = [_meet(left, top), _meet(right, top), _meet(right, bottom), _meet(left, bottom)]
    return None if None in points else np.array(points, np.float64)


def _meet(upright: _Line, level: _Line) -> tuple[float, float] | None:
    a, b, c = upright
    q, p, r = level
    size = a * q - p * b
    return ((c * q - r * b) / size, (a * r - p * c) / size) if abs(size) > 0.3 else None


def _ends(corners: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the left, right, top or bottom side in the frame of its crest."""
    first, last = ((0, 3), (1, 2), (0, 1), (3, 2))[side]
    return (corners[first], corners[last]) if side < 2 else (corners[first][::-1], corners[last][::-1])


def _share_seen(near: np.ndarray, first: np.ndarray, last: np.ndarray) -> float:
    along = np.linspace(0.02, 0.98, 80)[:, None]
    xs, ys = np.rint(first + along * (last - first)).astype(int).T
    inside = (xs >= 0) & (ys >= 0) & (xs < near.shape[1]) & (ys < near.shape[0])
    return float(near[ys[inside], xs[inside]].sum()) / len(along)


def _fitted(crest: np.ndarray, first: np.ndarray, last: np.ndarray) -> _Line:
    """Return the line through the crest between two points, in the frame of the crest."""
    ys, xs = np.nonzero(crest)
    direction = (last - first) / np.hypot(*(last - first))
    away = np.abs((xs - first[0]) * direction[1] - (ys - first[1]) * direction[0])
    chosen = (away < 3) & (ys > first[1]) & (ys < last[1])
    lean, start = np.polyfit(ys[chosen], xs[chosen], 1)  # x = lean * y + start
    size = float(np.hypot(1.0, lean))
    return (1.0 / size, -float(lean) / size, float(start) / size)


def _is_sheet(corners: np.ndarray, shape: Sequence[int]) -> bool:
    """Say whether four corners could be a sheet's: inside, large, of the shape of paper seen at a slant."""
    height, width = shape
    slack = 0.02 * max(height, width)
    if np.any(corners < -slack) or np.any(corners > (width + slack, height + slack)):
        return False
    around = np.roll(corners, -1, axis=0) - corners
    after = np.roll(around, -1, axis=0)
    if np.any(around[:, 0] * after[:, 1] <= around[:, 1] * after[:, 0]):
        return False
    if cv2.contourArea(corners.astype(np.float32)) < LEAST_SHARE * height * width:
        return False
    top, right, bottom, left = np.hypot(*around.T)
    if min(top, bottom) < 0.5 * max(top, bottom) or min(left, right) < 0.5 * max(left, right):
        return False
    ratio = (left + right) / (top + bottom)
    return SHAPES[0] <= max(ratio, 1 / ratio) <= SHAPES[1]


def _is_worth_it(corners: np.ndarray, shape: Sequence[int]) -> bool:
    """Say whether the sheet is off an upright rectangle, or small in its picture."""
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    upright = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    off = float(np.abs(corners - upright).max()) > STRAIGHT * max(right - left, bottom - top)
    return off or (right - left) * (bottom - top) < FULL * shape[0] * shape[1]
