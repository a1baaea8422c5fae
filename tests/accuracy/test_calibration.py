"""How far a stated confidence can be relied on, over all sample letters."""

import pytest

from benchmarks.compare import Mark, compare_letter
from extractors.evidence import SURE
from tests.accuracy.sample_letters import EVERY_LETTER

HIGH = 0.9


@pytest.fixture(scope="module")
def marks(reading_of) -> list[tuple[str, Mark]]:
    """Every field of every letter against its truth."""
    readings = [reading_of(name) for name in EVERY_LETTER]
    return [(reading.name, mark) for reading in readings for mark in compare_letter(reading.truth, reading.documents)]


def test_what_is_given_as_nearly_certain_is_right(marks):
    """Of the values given 0.9 or more, at least 99 in 100 are right."""
    high = [(name, mark) for name, mark in marks if mark.sure is not None and mark.sure >= HIGH]

    wrong = [f"{name}: {mark.field}" for name, mark in high if not mark.right]
    assert len(high) > 100  # or the promise is empty
    assert len(wrong) <= 0.01 * len(high), f"{len(wrong)} of {len(high)} are wrong: {', '.join(wrong)}"


def test_what_is_asserted_is_nearly_always_right(marks):
    """A value that is not nearly certain may be wrong at times, but 19 in 20 that are asserted hold."""
    sure = [mark for _, mark in marks if mark.sure is not None and mark.sure >= SURE]

    assert sum(mark.right for mark in sure) >= 0.95 * len(sure)


def test_no_reason_is_made_of_a_letter_that_denies_nothing(marks):
    """An approval, a request, an acknowledgement or a note that retells a denial starts no appeal."""
    invented = [name for name, mark in marks if mark.field == "no denial invented" and not mark.right]

    assert not invented
    assert sum(mark.field == "no denial invented" for _, mark in marks) >= 5
