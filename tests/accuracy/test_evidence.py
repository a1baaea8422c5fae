"""Every sentence of an appeal can be traced to a page: the words stand where the evidence says."""

from collections.abc import Iterator
from typing import Any

import pytest

from extractors.evidence import Box, Page, PageSource
from tests.accuracy.sample_letters import EVERY_LETTER, Reading

SLACK = 0.1  # points: boxes are published to a tenth
NEIGHBOURS = 2  # words of a picture that a box may hold beside its own


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_every_asserted_value_has_evidence_on_its_page(reading_of, name):
    """Nothing is asserted that no page says."""
    reading = reading_of(name)

    for field, given in reading.asserted():
        assert given["evidence"], field
        assert all(e["text"].strip() for e in given["evidence"]), field
        assert all(e["document"] == reading.pages[0].document for e in given["evidence"]), field
        assert all(1 <= e["page"] <= len(reading.sheets) for e in given["evidence"]), field


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_every_box_lies_on_the_page_as_shown(reading_of, name):
    """A viewer can mark it: the corners are in order and inside the sheet."""
    reading = reading_of(name)

    for field, evidence in _cited(reading):
        x0, top, x1, bottom = evidence["bbox"]
        sheet = reading.sheets[evidence["page"] - 1]
        assert 0 <= x0 + SLACK < x1 + SLACK <= sheet.x1 + 2 * SLACK, (field, evidence, sheet)
        assert 0 <= top + SLACK < bottom + SLACK <= sheet.bottom + 2 * SLACK, (field, evidence, sheet)


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_the_words_in_the_box_spell_the_evidence(reading_of, name):
    """What is quoted is what a person finds when looking there.

    Exactly so in a text layer; on a picture, where a slanted line's upright box is taller than the line and the
    engine's own boxes may overlap, a box may brush two neighbouring words.
    """
    reading = reading_of(name)
    pages = {page.number: page for page in reading.pages}

    for field, evidence in _cited(reading):
        page = pages[evidence["page"]]
        found, wanted = _words_in(page, evidence["bbox"]), evidence["text"].split()
        brushed = 0 if page.source is PageSource.TEXT else NEIGHBOURS
        spelled = _in_order(wanted, found) and len(found) - len(wanted) <= brushed
        assert spelled, f"{field}, page {page.number}: cited {wanted}, in the box stand {found}"


def _cited(reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (field, evidence) of every value, and of what stands inside a value."""
    for field, given in reading.values():
        inner = given["value"] if isinstance(given["value"], list) else []
        nested = [e for item in inner if isinstance(item, dict) for e in item.get("evidence", [])]
        yield from ((field, evidence) for evidence in (*given["evidence"], *nested))


def _words_in(page: Page, bbox: list[float]) -> list[str]:
    """Return the words whose middle lies in the box, in reading order."""
    x0, top, x1, bottom = bbox
    boxes = ((word.text, word.box.moved_by(page.to_shown)) for line in page.lines for word in line.words)
    return [text for text, box in boxes if _within(box, x0, x1, top, bottom)]


def _within(box: Box, x0: float, x1: float, top: float, bottom: float) -> bool:
    across, down = (box.x0 + box.x1) / 2, (box.top + box.bottom) / 2
    return x0 - SLACK <= across <= x1 + SLACK and top - SLACK <= down <= bottom + SLACK


def _in_order(wanted: list[str], found: list[str]) -> bool:
    left = iter(found)
    return all(word in left for word in wanted)
