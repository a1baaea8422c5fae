import io
import json
import re
import time
from hashlib import sha256

import pikepdf
import pypdfium2
import pytest

from pipeline.case import CaseDocument, ExcludedPage
from pipeline.letter import assign_exhibits
from pipeline.packet import MissingSourceError, PacketRefusedError, build_packet
from pipeline.packet import build as building
from tests.pipeline.fixtures.lupus import CHART, TODAY, Files, lupus_case

FILES = [
    "case.json", "deadlines.ics", "fax-cover.pdf", "letter.docx", "letter.pdf", "manifest.json", "next-steps.pdf",
    "other-letters/claim-file-request.docx", "other-letters/claim-file-request.pdf", "other-letters/peer-to-peer.docx",
    "other-letters/peer-to-peer.pdf", "packet.pdf",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "packet"
    build_packet(lupus_case(), Files().sources, folder, TODAY, source_hashes={"denial.pdf": "f" * 64})
    return folder


@pytest.fixture(scope="module")
def texts(folder):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(folder / "packet.pdf")]


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def names_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_folder_holds_the_whole_packet(folder):
    """Eight files and the letters beside the appeal, and none of the scaffolding."""
    assert names_in(folder) == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["packet"]


def test_the_case_names_its_files(folder):
    """case.json is the published case with the packet in it."""
    case = CaseDocument.model_validate_json((folder / "case.json").read_text())

    assert case.packet.packet_pdf == "packet.pdf"
    assert '"class": "immunosuppressant"' in (folder / "case.json").read_text()
    assert case.other_letters["peer_to_peer"] == "other-letters/peer-to-peer.docx"
    assert (
        case.model_copy(update={"packet": lupus_case().packet, "other_letters": {}, "statements": []}) == lupus_case()
    )


def test_each_page_is_stamped_with_its_exhibit_and_running_number(texts, manifest):
    """A page that falls out of the fax finds its way back."""
    count = len(texts)
    assert count == manifest["packet_pages"]
    for number, text in enumerate(texts, start=1):
        assert f"O.B.T. - PA-2611-00731 - page {number} of {count}" in text
    sizes = {}
    for page in manifest["pages"]:
        if "exhibit" in page:
            sizes[page["exhibit"]] = max(sizes.get(page["exhibit"], 0), page["exhibit_page"])
    for page in manifest["pages"]:
        if "exhibit" in page:
            stamp = f"Exhibit {page['exhibit']} - page {page['exhibit_page']} of {sizes[page['exhibit']]}"
            assert stamp in texts[page["packet_page"] - 1]


def test_each_link_lands_on_the_page_it_names(folder, texts):
    """Every "Exhibit n, page p" of letter, contents and checklist is one click from the page."""
    document = pypdfium2.PdfDocument(folder / "packet.pdf")
    with pikepdf.open(folder / "packet.pdf") as pdf:
        numbers = {page.obj.objgen: n for n, page in enumerate(pdf.pages)}
        landed = 0
        for at, page in enumerate(pdf.pages):
            for annotation in page.obj.get("/Annots", []):
                if annotation.Subtype != pikepdf.Name.Link:
                    continue
                assert pikepdf.Name.GoTo == annotation.A.S
                target = numbers[annotation.A.D[0].objgen]
                x0, y0, x1, y1 = (float(v) for v in annotation.Rect)
                shown = document[at].get_textpage().get_text_bounded(x0 - 1, y0 - 1, x1 + 1, y1 + 1)
                named = re.search(r"Exhibit\s(\w+)(?:,\spage\s(\d+))?", shown)
                assert named, shown
                assert f"Exhibit {named[1]} - page {named[2] or 1} of" in texts[target]
                landed += 1
    citations = sum(len(re.findall(r"Exhibit\s\d,\spage\s\d", text)) for text in texts[:5])
    assert landed >= citations > 10


def test_bookmarks_and_page_labels_lead_to_each_exhibit(folder, texts):
    """The reviewer's viewer shows the same list as the contents page."""
    document = pypdfium2.PdfDocument(folder / "packet.pdf")
    toc = [(item.get_title(), item.get_dest().get_index()) for item in document.get_toc()]

    assert [title.split(":")[0] for title, _ in toc] == [
        "Letter", "Contents", "Exhibit A", "Exhibit B", "Exhibit C", "Exhibit 1", "Exhibit 2", "Exhibit 3",
    ]  # fmt: skip
    for title, index in toc[2:]:
        assert f"{title.split(':')[0]} - page 1 of" in texts[index]
        assert document.get_page_label(index) == title.split(":")[0].split()[1] + "-1"


def test_exhibits_hold_cited_pages_once_and_nothing_else():
    """Denial, policy, then chart pages in order of first use; the visit's pages stand together."""
    exhibits = assign_exhibits(lupus_case())

    assert [(e.label, e.pages) for e in exhibits.exhibits] == [
        ("A", ()),
        ("B", (("denial.pdf", 1), ("denial.pdf", 2))),
        ("C", (("policy.pdf", 1), ("policy.pdf", 3))),  # the page between holds no criterion
        ("1", (("chart.pdf", 2), ("chart.pdf", 3))),
        ("2", (("chart.pdf", 6),)),
        ("3", (("chart.pdf", 5),)),
    ]


def test_no_page_of_another_patient(texts, manifest):
    """Neither its words nor its place in the list."""
    assert not any("Odette Brannock" in text for text in texts)
    (entry,) = (p for p in manifest["pages"] if (p["document"], p["page"]) == ("chart.pdf", 4))
    assert entry == {"document": "chart.pdf", "page": 4, "left_out": "another_patient"}


def test_a_page_set_aside_stops_the_packet_even_if_it_is_cited(tmp_path, monkeypatch):
    """The last gate: whatever went wrong before, the page does not leave the practice."""
    case = lupus_case()
    set_aside = [*case.excluded_pages, ExcludedPage(document="chart.pdf", page=2, why="another_patient")]
    monkeypatch.setattr(building, "assign_exhibits", lambda _: assign_exhibits(lupus_case()))

    with pytest.raises(PacketRefusedError, match=r"Page 2 of chart\.pdf is set aside"):
        build_packet(case.model_copy(update={"excluded_pages": set_aside}), Files().sources, tmp_path / "p", TODAY)
    assert list(tmp_path.iterdir()) == []


def test_evidence_on_a_page_set_aside_is_not_cited():
    """The earlier gate: such evidence falls away, the rest stays."""
    case = lupus_case()
    set_aside = [*case.excluded_pages, ExcludedPage(document="chart.pdf", page=6, why="duplicate")]
    exhibits = assign_exhibits(case.model_copy(update={"excluded_pages": set_aside}))

    assert exhibits.where("chart.pdf", 6) is None
    assert exhibits.where("chart.pdf", 2)


def test_nothing_active_comes_along(folder):
    """No script, action, attachment or form of a source file."""
    with pikepdf.open(folder / "packet.pdf") as pdf:
        assert pdf.check_pdf_syntax() == []
        assert not {"/OpenAction", "/AA", "/Names", "/AcroForm", "/AF"} & set(pdf.Root.keys())
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                assert not {"/JS", "/AA", "/EF", "/Launch"} & set(thing.keys())
                assert thing.get("/S") not in ("/JavaScript", "/Launch", "/SubmitForm", "/URI")
                assert thing.get("/Subtype") != "/Widget"


def test_the_marks_stand_around_the_words(folder, manifest):
    """On upright, scanned and turned pages: black frame around the evidence, bar with its number in the margin."""
    document = pypdfium2.PdfDocument(folder / "packet.pdf")
    places = {(p["document"], p["page"]): p.get("packet_page") for p in manifest["pages"]}
    for source, words in [(2, "SLEDAI-2K total: 10"), (6, "SLEDAI-2K total: 10 on 08/19/2026"), (5, None)]:
        page = document[places["chart.pdf", source] - 1]
        frames = [
            obj.get_bounds() for obj in page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_PATH,))
            if obj.get_bounds()[2] - obj.get_bounds()[0] > 60 and obj.get_bounds()[3] < page.get_height() - 30
            and obj.get_bounds()[1] > 30
        ]  # fmt: skip
        assert frames
        if words:
            found = [page.get_textpage().get_text_bounded(*frame).strip() for frame in frames]
            assert words in found
    assert "2.a" in document[places["chart.pdf", 2] - 1].get_textpage().get_text_range()


def test_marks_are_annotations_too(folder, manifest):
    """On a screen the words are yellow and say which criterion they bear on; on paper and fax only the frame is."""
    places = {(p["document"], p["page"]): p.get("packet_page") for p in manifest["pages"]}
    with pikepdf.open(folder / "packet.pdf") as pdf:
        notes = pdf.pages[places["chart.pdf", 2] - 1].obj.Annots

        assert [str(note.Contents) for note in notes] == ["Criterion 4", "Criterion 1", "Criterion 2.a", "Criterion 3"]
        assert all(note.Subtype == pikepdf.Name.Highlight and not int(note.F) & 4 for note in notes)


def test_marks_survive_a_one_bit_fax(folder, manifest):
    """At 200 by 100 dpi, black or white, the bar is still a bar."""
    places = {(p["document"], p["page"]): p.get("packet_page") for p in manifest["pages"]}
    page = pypdfium2.PdfDocument(folder / "packet.pdf")[places["chart.pdf", 2] - 1]
    image = page.render(scale=200 / 72).to_pil().convert("1", dither=0).resize((1700, 1100))
    margin = image.crop((0, 100, int(1700 * 45 / 612), 1000))

    columns = [sum(margin.getpixel((x, y)) == 0 for y in range(margin.height)) for x in range(margin.width)]
    assert max(columns) >= 4 * 15  # four marks on this page


def test_the_source_page_is_shown_upright_and_whole(folder, manifest):
    """A page with /Rotate 90 lies on a landscape sheet, its text still text."""
    places = {(p["document"], p["page"]): p.get("packet_page") for p in manifest["pages"]}
    page = pypdfium2.PdfDocument(folder / "packet.pdf")[places["chart.pdf", 6] - 1]

    assert page.get_size() == (792, 612)
    text = page.get_textpage()
    for line in CHART[5]:
        assert line in text.get_text_range()
    searcher = text.search("Landscape flow sheet")
    left, bottom, right, top = text.get_charbox(searcher.get_next()[0])
    assert right - left > 0
    assert top - bottom < 15
    assert bottom > 450  # near the top of the sheet


def test_the_manifest_names_every_source_page_and_every_output(folder, manifest):
    """What was given, what became of it, and the hash of each."""
    assert [(s["document"], s["pages"]) for s in manifest["sources"]] == [
        ("chart.pdf", 6), ("denial.pdf", 2), ("policy.pdf", 3),
    ]  # fmt: skip
    assert len(manifest["pages"]) == 11
    by_name = {s["document"]: s["sha256"] for s in manifest["sources"]}
    assert by_name["denial.pdf"] == "f" * 64  # of the file as it was sent
    assert by_name["chart.pdf"] == sha256(Files().sources["chart.pdf"]).hexdigest()
    for output in manifest["outputs"]:
        assert sha256((folder / output["file"]).read_bytes()).hexdigest() == output["sha256"]
    assert [output["file"] for output in manifest["outputs"]] == [name for name in FILES if name != "manifest.json"]


def test_every_cited_sentence_can_be_traced_to_its_page(manifest):
    """Sentence of the letter -> page of the file it was read from."""
    by_text = {s["text"]: s["rests_on"] for s in manifest["statements"]}

    assert by_text["August 19, 2026: “SLEDAI-2K total: 10” (Exhibit 1, page 1)"] == [
        {"document": "chart.pdf", "page": 2}
    ]
    (course,) = (text for text in by_text if text.startswith("azathioprine | 100 mg daily | May 10, 2024"))
    assert by_text[course] == [{"document": "chart.pdf", "page": 5}]


def test_next_steps_tell_the_practice_what_is_left(folder, texts):
    """Dates, blanks, gaps, the page to look at; and not a word of it goes to the payer."""
    text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(folder / "next-steps.pdf"))
    flat = " ".join(text.split())

    for words in (
        "DO NOT SEND", "April 30, 2027", "May 1, 2027", "physician: signature", "6: Hepatitis B screening",
        "chart.pdf, page 4: left out (another patient)", f"number of pages ({len(texts)})",
    ):  # fmt: skip
        assert words in flat
    assert not any("DO NOT SEND" in page for page in texts)


def test_next_steps_stay_one_page_however_much_is_open(tmp_path):
    """It hangs on a wall: the print gets smaller, the list does not run over."""
    case = lupus_case()
    gaps = [
        f"{n}: a record of the criterion number {n}, with its date, from the clinic that wrote it" for n in range(45)
    ]

    build_packet(case.model_copy(update={"gaps": gaps}), Files().sources, tmp_path / "p", TODAY)

    document = pypdfium2.PdfDocument(tmp_path / "p" / "next-steps.pdf")
    assert len(document) == 1
    assert "criterion number 44," in " ".join(document[0].get_textpage().get_text_range().split())


def test_the_same_case_gives_the_same_bytes(folder, tmp_path):
    """A second run differs in nothing."""
    time.sleep(1.1)
    build_packet(lupus_case(), Files().sources, tmp_path / "again", TODAY, source_hashes={"denial.pdf": "f" * 64})

    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_an_earlier_packet_is_replaced_and_strange_files_stay(tmp_path):
    """The output folder may be a folder of the user's."""
    folder = tmp_path / "packet"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "packet.pdf").write_bytes(b"old")

    build_packet(lupus_case(), Files().sources, folder, TODAY)

    assert names_in(folder) == sorted([*FILES, "notes.txt"])
    assert (folder / "packet.pdf").read_bytes()[:4] == b"%PDF"
    assert [path.name for path in tmp_path.iterdir()] == ["packet"]


def test_a_missing_file_leaves_nothing_behind(tmp_path):
    """No half packet."""
    sources = {name: data for name, data in Files().sources.items() if name != "chart.pdf"}

    with pytest.raises(MissingSourceError, match=r"chart\.pdf"):
        build_packet(lupus_case(), sources, tmp_path / "packet", TODAY)
    assert list(tmp_path.iterdir()) == []


def test_a_case_without_policy_or_chart_still_has_a_packet(tmp_path):
    """A denial alone: letter with placeholders, the letter of the plan as Exhibit B."""
    case = lupus_case().model_copy(update={"criteria": [], "logic": [], "policy": None, "gaps": []})
    documents = [d for d in case.documents if d.document == "denial.pdf"]
    case = case.model_copy(update={"documents": documents, "excluded_pages": []})

    build_packet(case, {"denial.pdf": Files().sources["denial.pdf"]}, tmp_path / "p", TODAY)

    document = pypdfium2.PdfDocument(tmp_path / "p" / "packet.pdf")
    assert [item.get_title().split(":")[0] for item in document.get_toc()][-1] == "Exhibit B"


def test_form_fields_and_stamps_are_part_of_what_a_page_shows(tmp_path):
    """What a clinic typed into a form is on the exhibit, as ink."""
    sources = Files().sources
    with pikepdf.open(io.BytesIO(sources["chart.pdf"])) as pdf:
        look = pdf.make_stream(
            b"BT /F1 11 Tf 2 4 Td (Typed into the form) Tj ET",
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 200, 20],
            Resources=pdf.pages[1].obj.Resources,
        )
        stamp = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[72, 300, 272, 320], F=4,
            AP=pikepdf.Dictionary(N=look),
        )  # fmt: skip
        pdf.pages[1].obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(stamp)]))
        out = io.BytesIO()
        pdf.save(out)

    build_packet(lupus_case(), sources | {"chart.pdf": out.getvalue()}, tmp_path / "p", TODAY)

    pages = pypdfium2.PdfDocument(tmp_path / "p" / "packet.pdf")
    assert any("Typed into the form" in page.get_textpage().get_text_range() for page in pages)
