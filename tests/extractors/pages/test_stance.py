"""Which way a page lies is seen in its ink, so that no pass of the engine is wasted on it."""

import pytest
from PIL import Image

from extractors.pages import prepare, read
from extractors.pages.engine import COLUMN, open_engine
from extractors.pages.stance import HEAD, TextRows, lean_of, letters_of, lies_sideways
from tests.extractors.pages.sheets import LETTER, picture, scanned, typed

CAPITALS = "TOTAL 1,204.00\nSODIUM 141 135-145\nCHLORIDE 101 98-107\nGLUCOSE 88 70-99\n" * 3


def _ink(image: Image.Image):
    import numpy as np

    small = prepare.small_of(np.asarray(image))
    return prepare.ink_of(small, prepare.background_of(small))


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    return picture(typed(LETTER), 200)


@pytest.fixture
def passes(monkeypatch):
    """Count the full passes of the engine."""
    real, counted = open_engine(), []

    class Counting:
        version = real.version
        find_turn = staticmethod(real.find_turn)

        @staticmethod
        def recognise(grey, dpi, mode, seconds):
            if mode == COLUMN:
                counted.append(grey.shape)
            return real.recognise(grey, dpi, mode, seconds)

    monkeypatch.setattr(read, "open_engine", lambda: Counting)
    return counted


@pytest.mark.parametrize("skew", [0.0, 1.0, -1.0])
def test_letters_share_their_feet_upright_and_their_tops_upside_down(sheet, skew):
    """Crooked or straight."""
    ink = _ink(sheet.rotate(-skew, fillcolor=255))

    assert TextRows(ink).skew == pytest.approx(skew, abs=0.2)
    assert lean_of(letters_of(ink), skew) > HEAD
    assert lean_of(letters_of(ink[::-1, ::-1].copy()), skew) < -HEAD


def test_capitals_and_numbers_are_not_called_upside_down():
    """They are as high on one side as on the other: the ink says nothing, the engine decides."""
    assert lean_of(letters_of(_ink(picture(typed(CAPITALS), 200))), 0.0) > -HEAD


@pytest.mark.parametrize(("turn", "sideways"), [(0, False), (90, True), (180, False), (270, True)])
def test_lines_that_run_up_and_down_are_seen(sheet, turn, sideways):
    """On a typed letter; a quarter turn either way."""
    ink = _ink(sheet.rotate(turn, expand=True))

    assert lies_sideways(ink, TextRows(ink)) is sideways


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_once_however_it_lies(sheet, turn, passes):
    """One full pass, on the page turned."""
    [page] = read.read_pages(scanned(sheet.rotate(turn, expand=True)), "scan.pdf", [1])

    assert page.turn == turn
    assert "Marisol Ketterman" in page.text
    assert len(passes) == 1
