"""A page of which something is lost in the file is told damaged, and never passes for blank or for a short page."""

import io
import random
import struct
import zlib

import img2pdf
import pikepdf
import pytest
from PIL import Image

from extractors.evidence import PageSource
from extractors.pages import pictured_pages, read_pages
from tests.extractors.pages.sheets import saved
from tests.hostile import bad_font, page, picture
from tests.papers import pdf_of

NOTE = "Progress note\nPatient: Marisol Ketterman\n" + "No known exposure to tuberculosis.\n" * 12
GARBAGE = random.Random(3).randbytes(6000)
SCAN = b"/Width 1000/Height 1200/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/"


def with_content(change) -> bytes:
    """A page of text whose packed content was changed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(NOTE))) as opened:
        content = opened.pages[0].obj.Contents
        content.write(change(content.read_raw_bytes()), filter=pikepdf.Name.FlateDecode)
        opened.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def faxed(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "TIFF", compression="group4")
    return img2pdf.convert(out.getvalue())


def with_picture(pdf: bytes, data: bytes) -> bytes:
    """The same page with other bytes in its picture."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (found,) = opened.pages[0].get_images().values()
        told = found.get("/DecodeParms")
        found.write(data, filter=found.Filter, decode_parms=told)
        opened.save(out)
    return out.getvalue()


def jbig2(*segments: tuple[int, bytes]) -> bytes:
    """Segments of these kinds, one after the other."""
    return b"".join(struct.pack(">IBBBI", n, kind, 0, 1, len(data)) + data for n, (kind, data) in enumerate(segments))


WHITE = Image.new("1", (1700, 2200), 1)
PAGE_INFORMATION = (48, struct.pack(">IIIIBH", 1000, 1200, 0, 0, 0, 0))

DAMAGED = {
    "half of the page is cut off": lambda: with_content(lambda packed: packed[: len(packed) // 2]),
    "fifty bytes are zero": lambda: with_content(lambda packed: packed[:90] + bytes(50) + packed[140:]),
    "a byte was changed": lambda: with_content(lambda packed: packed[:-4] + b"abcd"),
    "garbage where text was": lambda: with_content(lambda packed: GARBAGE[: len(packed)]),
    "packed twice, and unpacked once": lambda: page(zlib.compress(b"BT (words) Tj ET " * 20)),
    "letters that cannot be shown": bad_font,
    "a scan of garbage": lambda: picture(GARBAGE, SCAN + b"FlateDecode"),
    "a scan that ends early": lambda: picture(zlib.compress(b"\xff" * 60_000), SCAN + b"FlateDecode"),
    "garbage as JPEG": lambda: picture(GARBAGE, SCAN + b"DCTDecode"),
    "garbage as JPEG 2000": lambda: picture(GARBAGE, SCAN + b"JPXDecode"),
    "garbage as JBIG2": lambda: picture(GARBAGE, SCAN + b"JBIG2Decode"),
    "JBIG2 cut short": lambda: picture(jbig2(PAGE_INFORMATION, (38, bytes(400)))[:200], SCAN + b"JBIG2Decode"),
    "a fax of garbage": lambda: with_picture(faxed(WHITE), GARBAGE[:900]),
}
BLANK = {
    "no content": lambda: page(b""),
    "content that draws nothing": lambda: page(b"q 1 0 0 1 0 0 cm /P <</MCID 0>> BDC EMC Q"),
    "a checksum that is cut off": lambda: with_content(lambda _: zlib.compress(b"q Q")[:-4]),
    "a white scan": lambda: picture(zlib.compress(b"\xff" * 125 * 1200), SCAN + b"FlateDecode"),
    "a white fax": lambda: faxed(WHITE),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_page_that_is_not_whole_is_told_damaged(what):
    """Whether all of it is gone or the end of it."""
    (read,) = read_pages(DAMAGED[what](), "chart.pdf", [1])

    assert (read.source, read.problem) == (PageSource.FAILED, "page-damaged")


@pytest.mark.parametrize("what", BLANK)
def test_a_blank_page_is_still_blank(what):
    """Backs of sheets are as common as damage is rare."""
    (read,) = read_pages(BLANK[what](), "chart.pdf", [1])

    assert (read.source, read.problem) == (PageSource.BLANK, None)


def test_a_missing_checksum_costs_no_page():
    """Some programs never write it, and nothing is lost by that."""
    (read,) = read_pages(with_content(lambda packed: packed[:-4]), "chart.pdf", [1])

    assert read.source is PageSource.TEXT
    assert read.text.count("tuberculosis") == 12


def test_a_page_that_may_be_a_scan_is_told_from_its_pictures():
    """Without drawing it: a logo is none, a picture inside a form is one, and a file that qpdf cannot open may hold
    nothing else."""
    scan = faxed(WHITE)
    logo = img2pdf.convert(saved(Image.new("L", (300, 120), 255), "PNG"))
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(NOTE, NOTE))) as chart:
        for other in (scan, logo, scan):
            with pikepdf.open(io.BytesIO(other)) as opened:
                chart.pages.extend(opened.pages)
        last = chart.pages[-1]
        form = last.as_form_xobject()
        last.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F1=form))
        last.obj.Contents = chart.make_stream(b"/F1 Do")
        chart.save(out)

    assert pictured_pages(out.getvalue(), range(1, 6)) == [3, 5]
    assert pictured_pages(b"%PDF-1.4 and no more", [1, 2]) == [1, 2]
    assert pictured_pages(pdf_of(NOTE), [1, 2]) == [2]  # PDFium saw a page that qpdf does not
