"""Small real pages for tests: text in, a `Page` with words and boxes out."""

from extractors.evidence import Box, Line, Page, PageSource, Word, enclose
from pipeline.understanding import Contents, sort_files, split_file

CHARACTER = 5.5  # points per character, as of an 11-point face
LEADING = 14.0  # points from line to line


def line_of(text: str, left: float = 72.0, top: float = 72.0, confidence: float = 1.0) -> Line:
    """Return one line whose words stand one character apart."""
    words, x = [], left
    for token in text.split():
        box = Box(x0=x, top=top, x1=x + CHARACTER * len(token), bottom=top + 11.0)
        words.append(Word(text=token, box=box, confidence=confidence))
        x = box.x1 + CHARACTER
    return Line(words=tuple(words), box=enclose(word.box for word in words))


def page_of(
    text: str,
    document: str = "letter.pdf",
    number: int = 1,
    confidence: float = 1.0,
    source: PageSource = PageSource.TEXT,
) -> Page:
    """Return a page of these lines; a tab parts the columns of a row, 150 points each."""
    lines = []
    for row, printed in enumerate(text.splitlines()):
        for column, cell in enumerate(printed.split("\t")):
            if cell.strip():
                lines.append(line_of(cell, 72.0 + 150.0 * column, 72.0 + LEADING * row, confidence))
    return Page(document=document, number=number, width=612.0, height=792.0, lines=tuple(lines), source=source)


def contents_of(files: dict[str, list[Page]]) -> Contents:
    """What the files of a case hold, by name."""
    return sort_files({name: split_file(pages) for name, pages in files.items()}, files.__getitem__)


def pages_of(text: str, document: str = "letter.pdf") -> list[Page]:
    """Return pages parted by form feeds, numbered from 1."""
    return [page_of(part, document, number) for number, part in enumerate(text.split("\f"), start=1)]
