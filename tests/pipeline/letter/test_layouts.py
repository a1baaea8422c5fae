import io
import time
from dataclasses import replace

import docx
import pdfua
import pikepdf
import pypdfium2
import pytest

from pipeline.case import CaseDocument
from pipeline.letter import build_letter, render_pdf, render_word
from pipeline.letter.kinds import kinds
from tests.pipeline.fixtures.lupus import PNG, TODAY, lupus_case


@pytest.fixture(scope="module")
def letter():
    return build_letter(lupus_case(), TODAY)


@pytest.fixture(scope="module")
def pdf(letter):
    return render_pdf(letter)


def words_of(text):
    return text.replace("\u00a0", " ").split()


def letters_of(text):
    """Only letters, so that line breaks and hyphens do not count."""
    return "".join(character for character in text if character.isalnum())


def test_pdf_and_word_say_the_same(letter, pdf):
    """One wording, two layouts: each run of text stands in both."""
    shown = " ".join(words_of("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))))
    document = docx.Document(io.BytesIO(render_word(letter)))
    typed = [paragraph.text for paragraph in document.paragraphs]
    typed += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    typed = " ".join(words_of(" ".join(typed)))

    for criterion in lupus_case().criteria:
        assert criterion.text in shown
        assert criterion.text in typed
    for blank in letter.blanks:
        assert letters_of(blank) in letters_of(shown)
        assert blank in typed


def test_each_page_is_marked_as_a_draft_and_names_the_case(pdf):
    """A page alone on a fax machine still says whose it is."""
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage().get_text_range()
        assert "DRAFT FOR THE PHYSICIAN" in text
        assert "PA-2611-00731" in text


def test_the_letter_is_tagged_for_a_screen_reader(pdf):
    """Built for PDF/UA-1: structure, language, title."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        assert str(opened.Root.Lang).startswith("en")
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"].startswith("Appeal of adverse benefit determination")
        assert opened.check_pdf_syntax() == []


@pytest.mark.parametrize("kind", kinds())
def test_a_checker_of_accessible_pdf_finds_nothing(kind, tmp_path):
    """Headings in order, header cells, text for pictures, language: twelve rules of PDF/UA-1, not all of them."""
    clinic_logo = replace(build_letter(lupus_case(), TODAY, kind=kind), logo=PNG)
    path = tmp_path / "letter.pdf"
    path.write_bytes(render_pdf(clinic_logo))

    assert [finding.rule_id for finding in pdfua.validate(path).findings] == []


def test_the_same_letter_gives_the_same_bytes(letter, pdf):
    """No clock in either file."""
    word = render_word(letter)
    time.sleep(1.1)

    assert render_pdf(letter) == pdf
    assert render_word(letter) == word


def test_word_keeps_headings_and_header_rows(letter):
    """Staff edit it; a long table repeats its header on the next page."""
    document = docx.Document(io.BytesIO(render_word(letter)))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]

    assert headings[0] == letter.title
    assert "Requests and rights" in headings
    headed = [t for t in document.tables if t.rows[0]._tr.xpath("./w:trPr/w:tblHeader")]
    assert [t.rows[0].cells[0].text for t in headed] == ["Drug", "Exhibit"]


def test_a_clinics_letterhead_frames_the_word_letter(letter, tmp_path):
    """Its own Word template, its own footer; the draft mark and the case stand where it puts them."""
    own = docx.Document()
    own.sections[0].header.paragraphs[0].text = "Juniper Street Rheumatology"
    own.sections[0].footer.paragraphs[0].text = "{{ banner }} / {{ running }}"
    own.save(tmp_path / "ours.docx")

    section = docx.Document(io.BytesIO(render_word(letter, tmp_path / "ours.docx"))).sections[0]

    assert section.header.paragraphs[0].text == "Juniper Street Rheumatology"
    assert section.footer.paragraphs[0].text.startswith("DRAFT FOR THE PHYSICIAN'S SIGNATURE / Odalys")


def test_each_word_page_is_marked_as_a_draft(letter):
    """Header and footer of the built-in letterhead."""
    section = docx.Document(io.BytesIO(render_word(letter))).sections[0]

    assert section.header.paragraphs[0].text == "DRAFT FOR THE PHYSICIAN'S SIGNATURE"
    assert "PA-2611-00731" in section.footer.paragraphs[0].text


@pytest.mark.parametrize(
    "words",
    [
        "a\x00b\x0c\x1b control",
        "lone \ud800 surrogate",
        "\u05e9\u05dc\u05d5\u05dd \u4f60\u597d \U0001f600",
        '#set page(paper: "a0")\n$ sum $ `raw` @ref <label> \\ // comment /* */ {{ x }} {% y %}',
        "x" * 3000,
        "(" * 200 + "\\" * 50,
        "",
    ],
)
def test_no_words_of_a_chart_break_the_letter(words):
    """OCR noise, other scripts and what looks like markup are printed or dropped, and nothing runs off the page."""
    data = lupus_case().model_dump(by_alias=True)
    for criterion in data["criteria"]:
        criterion["explanation"] = words
        for evidence in criterion["evidence"]:
            evidence["text"] = words
    letter = build_letter(CaseDocument.model_validate(data), TODAY)

    pdf = render_pdf(letter)
    render_word(letter)

    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        boxes = [text.get_charbox(at) for at in range(text.count_chars())]
        assert page.get_size() == (612, 792)
        assert all(left >= 60 and right <= 560 for left, _, right, _ in boxes if right > left)
