"""Boxes of forms as glyphs, as brackets and as what an engine makes of their frames."""

import pytest

from extractors.denial.boxes import Tick, read_boxes, tick_of
from extractors.denial.reading import Letter
from tests.pages import page_of


@pytest.mark.parametrize(
    ("mark", "tick"),
    [
        *[
            (mark, Tick.TICKED)
            for mark in ("[X]", "[x]", "(x)", "\u2612", "\u2611", "\u2713", "[X", "(X]", "[xX]", "fX]")
        ],
        *[(mark, Tick.EMPTY) for mark in ("[]", "[_]", "\u2610", "[J", "(]", "C]", "(C", "[C", "L]", "\u25a1")],
        *[(mark, None) for mark in ("(1)", "a)", "(b)", "iv)", "[2]", "The", "C.", "CO-50", "(see")],
        ("iE}", Tick.UNKNOWN),
    ],
)
def test_a_mark_before_a_line_is_a_box_ticked_or_empty_or_no_box(mark: str, tick: Tick | None) -> None:
    """A number of a list is no box, and a doubtful mark is neither ticked nor empty."""
    assert tick_of(mark) is tick


def states(text: str) -> dict[str, Tick | None]:
    letter = Letter([page_of(text)])
    boxes = read_boxes(letter)
    return {
        line: boxes.state(place.start, place.end)
        for place in letter.places
        for line in (letter.text[place.start : place.end],)
    }


def test_a_frame_read_as_letters_beside_other_boxes_is_an_empty_box() -> None:
    """ "Cj Not covered" in a list of boxes is a line nobody ticked."""
    found = states(
        "[X] Not on the drug list\n[J Quantity limit exceeded\nCj Not covered\nYou may appeal within 180 days."
    )

    assert found["Cj Not covered"] is Tick.EMPTY
    assert found["[X] Not on the drug list"] is Tick.TICKED
    assert found["You may appeal within 180 days."] is None


def test_letters_without_boxes_around_them_are_words() -> None:
    """ "CJ" at the head of a letter is somebody's initials."""
    assert set(states("CJ Fenwick\nO Street 12\nYou may appeal within 180 days.").values()) == {None}
