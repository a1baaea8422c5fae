"""`rebut verify` finds what happened to a packet after it was made."""

import json
import shutil

import pikepdf
import pytest

from pipeline.packet import NotAPacketError, build_packet, verify_packet
from tests.pipeline.fixtures.lupus import TODAY, Files, lupus_case


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "packet"
    build_packet(lupus_case(), Files().sources, folder, TODAY)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "packet")


def test_a_packet_as_made_is_sound(made):
    """Files, pages, stamps and links all hold, and so do the sources."""
    found = verify_packet(made, Files().sources)

    assert found.faults == ()
    assert found.links > 10


def changed(folder, change):
    """Change the packet and its hash, so that only the content can give it away."""
    from pipeline.packet.manifest import sha256

    with pikepdf.open(folder / "packet.pdf", allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(folder / "packet.pdf")
    manifest = json.loads((folder / "manifest.json").read_text())
    for entry in manifest["outputs"]:
        if entry["file"] == "packet.pdf":
            entry["sha256"] = sha256((folder / "packet.pdf").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return verify_packet(folder).faults


def test_a_changed_file_is_named(folder):
    """One byte is enough."""
    with (folder / "letter.docx").open("ab") as file:
        file.write(b" ")

    assert verify_packet(folder).faults == ("letter.docx was changed since the packet was made.",)


def test_a_missing_file_is_named(folder):
    """A packet without its letter is none."""
    (folder / "letter.pdf").unlink()

    assert verify_packet(folder).faults == ("letter.pdf is missing.",)


def test_another_source_than_the_one_used_is_named(made):
    """The chart was scanned again: the packet was made from the old scan."""
    sources = Files().sources
    faults = verify_packet(made, sources | {"chart.pdf": sources["chart.pdf"] + b"\n"}).faults

    assert faults == ("chart.pdf is not the file this packet was made from: its content differs.",)


def test_a_page_taken_out_is_told(folder):
    """The count no longer fits."""
    assert any("pages; the manifest says" in fault for fault in changed(folder, lambda pdf: pdf.pages.__delitem__(-1)))


def test_pages_put_in_another_order_are_told(folder):
    """Each exhibit stamp and running number stands where the manifest says."""

    def swap(pdf):
        last = pdf.pages[-1]
        pdf.pages.insert(4, last)
        del pdf.pages[-1]

    assert any("lacks its stamp" in fault for fault in changed(folder, swap))


def test_a_link_that_leads_away_is_told(folder):
    """Every citation jumps to a page of the packet."""

    def lead_away(pdf):
        for page in pdf.pages:
            for at in page.obj.get("/Annots", []):
                if at.get("/Subtype") == "/Link":
                    at.A = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org")
                    return

    faults = changed(folder, lead_away)
    assert "A link in packet.pdf leads to no page of it." in faults
    assert any("action (URI)" in fault for fault in faults)


def test_a_script_is_told(folder):
    """A packet acts on nothing."""

    def add(pdf):
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = pdf.make_indirect(script)

    assert any("OpenAction" in fault for fault in changed(folder, add))


def test_a_page_of_another_patient_in_the_list_is_told(folder):
    """Left out and yet placed: the one contradiction that must never pass."""
    manifest = json.loads((folder / "manifest.json").read_text())
    next(at for at in manifest["pages"] if "packet_page" in at)["left_out"] = "another_patient"
    (folder / "manifest.json").write_text(json.dumps(manifest))

    assert any("yet stands in the packet" in fault for fault in verify_packet(folder).faults)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", "\x00"])
def test_a_folder_without_a_manifest_is_no_packet(tmp_path, content):
    """Said in a sentence, not as a trace."""
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(NotAPacketError):
        verify_packet(tmp_path)
