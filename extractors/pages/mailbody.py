"""The text of a message, set in type: facts reach typst as data, so no mail can run markup."""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BREAKING = frozenset(
    {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "ul", "ol", "pre", "hr"}
)
_SILENT = frozenset({"script", "style", "head", "title", "template"})

_SOURCE = """\
#let mail = json(bytes(sys.inputs.mail))
#set document(title: "E-mail message", date: none)
#set page(paper: "us-letter", margin: 0.9in)
#set text(font: "Libertinus Serif", size: 11pt, hyphenate: false, ligatures: false, lang: "en")
#set par(justify: false, leading: 0.55em, spacing: 0.55em)
#for (label, value) in mail.headers [
  #strong(label + ":") #value #parbreak()
]
#v(4pt) #line(length: 100%, stroke: 0.5pt) #v(4pt)
#for row in mail.lines [
  #if row == "" { v(0.6em) } else { row } #parbreak()
]
"""


@dataclass(frozen=True, slots=True)
class BodyText:
    """What stands on the pages of a message."""

    headers: list[list[str]]  # [label, value], in order
    text: str  # lines parted by newlines


def body_pdf(body: BodyText) -> tuple[bytes, int]:
    """Return (PDF, pages) of a message; the same text gives the same bytes."""
    import pypdfium2 as pdfium
    import typst

    mail = json.dumps({"headers": body.headers, "lines": [line.rstrip() for line in body.text.split("\n")]})
    pdf = typst.compile(_SOURCE.encode(), sys_inputs={"mail": mail}, ignore_system_fonts=True, format="pdf")
    with pdfium.PdfDocument(pdf) as opened:
        return pdf, len(opened)


def text_of_html(html: str) -> str:
    """Return the visible text of an HTML message, blocks on lines of their own."""
    stripper = _Stripper()
    try:
        stripper.feed(html)
        stripper.close()
    except (AssertionError, ValueError):  # the parser's own limits on broken declarations
        return re.sub(r"<[^>]*>", " ", html)
    return stripper.text()


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKING:
            self._pieces.append("\n")
        elif tag in ("td", "th"):
            self._pieces.append("    ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKING:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def text(self) -> str:
        lines = [line.strip() for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
