"""Sending: a packet in parts, each with its cover, none with a page too many."""

import io
import json
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from pipeline.clinic import Clinic
from pipeline.packet import build_packet
from pipeline.packet.parts import cut, split_packet
from tests.pipeline.fixtures.lupus import TODAY, Files, lupus_case


@pytest.fixture(scope="module")
def packet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "packet"
    build_packet(lupus_case(), Files().sources, folder, TODAY)
    return (folder / "packet.pdf").read_bytes()


def texts_of(data):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def test_a_packet_within_the_limits_stays_one_file(packet):
    """Byte for byte."""
    (part,) = split_packet(packet, 500, 20_000_000)

    assert part.pdf == packet


@pytest.mark.parametrize("most", [1, 2, 3, 5, 7])
def test_parts_hold_every_page_once_and_in_order(packet, most):
    """No part exceeds the limit, and put together they are the packet."""
    parts = split_packet(packet, most, 20_000_000)

    assert all(part.pages <= most for part in parts)
    assert [text for part in parts for text in texts_of(part.pdf)] == texts_of(packet)


def test_a_part_too_large_in_bytes_is_halved(packet):
    """Portals limit megabytes, not pages."""
    parts = split_packet(packet, None, len(packet) // 2)

    assert len(parts) > 1
    assert [part.first for part in parts] == [1, *(part.last + 1 for part in parts[:-1])]


def test_a_part_carries_nothing_of_the_pages_left_out(packet):
    """A link into another part is removed: it would keep that page in the file, unseen."""
    first = cut(packet, range(1, 3))

    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 2
        sheets = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Page"]
        assert len(sheets) == 2
    assert len(first) < len(packet)


def test_each_part_of_a_fax_has_its_own_cover_and_fits(tmp_path):
    """A fax of ten sheets at most: cover, then nine pages, and the cover says which."""
    clinic = Clinic(fax_pages=5)
    folder = tmp_path / "packet"

    case = build_packet(lupus_case(), Files().sources, folder, TODAY, clinic=clinic)

    assert len(case.packet_parts) > 1
    total = len(pypdfium2.PdfDocument(folder / "packet.pdf"))
    for number, name in enumerate(case.packet_parts, start=1):
        pages = texts_of((folder / name).read_bytes())
        assert len(pages) <= 5
        cover = " ".join(pages[0].split())
        assert f"part {number} of {len(case.packet_parts)}: {len(pages)} pages with this one" in cover
        assert f"of {total}; each page" in cover
    listed = [entry["file"] for entry in json.loads((folder / "manifest.json").read_text())["outputs"]]
    assert set(case.packet_parts) <= set(listed)


def test_the_cover_counts_its_pages_and_names_nobody(tmp_path):
    """A fax lies in the tray for all to see: no name, no member number, no drug, no diagnosis."""
    folder = tmp_path / "packet"
    build_packet(lupus_case(), Files().sources, folder, TODAY)

    text = " ".join("".join(texts_of((folder / "fax-cover.pdf").read_bytes())).split())
    pages = len(pypdfium2.PdfDocument(folder / "packet.pdf"))
    assert f"{pages + 1} pages with this one" in text
    denial = lupus_case().denial
    for told in (denial.patient_name.value, denial.member_id.value, denial.service.value, "lupus"):
        assert str(told).casefold() not in text.casefold()


def test_parts_of_an_earlier_packet_do_not_stay(tmp_path):
    """They hold other pages than the packet beside them."""
    folder = tmp_path / "packet"
    build_packet(lupus_case(), Files().sources, folder, TODAY, clinic=Clinic(fax_pages=5))
    build_packet(lupus_case(), Files().sources, folder, TODAY, clinic=replace(Clinic(), fax_pages=None))

    assert not list(folder.glob("packet-part-*.pdf"))
