"""Evidence as highlight annotations: a reviewer's viewer lists them and jumps from one to the next."""

from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.packet.stamps import Mark

_READ_ONLY = 64  # without the print flag (4): yellow turns to dots on a fax, where the drawn frame serves
_YELLOW = (1.0, 0.93, 0.35)


def add_highlights(pdf: pikepdf.Pdf, page: pikepdf.Page, marks: Iterable[Mark], height: float) -> None:
    """Annotate each mark on the page, top to bottom, with the criteria it bears on."""
    notes = [_highlight(pdf, mark, height) for mark in sorted(marks, key=lambda m: (m.box.top, m.box.x0))]
    if notes:
        page.obj.Annots = Array(notes)


def _highlight(pdf: pikepdf.Pdf, mark: Mark, height: float) -> pikepdf.Object:
    x0, x1 = mark.box.x0, mark.box.x1
    y0, y1 = height - mark.box.bottom, height - mark.box.top
    look = pdf.make_stream(
        b"/Multiply gs %.2f %.2f %.2f rg %.2f %.2f %.2f %.2f re f" % (*_YELLOW, x0, y0, x1 - x0, y1 - y0),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[x0, y0, x1, y1],
        Group=Dictionary(S=Name.Transparency),
        Resources=Dictionary(ExtGState=Dictionary(Multiply=Dictionary(BM=Name.Multiply))),
    )
    criteria = [label for label in mark.labels if label != "reason"]
    words = {0: "Evidence", 1: "Criterion"}.get(len(criteria), "Criteria")
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Highlight,
            Rect=[x0, y0, x1, y1],
            QuadPoints=[x0, y1, x1, y1, x0, y0, x1, y0],
            C=list(_YELLOW),
            F=_READ_ONLY,
            Contents=" ".join([words, ", ".join(criteria)]).strip(),
            AP=Dictionary(N=look),
        )
    )
