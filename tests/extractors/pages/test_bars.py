"""White headings on dark bars are read, and nothing else is taken for one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from extractors.pages import prepare, read_pages
from extractors.pages.bars import find_bars
from tests.extractors.pages.sheets import LETTER, picture, scanned, typed


@pytest.fixture
def sheet() -> Image.Image:
    return picture(typed(LETTER), 200)


def _found(sheet: Image.Image) -> list:
    small = prepare.small_of(np.asarray(sheet))
    return find_bars(small, prepare.background_of(small), 100.0)


def _turned(sheet: Image.Image, box: tuple[int, int, int, int], dark: int) -> Image.Image:
    """Return the sheet with one part of it white on dark."""
    white = sheet.crop(box).point(lambda level: 250 - (250 - dark) * level // 255)
    sheet.paste(white, box)
    return sheet


@pytest.mark.parametrize("dark", [10, 90])
def test_white_print_on_a_bar_is_read(sheet, dark):
    """The date of the notice, on black and on grey, as the letter has it."""
    rows = [line for line in read_pages(typed(LETTER), "letter.pdf", [1])[0].lines if "March 4" in line.text]
    box = rows[0].box
    bar = (150, round(box.top * 200 / 72) - 6, 1550, round(box.bottom * 200 / 72) + 6)

    page = read_pages(scanned(_turned(sheet, bar, dark)), "scan.pdf", [1])[0]

    assert "Date of notice: March 4, 2026" in page.text


def test_print_rulings_and_pictures_are_no_bars(sheet):
    """Bold capitals, a thick rule, a dark photograph and a grey box stay as they are."""
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((200, 1300, 1500, 1308), fill=0)
    draw.rectangle((200, 1400, 900, 2000), fill=60)
    draw.rectangle((1000, 1400, 1500, 1480), fill=190)
    heading = picture(typed("DENIED\nNOT COVERED", size=40), 200)

    assert _found(sheet) == []
    assert _found(heading) == []
