import dataclasses

import pypdfium2
import pytest

from extractors.evidence import Page, PageSource
from pipeline.packet import build_packet
from pipeline.packet.stamps import BOTTOM, LEFT, RIGHT
from pipeline.packet.stamps import TOP as TOP_STAMPS
from tests.pages import line_of
from tests.pipeline.fixtures.lupus import CHART, LEADING, POLICY, TODAY, TOP, Files, lupus_case

# The scanned page 5 of the chart as OCR reads it: upright, and as if it had been scanned on its side.
SIDEWAYS = (0.0, 1.0, -1.0, 0.0, 612.0, 0.0)


def read(lines, document, number, source, to_shown=(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)):
    return Page(
        document=document, number=number, width=612.0, height=792.0, source=source, to_shown=to_shown,
        lines=tuple(line_of(text, top=TOP + LEADING * n) for n, text in enumerate(lines)),
    )  # fmt: skip


def packet(tmp_path, pages):
    build_packet(lupus_case(), Files().sources, tmp_path / "p", TODAY, pages=pages)
    return pypdfium2.PdfDocument(tmp_path / "p" / "packet.pdf")


def page_with(document, stamp):
    return next(page for page in document if stamp in page.get_textpage().get_text_range())


@pytest.mark.parametrize("to_shown", [(1.0, 0.0, 0.0, 1.0, 0.0, 0.0), SIDEWAYS])
def test_a_scan_can_be_searched_where_its_words_are_seen(tmp_path, to_shown):
    """The text that OCR read lies over the picture, invisible and in place."""
    scan = read(CHART[4], "chart.pdf", 5, PageSource.OCR, to_shown)
    page = page_with(packet(tmp_path, {"chart.pdf": [scan]}), "Exhibit 3 - page 1 of 1")
    text = page.get_textpage()

    searcher = text.search("hydroxychloroquine")
    at, _ = searcher.get_next()
    left, bottom, _, _ = text.get_charbox(at)

    word = next(w for line in scan.lines for w in line.words if w.text == "hydroxychloroquine")
    shown = word.box.moved_by(to_shown)
    scale = min((612 - LEFT - RIGHT) / 612, (792 - TOP_STAMPS - BOTTOM) / 792)
    top = TOP_STAMPS + (792 - TOP_STAMPS - BOTTOM - scale * 792) / 2
    assert LEFT + scale * shown.x0 - 1 <= left <= LEFT + scale * shown.x1
    assert top + scale * shown.top - 1 <= 792 - bottom <= top + scale * shown.bottom + 1


def test_invisible_words_change_nothing_to_the_eye(tmp_path):
    """The picture of the page is the same with and without them."""
    with_words = packet(tmp_path / "a", {"chart.pdf": [read(CHART[4], "chart.pdf", 5, PageSource.OCR)]})
    without = packet(tmp_path / "b", {})

    seen, plain = (page_with(d, "Exhibit 3 - page 1 of 1").render(scale=1).to_pil() for d in (with_words, without))
    assert seen.tobytes() == plain.tobytes()


def test_the_criteria_are_marked_in_the_policy_too(tmp_path):
    """Number in the margin, frame around the payer's own words, only where the words are found."""
    pages = [read(lines, "policy.pdf", n, PageSource.TEXT) for n, lines in enumerate(POLICY, start=1)]
    broken = dataclasses.replace(pages[2], lines=pages[2].lines[:-1])  # the last criterion cannot be read
    document = packet(tmp_path, {"policy.pdf": [*pages[:2], broken]})

    text = page_with(document, "Exhibit C - page 2 of 2").get_textpage().get_text_range()

    for number in ("2.a", "2.b", "3", "4", "5"):
        assert f"\n{number}" in text.replace("\r", "")
    assert text.replace("\r", "").split("\n").count("6") == 0
