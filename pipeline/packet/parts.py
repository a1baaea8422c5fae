"""A packet cut into files that a fax or a portal takes, each whole and readable by itself."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pikepdf
from pikepdf import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a packet sent in several: pages `first` to `last` of the packet, counted from 1."""

    pdf: bytes
    first: int
    last: int

    @property
    def pages(self) -> int:
        return self.last - self.first + 1


def split_packet(packet: bytes, most_pages: int | None, most_bytes: int) -> list[Part]:
    """Return the packet in as few parts as the limits allow, in order; one part is the packet itself.

    Pages share out evenly over the parts that the page limit asks for; what is still too
    large (bytes) is halved. A single page may be larger than the limit: it stays whole.
    """
    with pikepdf.open(io.BytesIO(packet)) as pdf:
        count = len(pdf.pages)
    if count <= (most_pages or count) and len(packet) <= most_bytes:
        return [Part(pdf=packet, first=1, last=count)]
    wanted = -(-count // (most_pages or count))
    edges = [1 + count * n // wanted for n in range(wanted + 1)]
    return [part for first, after in pairwise(edges) for part in _within(packet, first, after - 1, most_bytes)]


def _within(packet: bytes, first: int, last: int, most_bytes: int) -> list[Part]:
    data = cut(packet, range(first, last + 1))
    if len(data) <= most_bytes or first == last:
        return [Part(pdf=data, first=first, last=last)]
    middle = (first + last) // 2
    return [*_within(packet, first, middle, most_bytes), *_within(packet, middle + 1, last, most_bytes)]


def cut(packet: bytes, numbers: Sequence[int], cover: bytes | None = None) -> bytes:
    """Return these pages (from 1) as a PDF of their own, behind a cover; a link to a page outside goes dead.

    Dead means removed: a link kept to a page left out would carry that page along, unseen.
    """
    with pikepdf.open(io.BytesIO(packet)) as pdf:
        kept = {pdf.pages[number - 1].obj.objgen for number in numbers}
        titles = _bookmarks(pdf, kept)
        for number in range(len(pdf.pages), 0, -1):
            if number not in numbers:
                del pdf.pages[number - 1]
        for page in pdf.pages:
            _drop_links(page, kept)
        for key in ("/StructTreeRoot", "/MarkInfo", "/PageLabels", "/Outlines", "/Dests", "/Names"):
            if key in pdf.Root:  # each of these can hold on to pages that are gone
                del pdf.Root[key]
        for page in pdf.pages:
            for key in ("/StructParents", "/Tabs"):
                if key in page.obj:
                    del page.obj[key]
        if cover is not None:
            with pikepdf.open(io.BytesIO(cover)) as front:
                for at, sheet in enumerate(front.pages):
                    pdf.pages.insert(at, sheet)
                return _saved(pdf, titles)
        return _saved(pdf, titles)


def _bookmarks(pdf: pikepdf.Pdf, kept: set[tuple[int, int]]) -> list[tuple[str, tuple[int, int]]]:
    found = []
    with pdf.open_outline() as outline:
        for item in outline.root:
            target = item.destination
            if isinstance(target, pikepdf.Array) and target[0].objgen in kept:
                found.append((item.title, target[0].objgen))
    return found


def _drop_links(page: pikepdf.Page, kept: set[tuple[int, int]]) -> None:
    if "/Annots" not in page.obj:
        return
    page.obj.Annots = pikepdf.Array([at for at in page.obj.Annots if (target := _target(at)) is None or target in kept])
    for annotation in page.obj.Annots:
        if "/StructParent" in annotation:
            del annotation["/StructParent"]


def _target(annotation: pikepdf.Object) -> tuple[int, int] | None:
    """Return the page a link leads to, None of what leads to no page."""
    action = annotation.get("/A")
    if annotation.get("/Subtype") != Name.Link or action is None or action.get("/S") != Name.GoTo:
        return None
    return action.D[0].objgen


def _saved(pdf: pikepdf.Pdf, titles: list[tuple[str, tuple[int, int]]]) -> bytes:
    places = {page.obj.objgen: at for at, page in enumerate(pdf.pages)}
    with pdf.open_outline() as outline:
        for title, target in titles:
            outline.root.append(pikepdf.OutlineItem(title, places[target]))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return out.getvalue()
