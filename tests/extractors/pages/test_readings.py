"""What was read of a picture is not read twice, and comes back as it was."""

from collections.abc import Callable

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


def picture(number: int) -> Callable[[], np.ndarray]:
    return lambda: np.full((4, 4), number, np.uint8)


def never(_picture: np.ndarray) -> Reading:
    raise AssertionError("read again")


def test_a_picture_seen_before_is_not_read_again() -> None:
    readings = Readings()
    digest, first = readings.of(picture(1), (4.0, False), lambda _: READ)
    assert first == READ
    assert readings.of(picture(1), (4.0, False), never) == (digest, READ)


def test_nor_is_a_blank_one() -> None:
    readings = Readings()
    assert readings.of(picture(1), (4.0, False), lambda _: None)[1] is None
    assert readings.of(picture(1), (4.0, False), never)[1] is None


def test_the_same_pixels_at_another_scale_are_another_picture() -> None:
    readings = Readings()
    readings.of(picture(1), (4.0, False), lambda _: None)
    assert readings.of(picture(1), (2.0, False), lambda _: READ)[1] == READ


def test_a_picture_that_the_engine_changed_is_known_as_it_was_drawn() -> None:
    def wiped(grey: np.ndarray) -> Reading:
        grey[:] = 255
        return READ

    readings = Readings()
    readings.of(picture(1), (4.0,), wiped)
    assert readings.of(picture(1), (4.0,), never)[1] == READ
    assert readings.of(picture(255), (4.0,), lambda _: None)[1] is None


def test_what_was_read_is_handed_over_to_the_next_process_of_the_file() -> None:
    before, after = Readings(), Readings()
    before.of(picture(1), (4.0,), lambda _: READ)
    before.of(picture(2), (4.0,), lambda _: None)
    after.unpack(before.packed())
    assert after.of(picture(1), (4.0,), never)[1] == READ
    assert after.of(picture(2), (4.0,), never)[1] is None


def test_only_the_last_ones_are_kept() -> None:
    readings, asked = Readings(), []
    for number in [*range(KEPT + 1), 0]:
        readings.of(picture(number), (4.0,), lambda _, number=number: asked.append(number))
    assert asked == [*range(KEPT + 1), 0]
