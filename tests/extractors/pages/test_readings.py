"""What was read of a picture is not read twice, and comes back as it was."""

import numpy as np

from extractors.evidence import IDENTITY, Box, Line, Word
from extractors.pages.ocr import Reading
from extractors.pages.readings import KEPT, Readings

BOX = Box(x0=72.0, top=90.25, x1=110.5, bottom=101.0)
READ = Reading(
    lines=(Line(words=(Word(text="Denied", box=BOX, confidence=0.91),), box=BOX),),
    width=612.0,
    height=792.0,
    to_shown=IDENTITY,
    turn=90,
    passes=2,
)


def picture(number: int) -> np.ndarray:
    return np.full((4, 4), number, np.uint8)


def never() -> Reading:
    raise AssertionError("read again")


def test_a_picture_seen_before_is_not_read_again() -> None:
    readings = Readings()
    assert readings.of(picture(1), (4.0, False), lambda: READ) == READ
    assert readings.of(picture(1), (4.0, False), never) == READ


def test_nor_is_a_blank_one() -> None:
    readings = Readings()
    assert readings.of(picture(1), (4.0, False), lambda: None) is None
    assert readings.of(picture(1), (4.0, False), never) is None


def test_the_same_pixels_at_another_scale_are_another_picture() -> None:
    readings = Readings()
    readings.of(picture(1), (4.0, False), lambda: None)
    assert readings.of(picture(1), (2.0, False), lambda: READ) == READ


def test_only_the_last_ones_are_kept() -> None:
    readings, asked = Readings(), []
    for number in [*range(KEPT + 1), 0]:
        readings.of(picture(number), (4.0,), lambda number=number: asked.append(number))
    assert asked == [*range(KEPT + 1), 0]
