"""Stored pages come back as they were."""

from dataclasses import replace

import pytest

from extractors.evidence import Box, PageSource
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


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"version": 999, "pages": []}'])
def test_what_is_not_ours_is_refused(data):
    """An old or foreign file is read again, never half understood."""
    with pytest.raises(StoredPagesError):
        load_pages(data)
