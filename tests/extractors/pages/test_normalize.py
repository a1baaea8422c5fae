"""Whatever a clinic sends becomes a PDF of the same pages, or an error that says what to do."""

import io
import struct
import zlib

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from extractors import errors
from extractors.pages import normalize
from tests.extractors.pages.sheets import LETTER, picture, rewritten, saved, typed


def _size(pdf: bytes, page: int = 1) -> tuple[float, float]:
    with pdfium.PdfDocument(pdf) as opened:
        return opened[page - 1].get_size()


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG of this size whose pixels never come."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return start + struct.pack(">I", 1 << 20) + b"IDAT"


@pytest.fixture(scope="module")
def letter() -> bytes:
    return typed(LETTER, "Page two")


@pytest.fixture(scope="module")
def sheet(letter) -> Image.Image:
    return picture(letter, 100)


def test_a_good_pdf_is_left_as_it_is(letter):
    """The exhibit is the file that was sent, byte for byte."""
    normalized = normalize(letter, "denial.pdf")

    assert (normalized.pdf, normalized.page_count, normalized.kind) == (letter, 2, "pdf")
    assert normalized.warnings == ()


def test_the_kind_is_told_from_the_bytes_and_not_from_the_name(letter, sheet):
    """A fax saved under the wrong name is still read."""
    assert normalize(letter, "scan.jpg").kind == "pdf"
    assert normalize(saved(sheet, "PNG"), "denial.pdf").kind == "png"
    assert normalize(saved(sheet, "JPEG"), "denial").kind == "jpeg"
    assert normalize(saved(sheet, "TIFF"), "denial.eml").kind == "tiff"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", errors.EmptyFileError),
        (b"PK\x03\x04 a Word file", errors.UnknownFileTypeError),
        (b"Dear Dr. Rasmussen: thank you for the records", errors.UnknownFileTypeError),
        (b"Medication: methotrexate\nDose: 15 mg\n", errors.UnknownFileTypeError),  # colons, but no mail
        (b"%PDF-1.7\nnothing behind the header", errors.DamagedFileError),
        (b"\x89PNG\r\n\x1a\n", errors.DamagedFileError),
        (b"\xff\xd8\xff\xe0 cut short", errors.DamagedFileError),
        (b"II*\x00\x08\x00\x00\x00", errors.DamagedFileError),
    ],
)
def test_what_cannot_be_read_is_named(data, error):
    """The message names the file and says what to do; nothing but a RebutError comes out."""
    with pytest.raises(error) as caught:
        normalize(data, "from the fax.pdf")

    assert "from the fax.pdf" in str(caught.value)


def test_a_truncated_scan_is_refused(sheet, letter):
    """Half a letter is not a letter."""
    for kind in ("PNG", "JPEG", "TIFF"):
        whole = saved(sheet, kind)
        with pytest.raises(errors.DamagedFileError):
            normalize(whole[: len(whole) // 2], "half")
    with pytest.raises(errors.DamagedFileError):
        normalize(letter[:400], "half.pdf")


def test_a_pdf_without_pages_says_so():
    """Zero pages is a failure, never an empty success."""
    out = io.BytesIO()
    pikepdf.new().save(out)

    with pytest.raises(errors.NoPagesError):
        normalize(out.getvalue(), "empty.pdf")


def test_a_password_is_asked_for_and_an_owner_password_is_not(letter):
    """A file that opens without a password is read, whatever its owner forbids."""
    locked = rewritten(letter, lambda _: None, encryption=pikepdf.Encryption(user="secret", owner="owner"))
    printable = rewritten(letter, lambda _: None, encryption=pikepdf.Encryption(user="", owner="owner"))

    with pytest.raises(errors.EncryptedPdfError):
        normalize(locked, "locked.pdf")
    opened = normalize(printable, "printable.pdf")
    assert opened.page_count == 2
    assert opened.warnings == ("pdf-decrypted",)
    assert b"/Encrypt" not in opened.pdf


def test_a_200_megapixel_picture_is_refused_from_its_header():
    """Nothing is decoded: the pixels of this file do not even exist."""
    with pytest.raises(errors.ImageTooLargeError) as caught:
        normalize(_png_header(20_000, 10_000), "huge.png")

    assert "200 megapixels" in str(caught.value)


def test_more_pages_than_a_case_may_have_are_refused():
    """The message gives the number of pages and the limit."""
    many = pikepdf.new()
    for _ in range(2001):
        many.add_blank_page()
    out = io.BytesIO()
    many.save(out)

    with pytest.raises(errors.TooManyPagesError) as caught:
        normalize(out.getvalue(), "records.pdf")
    assert "2001" in str(caught.value)


def test_every_page_of_a_tiff_fax_stays_group_4_with_its_own_resolutions(sheet):
    """A standard fax has 204 x 98 dots an inch: squeezed pixels, a letter page all the same."""
    page = sheet.resize((1728, 1078)).convert("1")
    tiff = saved(page, "TIFF", save_all=True, append_images=[page], compression="group4", dpi=(204, 98))

    normalized = normalize(tiff, "fax.tif")

    assert normalized.page_count == 2
    assert b"/CCITTFaxDecode" in normalized.pdf
    assert _size(normalized.pdf, 2) == pytest.approx((1728 / 204 * 72, 1078 / 98 * 72), abs=1)


def test_a_photo_is_shown_the_way_the_camera_was_held(sheet):
    """EXIF says a quarter turn; the page shows it upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = sheet.transpose(Image.Transpose.ROTATE_90)

    width, height = _size(normalize(saved(lying, "JPEG", exif=exif.tobytes()), "photo.jpg").pdf)

    assert height > width


@pytest.mark.parametrize("dpi", [None, (72, 72), (1, 1), (5000, 5000)])
def test_a_picture_without_a_believable_resolution_becomes_a_letter_page(sheet, dpi):
    """A phone writes 72 dpi into every photo; four feet of paper help nobody."""
    options = {} if dpi is None else {"dpi": dpi}

    width, height = _size(normalize(saved(sheet, "JPEG", **options), "photo.jpg").pdf)

    assert max(width, height) == pytest.approx(792, abs=1)


def test_transparency_becomes_paper(sheet):
    """A screenshot with an alpha channel is a page like any other."""
    clear = sheet.convert("RGBA")
    clear.putalpha(120)

    assert normalize(saved(clear, "PNG"), "screen.png").page_count == 1
