"""A typed page gives its words where a viewer shows them; a layer that lies is not believed."""

import io

import pikepdf
import pytest

from extractors.evidence import PageSource
from extractors.pages import normalize, read_pages
from tests.extractors.pages.sheets import LETTER, ink_share, picture, rewritten, saved, scanned, typed, words_of


def _read(pdf: bytes, number: int = 1):
    return read_pages(pdf, "letter.pdf", [number])[0]


def test_a_typed_page_is_read_from_its_text():
    """Line by line, in order, every character as printed, with full confidence."""
    page = _read(typed(LETTER))

    assert page.source is PageSource.TEXT
    assert page.text == LETTER.strip()
    assert {word.confidence for word in words_of(page)} == {1.0}
    assert len(page.digest) == 64
    assert page.digest == _read(typed(LETTER)).digest


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, [40, 50, 560, 770]])
def test_boxes_land_on_the_words_of_the_page_as_shown(rotate, crop):
    """After /Rotate and inside a crop box, evidence points at the ink it was read from."""

    def change(pdf):
        pdf.pages[0].Rotate = rotate
        if crop:
            pdf.pages[0].CropBox = pikepdf.Array(crop)

    pdf = rewritten(typed(LETTER), change)
    page = _read(pdf)

    sample = [(line, word) for line in page.lines for word in line.words if len(word.text) > 3]
    assert len(sample) > 40
    for line, word in sample:
        box = page.evidence(line, word.text).bbox
        assert ink_share(pdf, box) > 0.05, word.text
    if rotate == 0:
        assert page.text == LETTER.strip()


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_fed_the_wrong_way_is_read_upright(rotate):
    """Lying text is turned in the reading frame; its boxes still lie where the page shows it."""
    pdf = rewritten(typed(LETTER), lambda opened: setattr(opened.pages[0], "Rotate", rotate))

    page = _read(pdf)

    assert page.text == LETTER.strip()
    assert page.turn == (360 - rotate) % 360
    assert (page.width, page.height) == (612, 792)


def test_a_landscape_page_with_a_rotate_entry_stands_as_shown():
    """/Rotate that puts the text upright is the page's own business: no turn is left to make."""
    lying = typed(LETTER)

    def change(opened):
        page = opened.pages[0]
        page.contents_add(b"q 0 1 -1 0 612 0 cm", prepend=True)
        page.contents_add(b"Q")
        page.Rotate = 90

    page = _read(rewritten(lying, change))

    assert page.turn == 0
    assert "Dear Marisol Ketterman:" in page.text


def test_bold_by_printing_twice_is_read_once():
    """Old programs print a word again, a hair to the right."""

    def change(opened):
        page = opened.pages[0]
        again = page.Contents.read_bytes()
        page.contents_add(b"q 1 0 0 1 0.3 0 cm " + again + b" Q")

    assert _read(rewritten(typed(LETTER), change)).text == LETTER.strip()


def test_what_was_typed_into_a_form_is_read():
    """The value of a form field stands on the page, so it stands in the text."""

    def change(opened):
        look = opened.make_stream(b"/Tx BMC BT /F1 12 Tf 2 4 Td (Adalimumab 40 mg) Tj ET EMC")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox = pikepdf.Array([0, 0, 200, 20])
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        look.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="drug",
            V="Adalimumab 40 mg",
            Rect=pikepdf.Array([72, 300, 272, 320]),
            AP=pikepdf.Dictionary(N=look),
            F=4,
        )
        opened.pages[0].Annots = pikepdf.Array([opened.make_indirect(field)])

    assert "Adalimumab 40 mg" in _read(rewritten(typed(LETTER), change)).text


def _with_layer(scan: bytes, text: str, hidden: bool) -> bytes:
    """Return the scan with a text layer over it, one line."""

    def change(opened):
        page = opened.pages[0]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources.Font = pikepdf.Dictionary(F9=font)
        lines = b"".join(b"(%s) Tj 0 -14 Td " % line.encode() for line in text.splitlines())
        page.contents_add(b"BT /F9 10 Tf %d Tr 60 720 Td " % (3 if hidden else 0) + lines + b"ET")

    return rewritten(scan, change)


@pytest.fixture(scope="module")
def scan() -> bytes:
    return scanned(picture(typed(LETTER)))


def test_a_scanner_s_own_reading_is_used_where_it_makes_sense(scan):
    """A plausible hidden layer saves the OCR, and is not given full confidence."""
    page = _read(_with_layer(scan, LETTER, hidden=True))

    assert page.source is PageSource.TEXT
    assert "no prior authorization is on file" in page.text
    assert {word.confidence for word in words_of(page)} == {0.89}


@pytest.mark.parametrize(
    ("layer", "hidden", "why"),
    [
        ("BATES 000123 CONFIDENTIAL", False, "a stamp over a scan is not its text"),
        ("Fax from 910-555-0104 page 1", True, "nor is a fax header"),
        (
            "\n".join(["Wc rcvicwcd tlic #^ rcqucst !! ;; of yoiir d0ct0r @@ f0r ,,~ |1| {{ xz"] * 8),
            True,
            "a bad reading",
        ),
        ("\n".join(["Zh uhylhzhg wkh uhtxhvw ri brxu grfwru iru dqliuroxpde"] * 8), True, "codes of another alphabet"),
    ],
)
def test_a_layer_that_is_not_the_page_is_not_believed(scan, layer, hidden, why):
    """The picture is read instead."""
    page = _read(_with_layer(scan, layer, hidden))

    assert page.source is PageSource.OCR, why
    assert "no prior authorization is on file" in page.text


def test_a_picture_of_text_inside_a_typed_page_is_read_too():
    """The typed words keep their confidence, the picture's words have their own."""
    strip = picture(typed("Weight 61 kg on 02/11/2026\nCDAI score 24, high disease activity"), 200)
    strip = strip.crop((150, 150, 1300, 500))
    inner = normalize(saved(strip, "PNG", dpi=(200, 200)), "strip.png").pdf

    def change(opened):
        with pikepdf.open(io.BytesIO(inner)) as other:
            image = opened.copy_foreign(next(iter(other.pages[0].get_images().values())))
        opened.pages[0].Resources.XObject = pikepdf.Dictionary(Im9=image)
        opened.pages[0].contents_add(b"q 414 0 0 126 90 200 cm /Im9 Do Q")

    page = _read(rewritten(typed(LETTER), change))

    assert page.source is PageSource.TEXT
    assert "Dear Marisol Ketterman:" in page.text
    assert "CDAI score 24, high disease activity" in page.text
    assert min(word.confidence for word in words_of(page)) < 1.0
