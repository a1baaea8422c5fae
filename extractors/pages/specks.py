"""Dirt between and over the letters: specks of a bad line or glass, and the dots a fax makes of grey.

Only what stands away from letters is taken out, so that broken letters keep their pieces and
numbers their points. Shades of grey sent by fax are crowds of dots: blurred they are grey again,
and the print on them stays black.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from extractors.pages.prepare import halved

SPECK = {True: 9, False: 16}  # pixels at 300 dpi, bilevel and grey: a full stop of eight points has 18 and more
NEAR = {True: 6, False: 3}  # pixels around letters where nothing is taken out: a fax breaks its letters
BESIDE, FOOT = 8, (9, 3)  # nor beside their feet: so far left and right, above and below
DIRTY = {True: 0.3, False: 2.0}  # specks standing alone, per letter, from which they are taken out
LEAST = 150  # and at least so many: a few hurt less than what wiping may take with them
CROWD, MANY = 61, 14  # side of a square in pixels, and specks in it that are a shade
REACH = 15  # pixels around a crowd that belong to the shade
LETTER = (14, 80)  # pixels high
STRIPS, SHARE = 3, 36  # looked at first: strips across the page, each this part of its height
DENSE, DENSE_CELLS = 0.25, 20  # changes between black and white per pixel of a row, in so many cells: no print has them
STRAY = 0.35  # heights of a capital that a dot has at most: a full stop has 0.2
STRAY_INK = 214  # of a picture whose paper is white
STRAY_REACH = (0.9, 2.6)  # heights of a capital, down and across: a full stop of Courier stands one away from all else
STRIP, LAP = 256, 96  # rows that are looked at together for specks, and as many more above and below
ROWS, CELL = 8, 64  # a cell is two of every so many rows, and so many pixels wide


def wipe_specks(grey: np.ndarray, bilevel: bool) -> None:
    """Take the specks out of a picture (300 dpi, bilevel or grey), in place."""
    level = _level(grey, bilevel)
    shaded = bilevel and _has_dots(grey[::ROWS] < level)
    if not shaded and not _is_dirty(grey, level, bilevel):
        return
    found = _find_in_strips(grey, level, bilevel)
    dots, gone = found.dots, None
    if found.alone >= max(LEAST, DIRTY[bilevel] * found.letters):
        halo = np.ones((3, 3) if bilevel else (7, 7), np.uint8)
        gone = cv2.bitwise_and(cv2.dilate(found.lone, halo), 1 - found.ink)
    del found  # 17 MB of a page
    shades = _find_shades(grey, dots) if shaded else None
    if gone is not None:
        np.copyto(grey, np.uint8(_paper(grey)), where=gone.view(bool))
    if shades:
        np.copyto(grey, shades[1], where=shades[0])


@dataclass(frozen=True, slots=True)
class _Specks:
    """Where the specks of a picture are; pictures of 0 and 1."""

    lone: np.ndarray  # specks away from letters
    ink: np.ndarray  # everything else that is dark
    dots: np.ndarray  # one pixel for each speck, lone or not
    alone: int  # specks not near letters
    letters: int


def _find_in_strips(grey: np.ndarray, level: float, bilevel: bool) -> _Specks:
    """Return the specks of a page looked at strip by strip: the same as at once, which takes 85 MB.

    Strips overlap by more than a letter is high, so whatever counts lies whole in the strip that has its middle.
    """
    height = grey.shape[0]
    lone, ink, dots = (np.empty_like(grey) for _ in range(3))
    alone = letters = 0
    for top in range(0, height, STRIP):
        bottom, first = min(top + STRIP, height), max(top - LAP, 0)
        found = _find_specks(grey[first : bottom + LAP], level, bilevel, (top - first, bottom - first))
        for whole, part in ((lone, found.lone), (ink, found.ink), (dots, found.dots)):
            whole[top:bottom] = part[top - first : bottom - first]
        alone += found.alone
        letters += found.letters
    return _Specks(lone, ink, dots, alone, letters)


def _find_specks(grey: np.ndarray, level: float, bilevel: bool, rows: tuple[int, int] | None = None) -> _Specks:
    """Return the specks of a picture; rows: of which they are counted, the first and the one behind the last."""
    # the grain of a sensor is no dirt
    soft = grey if bilevel else cv2.GaussianBlur(grey, (0, 0), 1.0)
    dark = cv2.threshold(soft, level, 1, cv2.THRESH_BINARY_INV)[1]
    _, labels, stats, centres = cv2.connectedComponentsWithStats(dark, connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] <= SPECK[bilevel]
    small[0] = False
    specks = small.astype(np.uint8)[labels]
    ink = dark - specks
    near = cv2.dilate(ink, np.ones((2 * NEAR[bilevel] + 1,) * 2, np.uint8))
    high = stats[:, cv2.CC_STAT_HEIGHT]
    letters = (high >= LETTER[0]) & (high <= LETTER[1])
    letters[0] = False
    for left, top, wide, tall, _ in stats[letters].tolist():  # points of numbers stand beside the feet of digits
        foot = top + tall
        near[max(foot - FOOT[0], 0) : foot + FOOT[1], max(left - BESIDE, 0) : left + wide + BESIDE] = 1
    counted = slice(None) if rows is None else (centres[:, 1] >= rows[0]) & (centres[:, 1] < rows[1])
    x, y = centres[small].astype(int).T
    dots = np.zeros_like(dark)
    dots[y, x] = 1
    lone = small.copy()
    lone[labels[(specks & near) > 0]] = False
    away = lone.astype(np.uint8)[labels]
    alone, standing = np.count_nonzero(lone[counted]), np.count_nonzero(letters[counted])
    return _Specks(away, dark - away, dots, int(alone), int(standing))


def _find_shades(grey: np.ndarray, dots: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return where dots crowd, and the picture with them blurred to paper and the print on them kept."""
    crowd = cv2.boxFilter(dots, cv2.CV_8U, (CROWD, CROWD), normalize=False)  # no more than 255 are counted
    crowd = cv2.threshold(crowd, MANY - 1, 1, cv2.THRESH_BINARY)[1]
    if not crowd.any():
        return None
    crowd = cv2.dilate(crowd, np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)).view(bool)
    black, white = 60, 150
    levels = np.clip((np.arange(256) - black) * (255 / (white - black)), 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(grey, (0, 0), 2.0)
    return crowd, cv2.LUT(blurred, levels, dst=blurred)


def _level(grey: np.ndarray, bilevel: bool) -> float:
    """Return the grey level under which a pixel is ink."""
    paper = _paper(grey)
    if bilevel:
        return 0.6 * paper
    some = np.ascontiguousarray(grey[::4, ::4])
    return min(cv2.threshold(some, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[0], 0.8 * paper)


def _paper(grey: np.ndarray) -> int:
    return int(np.median(grey[::8, ::8]))


def _is_dirty(grey: np.ndarray, level: float, bilevel: bool) -> bool:
    """Say whether strips of the page hold many specks for their letters."""
    height = grey.shape[0]
    alone = letters = 0
    for index in range(STRIPS):
        top = height * (2 * index + 1) // (2 * STRIPS)
        found = _find_specks(grey[top : top + height // SHARE], level, bilevel)
        alone += found.alone
        letters += found.letters
    return alone >= max(LEAST * STRIPS / SHARE, DIRTY[bilevel] * letters)


def _has_dots(rows: np.ndarray) -> bool:
    """Say whether black and white alternate somewhere as no print does."""
    changes = (rows[:, 1:] != rows[:, :-1]).astype(np.uint8)
    high, wide = changes.shape[0] // 2, changes.shape[1] // CELL
    cells = cv2.resize(changes[: 2 * high, : CELL * wide] * np.uint8(255), (wide, high), interpolation=cv2.INTER_AREA)
    return int(np.count_nonzero(cells > 255 * DENSE)) > DENSE_CELLS


def wipe_strays(grey: np.ndarray, capital: float) -> None:
    """Take the dots that stand away from all print out of a fax, white as paper, in place; capital: height in pixels.

    Seven faxed pages read as one block: 0.6 points of characters more than with their dots.
    """
    dark = cv2.threshold(halved(grey), STRAY_INK, 1, cv2.THRESH_BINARY_INV)[1]
    _, _, stats, centres = cv2.connectedComponentsWithStats(dark, connectivity=8)
    wide, high, half = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], capital / 2
    small = (np.maximum(wide, high) <= STRAY * half) & (wide < 2 * high)  # a dash in a cell of its own is a value
    small[0] = False
    dots = stats[small, :4].tolist()
    for left, top, across, down in dots:
        dark[top : top + down, left : left + across] = 0
    near = cv2.dilate(dark, np.ones([round(reach * half) | 1 for reach in STRAY_REACH], np.uint8))
    x, y = centres[small].astype(int).T
    for (left, top, across, down), kept in zip(dots, near[y, x].tolist(), strict=True):
        if not kept:
            grey[max(2 * top - 2, 0) : 2 * (top + down) + 2, max(2 * left - 2, 0) : 2 * (left + across) + 2] = 255
