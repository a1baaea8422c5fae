"""Make the packet of a case and put it in its folder."""

import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pikepdf

from extractors.evidence import Page, asserted
from pipeline.case import CaseDocument, PacketFiles
from pipeline.deadlines import calendar_of
from pipeline.letter import (
    Exhibits,
    Letterhead,
    assign_exhibits,
    build_letter,
    build_next_steps,
    initials,
    render_front,
    render_pdf,
    render_word,
)
from pipeline.packet.assemble import assemble
from pipeline.packet.checklist import build_enclosures
from pipeline.packet.errors import MissingSourceError, PacketRefusedError
from pipeline.packet.folder import publish
from pipeline.packet.manifest import build_manifest, sha256
from pipeline.packet.marking import find_marks

FILES = PacketFiles(
    letter_docx="letter.docx",
    letter_pdf="letter.pdf",
    packet_pdf="packet.pdf",
    case_json="case.json",
    manifest="manifest.json",
    next_steps="next-steps.pdf",
    calendar="deadlines.ics",
)


def build_packet(
    case: CaseDocument,
    sources: Mapping[str, bytes],
    folder: Path,
    today: date,
    pages: Mapping[str, list[Page]] | None = None,
    source_hashes: Mapping[str, str] | None = None,
    letterhead: Letterhead | None = None,
    templates: tuple[Path, ...] = (),
) -> CaseDocument:
    """Write letter, packet, case and manifest into `folder`; return the case with their names.

    `sources`: file name as given -> its PDF with the same page numbering. `source_hashes`:
    sha256 of each file as it was sent, where that is not the PDF itself. `pages`: what was
    read, to mark the policy and to make scans searchable. Raises
    PacketRefusedError or MissingSourceError before anything is written.
    """
    exhibits = assign_exhibits(case)
    _refuse_strangers(case, exhibits, sources)
    letter = build_letter(case, today, exhibits, letterhead, folders=templates)
    assembled = assemble(
        render_front(letter, build_enclosures(case, exhibits)),
        exhibits,
        sources,
        find_marks(case, pages),
        _foot(case),
        letter.title,
        {(name, page.number): page for name, read in (pages or {}).items() for page in read},
    )
    case = case.model_copy(update={"packet": FILES})
    outputs = {
        "letter.docx": render_word(letter, letterhead.word_template if letterhead else None),
        "letter.pdf": render_pdf(letter),
        "packet.pdf": assembled.pdf,
        "next-steps.pdf": render_pdf(
            build_next_steps(case, today, letter, assembled.page_count, letterhead, templates)
        ),
        "deadlines.ics": calendar_of(case, today),
        "case.json": (case.model_dump_json(by_alias=True, indent=2) + "\n").encode(),
    }
    hashes = {name: sha256(data) for name, data in sources.items()} | dict(source_hashes or {})
    counts = {name: _page_count(data) for name, data in sources.items()}
    manifest = build_manifest(case, letter, exhibits, assembled, counts, hashes, outputs, today)
    files = outputs | {"manifest.json": (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()}
    publish(files, folder)
    return case


def _refuse_strangers(case: CaseDocument, exhibits: Exhibits, sources: Mapping[str, bytes]) -> None:
    """Stop before a page of another patient leaves the practice, whatever went wrong earlier."""
    set_aside = {(page.document, page.page): page.why for page in case.excluded_pages}
    for _, _, source in exhibits.sourced():
        if source in set_aside:
            raise PacketRefusedError(*source, set_aside[source])
        if source[0] not in sources:
            raise MissingSourceError(source[0])


def _foot(case: CaseDocument) -> str:
    """Patient initials and the first reference number: enough to find a page that got lost, no name."""
    denial = case.denial
    name = initials(asserted(denial.patient_name))
    references = asserted(denial.reference_numbers) or []
    return " - ".join(part for part in (name, references[0] if references else None) if part)


def _page_count(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)
