"""A letter photographed on a desk is read as if it had been scanned, and cited where it lies in the photo."""

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from extractors.evidence import Box, affine_near, moved
from extractors.pages import normalize, read_pages
from extractors.pages.frame import rotated, scaled, then
from extractors.pages.sheet import find_sheet
from tests.extractors.pages.sheets import LETTER, picture, saved, typed

SIZE = (1500, 2000)
SLANTED = [(210, 260), (1240, 150), (1400, 1830), (90, 1900)]
ROLLED = [(320, 150), (1390, 380), (1090, 1850), (40, 1580)]
FACTS = ["Marisol Ketterman", "U61840273 02", "CR2609-441827", "March 4, 2026", "1-877-815-4827"]


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    return picture(typed(LETTER), 200)


def _photo(sheet: Image.Image, corners, desk: int = 90, light: bool = True) -> np.ndarray:
    """Return the sheet lying on a desk with light from one side and a soft shadow."""
    flat = np.float32([(0, 0), (sheet.width, 0), sheet.size, (0, sheet.height)])
    matrix = cv2.getPerspectiveTransform(flat, np.float32(corners))
    paper = cv2.warpPerspective(np.asarray(sheet), matrix, SIZE, flags=cv2.INTER_AREA, borderValue=0)
    mask = cv2.warpPerspective(np.full_like(np.asarray(sheet), 255), matrix, SIZE)
    photo = np.where(mask > 0, 0.85 * paper + 20, desk)
    if light:
        y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
        photo = photo * (1 - 0.25 * y / SIZE[1]) * (1 - 0.3 / (1 + np.exp(-(x + 0.4 * y - 1500) / 40)))
    return photo.astype(np.uint8)


@pytest.mark.parametrize("corners", [SLANTED, ROLLED])
def test_a_photographed_letter_is_read_and_cited_in_the_photo(sheet, corners):
    """Held at a slant or rolled by twelve degrees: the box of a value lies on the ink of the value."""
    photo = Image.fromarray(_photo(sheet, corners, light=False))
    pdf = normalize(saved(photo, "JPEG", quality=85), "photo.jpg").pdf

    page = read_pages(pdf, "photo.jpg", [1])[0]

    assert all(fact in page.text for fact in FACTS)
    assert (page.width, page.height) == (612.0, 792.0)
    with pdfium.PdfDocument(pdf) as opened:
        width = opened[0].get_width()
    for line in page.lines:
        box = page.evidence(line).bbox
        across, down = (slice(int(a * SIZE[0] / width), int(b * SIZE[0] / width)) for a, b in _spans(box))
        cut = np.asarray(photo)[down, across]
        assert 0.02 < np.count_nonzero(cut < 110) / cut.size < 0.5, line.text


def test_shade_across_a_photograph_is_no_ink(sheet):
    """Light from one side and a soft shadow over half the page."""
    photo = saved(Image.fromarray(_photo(sheet, SLANTED)), "JPEG", quality=85)

    page = read_pages(normalize(photo, "photo.jpg").pdf, "photo.jpg", [1])[0]

    assert all(fact in page.text for fact in FACTS)


def _spans(box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    return (box.x0, box.x1), (box.top, box.bottom)


@pytest.mark.parametrize("desk", [25, 90, 150])
def test_the_corners_are_found_on_a_dark_and_on_a_pale_desk(sheet, desk):
    """To half a percent of the picture."""
    found = find_sheet(_photo(sheet, SLANTED, desk)[::2, ::2].copy())

    assert found is not None
    assert np.abs(2 * found.corners - np.array(SLANTED)).max() < 12
    assert (found.wide, found.high) == (8.5, 11.0)


def test_a_scan_is_no_photo(sheet):
    """Nor is one with a grey frame printed on it, a shaded box, or a shadow at its edge."""
    grey = np.asarray(sheet).copy()
    framed, shaded, dim = grey.copy(), grey.copy(), grey.copy()
    cv2.rectangle(framed, (120, 120), (grey.shape[1] - 120, grey.shape[0] - 120), 60, 12)
    shaded[300:1500, 100:-100] = np.minimum(shaded[300:1500, 100:-100], 190)
    dim[:, :60] = dim[:, :60] // 2

    assert [find_sheet(each) for each in (grey, framed, shaded, dim)] == [None] * 4


def test_matrices_of_a_slant_are_joined_and_followed():
    """One after the other, and nearly straight around a point."""
    slant = (1.1, 0.05, -0.1, 0.9, 20.0, 30.0, 0.0004, -0.0002)
    both = then(then(scaled(2.0), slant), rotated(7.0, 100.0, 50.0))

    step = moved(rotated(7.0, 100.0, 50.0), *moved(slant, 2 * 80.0, 2 * 60.0))

    assert moved(both, 80.0, 60.0) == pytest.approx(step)
    assert moved(affine_near(both, 80.0, 60.0), 80.0, 60.0) == pytest.approx(step)
    assert moved(affine_near(both, 80.0, 60.0), 82.0, 61.0) == pytest.approx(moved(both, 82.0, 61.0), abs=0.02)
    small = Box(x0=80.0, top=60.0, x1=81.0, bottom=61.0).moved_by(both)
    assert small.x0 <= step[0] <= small.x1
    assert small.top <= step[1] <= small.bottom
