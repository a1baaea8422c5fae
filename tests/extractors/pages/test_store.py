"""Stored pages come back as they were."""

import json
import math
from dataclasses import replace

import pytest

from extractors.evidence import Box, Line, Page, PageSource, Word
from extractors.pages import dump_pages, load_pages
from extractors.pages.store import StoredPagesError
from tests.pages import page_of


def test_pages_survive_being_stored():
    """Every field, every word and box, to the last digit."""
    page = page_of("Notice date\tMarch 4, 2026\n\u2265 10 mg \u00b7 caf\u00e9", confidence=0.873, source=PageSource.OCR)
    page = replace(page, to_shown=(0.0, 1.0, -1.0, 0.0, 792.0, 0.1), turn=90, digest="ab", part="letter.pdf")
    odd = replace(page.lines[0], box=Box(x0=0.125, top=1.0, x1=2.0, bottom=3.0))
    failed = replace(page, lines=(odd,), source=PageSource.FAILED, problem="page-too-slow", part=None)

    assert load_pages(dump_pages([page, failed])) == [page, failed]


@pytest.mark.parametrize("left", [72.25, 1 / 3, 4e9, math.inf])
@pytest.mark.parametrize("texts", [("Dose:", "10", "mg"), ("10\u00a0mg", ""), ("two words", "in one")])
def test_a_stored_line_is_the_line_it_was(left, texts):
    """Whatever numbers and words: equal both ways, as a key too, and with other words in it."""
    words = tuple(Word(text=text, box=Box(x0=left, top=1.0, x1=left, bottom=9.0), confidence=0.5) for text in texts)
    line = Line(words=words, box=Box(x0=0.1, top=1.0, x1=left, bottom=9.0))
    page = Page(document="a.pdf", number=1, width=612.0, height=792.0, lines=(line,))
    (stored,) = load_pages(dump_pages([page]))[0].lines

    assert (stored.text, stored.confidence, stored.words) == (line.text, 0.5, words)
    assert {line: stored} == {stored: line}
    assert replace(stored, words=words[:1]) == replace(line, words=words[:1])
    assert replace(stored, words=words[:1]).text == words[0].text


def test_pages_stored_word_by_word_are_still_read():
    """Pages read before the change of format are not read again."""
    page = page_of("Notice date\tMarch 4, 2026")
    lines = [
        [[word.text, word.box.x0, word.box.top, word.box.x1, word.box.bottom, word.confidence] for word in line.words]
        for line in page.lines
    ]
    entry = json.loads(dump_pages([page]))["pages"][0] | {"lines": lines}
    del entry["boxes"]

    assert load_pages(json.dumps({"version": 1, "pages": [entry]}).encode()) == [page]


# A page that lost the boxes of its words.
_CUT = b'{"version": 2, "pages": [{"document": "a", "number": 1, "width": 1, "height": 1, "turn": 0, "digest": "",'
_CUT += b'"source": "text", "to_shown": [1, 0, 0, 1, 0, 0], "lines": ["10 mg"], "boxes": "iAAAA"}]}'


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"version": 999, "pages": []}', _CUT])
def test_what_is_not_ours_is_refused(data):
    """An old or foreign file is read again, never half understood."""
    with pytest.raises(StoredPagesError):
        load_pages(data)
