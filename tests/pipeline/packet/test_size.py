import io
import json
import random

import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name
from PIL import Image

from pipeline.case import CaseDocument
from pipeline.packet import assemble, build_packet
from tests.pipeline.fixtures.lupus import CHART, TODAY, Files, box_of, lupus_case, pdf_of


def long_case(pages: int) -> CaseDocument:
    """The lupus case with so many chart pages cited, four to a criterion."""
    data = lupus_case().model_dump(by_alias=True)
    template = data["criteria"][0]
    data["criteria"] = [
        {
            **template,
            "number": f"1.{n}",
            "evidence": [
                {"document": "long.pdf", "page": page, "bbox": box_of(1, CHART[1][1]), "text": CHART[1][1],
                 "date": "2026-08-19"}
                for page in range(4 * n + 1, 4 * n + 5)
            ],
        }
        for n in range(pages // 4)
    ]  # fmt: skip
    data["logic"] = ["all", *(criterion["number"] for criterion in data["criteria"])]
    return CaseDocument.model_validate(data)


def test_a_packet_of_three_hundred_pages_holds_each_once(tmp_path):
    """No page is lost or doubled however many there are; what it costs is measured in benchmarks/packet.py."""
    sources = Files().sources | {"long.pdf": pdf_of([CHART[1]] * 300)}

    build_packet(long_case(300), sources, tmp_path / "p", TODAY)

    manifest = json.loads((tmp_path / "p" / "manifest.json").read_text())
    placed = [page["packet_page"] for page in manifest["pages"] if "packet_page" in page]
    assert len(placed) == len(set(placed)) >= 300
    assert len(pypdfium2.PdfDocument(tmp_path / "p" / "packet.pdf")) > 300


def test_a_packet_too_large_for_a_portal_gives_up_pixels_not_text(tmp_path, monkeypatch):
    """Colour scans are sampled down; the page still shows them and the words stay words."""
    monkeypatch.setattr(assemble, "SIZE_LIMIT", 300_000)
    sources = Files().sources
    build_packet(lupus_case(), sources, tmp_path / "small", TODAY)
    with pikepdf.open(io.BytesIO(sources["chart.pdf"])) as pdf:
        noise = Image.frombytes("RGB", (1700, 2200), random.Random(1).randbytes(1700 * 2200 * 3))
        picture = pdf.make_stream(
            noise.tobytes(), Type=Name.XObject, Subtype=Name.Image, Width=1700, Height=2200, BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB,
        )  # fmt: skip
        pdf.pages[1].obj.Resources.XObject = Dictionary(Noise=picture)
        pdf.pages[1].contents_add(pdf.make_stream(b"q 100 0 0 130 400 100 cm /Noise Do Q"))
        out = io.BytesIO()
        pdf.save(out)

    build_packet(lupus_case(), sources | {"chart.pdf": out.getvalue()}, tmp_path / "large", TODAY)

    packet = (tmp_path / "large" / "packet.pdf").read_bytes()
    assert len(packet) < len(out.getvalue()) / 4
    with pikepdf.open(io.BytesIO(packet)) as pdf:
        assert pdf.check_pdf_syntax() == []
    page = next(p for p in pypdfium2.PdfDocument(packet) if CHART[1][1] in p.get_textpage().get_text_range()
                and "Exhibit 1" in p.get_textpage().get_text_range())  # fmt: skip
    shown = page.render(scale=1).to_pil().convert("L").crop((420, 560, 480, 640))
    assert shown.getextrema()[1] - shown.getextrema()[0] > 10  # still a picture there
