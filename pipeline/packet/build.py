"""Make the packet of a case and put it in its folder."""

import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pikepdf

from extractors.evidence import Page, asserted
from pipeline.case import CaseDocument, PacketFiles
from pipeline.clinic import Clinic
from pipeline.deadlines import calendar_of
from pipeline.letter import (
    ASIDE,
    Exhibits,
    Letter,
    assign_exhibits,
    build_fax_cover,
    build_letter,
    build_next_steps,
    initials,
    render_front,
    render_pdf,
    render_word,
    statements_of,
)
from pipeline.packet.assemble import Assembled, assemble
from pipeline.packet.checklist import build_enclosures
from pipeline.packet.errors import MissingSourceError, PacketRefusedError
from pipeline.packet.folder import publish
from pipeline.packet.manifest import build_manifest, sha256
from pipeline.packet.marking import find_marks
from pipeline.packet.parts import cut, split_packet

FILES = PacketFiles(
    letter_docx="letter.docx",
    letter_pdf="letter.pdf",
    packet_pdf="packet.pdf",
    case_json="case.json",
    manifest="manifest.json",
    next_steps="next-steps.pdf",
    calendar="deadlines.ics",
    fax_cover="fax-cover.pdf",
)
_PART = "packet-part-{:02d}.pdf"
_ASIDE = "other-letters/{}.{}"  # what may be sent beside the appeal


def build_packet(
    case: CaseDocument,
    sources: Mapping[str, bytes],
    folder: Path,
    today: date,
    pages: Mapping[str, list[Page]] | None = None,
    source_hashes: Mapping[str, str] | None = None,
    clinic: Clinic | None = None,
) -> CaseDocument:
    """Write letter, packet, case and manifest into `folder`; return the case with their names.

    `sources`: file name as given -> its PDF with the same page numbering. `source_hashes`:
    sha256 of each file as it was sent, where that is not the PDF itself. `pages`: what was
    read, to mark the policy and to make scans searchable. `clinic`: its letterhead, wording
    and limits for sending. Raises PacketRefusedError or MissingSourceError before anything is written.
    """
    clinic = clinic or Clinic()
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    exhibits = assign_exhibits(case)
    _refuse_strangers(case, exhibits, sources)
    letter = build_letter(case, today, exhibits, letterhead, folders=clinic.templates)
    assembled = assemble(
        render_front(letter, build_enclosures(case, exhibits)),
        exhibits,
        sources,
        find_marks(case, pages),
        _foot(case),
        letter.title,
        {(name, page.number): page for name, read in (pages or {}).items() for page in read},
    )
    sent = _sent(case, today, assembled, clinic)
    aside = _aside(case, today, exhibits, clinic)
    named = {kind: _ASIDE.format(kind.replace("_", "-"), "docx") for kind in aside}
    made = {"packet": FILES, "other_letters": named, "packet_parts": sorted(sent)}
    case = case.model_copy(update=made | {"statements": statements_of(letter, case, exhibits)})
    steps = build_next_steps(case, today, letter, assembled.page_count, letterhead, clinic.templates)
    outputs = {
        "letter.docx": render_word(letter, letterhead.word_template),
        "letter.pdf": render_pdf(letter),
        "packet.pdf": assembled.pdf,
        "next-steps.pdf": render_pdf(steps),
        "deadlines.ics": calendar_of(case, today),
        "fax-cover.pdf": _cover(case, today, assembled.page_count + 1, clinic),
        **sent,
        **{named[kind]: render_word(other, letterhead.word_template) for kind, other in aside.items()},
        **{_ASIDE.format(kind.replace("_", "-"), "pdf"): render_pdf(other) for kind, other in aside.items()},
        "case.json": (case.model_dump_json(by_alias=True, indent=2) + "\n").encode(),
    }
    hashes = {name: sha256(data) for name, data in sources.items()} | dict(source_hashes or {})
    counts = {name: _page_count(data) for name, data in sources.items()}
    manifest = build_manifest(case, letter, exhibits, assembled, counts, hashes, outputs, today)
    files = outputs | {"manifest.json": (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()}
    publish(files, folder)
    return case


def _sent(case: CaseDocument, today: date, assembled: Assembled, clinic: Clinic) -> dict[str, bytes]:
    """Return the files to send in place of a packet that is too long for one fax or too large for one upload.

    A part of a fax begins with its own cover; the cover takes one of the pages a fax may have.
    """
    by_fax = clinic.fax_pages is not None and assembled.page_count + 1 > clinic.fax_pages
    most = clinic.fax_pages - 1 if by_fax and clinic.fax_pages else None
    parts = split_packet(assembled.pdf, most, clinic.part_bytes)
    if len(parts) == 1:
        return {}
    files = {}
    for number, part in enumerate(parts, start=1):
        data = part.pdf
        if by_fax:
            place = {"number": number, "of": len(parts), "first": part.first, "last": part.last}
            cover = _cover(case, today, part.pages + 1, clinic, place | {"total": assembled.page_count})
            data = cut(assembled.pdf, range(part.first, part.last + 1), cover)
        files[_PART.format(number)] = data
    return files


def _aside(case: CaseDocument, today: date, exhibits: Exhibits, clinic: Clinic) -> dict[str, Letter]:
    """Return the letters that a case may need beside its appeal; the certification only of an urgent one."""
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    wanted = [kind for kind in ASIDE if kind != "expedited_certification" or asserted(case.denial.urgent)]
    return {kind: build_letter(case, today, exhibits, letterhead, kind, clinic.templates) for kind in wanted}


def _cover(case: CaseDocument, today: date, pages: int, clinic: Clinic, part: dict[str, int] | None = None) -> bytes:
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    return render_pdf(build_fax_cover(case, today, pages, part, letterhead, clinic.templates))


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
