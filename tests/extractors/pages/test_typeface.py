"""How a page is set is told from its ink: that decides how narrow the engine may see it, and as one block or not."""

import io

import cv2
import numpy as np
import pikepdf
import pytest
from PIL import Image

from extractors.pages import read_pages
from extractors.pages.typeface import look_at_type
from tests.extractors.pages.sheets import picture, scanned

PROSE = (
    "The patient reports 11 swollen joints and morning stiffness of 45 minutes.",
    "She was started on methotrexate 15 mg on 03/14/2024 and stopped it after",
    "12 weeks because of nausea; blood pressure 128/74, pulse 82, weight 71 kg.",
    "We discussed risks and benefits, and the patient agreed to the next step.",
)
TABLE = ("Creatinine        0.9 mg/dL         0.6 - 1.1", "Hemoglobin       12.8 g/dL        12.0 - 15.5")


def _page(face: str, rows: tuple[str, ...], size: float = 10, beside: tuple[str, ...] = ()) -> np.ndarray:
    """Return a letter page at 300 dpi with these rows one under the other."""

    def drawn(left: float, top: float, some: tuple[str, ...]) -> str:
        words = " ".join(f"({row}) Tj T*" for row in some)
        return f"BT /F1 {size} Tf {1.25 * size} TL {left} {top} Td {words} ET"

    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(612, 792))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/" + face))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=made.make_indirect(font)))
        streams = [drawn(54, 740, rows), *([drawn(330, 735, beside)] if beside else [])]
        page.obj.Contents = made.make_stream(" ".join(streams).encode())
        out = io.BytesIO()
        made.save(out)
    return np.asarray(picture(out.getvalue(), 300)).copy()


@pytest.mark.parametrize("size", [9, 11, 14])
@pytest.mark.parametrize(
    ("face", "least", "most"), [("Times-Roman", 0.45, 0.6), ("Helvetica", 0.61, 0.67), ("Courier", 0.85, 0.98)]
)
def test_the_width_of_a_face_is_told_whatever_its_size(face, least, most, size):
    assert least <= look_at_type(_page(face, 8 * PROSE, size), 300).advance <= most


def test_only_a_wide_face_is_seen_narrower():
    times, courier = (look_at_type(_page(face, 10 * PROSE), 300) for face in ("Times-Roman", "Courier"))

    assert times.width(sharp=True) > 0.95
    assert courier.width(sharp=True) < 0.8


def test_a_page_of_two_faces_is_seen_as_wide_as_the_narrow_one_needs():
    two = _page("Courier", 10 * PROSE)
    two[1900:] = 255
    two[1900:3100] = _page("Times-Roman", 10 * PROSE)[200:1400]

    assert look_at_type(two, 300).width(sharp=True) > 0.9


def test_a_coarse_picture_keeps_the_width_of_a_common_face():
    assert look_at_type(_page("Helvetica", 10 * PROSE), 300).width(sharp=False) > 0.95


def test_lines_one_under_the_other_are_plain_and_a_page_of_cells_is_not():
    assert look_at_type(_page("Helvetica", 10 * PROSE), 300).plain
    assert look_at_type(_page("Helvetica", 8 * PROSE + 4 * TABLE), 300).plain
    assert not look_at_type(_page("Helvetica", 20 * TABLE), 300).plain


def test_columns_whose_lines_stand_at_other_heights_are_not_plain():
    left = tuple(row[:40] for row in 10 * PROSE)

    assert not look_at_type(_page("Helvetica", left, beside=left), 300).plain


def test_a_page_with_a_picture_is_not_plain():
    page = _page("Helvetica", 8 * PROSE)
    cv2.circle(page, (1200, 2500), 300, 0, -1)

    assert not look_at_type(page, 300).plain


@pytest.mark.parametrize("rows", [(), PROSE[:1]])
def test_of_a_page_with_few_letters_nothing_is_known(rows):
    face = look_at_type(_page("Courier", rows), 300)

    assert (face.advance, face.plain, face.width(sharp=True)) == (0.0, False, 1.0)


def test_noise_is_no_print():
    noise = np.random.default_rng(7).integers(0, 256, (3300, 2550)).astype(np.uint8)

    assert look_at_type(noise, 300).advance == 0.0


@pytest.mark.parametrize("face", ["Times-Roman", "Helvetica", "Courier"])
def test_a_punched_page_is_read_without_its_holes(face):
    """Word by word; a semicolon of Courier, three pixels wide, may be taken for an i."""
    page = _page(face, 12 * PROSE)
    for middle in (450, 1650, 2850):
        cv2.circle(page, (90, middle), 38, 40, 6)
        cv2.circle(page, (90, middle), 30, 90, -1)
    words = read_pages(scanned(Image.fromarray(page), 300), "scan.pdf", [1])[0].text.split()

    assert [word.rstrip(";i") for word in words] == [word.rstrip(";i") for word in " ".join(12 * PROSE).split()]


def test_small_print_at_the_foot_of_a_typed_page_is_read_though_the_page_is_seen_narrow():
    """Three lines of 8 point among 36 of a typewriter do not decide how the page is seen."""
    foot = (*PROSE[:2], PROSE[2])
    page = _page("Courier", 9 * PROSE)
    page[2250:] = 255
    page[2250:3050] = _page("Times-Roman", foot, 8)[180:980]
    assert look_at_type(page, 300).width(sharp=True) < 0.8
    read = read_pages(scanned(Image.fromarray(page), 300), "scan.pdf", [1])[0]
    below = [word.text for line in read.lines if line.box.top > 540 for word in line.words]

    assert below == " ".join(foot).split()


def test_columns_whose_lines_stand_at_other_heights_are_read_line_by_line():
    left = tuple(row[:40] for row in 6 * PROSE)
    page = _page("Helvetica", left, beside=left)
    read = read_pages(scanned(Image.fromarray(page), 300), "scan.pdf", [1])[0]
    lines = [line.text for line in read.lines]

    assert all(lines.count(row.strip()) == 12 for row in left[:4]), lines
