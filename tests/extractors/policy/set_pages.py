"""Small policies set as PDFs: leading spaces indent, markers hang left of their text, tabs part table cells."""

import re

import typst

from extractors.evidence import Page
from extractors.pages import normalize, read_pages
from tests.extractors.policy.sheets import _text

_MARKER = re.compile(
    r"(\(?[A-Za-z0-9]{1,4}[.)]|\[[A-Za-z0-9]\]|(?:\(\w{1,3}\)){2,4}|[A-Z]{1,5}[-.]\d+:?|\d[\d.]*(?: -)?|\d/|#\d|"
    r"[A-Z]{1,3}\d+[.:]?|(?:Rule|Step|Criterion) \d+[.:]?|[•◦▪–o-]|\[ \]|___|[①②③④⑤]|[a-h](?= [A-Z]))\s+(?=\S)"
)
_JOIN = re.compile(r"-?(?:AND|OR)-?")
_SPACE = 5  # points of a leading space
_COUNTED = {2: "140pt, 1fr", 3: "110pt, 1fr, 70pt"}


def set_pages(text: str) -> list[Page]:
    """Return the pages of the text, as the reader of PDFs gives them."""
    pdf = typst.compile(_source(text).encode(), format="pdf")
    held = normalize(pdf, "policy.pdf")
    return list(read_pages(held.pdf, "policy.pdf", range(1, held.page_count + 1)))


def _source(text: str) -> str:
    found = [
        "#set page(width: 612pt, height: 792pt, margin: (x: 58pt, y: 56pt))",
        '#set text(size: 10pt, hyphenate: false, font: "New Computer Modern")',
        "#set par(leading: 0.5em, spacing: 0.8em)",
    ]
    table: list[list[str]] = []
    for line in (*text.splitlines(), ""):
        if "\t" in line:
            _add_row(table, line.split("\t"))
            continue
        if table:
            found.append(_table(table))
            table = []
        if line.strip():
            found.append(_block(line))
    return "\n".join(found)


def _block(line: str) -> str:
    left, text = _SPACE * (len(line) - len(line.lstrip())), line.strip()
    if _JOIN.fullmatch(text) and left > 80:
        return f"#align(center)[{_text(text)}]"
    marker = _MARKER.match(text)
    if marker is None:
        return f"#pad(left: {left}pt)[{_text(text)}]"
    hang = max(16, 7 + 6 * len(marker[1]))
    return f"#grid(columns: ({left}pt, {hang}pt, 1fr), [], [{_text(marker[1])}], [{_text(text[marker.end() :])}])"


def _add_row(table: list[list[str]], cells: list[str]) -> None:
    if cells[0].strip() or not table:
        table.append(cells)
        return
    for at, cell in enumerate(cells):
        table[-1][at : at + 1] = [f"{table[-1][at]}\n{cell}" if cell else table[-1][at]]


def _table(table: list[list[str]]) -> str:
    width = max(map(len, table))
    counted = width == 2 and all(re.fullmatch(r"#|No\.?|\d{1,2}", row[0]) for row in table)
    cells = [_cell(row[at]) if at < len(row) else "[]" for row in table for at in range(width)]
    columns = "40pt, 1fr" if counted else _COUNTED[width]
    return f"#table(columns: ({columns}), stroke: 0.5pt, align: left, {', '.join(cells)})"


def _cell(text: str) -> str:
    return "[" + " \\\n ".join(_text(line) for line in text.split("\n")) + "]"
