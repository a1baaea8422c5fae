"""Ruling lines of tables and forms: taken out before the engine reads them as signs, kept as borders of cells."""

import cv2
import numpy as np

LEAST_INCHES = 0.5  # shorter strokes are letters of a headline
THICKEST_INCHES = 0.03  # thicker ones are bars and shaded boxes
_SOLID_ACROSS, _SOLID_DOWN = 0.9, 0.7  # share of a ruling that is ink, gaps of a fax included
_GAP_INCHES = 0.03  # a fax breaks its lines

Segment = tuple[float, float, float]  # x, top, bottom of an upright ruling, pixels


def find_ruled_area(ink: np.ndarray, dpi: int) -> tuple[float, float, float, float] | None:
    """Return where a table or form lies: (left, top, right, bottom) as shares of the page; None: there is none.

    ink: a small straight picture, 1 is ink. A line under a letterhead does no harm and is left alone.
    """
    length = max(12, round(1.2 * LEAST_INCHES * dpi))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    rows = across.any(axis=1)
    if not down.any() and int(np.count_nonzero(rows[1:] & ~rows[:-1])) < 3:
        return None
    left, top, width, height = cv2.boundingRect(cv2.bitwise_or(down, across))
    high, wide = ink.shape
    margin = 0.02
    return (
        max(left / wide - margin, 0.0),
        max(top / high - margin, 0.0),
        min((left + width) / wide + margin, 1.0),
        min((top + height) / high + margin, 1.0),
    )


def erase_rulings(grey: np.ndarray, area: tuple[float, float, float, float], paper: int, dpi: int) -> list[Segment]:
    """Paint over the rulings of an area, in place, and return the upright ones; `paper`: its grey level."""
    height, width = grey.shape
    left, top = int(area[0] * width), int(area[1] * height)
    window = (slice(top, round(area[3] * height)), slice(left, round(area[2] * width)))
    cleaned, segments = _erase(grey[window], paper, dpi)
    if cleaned is None:
        return []
    grey[window] = cleaned
    return [(x + left, y0 + top, y1 + top) for x, y0, y1 in segments]


def _erase(grey: np.ndarray, paper: int, dpi: int) -> tuple[np.ndarray | None, list[Segment]]:
    """Paint rulings over; letters that cross one keep the strokes that go on beyond it.

    Looked for at half size: a quarter of the work, and a ruling two pixels wide still shows.
    """
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    length, thick = round(LEAST_INCHES * dpi / 2), max(3, round(THICKEST_INCHES * dpi / 2))
    gap = max(1, round(_GAP_INCHES * dpi / 2))
    # darker than what lies around it: grey boxes and solid bars are no rulings
    dark = cv2.morphologyEx(half, cv2.MORPH_BLACKHAT, np.ones((2 * thick + 1, 2 * thick + 1), np.uint8))
    ink = cv2.threshold(dark, 0.14 * paper, 255, cv2.THRESH_BINARY)[1]
    across = _strokes(ink, (1, length), (1, gap), _SOLID_ACROSS)
    down = _strokes(ink, (length, 1), (gap, 1), _SOLID_DOWN)
    if not across.any() and not down.any():
        return None, []
    around = np.ones((3, 3), np.uint8)
    lines = cv2.dilate(cv2.bitwise_or(across, down), around)
    rest = cv2.subtract(ink, lines)
    crossing = cv2.bitwise_or(_between(rest, across, 0, thick), _between(rest, down, 1, thick))
    rubbed = cv2.subtract(lines, cv2.dilate(crossing, around))
    rubbed = cv2.resize(rubbed, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_NEAREST)
    return cv2.max(grey, cv2.min(rubbed, paper)), _upright_segments(down, length)


def _strokes(ink: np.ndarray, along: tuple[int, int], gap: tuple[int, int], solid: float) -> np.ndarray:
    """Return the pixels of long strokes in one direction."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(gap, np.uint8))
    long = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(along, np.uint8))
    if not long.any():
        return long
    # the tops of letters set close can join to a stroke too, but not without gaps
    count, labels, stats, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    for index in range(1, count):
        left, top, width, height, area = stats[index]
        window = (slice(top, top + height), slice(left, left + width))
        own = labels[window] == index
        if np.count_nonzero(ink[window][own]) < solid * area:
            long[window][own] = 0
    return long


def _between(rest: np.ndarray, lines: np.ndarray, axis: int, reach: int) -> np.ndarray:
    """Return the pixels of rulings with ink of letters on both sides."""
    back, forth = np.zeros((2 * reach + 1, 1), np.uint8), np.zeros((2 * reach + 1, 1), np.uint8)
    back[:reach], forth[reach + 1 :] = 1, 1
    if axis:
        back, forth = back.T.copy(), forth.T.copy()
    sides = cv2.bitwise_and(cv2.dilate(rest, back), cv2.dilate(rest, forth))
    return cv2.bitwise_and(sides, lines)


def _upright_segments(down: np.ndarray, length: int) -> list[Segment]:
    count, _, stats, centres = cv2.connectedComponentsWithStats(down, connectivity=8)
    tops, heights = stats[:, cv2.CC_STAT_TOP].tolist(), stats[:, cv2.CC_STAT_HEIGHT].tolist()
    return [
        (2.0 * float(centres[i][0]), 2.0 * tops[i], 2.0 * (tops[i] + heights[i]))
        for i in range(1, count)
        if stats[i, cv2.CC_STAT_HEIGHT] >= length
    ]
