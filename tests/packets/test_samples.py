"""What a reviewer finds in the packet of each whole sample, from its files to the last link."""

import json
import re
from collections import Counter

import docx
import pikepdf
import pypdfium2
import pytest

from pipeline.packet import verify_packet

pytestmark = pytest.mark.slow

# What a template leaves behind when it is not filled, and the characters that carry marks through it.
UNFILLED = re.compile(r"\{\{|\}\}|\{%|%\}|\bNone\b|\bundefined\b|[\ue000-\uf8ff]|exhibit:\d")


def squashed(text):
    return re.sub(r"[\s\u200b]+", "", text)


def words_of(document):
    """Return the text of a Word file in reading order, tables too."""
    return "\n".join("".join(at.text or "" for at in p.iter() if at.tag.endswith("}t")) for p in document.element.iter()
                     if p.tag.endswith("}p"))  # fmt: skip


def pages_of(path):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]


def test_every_criterion_stands_in_both_letters_word_for_word_and_in_order(packet):
    """As many as the policy has for this use, none changed, none out of its place."""
    wanted = [squashed(at["text"]) for at in packet.case["criteria"]]
    assert {squashed(at["text"].rstrip(".;")) for at in packet.truth["criteria"]} <= {at.rstrip(".;") for at in wanted}
    for text in (
        words_of(docx.Document(packet.folder / "letter.docx")),
        "".join(pages_of(packet.folder / "letter.pdf")),
    ):
        held, place = squashed(re.sub(r"\n?[^\n]*Letter, page \d+ of \d+", "", text)), 0
        for leaf in wanted:
            place = held.find(leaf, place)
            assert place >= 0, leaf


@pytest.mark.parametrize("name", ["letter.pdf", "packet.pdf", "next-steps.pdf", "fax-cover.pdf", "letter.docx"])
def test_nothing_is_left_unfilled(packet, name):
    """No mark of a template, and no word of the program's own."""
    path = packet.folder / name
    pages = [words_of(docx.Document(path))] if name.endswith("docx") else pages_of(path)
    ours = [text for text in pages if not re.search(r"Exhibit (?!A\b)\w+ - page \d+ of", text)]

    assert ours
    quoted = " ".join(at["text"] for criterion in packet.case["criteria"] for at in (criterion, *criterion["evidence"]))
    assert [at for text in ours for at in UNFILLED.findall(text) if at not in quoted] == []


def test_the_packet_holds_against_its_manifest(packet):
    """Stamps, running numbers, hashes, links; and the PDF itself is sound."""
    assert verify_packet(packet.folder).faults == ()


def test_every_citation_leads_to_the_page_it_names(packet):
    """Each "Exhibit n, page p" in letter and checklist jumps to the page that carries this stamp."""
    reader, texts = pypdfium2.PdfDocument(packet.folder / "packet.pdf"), pages_of(packet.folder / "packet.pdf")
    followed = 0
    with pikepdf.open(packet.folder / "packet.pdf") as pdf:
        numbers = {page.obj.objgen: at for at, page in enumerate(pdf.pages)}
        for at, page in enumerate(pdf.pages):
            for link in (a for a in page.obj.get("/Annots", []) if a.get("/Subtype") == "/Link"):
                x0, y0, x1, y1 = (float(v) for v in link.Rect)
                shown = reader[at].get_textpage().get_text_bounded(x0 - 1, y0 - 1, x1 + 1, y1 + 1)
                named = re.search(r"Exhibit\s+(\w+)(?:,\s+page\s+(\d+))?", shown)
                if not named:
                    continue
                target = texts[numbers[link.A.D[0].objgen]]
                assert f"Exhibit {named[1]} - page {named[2] or 1} of" in target, shown
                followed += 1
    assert followed > len(packet.case["criteria"])


def test_every_page_that_proves_something_is_marked(packet):
    """A frame and an annotation on each chart page that answers a criterion."""
    manifest = json.loads((packet.folder / "manifest.json").read_text())
    placed = {(at["document"], at["page"]): at["packet_page"] for at in manifest["pages"] if "packet_page" in at}
    cited = {(e["document"], e["page"]) for s in packet.case["statements"] if s["criterion"] for e in s["evidence"]}
    assert cited
    with pikepdf.open(packet.folder / "packet.pdf") as pdf:
        for source in cited:
            marks = [at for at in pdf.pages[placed[source] - 1].obj.get("/Annots", []) if at.get("/Subtype") != "/Link"]
            assert marks, source


def test_no_page_of_another_patient_and_no_page_twice(packet):
    """Neither in the list, nor in the file."""
    manifest = json.loads((packet.folder / "manifest.json").read_text())
    placed = Counter((at["document"], at["page"]) for at in manifest["pages"] if "packet_page" in at)
    strangers = {(at["file"], page) for at in packet.truth["wrong_patient_pages"] for page in at["pages"]}

    assert not strangers & set(placed)
    assert max(placed.values()) == 1


def test_what_a_letter_says_is_read_or_left_blank(packet):
    """Each passage with a finding says which criterion it answers and rests on pages of this patient."""
    excluded = {(at["document"], at["page"]) for at in packet.case["excluded_pages"]}
    for statement in packet.case["statements"]:
        assert statement["evidence"]
        assert not {(at["document"], at["page"]) for at in statement["evidence"]} & excluded
