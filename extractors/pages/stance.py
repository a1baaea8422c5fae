"""How the text of a page stands: crooked, sideways, upside down. Measured on ink alone, before the engine.

All of it together costs some 25 ms; asking the engine costs half a second, a wasted pass one or two.
"""

from functools import cached_property

import cv2
import numpy as np

MAX_SKEW = 5.5  # degrees
SIDEWAYS = 1.7  # times sharper lines up and down than across
HEAD = 0.05  # lean from which a page is said to stand on its feet or on its head; 79 of 79 scans had 0.075
_COARSE = np.arange(-MAX_SKEW, MAX_SKEW + 0.01, 0.5)
_MOST_POINTS = 16_000
_MOST_LETTERS = 300  # compared with all others
_FEWEST_LETTERS = 40  # under which they tell nothing


class TextRows:
    """How much ink stands on each row of a page (1 is ink) sheared by an angle."""

    def __init__(self, ink: np.ndarray) -> None:
        points = np.flatnonzero(ink.view(bool))  # which is looked through ten times as fast as bytes
        self.points = len(points)
        ys, xs = np.divmod(points[:: max(1, len(points) // _MOST_POINTS)], ink.shape[1])
        self._ys = ys.astype(np.float32)
        self._xs = xs.astype(np.float32) - ink.shape[1] / 2
        self._margin = int(ink.shape[1] * np.tan(np.radians(MAX_SKEW + 1)) / 2) + 2
        self._rows = ink.shape[0] + 2 * self._margin

    @cached_property
    def coarse(self) -> dict[float, float]:
        """Return the sharpness by angle, half a degree apart."""
        return {float(angle): self.sharpness(angle) for angle in _COARSE}

    @cached_property
    def skew(self) -> float:
        """Return the degrees that the lines of text fall to the right (clockwise), 0 where unclear."""
        if self.points < 200:
            return 0.0
        best = max(self.coarse, key=self.coarse.get)
        fine = {angle: self.sharpness(angle) for angle in np.arange(best - 0.5, best + 0.51, 0.1)}
        best = max(fine, key=fine.get)
        if fine[best] < 1.15 * float(np.median(list(self.coarse.values()))) or abs(best) > MAX_SKEW:
            return 0.0
        return float(round(best, 2))

    def sharpness(self, angle: float) -> float:
        """Return the sum of squared steps between rows: greatest along the lines of text."""
        rows = (self._ys - self._xs * np.float32(np.tan(np.radians(angle)))).astype(np.int32) + self._margin
        steps = np.diff(np.bincount(rows, minlength=self._rows).astype(np.float64))
        return float(steps @ steps)


def lies_sideways(ink: np.ndarray, across: TextRows) -> bool:
    """Say whether the lines of text run up and down: seen along them, ink and gaps alternate more sharply."""
    down = TextRows(np.ascontiguousarray(ink.T))
    return max(down.coarse.values()) > SIDEWAYS * max(across.coarse.values())


def letters_of(ink: np.ndarray) -> np.ndarray:
    """Return left, top, width and height of all that is of a letter's size, in pixels: float32, (4, n).

    (4, 0) where they are too few to tell anything.
    """
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    letters = (high >= 3) & (high <= 30) & (wide <= 40) & (area >= 4)
    found = stats[1:, : cv2.CC_STAT_AREA][letters].T.astype(np.float32)
    return found if found.shape[1] >= _FEWEST_LETTERS else found[:, :0]


def lean_of(letters: np.ndarray, skew: float) -> float:
    """Return how far letters share their feet rather than their tops: above 0 upright, below 0 upside down.

    Letters of a line stand on one base, but end at the height of x, of d or of E; upside down
    it is the other way round. 0 where there are too few letters to tell.
    """
    if not letters.size:
        return 0.0
    left, top, wide, high = letters
    x = left + wide / 2
    top = top - x * np.float32(np.tan(np.radians(skew)))
    foot, size = top + high, float(np.median(high))
    some = np.arange(0, len(x), -(-len(x) // _MOST_LETTERS))
    one, other = np.nonzero(np.abs(x[some, None] - x) < 5 * size)
    one = some[one]
    beside = np.minimum(foot[one], foot[other]) - np.maximum(top[one], top[other]) > 0.4 * size
    one, other = one[beside], other[beside]
    feet = np.count_nonzero(np.abs(foot[one] - foot[other]) <= 1.2)
    tops = np.count_nonzero(np.abs(top[one] - top[other]) <= 1.2)
    return (feet - tops) / (feet + tops)
