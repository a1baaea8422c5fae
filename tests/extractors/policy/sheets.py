"""Policies as real PDFs: a page plan in plain text, set by typst with running lines, tables, raised marks and all.

A line is one paragraph of the page; two leading spaces indent it by a level. `= ` sets a heading, `centre: ` centres,
`| a | b` is a row of a table (an empty first cell goes on in the row above), `~ ` is small print, `---` ends the page,
`^1^` raises. The first lines may say `header:`, `footer:` (`#` is the page number), `watermark:`, `linenumbers:` and
`flush: yes` (no line stands further right than another) and `columns: TITLE` (two columns under a centred title).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

import typst

from extractors.evidence import Box, Line, Page, Word, enclose
from extractors.pages import normalize, read_pages

_SETTING = re.compile(r"(header|footer|watermark|linenumbers|flush|columns): ?(.*)")
_MARKER = re.compile(r"(\(?[A-Za-z0-9]{1,4}[.)]|\d[\d.]*(?: -)?|[•◦▪–o-])\s+(?=\S)")
_STEP = 9  # points of one level


def plan(name: str) -> str:
    """Return the page plan of this name."""
    return resources.files("tests.extractors.policy").joinpath(f"printed/{name}.txt").read_text(encoding="utf-8")


@cache
def printed_pages(text: str) -> tuple[Page, ...]:
    """Return the pages of a plan, as the reader of PDFs gives them."""
    pdf = typst.compile(source_of(text).encode(), format="pdf")
    held = normalize(pdf, "policy.pdf")
    return tuple(read_pages(held.pdf, "policy.pdf", range(1, held.page_count + 1)))


def flushed(pages: Sequence[Page]) -> list[Page]:
    """Return the pages as an export without layout has them: every row begins at the same left edge."""
    return [
        Page(
            document=page.document,
            number=page.number,
            width=page.width,
            height=page.height,
            lines=tuple(_moved(row) for row in page.rows),
        )
        for page in pages
    ]


def _moved(row: Sequence[Line]) -> Line:
    words, x = [], 72.0
    for word in (word for line in row for word in line.words):
        box = Box(x0=x, top=word.box.top, x1=x + word.box.width, bottom=word.box.bottom)
        words.append(Word(text=word.text, box=box, confidence=word.confidence))
        x = box.x1 + 3.0
    return Line(words=tuple(words), box=enclose(word.box for word in words))


def source_of(text: str) -> str:
    """Return the typst source of a plan."""
    lines = text.splitlines()
    settings = dict(match.groups() for line in lines if (match := _SETTING.match(line)))
    body = [line for line in lines if line.strip() and not _SETTING.match(line)]
    said = [
        "#set page(width: 612pt, height: 792pt, margin: (x: 62pt, top: 62pt, bottom: 58pt)",
        *(f", {place}: [{_running(settings[place])}]" for place in ("header", "footer") if place in settings),
    ]
    if "watermark" in settings:
        mark = _plain(settings["watermark"])
        said.append(f", background: rotate(-50deg, text(90pt, fill: luma(225))[{mark}])")
    said.append(")\n#set text(size: 9.5pt, hyphenate: false)\n#set par(leading: 0.5em, spacing: 0.8em)\n")
    if settings.get("linenumbers") == "yes":
        said.append('#set par.line(numbering: "1")\n')
    set_ = "\n".join(_blocks(body, settings.get("flush") == "yes"))
    if "columns" in settings:
        over = _text(settings["columns"])
        set_ = f"#align(center)[#text(12pt)[*{over}*]]\n#columns(2, gutter: 24pt)[\n{set_}\n]"
    return "".join(said) + set_


def _blocks(lines: Sequence[str], flush: bool) -> Iterator[str]:
    table: list[list[str]] = []
    for line in (*lines, ""):
        if line.startswith("|"):
            _add_row(table, line)
            continue
        if table:
            yield _table(table)
            table = []
        if line:
            yield _block(line, flush)


def _add_row(table: list[list[str]], line: str) -> None:
    left, right = line[1:].split("|", 1)
    if left.strip() or not table:
        table.append([left.strip(), right[1:].rstrip()])
    else:
        table[-1].append(right[1:].rstrip())


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = [f"[{_text(left)}], [{''.join(_block(line, False) for line in right)}]" for left, *right in rows]
    return "#table(columns: (120pt, 1fr), stroke: 0.5pt, align: left, " + ", ".join(cells) + ")"


def _block(line: str, flush: bool) -> str:
    text = line.strip()
    left = 0 if flush else _STEP * ((len(line) - len(line.lstrip())) // 2 or 0)
    if text == "---":
        return "#pagebreak()"
    if text.startswith("= "):
        return f"#block(above: 1.2em)[*{_text(text[2:])}*]"
    if text.startswith("centre: "):
        return f"#align(center)[{_text(text[8:])}]"
    if text.startswith("~ "):
        return f"#block[#text(7.5pt)[{_text(text[2:])}]]"
    marker = _MARKER.match(text)
    if marker is None or flush:
        return f"#pad(left: {left}pt)[{_text(text)}]"
    hang = max(14, 5 + 5 * len(marker[1]))
    return f"#grid(columns: ({left}pt, {hang}pt, 1fr), [], [{_text(marker[1])}], [{_text(text[marker.end() :])}])"


def _text(text: str) -> str:
    parts = re.split(r"\^(\w+)\^", text)
    return "".join(f"#super[{_plain(part)}]" if at % 2 else _plain(part) for at, part in enumerate(parts) if part)


def _running(text: str) -> str:
    said = [_plain(part) for part in re.split(r"\s{3,}", text)]
    return "#text(7.5pt)[" + " #h(1fr) ".join(said).replace("\\u{23}", "#context counter(page).display()") + "]"


def _plain(text: str) -> str:
    text = text.replace("**", "")
    return "".join(c if c.isalnum() or c in " ,;:()%?!≥≤" else f"\\u{{{ord(c):x}}}" for c in text)
