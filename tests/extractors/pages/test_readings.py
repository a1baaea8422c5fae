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
    digest, first = readings.of(picture(1), (4.0, False), lambda: READ)
    assert first == READ
    assert readings.of(picture(1), (4.0, False), never) == (digest, READ)


def test_nor_is_a_blank_one() -> None:
    readings = Readings()
    assert readings.of(picture(1), (4.0, False), lambda: None)[1] is None
    assert readings.of(picture(1), (4.0, False), never)[1] is None


def test_the_same_pixels_at_another_scale_are_another_picture() -> None:
    readings = Readings()
    readings.of(picture(1), (4.0, False), lambda: None)
    assert readings.of(picture(1), (2.0, False), lambda: READ)[1] == READ


def test_a_picture_that_the_engine_changed_is_known_as_it_was_drawn() -> None:
    shown = picture(1)

    def wiped() -> Reading:
        shown[:] = 255
        return READ

    readings = Readings()
    readings.of(shown, (4.0,), wiped)
    assert readings.of(picture(1), (4.0,), never)[1] == READ
    assert readings.of(picture(255), (4.0,), lambda: None)[1] is None


def test_nor_is_one_that_another_process_read() -> None:
    """Handed over packed, and kept no longer than what was read here."""
    there, here = Readings(), Readings()
    there.of(picture(1), (4.0, False), lambda: READ)
    there.of(picture(2), (4.0, False), lambda: None)
    here.learn(there.known())
    assert here.of(picture(1), (4.0, False), never)[1] == READ
    assert here.of(picture(2), (4.0, False), never)[1] is None
    here.learn({("", (), (number,)): None for number in range(KEPT)})
    assert len(here.known()) == KEPT
    assert here.of(picture(1), (4.0, False), lambda: None)[1] is None


def test_only_the_last_ones_are_kept() -> None:
    readings, asked = Readings(), []
    for number in [*range(KEPT + 1), 0]:
        readings.of(picture(number), (4.0,), lambda number=number: asked.append(number))
    assert asked == [*range(KEPT + 1), 0]
