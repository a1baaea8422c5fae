"""A scanned page is read however it lay on the glass, and what fails costs one page."""

from dataclasses import replace

import pytest
from PIL import Image

from extractors.evidence import PageSource
from extractors.pages import normalize, read, read_pages
from tests.extractors.pages.sheets import LETTER, ink_share, picture, saved, scanned, typed, words_of

FACTS = ["Marisol Ketterman", "U61840273 02", "CR2609-441827", "March 4, 2026", "PO Box 188011", "1-877-815-4827"]


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    return picture(typed(LETTER), 200)


def _read(pdf: bytes):
    return read_pages(pdf, "scan.pdf", [1])[0]


def _has_all_facts(page) -> bool:
    return all(fact in page.text for fact in FACTS)


def _boxes_hit_ink(page, pdf: bytes) -> bool:
    long = [(line, word) for line in page.lines for word in line.words if len(word.text) > 4]
    return len(long) > 20 and all(ink_share(pdf, page.evidence(line, word.text).bbox) > 0.05 for line, word in long)


def test_a_scan_is_read_with_its_boxes(sheet):
    """Words, where they stand, and how sure the engine is of each."""
    pdf = scanned(sheet)

    page = _read(pdf)

    assert page.source is PageSource.OCR
    assert page.text == LETTER.strip()
    assert _boxes_hit_ink(page, pdf)
    assert all(0.0 <= word.confidence <= 1.0 for word in words_of(page))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_fed_sideways_or_upside_down_is_turned(sheet, turn):
    """It is read upright, and its evidence points at the page as it lies."""
    pdf = scanned(sheet.rotate(turn, expand=True))  # PIL turns counter-clockwise

    page = _read(pdf)

    assert page.turn == turn
    assert _has_all_facts(page)
    assert _boxes_hit_ink(page, pdf)


@pytest.mark.parametrize("skew", [-4.0, 1.5])
def test_a_page_fed_crooked_is_straightened(sheet, skew):
    """Lines come out whole, and their boxes lie on the crooked page."""
    pdf = scanned(sheet.rotate(skew, fillcolor=255, resample=Image.Resampling.BICUBIC))

    page = _read(pdf)

    assert _has_all_facts(page)
    assert _boxes_hit_ink(page, pdf)


def test_a_fine_fax_is_read(sheet):
    """204 x 196 dots an inch, black and white."""
    fax = sheet.resize((1728, 2156)).convert("1", dither=Image.Dither.NONE)
    tiff = saved(fax, "TIFF", compression="group4", dpi=(204, 196))

    assert _has_all_facts(_read(normalize(tiff, "fax.tif").pdf))


def test_a_photo_in_bad_light_is_read(sheet):
    """A shadow across the page is paper, not ink."""
    shadow = Image.linear_gradient("L").resize(sheet.size).point(lambda level: 90 + level * 165 // 255)
    photo = Image.composite(sheet, Image.new("L", sheet.size, 0), shadow)

    assert _has_all_facts(_read(normalize(saved(photo, "JPEG"), "photo.jpg").pdf))


def test_an_empty_sheet_is_blank_before_the_engine_sees_it(monkeypatch):
    """Dust and punch holes are not text, and no engine is asked."""
    monkeypatch.setattr("extractors.pages.read.open_engine", _IdleEngine)
    sheet = Image.new("L", (1700, 2200), 250)
    for x, y, size in [(60, 400, 45), (60, 1500, 45), (900, 700, 3), (300, 1900, 2)]:
        sheet.paste(20, (x, y, x + size, y + size))

    page = _read(scanned(sheet))

    assert (page.source, page.lines) == (PageSource.BLANK, ())
    assert page.digest


class _IdleEngine:
    """An engine that must not be asked."""

    version = "idle"

    def recognise(self, *_: object) -> None:
        raise AssertionError("the engine was asked for an empty sheet")

    find_turn = recognise


def test_a_table_keeps_its_rows_and_loses_its_rulings():
    """Cells are lines of their own, rows stay rows, no ruling is read as a sign."""
    import json

    import typst

    rows = [["Test", "Result", "Units", "Reference"], ["Sodium", "141", "mmol/L", "135-145"]]
    rows += [["Albumin", "4.5", "g/dL", "3.5-5.0"], ["Platelets", "265", "10*3/uL", "150-400"]]
    source = """#set page(paper: "us-letter", margin: 72pt)
    #set text(font: "DejaVu Sans Mono", size: 10pt)
    #table(columns: (130pt, 80pt, 80pt, 90pt), inset: 6pt, ..json(bytes(sys.inputs.rows)).flatten())"""
    pdf = typst.compile(source.encode(), sys_inputs={"rows": json.dumps(rows)}, ignore_system_fonts=True)

    page = _read(scanned(picture(pdf, 200).rotate(0.7, fillcolor=255, resample=Image.Resampling.BICUBIC)))

    assert [[line.text for line in row] for row in page.rows] == rows


def test_a_page_that_fails_costs_that_page_alone(sheet, monkeypatch):
    """The others are read, and the failed one says why."""
    monkeypatch.setattr(read, "MAX_POINTS", 800.0)
    pdf = _joined(scanned(sheet), _huge_page(), scanned(sheet))

    first, second, third = read_pages(pdf, "chart.pdf", [1, 2, 3])

    assert (first.source, third.source) == (PageSource.OCR, PageSource.OCR)
    assert (second.source, second.problem) == (PageSource.FAILED, "page-without-size")
    assert first.digest == third.digest


def test_a_page_has_only_so_much_time(sheet, monkeypatch):
    """The clock stops the engine in the middle of a page."""
    monkeypatch.setattr(read, "PAGE_SECONDS", 0.25)

    page = _read(scanned(sheet))

    assert (page.source, page.problem) == (PageSource.FAILED, "page-too-slow")


def _huge_page() -> bytes:
    return typed("a poster", width=2000, height=2000)


def _joined(*pdfs: bytes) -> bytes:
    import io

    import pikepdf

    joined = pikepdf.new()
    for pdf in pdfs:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            joined.pages.extend(opened.pages)
    out = io.BytesIO()
    joined.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("dpi", "smaller"), [(300, True), (200, False)])
def test_a_scan_with_pixels_to_spare_is_seen_smaller_by_the_engine(dpi, smaller, monkeypatch):
    """Its cost goes by them. A scan that was made larger has none to spare; boxes are those of the page either way."""
    engine = read.open_engine()
    seen = []

    class Watched:
        version = engine.version
        find_turn = staticmethod(engine.find_turn)

        @staticmethod
        def recognise(grey, *rest):
            seen.append(grey.shape)
            return engine.recognise(grey, *rest)

    monkeypatch.setattr(read, "open_engine", lambda: Watched)
    pdf = scanned(picture(typed(LETTER), dpi), dpi)

    page = _read(pdf)

    assert (seen[0][0] < 3000) is smaller
    assert page.text == LETTER.strip()
    assert _boxes_hit_ink(page, pdf)


def test_a_sheet_that_comes_again_in_a_file_is_not_read_again(sheet, monkeypatch):
    """Charts put together from several sources hold the same scan twice. One that differs by a word is read."""
    engine, seen = read.open_engine(), []

    class Watched:
        version = engine.version
        find_turn = staticmethod(engine.find_turn)

        @staticmethod
        def recognise(grey, dpi, mode, seconds):
            if grey.shape[0] > 1000:
                seen.append(grey.shape)
            return engine.recognise(grey, dpi, mode, seconds)

    monkeypatch.setattr(read, "open_engine", lambda: Watched)
    other = picture(typed(LETTER.replace("March 4, 2026", "March 5, 2026")), 200)

    pages = read_pages(_joined(scanned(sheet), scanned(other), scanned(sheet)), "scan.pdf", [1, 2, 3])

    assert len(seen) == 2
    assert pages[2] == replace(pages[0], number=3)
    assert "March 5, 2026" in pages[1].text
    assert "March 4, 2026" not in pages[1].text
