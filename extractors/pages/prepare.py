"""Pixels made ready for the engine: background flattened, faxes smoothed, pages straightened."""

import cv2
import numpy as np

INK = 0.72  # of the local background: darker counts as ink
BLACK, WHITE = 0.3, 0.85  # of the paper's level: darker is taken for black, brighter for white
BLANK_INK = 0.00025  # share of ink pixels under which a page has nothing to read
LETTER = 17.2  # pixels at least that letters keep in height on average: ten points at 240 dpi
LEAST_DOWN = {False: 0.8, True: 0.7}  # of its height that a page keeps, and one of plain lines: 210 of 300 dpi
LEAST_SKEW = 0.15  # degrees worth putting right: half a line's height over a page's width is 0.4


def small_of(grey: np.ndarray, long_side: int = 1100) -> np.ndarray:
    """Return the picture made smaller by averaging, for measurements."""
    while max(grey.shape) >= 2 * long_side and min(grey.shape) > 1:
        grey = halved(grey)
    factor = long_side / max(grey.shape)
    if factor >= 1:
        return grey
    return cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def halved(grey: np.ndarray) -> np.ndarray:
    """Return the picture at half its size: the one shrinking that costs a millisecond a page."""
    height, width = grey.shape[0] // 2, grey.shape[1] // 2
    return cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)


def background_of(small: np.ndarray) -> np.ndarray:
    """Return the paper without the ink: the bright level around each point."""
    # a quarter of the size is enough for light and shade, and thirty times cheaper
    tiny = cv2.resize(small, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) if min(small.shape) > 64 else small
    reach = max(5, max(tiny.shape) // 30) | 1
    paper = cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), reach / 2)
    return cv2.resize(paper, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)


def unevenness(background: np.ndarray) -> float:
    """Return how far the paper's brightness ranges, 0 (even) to 1."""
    low, high = np.percentile(background[::4, ::4], (3, 97))
    return float(high - low) / max(float(high), 1.0)


def flatten(grey: np.ndarray, background: np.ndarray) -> None:
    """Make the paper white everywhere, in place: shadows and grey boxes gone."""
    wide = cv2.resize(background, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    cv2.divide(grey, cv2.max(wide, 40, dst=wide), dst=grey, scale=250)


def ink_of(small: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return 1 where there is ink, leaving out the edge of the page with its shadows and punch holes."""
    ink = (small.astype(np.uint16) * 100 < background.astype(np.uint16) * int(100 * INK)).astype(np.uint8)
    top, left = ink.shape[0] // 30, ink.shape[1] // 30
    ink[:top], ink[-top:], ink[:, :left], ink[:, -left:] = 0, 0, 0, 0
    return ink


def is_blank(ink: np.ndarray) -> bool:
    """Say whether nothing on the page could be text; specks, edges and punch holes do not count."""
    share = float(ink.mean())
    if share < BLANK_INK:
        return True
    if share > 0.02:
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    letters = (high >= 4) & (high <= 60) & (wide <= 400) & (area >= 8) & (area < 0.75 * wide * high + 8)
    return int(letters.sum()) < 2


def reading_size(height: float, plain: bool) -> float:
    """Return the share of a page's height at which letters of this height in pixels are still read as well.

    Of 13 pages of plain lines 0.74 took 4% off the engine's time and no number; of 5 tables it lost 4 of 100.
    """
    return min(1.0, max(LEAST_DOWN[plain], LETTER / height)) if height else 1.0


def condensed_size(grey: np.ndarray, across: float, down: float) -> tuple[int, int]:
    """Return these shares of the picture's width and height in whole pixels."""
    return max(1, round(grey.shape[1] * across)), max(1, round(grey.shape[0] * down))


def condense(grey: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the picture made this wide and high, itself where it is.

    Linear interpolation after a slight blur, 9 ms: averaging by area takes 17 to 30. Of 6,800 words in four fonts at
    five sizes, clean and with grain, 97 were then misread, by area 89, without the blur 111.
    """
    if size == grey.shape[::-1]:
        return grey
    return cv2.resize(cv2.GaussianBlur(grey, (3, 3), 0.55), size, interpolation=cv2.INTER_LINEAR)


def straighten(grey: np.ndarray, matrix: tuple[float, ...], empty: int) -> np.ndarray:
    """Return the picture after the matrix (pixel to pixel), same size, `empty` where nothing was."""
    a, b, c, d, e, f = matrix
    height, width = grey.shape
    forward = np.array([[a, c, e], [b, d, f]])
    return cv2.warpAffine(grey, forward, (width, height), flags=cv2.INTER_LINEAR, borderValue=empty)


def stretch(grey: np.ndarray, paper: int) -> None:
    """Make the paper white and the ink black, in place.

    The grain of the paper, shown through compression as faint tiles, misleads the engine: on
    twelve scanned pages with tables this halved the words misread (47 to 23).
    """
    levels = (np.arange(256) - BLACK * paper) * (255 / ((WHITE - BLACK) * paper))
    cv2.LUT(grey, np.clip(levels, 0, 255).astype(np.uint8), dst=grey)


def smooth_fax(grey: np.ndarray) -> None:
    """Round the stairs of a bilevel page, in place: up-scaling without it triples the errors."""
    cv2.GaussianBlur(grey, (0, 0), 1.0, dst=grey)


def turn_clockwise(grey: np.ndarray, degrees: int) -> np.ndarray:
    """Return the picture turned by quarter turns."""
    codes = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return cv2.rotate(grey, codes[degrees]) if degrees else grey
