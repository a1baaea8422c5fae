"""Dirt and the dots of shaded boxes do not hide the words, and clean pages are left as they are."""

import numpy as np
import pytest
from PIL import Image

from extractors.pages import normalize, read_pages, specks
from extractors.pages.specks import wipe_specks, wipe_strays
from tests.extractors.pages.sheets import LETTER, picture, saved, scanned, typed

FACTS = ["Marisol Ketterman", "U61840273 02", "CR2609-441827", "March 4, 2026", "PO Box 188011", "1-877-815-4827"]


@pytest.fixture(scope="module")
def letter() -> bytes:
    return typed(LETTER)


def _specked(image: Image.Image, share: float, side: int) -> np.ndarray:
    """Return the picture with square specks on a share of its pixels."""
    rng = np.random.default_rng(7)
    grey = np.asarray(image).copy()
    for y, x in zip(*np.nonzero(rng.random(grey.shape) < share), strict=True):
        grey[y : y + side, x : x + side] = 60
    return grey


def _fax(grey: np.ndarray) -> bytes:
    """Return the picture as a fine fax."""
    image = Image.fromarray(grey).convert("1", dither=Image.Dither.NONE)
    return normalize(saved(image, "TIFF", compression="group4", dpi=(204, 196)), "fax.tif").pdf


def test_a_dirty_glass_is_wiped(letter):
    """Some ten specks to a letter."""
    page = read_pages(scanned(Image.fromarray(_specked(picture(letter, 200), 0.002, 2))), "scan.pdf", [1])[0]

    assert all(fact in page.text for fact in FACTS)


def test_a_shaded_box_sent_by_fax_is_paper_again(letter):
    """Grey arrives as a pattern of dots, and the print on it is read."""
    grey = np.asarray(picture(letter, 204).resize((1728, 2156))).copy()
    y, x = np.indices(grey.shape)
    box = (y > 250) & (y < 520) & (x > 150) & (x < 1550)
    grey[box & (y % 3 == 0) & ((x + (y // 3 % 2) * 2) % 4 < 2)] = 0

    page = read_pages(_fax(grey), "fax.tif", [1])[0]

    assert all(fact in page.text for fact in FACTS)


@pytest.mark.parametrize("bilevel", [True, False])
def test_a_clean_page_is_not_touched(letter, bilevel):
    """Not a full stop, not the dot of an i."""
    grey = np.asarray(picture(letter, 300))
    if bilevel:
        grey = np.where(grey < 150, 0, 255).astype(np.uint8)

    wiped = grey.copy()
    wipe_specks(wiped, bilevel)

    assert np.array_equal(wiped, grey)


@pytest.mark.parametrize("size", [8, 10])
def test_points_of_numbers_are_no_specks(size):
    """On a page dirty enough to be wiped, every drop of the print's own ink stays."""
    doses = "\n".join(f"Take {n}.{n + 1} mg and {n}.5 mL on day {n}." for n in range(1, 10))
    clean = picture(typed(doses, size=size), 300)
    dirty = _specked(clean, 0.004, 2)

    wiped = dirty.copy()
    wipe_specks(wiped, False)

    assert np.count_nonzero(wiped != dirty) > 10_000
    page = read_pages(scanned(clean, 300), "clean.pdf", [1])[0]
    words = [word.box for line in page.lines for word in line.words if "." in word.text]
    assert len(words) == 27
    for box in words:
        foot = slice(round((box.bottom - 0.9) * 300 / 72), round(box.bottom * 300 / 72) + 1)
        row = (foot, slice(round(box.x0 * 300 / 72), round(box.x1 * 300 / 72)))
        ink = np.asarray(clean)[row] < 60
        assert np.array_equal(wiped[row][ink], dirty[row][ink])


@pytest.mark.parametrize("bilevel", [True, False])
def test_a_page_is_wiped_strip_by_strip_as_it_is_at_once(letter, bilevel, monkeypatch):
    dirty = _specked(picture(letter, 300), 0.004, 2)
    if bilevel:
        dirty = np.where(dirty < 150, 0, 255).astype(np.uint8)
        dirty[900:1700:3, 300:2000:3] = 0  # a shade
    by_strips, at_once = dirty.copy(), dirty.copy()

    wipe_specks(by_strips, bilevel)
    monkeypatch.setattr(specks, "STRIP", 10_000)
    wipe_specks(at_once, bilevel)

    assert np.count_nonzero(at_once != dirty) > 10_000
    assert np.array_equal(by_strips, at_once)


def _dotted(clean: np.ndarray, side: int) -> np.ndarray:
    """Return the picture with the dots that a bad line leaves: few, and everywhere."""
    rng = np.random.default_rng(11)
    grey = clean.copy()
    for y, x in zip(rng.integers(0, grey.shape[0] - 4, 250), rng.integers(0, grey.shape[1] - 4, 250), strict=True):
        grey[y : y + side, x : x + side] = 40
    return grey


def test_dots_away_from_print_are_taken_from_a_fax_and_no_print(letter):
    clean = np.asarray(picture(letter, 300))
    dotted = _dotted(clean, 4)
    wiped = dotted.copy()
    wipe_strays(wiped, capital=32)
    margin = (slice(0, 290), slice(None))

    assert np.count_nonzero(dotted[margin] < 128) > 100
    assert not np.count_nonzero(wiped[margin] < 128)
    assert np.array_equal(wiped[clean < 128], dotted[clean < 128])


@pytest.mark.parametrize("cell", ["-", "."])
def test_a_sign_between_the_words_of_a_line_stays(cell):
    clean = np.asarray(
        picture(typed("\n".join(f"Range {n}{cell}{n + 4} mg  {cell} day {n}" for n in range(1, 9))), 300)
    )

    wiped = clean.copy()
    wipe_strays(wiped, capital=32)

    assert np.array_equal(wiped < 128, clean < 128)


def test_a_dash_alone_in_its_cell_is_a_value_and_stays():
    clean = np.full((600, 2400), 255, np.uint8)
    clean[300:304, 1200:1222] = 0

    wiped = clean.copy()
    wipe_strays(wiped, capital=28)

    assert np.array_equal(wiped, clean)


def test_a_dotted_fax_is_read_without_its_dots(letter):
    page = read_pages(_fax(_dotted(np.asarray(picture(letter, 204)), 2)), "fax.pdf", [1])[0]
    signs = [word.text for line in page.lines for word in line.words if not any(map(str.isalnum, word.text))]

    assert all(fact in page.text for fact in FACTS)
    assert not signs
