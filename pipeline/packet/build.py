"""Make the packet of a case and put it in its folder."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from extractors.evidence import Page, asserted
from pipeline.case import CaseDocument, PacketFiles, ReviewOut
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
from pipeline.packet.binding import Binder, BinderHere, Bound, PartLimits
from pipeline.packet.checklist import build_enclosures
from pipeline.packet.errors import MissingSourceError, PacketRefusedError
from pipeline.packet.folder import publish
from pipeline.packet.manifest import build_manifest
from pipeline.packet.marking import find_marks
from pipeline.packet.plan import Plan, PlannedExhibit
from pipeline.packet.review import open_points
from pipeline.results import FINAL

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved which result, and when."""

    by: str  # opaque id
    at: str  # ISO, UTC
    result: str  # digest of the result that was approved


def build_packet(
    case: CaseDocument,
    sources: Mapping[str, bytes] | Binder,
    folder: Path,
    today: date,
    pages: Mapping[str, list[Page]] | None = None,
    source_hashes: Mapping[str, str] | None = None,
    clinic: Clinic | None = None,
    approval: Approval | None = None,
    page_counts: Mapping[str, int] | None = None,
) -> CaseDocument:
    """Write letter, packet, case and manifest into `folder`; return the case with their names.

    `sources`: file name as given -> its PDF with the same page numbering, or whoever opens them; strangers' files
    are opened by a BinderApart, given with their hashes and pages. `source_hashes`: sha256 of each file as it was
    sent, where that is not the PDF itself. `pages`: what was read, to mark the policy and to make scans searchable;
    those of `pages_used` are enough where `page_counts` tells how many each file has. `clinic`: its letterhead,
    wording and limits for sending. `approval`: who approved this very packet: then letter and packet are made
    without the mark of a draft too, under final/. Raises PacketRefusedError, MissingSourceError or
    SourceBreaksPacketError before anything is written.
    """
    clinic = clinic or Clinic()
    binder = BinderHere(sources) if isinstance(sources, Mapping) else sources
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    exhibits = assign_exhibits(case)
    _refuse_strangers(case, exhibits, binder.names)
    letter = build_letter(case, today, exhibits, letterhead, folders=clinic.templates)

    def bind(letter: Letter) -> Bound:
        return binder.bind(
            _plan(case, exhibits, letter.title, pages),
            render_front(letter, build_enclosures(case, exhibits)),
            {(name, page.number): page for name, read in (pages or {}).items() for page in read},
            _limits(clinic),
        )

    bound = bind(letter)
    sent = _sent(case, today, bound, binder, clinic)
    aside = _aside(case, today, exhibits, clinic)
    named = {kind: _ASIDE.format(kind.replace("_", "-"), "docx") for kind in aside}
    made = {"packet": FILES, "other_letters": named, "packet_parts": sorted(sent)}
    told = {"statements": statements_of(letter, case, exhibits), "review": _review(case, letter, exhibits, approval)}
    final = _final(letter, bind, case, today, binder, clinic) if approval else {}
    case = case.model_copy(update=made | told)
    steps = build_next_steps(case, today, letter, bound.page_count, letterhead, clinic.templates)
    outputs = {
        "letter.docx": render_word(letter, letterhead.word_template),
        "letter.pdf": render_pdf(letter),
        "packet.pdf": bound.pdf,
        "next-steps.pdf": render_pdf(steps),
        "deadlines.ics": calendar_of(case, today),
        "fax-cover.pdf": _cover(case, today, bound.page_count + 1, clinic),
        **sent,
        **{named[kind]: render_word(other, letterhead.word_template) for kind, other in aside.items()},
        **{_ASIDE.format(kind.replace("_", "-"), "pdf"): render_pdf(other) for kind, other in aside.items()},
        **final,
        "case.json": (case.model_dump_json(by_alias=True, indent=2) + "\n").encode(),
    }
    counts = binder.page_counts(page_counts or {name: len(read) for name, read in (pages or {}).items()})
    hashes = binder.hashes(source_hashes or {})
    manifest = build_manifest(case, letter, exhibits, bound, counts, hashes, outputs, today)
    if approval:
        manifest["approved"] = {"by": approval.by, "at": approval.at, "result": approval.result}
    files = outputs | {"manifest.json": (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()}
    publish(files, folder)
    return case


def pages_used(case: CaseDocument) -> dict[str, set[int]]:
    """Return the pages that the packet of a case shows or marks, by file."""
    used: dict[str, set[int]] = {}
    for _, _, (document, number) in assign_exhibits(case).sourced():
        used.setdefault(document, set()).add(number)
    if case.policy is not None:
        used.setdefault(case.policy.document, set()).update(at.policy_page for at in case.criteria if at.policy_page)
    return used


def _review(case: CaseDocument, letter: Letter, exhibits: Exhibits, approval: Approval | None) -> ReviewOut:
    if approval is None:
        return ReviewOut(open=open_points(case, letter, exhibits))
    return ReviewOut(final=True, approved_by=approval.by, approved_at=approval.at)


def _final(
    letter: Letter,
    bind: Callable[[Letter], Bound],
    case: CaseDocument,
    today: date,
    binder: Binder,
    clinic: Clinic,
) -> dict[str, bytes]:
    """Return letter and packet as they go out: the same pages without the mark of a draft."""
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    letter = replace(letter, final=True)
    bound = bind(letter)
    files = {
        "letter.docx": render_word(letter, letterhead.word_template),
        "letter.pdf": render_pdf(letter),
        "packet.pdf": bound.pdf,
        **_sent(case, today, bound, binder, clinic),
    }
    return {f"{FINAL}{name}": data for name, data in files.items()}


def _plan(case: CaseDocument, exhibits: Exhibits, title: str, pages: Mapping[str, list[Page]] | None) -> Plan:
    planned = (PlannedExhibit(label=e.label, title=e.title, pages=e.pages) for e in exhibits.exhibits)
    return Plan(exhibits=tuple(planned), marks=find_marks(case, pages), foot=_foot(case), title=title)


def _limits(clinic: Clinic) -> PartLimits:
    """The cover takes one of the pages that a fax may have."""
    most = clinic.fax_pages - 1 if clinic.fax_pages is not None else None
    return PartLimits(most_pages=most, most_bytes=clinic.part_bytes)


def _sent(case: CaseDocument, today: date, bound: Bound, binder: Binder, clinic: Clinic) -> dict[str, bytes]:
    """Return the files to send in place of a packet that is too long for one fax or too large for one upload.

    A part of a fax begins with its own cover.
    """
    if len(bound.parts) == 1:
        return {}
    by_fax = clinic.fax_pages is not None and bound.page_count + 1 > clinic.fax_pages
    files = {}
    for number, (first, last) in enumerate(bound.parts, start=1):
        cover = None
        if by_fax:
            place = {"number": number, "of": len(bound.parts), "first": first, "last": last}
            cover = _cover(case, today, last - first + 2, clinic, place | {"total": bound.page_count})
        files[_PART.format(number)] = binder.cut((first, last), cover)
    return files


def _aside(case: CaseDocument, today: date, exhibits: Exhibits, clinic: Clinic) -> dict[str, Letter]:
    """Return the letters that a case may need beside its appeal; the certification only of an urgent one."""
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    wanted = [kind for kind in ASIDE if kind != "expedited_certification" or asserted(case.denial.urgent)]
    return {kind: build_letter(case, today, exhibits, letterhead, kind, clinic.templates) for kind in wanted}


def _cover(case: CaseDocument, today: date, pages: int, clinic: Clinic, part: dict[str, int] | None = None) -> bytes:
    letterhead = clinic.letterhead_for(asserted(case.denial.prescriber), asserted(case.denial.service))
    return render_pdf(build_fax_cover(case, today, pages, part, letterhead, clinic.templates))


def _refuse_strangers(case: CaseDocument, exhibits: Exhibits, sources: Collection[str]) -> None:
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
