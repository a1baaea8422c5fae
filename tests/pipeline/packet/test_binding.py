"""Strangers' files are bound into the packet by a process of its own: the same packet, and failures with a name."""

import io
import random
import zlib

import pikepdf
import pytest
from pikepdf import Name

from extractors.evidence import Page
from pipeline.clinic import Clinic
from pipeline.packet import build_packet
from pipeline.packet.binding import BinderApart
from pipeline.packet.errors import SourceBreaksPacketError
from pipeline.sandbox import Limits, Reader
from tests.hostile import endless_content
from tests.pages import line_of
from tests.pipeline.fixtures.lupus import CHART, LETTER, POLICY, TODAY, Files, lupus_case


@pytest.fixture(scope="module")
def reader():
    with Reader(limits=Limits(file_seconds=2.0)) as reader:
        yield reader


def read_pages() -> dict[str, list[Page]]:
    """What was read of the three files, as far as a packet cares."""
    return {
        name: [
            Page(document=name, number=n, width=612.0, height=792.0, lines=tuple(map(line_of, lines)))
            for n, lines in enumerate(sheets, start=1)
        ]
        for name, sheets in {"denial.pdf": LETTER, "chart.pdf": CHART, "policy.pdf": POLICY}.items()
    }


def built(reader: Reader, sources, folder, **more):
    """The packet made apart, as the stage `assemble` makes it."""
    pages, hashes = read_pages(), dict.fromkeys(sources, "f" * 64)
    binder = BinderApart(reader, {name: lambda file, data=data: file.write(data) for name, data in sources.items()})
    build_packet(lupus_case(), binder, folder, TODAY, pages=pages, source_hashes=hashes, **more)
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(pdf: bytes, change) -> bytes:
    """The chart after a hand was laid on its first cited page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened, opened.pages[1])
        opened.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


@pytest.mark.parametrize("pages_of_a_fax", [None, 5])
def test_a_packet_bound_apart_is_the_packet(reader, tmp_path, pages_of_a_fax):
    """Every file to the byte, parts for the fax among them."""
    sources, clinic = Files().sources, Clinic(fax_pages=pages_of_a_fax)
    pages, hashes = read_pages(), dict.fromkeys(sources, "f" * 64)
    build_packet(lupus_case(), sources, tmp_path / "here", TODAY, pages, hashes, clinic)

    apart = built(reader, sources, tmp_path / "apart", clinic=clinic)

    here = {path.name: path.read_bytes() for path in (tmp_path / "here").rglob("*") if path.is_file()}
    assert set(apart) == set(here)
    assert apart["packet.pdf"] == here["packet.pdf"]
    parts = {name for name in here if name.startswith("packet-part")}
    assert bool(parts) == bool(pages_of_a_fax)
    assert all(apart[name] == here[name] for name in (*parts, "manifest.json", "case.json"))


def unopened(opened, page) -> None:
    """PDFium reads on where the tree of pages has no list of kids; what writes packets does not."""
    del opened.Root.Pages


def endless(opened, page) -> None:
    with pikepdf.open(io.BytesIO(endless_content())) as bomb:
        page.obj.Contents = opened.copy_foreign(bomb.pages[0].obj.Contents)


@pytest.mark.parametrize(("change", "does"), [(unopened, "ends"), (endless, "runs out of")])
def test_a_file_that_breaks_the_packet_is_named(reader, tmp_path, change, does):
    """The case says which file and what to send instead; nothing is written, and the worker goes on."""
    sources = Files().sources
    broken = sources | {"chart.pdf": changed(sources["chart.pdf"], change)}
    pages = read_pages()
    binder = BinderApart(reader, {name: lambda file, data=data: file.write(data) for name, data in broken.items()})

    with pytest.raises(SourceBreaksPacketError) as told:
        build_packet(lupus_case(), binder, tmp_path / "p", TODAY, pages, dict.fromkeys(sources, "f" * 64))

    assert "chart.pdf" in str(told.value)
    assert does in str(told.value)
    assert not (tmp_path / "p").exists()
    assert "packet.pdf" in built(reader, sources, tmp_path / "after")


def picture(opened: pikepdf.Pdf, side: int, data: bytes) -> pikepdf.Object:
    return opened.make_stream(
        data, Type=Name.XObject, Subtype=Name.Image, Width=side, Height=side, BitsPerComponent=8,
        ColorSpace=Name.DeviceGray, Filter=Name.FlateDecode,
    )  # fmt: skip


def test_a_picture_too_large_to_be_made_smaller_stays_as_it_is(tmp_path):
    """In a packet too large for a portal; no more memory is spent on it than a file may have."""
    packer = zlib.compressobj(9)
    white = b"".join(packer.compress(b"\xff" * 1_960_000) for _ in range(100)) + packer.flush()
    noise = zlib.compress(random.Random(1).randbytes(4600 * 4600), 0)

    def huge(opened, page) -> None:
        page.obj.Resources.XObject = pikepdf.Dictionary(
            Huge=picture(opened, 14_000, white), Noise=picture(opened, 4600, noise)
        )

    sources = Files().sources
    sources["chart.pdf"] = changed(sources["chart.pdf"], huge)

    with Reader(limits=Limits(memory_mb=600)) as reader:
        packet = built(reader, sources, tmp_path / "p")["packet.pdf"]
        assert reader.peak_mb < 600
    assert len(packet) < 20_000_000
