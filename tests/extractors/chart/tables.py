"""Pages with wide tables for tests: a tab parts columns 108 points apart."""

from extractors.evidence import Line, Page
from tests.pages import LEADING, line_of


def wide_page_of(text: str, document: str = "chart.pdf", number: int = 1, apart: float = 108.0) -> Page:
    """Return a page whose tabs part columns; an empty cell keeps its place."""
    lines: list[Line] = []
    for row, printed in enumerate(text.splitlines()):
        for column, cell in enumerate(printed.split("\t")):
            if cell.strip():
                lines.append(line_of(cell, 36.0 + apart * column, 40.0 + LEADING * row))
    return Page(document=document, number=number, width=612.0, height=792.0, lines=tuple(lines))
