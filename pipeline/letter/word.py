"""The letter as a Word document that staff can edit: real headings, header rows, bookmarked exhibits."""

import io
import zipfile
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.letter.blocks import Block, Criterion, Facts, Heading, Letter, Paragraph, Runs, Table

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same input gives the same bytes
_TABLE_TEXT = "TableText"
_BANNER = "DRAFT FOR THE PHYSICIAN'S SIGNATURE"


def render_word(letter: Letter, letterhead: Path | None = None) -> bytes:
    """Return the .docx; the same blocks as the PDF, one wording for both.

    `letterhead`: a clinic's own Word template with its styles, logo and page margins; its
    header and footer may use `{{ banner }}` and `{{ running }}`.
    """
    from docxtpl import DocxTemplate

    template = DocxTemplate(str(letterhead or resources.files("templates").joinpath("letter", "letterhead.docx")))
    template.render({"banner": "" if letter.final else _BANNER, "running": letter.running}, autoescape=True)
    document = template.docx
    if letter.logo and letterhead is None:  # a letterhead of the clinic's own brings its logo along
        from docx.shared import Inches

        logo = document.add_picture(io.BytesIO(letter.logo), height=Inches(0.6))
        logo._inline.docPr.set("descr", "Letterhead")  # what a screen reader says
    for block in letter.blocks:
        _add(document, block)
    core = document.core_properties
    core.title, core.author, core.language = letter.title, "", "en-US"
    core.created = core.modified = datetime.fromisoformat(letter.date)
    core.last_modified_by, core.comments, core.revision = "", "", 1
    out = io.BytesIO()
    document.save(out)
    return _with_fixed_dates(out.getvalue())


def _add(document: Any, block: Block) -> None:
    from docx.shared import Inches

    match block:
        case Heading():
            _fill(_paragraph(document, f"Heading{block.level}"), block.runs)
        case Paragraph(style="bullet"):
            _fill(_paragraph(document, "ListBullet"), block.runs)
        case Paragraph(style="quote"):
            _fill(_paragraph(document, "Quote"), block.runs)
        case Paragraph():
            _fill(_paragraph(document, tight=block.style in ("address", "signature")), block.runs)
        case Facts():
            _facts(document, block)
        case Table():
            _table(document, block)
        case Criterion():
            head = _paragraph(document)
            head.paragraph_format.keep_with_next = True
            head.add_run(f"{block.number}  ").bold = True
            _fill(head, block.text, italic=True)
            answer = _paragraph(document)
            answer.paragraph_format.left_indent = Inches(0.2)
            answer.add_run(f"{block.status}. ").bold = True
            _fill(answer, block.answer)
            for runs in block.findings:
                finding = _paragraph(document, "ListBullet")
                finding.paragraph_format.left_indent = Inches(0.45)
                _fill(finding, runs)


def _paragraph(document: Any, style_id: str | None = None, tight: bool = False) -> Any:
    """Add a paragraph; by style id, since looking a style up by name takes 3 ms each time."""
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    if style_id:
        paragraph._p.style = style_id
    if tight:
        paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def _facts(document: Any, block: Facts) -> None:
    table = _grid(document, (15, 50))
    for label, runs in block.rows:
        first, second = _cells(table, (15, 50))
        first.add_run(label).bold = True
        _fill(second, runs)
    document.add_paragraph()


def _table(document: Any, block: Table) -> None:
    from docx.oxml import OxmlElement

    table = _grid(document, block.widths)
    for paragraph, text in zip(_cells(table, block.widths), block.headers, strict=True):
        paragraph.add_run(text).bold = True
    header = OxmlElement("w:tblHeader")  # repeats on each page and is read out as a header
    header.set(_w("val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    for row in block.rows:
        for paragraph, runs in zip(_cells(table, block.widths), row, strict=True):
            _fill(paragraph, runs)
    document.add_paragraph()


def _grid(document: Any, widths: tuple[int, ...]) -> Any:
    from docx.shared import Inches

    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):  # LibreOffice goes by these, Word by the cells
        column.width = Inches(6.5 * width / sum(widths))
    return table


def _cells(table: Any, widths: tuple[int, ...]) -> list[Any]:
    """Add a row that no page break may split; return the paragraph of each cell."""
    from docx.oxml import OxmlElement
    from docx.shared import Inches

    row = table.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    paragraphs = []
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Inches(6.5 * width / sum(widths))
        paragraphs.append(cell.paragraphs[0])
        paragraphs[-1]._p.style = _TABLE_TEXT
    return paragraphs


def _fill(paragraph: Any, runs: Runs, italic: bool = False) -> None:
    """Add the runs; a blank is highlighted and in brackets, so it is found by eye and by search."""
    from docx.enum.text import WD_COLOR_INDEX

    for run in runs:
        added = paragraph.add_run(run.text)
        if run.kind != "text":
            added.bold = True
        if italic:
            added.italic = True
        if run.kind == "blank":
            added.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"w:{name}")


def _with_fixed_dates(data: bytes) -> bytes:
    """Rewrite the archive with one date for all members, which zipfile takes from the clock."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, date_time=_ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, source.read(member))
    return out.getvalue()
