"""One PDF from the front (letter, contents, checklist) and the cited source pages.

A source page enters as a picture of its content: a form drawn to scale between the
stamps. Nothing else of the source file comes along, so no script, action, attachment or
form field can. Text stays text.

This is done where strangers' files may be opened (`pipeline.packet.binding`), so it loads nothing of a case.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

from extractors.evidence import Page
from pipeline.packet.errors import MissingSourceError
from pipeline.packet.highlights import add_highlights
from pipeline.packet.placing import Placing, place
from pipeline.packet.plan import BoxKey, Plan, SourcePage
from pipeline.packet.searchable import draw_words
from pipeline.packet.shrinking import shrink
from pipeline.packet.stamps import FONT, Mark, draw_foot, draw_marks, draw_stamp

Source = bytes | str  # a PDF, or the path of one
_FONT = FONT.decode()
_LETTER = (0.0, 0.0, 612.0, 792.0)  # points; what a viewer shows of a page without a size
SIZE_LIMIT = 20_000_000  # bytes; portals and mail gateways refuse more


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The packet and where everything in it stands; page numbers count from 1."""

    pdf: bytes
    page_count: int
    places: dict[SourcePage, int]  # source page -> packet page
    starts: dict[str, int]  # "Letter", "Contents", "A", "1" ... -> first packet page


def assemble(
    front: bytes,
    plan: Plan,
    sources: Mapping[str, Source],
    read: Mapping[SourcePage, Page] | None = None,
    opening: Callable[[str | None], None] = lambda document: None,
) -> Assembled:
    """Merge, stamp, mark, link and bookmark.

    `read` holds pages whose words are laid invisibly over their scans. `opening` is told whose page is
    added next, and None when all are there.
    """
    with pikepdf.open(io.BytesIO(front)) as pdf:
        starts = _front_starts(pdf)
        checklist_pages = len(pdf.pages) - starts["A"] + 1
        opened = _Sources(pdf, sources, opening)
        places: dict[SourcePage, int] = {}
        stamped: list[tuple[pikepdf.Page, str | None, Placing | None, SourcePage | None]] = []
        for number, page in enumerate(pdf.pages, start=1):
            at = number - starts["A"] + 1
            stamped.append((page, _stamp("A", at, checklist_pages) if at > 0 else None, None, None))
        for exhibit, number, source in plan.sourced():
            page, placing = opened.add(source, read[source].turn if read and source in read else 0)
            places[source] = len(pdf.pages)
            starts.setdefault(exhibit.label, len(pdf.pages))
            stamped.append((page, _stamp(exhibit.label, number, len(exhibit.pages)), placing, source))

        opening(None)
        font = pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Helvetica-Bold"), Encoding=Name.WinAnsiEncoding
            )
        )
        for number, (page, stamp, placing, source) in enumerate(stamped, start=1):
            running = " - ".join(part for part in (plan.foot, f"page {number} of {len(pdf.pages)}") if part)
            drawn = [draw_foot(running, float(page.mediabox[2]))]
            if placing and source:
                if read and source in read:
                    drawn.insert(0, draw_words(read[source], placing))
                here = _marks(placing, plan.marks.get(source, {}))
                drawn.insert(0, draw_marks(here, placing.height, placing.left - 3))
                add_highlights(pdf, page, here, placing.height)
            if stamp:
                drawn.append(draw_stamp(stamp, float(page.mediabox[2]), float(page.mediabox[3])))
            _draw(pdf, page, font, drawn)
        _link(pdf, plan, places, starts)
        _bookmark(pdf, plan, starts)
        _label_pages(pdf, plan, starts)
        _clean(pdf, plan.title)
        return Assembled(
            pdf=shrink(pdf, SIZE_LIMIT, lambda: _saved(pdf)), page_count=len(pdf.pages), places=places, starts=starts
        )


class _Sources:
    """The source files, opened once each and closed when the packet is saved."""

    def __init__(self, pdf: pikepdf.Pdf, sources: Mapping[str, Source], opening: Callable[[str | None], None]) -> None:
        self._pdf, self._sources, self._opening = pdf, sources, opening
        self._at = ""  # the document whose page was added last
        self._open: dict[str, pikepdf.Pdf] = {}

    def add(self, source: SourcePage, upright: int) -> tuple[pikepdf.Page, Placing]:
        """Append a sheet that shows the source page to scale and upright, however it was fed to the scanner."""
        document, number = source
        if document != self._at:
            self._opening(document)
            self._at = document
        page = self._opened(document).pages[number - 1]
        crop, rotate = _crop(page), int(page.rotation) % 360
        for box in ("/TrimBox", "/ArtBox", "/BleedBox"):  # a form takes the trim box; viewers show the crop box
            if box in page.obj:
                del page.obj[box]
        placing = place(crop, rotate, upright)
        form = self._pdf.copy_foreign(page.as_form_xobject(handle_transformations=False))
        form.BBox = Array(list(crop))
        for key in ("/Matrix", "/Metadata", "/PieceInfo", "/LastModified", "/StructParents"):
            if key in form:
                del form[key]
        sheet = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, placing.width, placing.height]),
            Resources=Dictionary(XObject=Dictionary(Source=form)),
            Contents=self._pdf.make_stream(b"q %s cm /Source Do Q" % _numbers(placing.matrix)),
        )
        self._pdf.pages.append(pikepdf.Page(self._pdf.make_indirect(sheet)))
        return self._pdf.pages[-1], placing

    def _opened(self, document: str) -> pikepdf.Pdf:
        if document not in self._open:
            if document not in self._sources:
                raise MissingSourceError(document)
            told = self._sources[document]
            source = pikepdf.open(io.BytesIO(told) if isinstance(told, bytes) else told)
            if any("/Annots" in page.obj for page in source.pages):
                # What was typed into a form or stamped on the page is part of what it shows.
                if "/AcroForm" in source.Root:
                    source.generate_appearance_streams()
                source.flatten_annotations("all")
            self._open[document] = source
        return self._open[document]


def _crop(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return the box a viewer shows: the crop box within the media box; a letter sheet where both are empty."""
    media, crop = ([float(v) for v in box] for box in (page.mediabox, page.cropbox))
    media, crop = _ordered(media), _ordered(crop)
    both = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return next((box for box in (both, media) if box[0] < box[2] and box[1] < box[3]), _LETTER)


def _ordered(box: list[float]) -> tuple[float, float, float, float]:
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def _numbers(values: tuple[float, ...]) -> bytes:
    return b" ".join(b"%.5f" % value for value in values)


def _stamp(label: str, page: int, pages: int) -> str:
    return f"Exhibit {label} - page {page} of {pages}"


def _marks(placing: Placing, boxes: Mapping[BoxKey, list[str]]) -> list[Mark]:
    return [Mark(box=placing.shown(list(box)), labels=tuple(labels)) for box, labels in boxes.items()]


def _draw(pdf: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, drawn: list[bytes]) -> None:
    """Draw over the page, whatever state its own content leaves behind."""
    resources = page.obj.Resources
    if "/Font" not in resources:
        resources.Font = Dictionary()
    resources.Font[_FONT] = font
    page.contents_add(pdf.make_stream(b"q"), prepend=True)
    page.contents_add(pdf.make_stream(b"Q\n" + b"\n".join(drawn)))


def _front_starts(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return where letter, contents and checklist begin, from the bookmarks that typst set on their titles."""
    numbers = {page.obj.objgen: n for n, page in enumerate(pdf.pages, start=1)}
    starts = {"Letter": 1}
    with pdf.open_outline() as outline:
        for item in outline.root:
            destination = item.destination
            if destination is None:
                continue
            number = numbers.get(destination[0].objgen)
            if item.title == "Contents":
                starts["Contents"] = number
            elif item.title.startswith("Exhibit A: "):
                starts["A"] = number
    return starts


def _links(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", []):
            if annotation.get("/Subtype") == Name.Link and "/A" in annotation:
                yield annotation


def _link(pdf: pikepdf.Pdf, plan: Plan, places: dict[SourcePage, int], starts: dict[str, int]) -> None:
    """Turn each `exhibit:3:2` address into a jump to that page."""
    pages = {(exhibit.label, number): places[source] for exhibit, number, source in plan.sourced()}
    for annotation in _links(pdf):
        address = str(annotation.A.get("/URI", ""))
        if not address.startswith("exhibit:"):
            continue
        _, label, number = address.split(":")
        target = pages.get((label, int(number))) or starts[label] + int(number) - 1
        annotation.A = Dictionary(S=Name.GoTo, D=_destination(pdf, target))


def _destination(pdf: pikepdf.Pdf, number: int) -> Array:
    page = pdf.pages[number - 1]
    return Array([page.obj, Name.XYZ, 0, page.mediabox[3], None])


def _bookmark(pdf: pikepdf.Pdf, plan: Plan, starts: dict[str, int]) -> None:
    with pdf.open_outline() as outline:
        outline.root.clear()
        entries = [("Letter", "Letter"), ("Contents", "Contents")]
        entries += [(f"Exhibit {e.label}: {e.title}", e.label) for e in plan.exhibits]
        for title, key in entries:
            outline.root.append(pikepdf.OutlineItem(title, starts[key] - 1))


def _label_pages(pdf: pikepdf.Pdf, plan: Plan, starts: dict[str, int]) -> None:
    """Let a viewer show "3-2" for the second page of Exhibit 3, "B-1" for the first of Exhibit B."""
    nums: list[object] = [0, Dictionary(S=Name.D)]
    for exhibit in plan.exhibits:
        nums += [starts[exhibit.label] - 1, Dictionary(S=Name.D, P=f"{exhibit.label}-")]
    pdf.Root.PageLabels = Dictionary(Nums=Array(nums))


def _clean(pdf: pikepdf.Pdf, title: str) -> None:
    """Leave in the catalogue only what a reader needs."""
    for key in ("/OpenAction", "/AA", "/Names", "/Dests", "/AcroForm"):
        if key in pdf.Root:
            del pdf.Root[key]
    pdf.Root.PageMode = Name.UseOutlines
    pdf.docinfo["/Title"] = title


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
    )
    return out.getvalue()
