"""What is read from every sample letter, and whether it is so."""

import pytest

from tests.accuracy import golden
from tests.accuracy.sample_letters import EVERY_LETTER


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_every_letter_is_read_as_its_golden_file_says(reading_of, name):
    """Types, pages, values, bands and evidence move only where a person has looked: `make golden`, then review."""
    read = golden.golden_of(reading_of(name).documents)

    told = golden.difference(golden.stored(name), read, name)
    assert not told, f"not as the golden file; `make golden` renews it, review what it prints\n{told}"


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_a_golden_file_blesses_nothing_wrong(name):
    """What differs from the reviewed truth is listed with its reason, and what is mended leaves the list."""
    told = golden.unlisted(name, golden.stored(name), golden.known_misses().get(name, {}))

    assert not told, "\n".join(told)


def test_every_known_miss_has_a_letter_and_a_reason():
    """The list stays honest: nothing stands on it for a letter that is gone, or without a why."""
    known = golden.known_misses()

    assert set(known) <= set(EVERY_LETTER)
    for fields in known.values():
        for miss in fields.values():
            assert set(miss) == {"given", "why"}
            assert miss["given"] in ("asserted", "offered", "nothing")
            assert len(miss["why"].split()) >= 3


def test_no_golden_file_is_left_over():
    """A letter that was renamed takes its golden file along."""
    assert sorted(path.stem for path in golden.GOLDEN.glob("*.json")) == sorted(EVERY_LETTER)
