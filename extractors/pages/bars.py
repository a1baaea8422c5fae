"""White print on dark bars, turned to black on white: the engine reads dark print only.

A bar has an unbroken dark stretch above and below its letters and is mostly dark between them.
Large black letters, rulings and dark pictures are none of that.
"""

from collections.abc import Iterator

import cv2
import numpy as np

DARK = 0.62  # of the paper: darker could be a bar
LEAST_HIGH, LEAST_WIDE = 0.11, 0.4  # inches
HIGHEST_LETTER = 0.35  # inches between the stretches above and below
MOST_HIGH = 1.5  # inches: a dark photograph is no heading
SOLID, SOLID_EDGE = 0.42, 0.8  # share of each of a bar's rows, and of the first and last, that is dark
LEAST_CONTRAST = 60  # levels between a bar and its print

Bar = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def find_bars(small: np.ndarray, paper: np.ndarray, dpi: float) -> list[Bar]:
    """Return the dark bars of a small grey picture; `paper`: its background, same size."""
    bright = float(np.percentile(paper[::4, ::4], 75))
    dark = (small < DARK * bright).astype(np.uint8)
    stretches = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, round(LEAST_WIDE * dpi) | 1), np.uint8))
    if not cv2.erode(stretches, np.ones((3, 1), np.uint8)).any():
        return []
    joined = cv2.morphologyEx(stretches, cv2.MORPH_CLOSE, np.ones((round(HIGHEST_LETTER * dpi) | 1, 1), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    bars: list[Bar] = []
    for left, top, width, height, _ in stats[1:count].tolist():
        if height < LEAST_HIGH * dpi:
            continue
        window = (slice(top, top + height), slice(left, left + width))
        bars += [
            (left + x0, top + y0, left + x1, top + y1)
            for x0, y0, x1, y1 in _bars_in(dark[window], stretches[window])
            if LEAST_HIGH * dpi <= y1 - y0 <= MOST_HIGH * dpi
        ]
    return bars


def _bars_in(dark: np.ndarray, stretches: np.ndarray) -> Iterator[Bar]:
    """Yield the runs of rows that are dark enough, cut to where they are solid."""
    rows = dark.mean(axis=1)
    steps = np.flatnonzero(np.diff(np.concatenate(([False], rows > SOLID, [False])).astype(np.int8)))
    for first, last in steps.reshape(-1, 2).tolist():
        columns = np.flatnonzero(stretches[first:last].any(axis=0))
        if columns.size == 0:
            continue
        x0, x1 = int(columns[0]), int(columns[-1]) + 1
        solid = np.flatnonzero(dark[first:last, x0:x1].mean(axis=1) > SOLID_EDGE)
        if solid.size > 1:
            yield x0, first + int(solid[0]), x1, first + int(solid[-1]) + 1


def turn_bars(grey: np.ndarray, bars: list[Bar], factor: float) -> None:
    """Make the print of the bars black on white, in place; factor: pixels of `grey` to one of the bars'."""
    for bar in bars:
        left, top, right, bottom = (round(edge * factor) for edge in bar)
        window = grey[top:bottom, left:right]
        dark, light = np.percentile(window[::2, ::2], (40, 99.5))
        if light - dark < LEAST_CONTRAST:
            continue  # nothing is written on it
        levels = 255 - (np.arange(256) - dark) * (255 / (light - dark))
        grey[top:bottom, left:right] = cv2.LUT(window, np.clip(levels, 0, 255).astype(np.uint8))
