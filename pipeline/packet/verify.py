"""Hold a packet to its manifest: every file, every source page, every mark and link."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name

from extractors.errors import RebutError
from pipeline.packet.manifest import sha256

_MANIFEST = "manifest.json"
# Keys by which a PDF acts: none belongs in a packet.
_ACTIVE_ROOT = ("/OpenAction", "/AA", "/AcroForm", "/Names")
_ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/URI", "/GoToR", "/GoToE", "/Rendition")


class NotAPacketError(RebutError):
    """The folder holds no packet (folder, what is missing)."""

    code = "packet-not-found"
    message = "{0} is no packet: {1}. Give the folder that `rebut run --out` wrote."


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found; a packet is sound where `faults` is empty."""

    files: int
    pages: int
    links: int
    faults: tuple[str, ...]


def verify_packet(folder: Path, sources: Mapping[str, bytes] | None = None) -> Verified:
    """Check a packet's folder: hashes, page list, stamps, links, active content, pages of other patients.

    `sources`: the files it was made from, where at hand, checked against the manifest too.
    Raises NotAPacketError where there is no readable manifest.
    """
    manifest = _manifest(folder)
    faults = [*_files(folder, manifest), *_sources(manifest, sources or {}), *_page_list(manifest)]
    packet, pages, links = folder / "packet.pdf", 0, 0
    if packet.is_file():
        try:
            with pikepdf.open(packet) as pdf:
                pages, links = len(pdf.pages), sum(1 for _ in _links(pdf))
                faults += _packet(pdf, manifest)
        except pikepdf.PdfError as error:
            faults.append(f"packet.pdf cannot be opened: {error}")
    return Verified(files=len(manifest["outputs"]), pages=pages, links=links, faults=tuple(faults))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        missing = {"outputs", "sources", "pages", "packet_pages"} - set(found)
    except FileNotFoundError:
        raise NotAPacketError(folder, f"it has no {_MANIFEST}") from None
    except (OSError, ValueError, TypeError):
        raise NotAPacketError(folder, f"its {_MANIFEST} cannot be read") from None
    if missing:
        raise NotAPacketError(folder, f"its {_MANIFEST} lacks {', '.join(sorted(missing))}")
    return found


def _files(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    listed = {entry["file"]: entry["sha256"] for entry in manifest["outputs"]}
    for name, wanted in listed.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing."
        elif sha256(path.read_bytes()) != wanted:
            yield f"{name} was changed since the packet was made."
    for path in sorted(folder.glob("packet-part-*.pdf")):
        if path.name not in listed:
            yield f"{path.name} is not of this packet."


def _sources(manifest: dict[str, Any], sources: Mapping[str, bytes]) -> Iterator[str]:
    wanted = {entry["document"]: entry["sha256"] for entry in manifest["sources"]}
    for name, data in sources.items():
        if name not in wanted:
            yield f"{name} is no file this packet was made from."
        elif sha256(data) != wanted[name]:
            yield f"{name} is not the file this packet was made from: its content differs."


def _page_list(manifest: dict[str, Any]) -> Iterator[str]:
    """Each page of each source stands in the list once, and in the packet at most once."""
    counted = Counter((at["document"], at["page"]) for at in manifest["pages"])
    for entry in manifest["sources"]:
        for number in range(1, entry["pages"] + 1):
            if (times := counted.pop((entry["document"], number), 0)) != 1:
                yield f"{entry['document']} page {number} stands {times} times in the list of pages."
    for document, number in counted:
        yield f"{document} page {number} is listed but is no page of a source."
    used = Counter(at["packet_page"] for at in manifest["pages"] if "packet_page" in at)
    for number, times in used.items():
        if times > 1 or not 1 <= number <= manifest["packet_pages"]:
            yield f"Packet page {number} is given to {times} source pages."
    for at in manifest["pages"]:
        if "packet_page" in at and "left_out" in at:
            yield f"{at['document']} page {at['page']} was left out ({at['left_out']}) and yet stands in the packet."


def _packet(pdf: pikepdf.Pdf, manifest: dict[str, Any]) -> Iterator[str]:
    if len(pdf.pages) != manifest["packet_pages"]:
        yield f"packet.pdf has {len(pdf.pages)} pages; the manifest says {manifest['packet_pages']}."
        return
    yield from pdf.check_pdf_syntax()
    sizes = Counter(at["exhibit"] for at in manifest["pages"] if "exhibit" in at)
    drawn = [_stamps(page) for page in pdf.pages]
    for at in manifest["pages"]:
        if "exhibit" not in at:
            continue
        stamp = f"Exhibit {at['exhibit']} - page {at['exhibit_page']} of {sizes[at['exhibit']]}"
        if stamp not in drawn[at["packet_page"] - 1]:
            yield f"Packet page {at['packet_page']} lacks its stamp “{stamp}”."
    for number, texts in enumerate(drawn, start=1):
        if not any(text.endswith(f"page {number} of {len(pdf.pages)}") for text in texts):
            yield f"Packet page {number} lacks its running number."
    numbers = {page.obj.objgen for page in pdf.pages}
    for annotation in _links(pdf):
        action = annotation.get("/A", {})
        if action.get("/S") != Name.GoTo or action.D[0].objgen not in numbers:
            yield "A link in packet.pdf leads to no page of it."
    yield from _active(pdf)


def _links(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        yield from (at for at in page.obj.get("/Annots", []) if at.get("/Subtype") == Name.Link)


_SHOWN = re.compile(rb"/RebutStamp [\d.]+ Tf [\d. -]+ Td \(((?:[^()\\]|\\.)*)\) Tj")


def _stamps(page: pikepdf.Page) -> list[str]:
    """Return what we drew on a page: stamp, running foot, criteria in the margin."""
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    last = streams[-1].read_bytes() if streams and streams[-1] is not None else b""
    return [re.sub(rb"\\(.)", rb"\1", at).decode("cp1252") for at in _SHOWN.findall(last)]


def _active(pdf: pikepdf.Pdf) -> Iterator[str]:
    for key in _ACTIVE_ROOT:
        if key in pdf.Root and not (key == "/Names" and not len(pdf.Root[key])):
            yield f"packet.pdf holds {key[1:]}, which a packet never does."
    for thing in (inner for held in pdf.objects for inner in _dictionaries(held)):
        if str(thing.get("/S", "")) in _ACTIONS and "/Type" not in thing:
            yield f"packet.pdf holds an action ({str(thing.S)[1:]}), which a packet never does."
        if "/JS" in thing or thing.get("/Type") == Name.Filespec or "/EmbeddedFiles" in thing:
            yield "packet.pdf holds a script or an attachment, which a packet never does."


def _dictionaries(thing: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield a dictionary and those written inside it; what it only points to is an object of its own."""
    if isinstance(thing, pikepdf.Dictionary):
        yield thing
        inner = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return
    for value in inner:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            yield from _dictionaries(value)
