"""Typed pages of a sample: words from YAML, looks from `source/forms/sheet.typ`, one PDF per document."""

import io
import json
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2
import typst

HERE = Path(__file__).parent
FORM = HERE / "source" / "forms" / "sheet.typ"


@cache
def _compiler_inputs() -> tuple[typst.Fonts, bytes]:
    # Only the committed and the built-in faces: system fonts differ from machine to machine, and so would the bytes.
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")]), FORM.read_bytes()


def typeset(sheet: dict) -> bytes:
    """Return the PDF of one document; the same sheet gives the same bytes."""
    fonts, form = _compiler_inputs()
    return typst.compile(
        form, font_paths=fonts, sys_inputs={"sheet": json.dumps(sheet, sort_keys=True)}, pdf_tags=False
    )


def split_pages(document: bytes) -> list[bytes]:
    """Return each page of a typed document as a PDF of its own."""
    pages = []
    with pikepdf.open(io.BytesIO(document)) as whole:
        for page in whole.pages:
            single = pikepdf.new()
            single.pages.append(page)
            sink = io.BytesIO()
            single.save(sink, deterministic_id=True)
            pages.append(sink.getvalue())
    return pages


def text_of(page: bytes) -> str:
    """Return the words of a typed page, in the order they were set."""
    document = pypdfium2.PdfDocument(page)
    try:
        return document[0].get_textpage().get_text_bounded()
    finally:
        document.close()
