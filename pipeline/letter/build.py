"""Write the letter of a case."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from extractors.evidence import asserted
from pipeline.case import CaseDocument, DenialOut
from pipeline.letter.blocks import Letter
from pipeline.letter.content import Letterhead, view_of
from pipeline.letter.exhibits import Exhibits, assign_exhibits
from pipeline.letter.kinds import choose_kind, kinds
from pipeline.letter.pdf import FAX_COVER, NEXT_STEPS
from pipeline.letter.rights import load_rights
from pipeline.letter.sample import sample_case
from pipeline.letter.wording import write_letter
from pipeline.names import initials


def build_letter(
    case: CaseDocument,
    today: date,
    exhibits: Exhibits | None = None,
    letterhead: Letterhead | None = None,
    kind: str | None = None,
    folders: tuple[Path, ...] = (),
) -> Letter:
    """Return the letter as structure.

    `kind` overrides the choice by the first reason. `folders` hold a clinic's own templates.
    LetterTemplateError if the template is unsound.
    """
    exhibits = exhibits or assign_exhibits(case)
    view = view_of(case, exhibits, today, letterhead or Letterhead())
    letter = write_letter(kind or choose_kind(case.denial), view, *folders)
    return replace(letter, logo=letterhead.logo) if letterhead else letter


def build_next_steps(
    case: CaseDocument,
    today: date,
    letter: Letter,
    packet_pages: int,
    letterhead: Letterhead | None = None,
    folders: tuple[Path, ...] = (),
) -> Letter:
    """Return the sheet for the practice: dates, blanks of the letter, gaps, where to send, what to look at."""
    view = view_of(case, Exhibits(exhibits=(), places={}), today, letterhead or Letterhead())
    view |= {
        "deadlines": [
            {**deadline.model_dump(), "file_by": deadline.file_by or deadline.last_day} for deadline in case.deadlines
        ],
        "blanks": [text.strip("[]") for text in letter.blanks],
        "gaps": case.gaps,
        "warnings": case.warnings,
        "packet_pages": packet_pages,
        "parts": case.packet_parts,
        "set_aside": [
            {"document": page.document, "page": page.page, "why": page.why.replace("_", " ")}
            for page in case.excluded_pages
        ],
    }
    return write_letter(NEXT_STEPS, view, *folders)


def build_fax_cover(
    case: CaseDocument,
    today: date,
    pages: int,
    part: dict[str, int] | None = None,
    letterhead: Letterhead | None = None,
    folders: tuple[Path, ...] = (),
) -> Letter:
    """Return the sheet before a fax of `pages` pages, itself counted.

    `part`: number, of (parts in all), first, last, total (pages of the packet), where it is sent in several.
    """
    view = view_of(case, Exhibits(exhibits=(), places={}), today, letterhead or Letterhead())
    parts = (initials(asserted(case.denial.patient_name)), *view["reference_numbers"][:1])
    running = " \u00b7 ".join(filter(None, parts))
    return write_letter(FAX_COVER, view | {"pages": pages, "part": part, "running": running}, *folders)


def check_templates(*folders: Path) -> list[str]:
    """Fill every template and return their kinds; LetterTemplateError on the first unsound one.

    With an empty case, where everything is a blank, and with full ones: late, and urgent.
    """
    load_rights()
    empty = CaseDocument(case="check", documents=[], denial=DenialOut())
    full = [(sample_case(urgent=False), date(2027, 3, 4)), (sample_case(urgent=True), date(2026, 3, 4))]
    for case, today in [(empty, date(2026, 3, 4)), *full]:
        for kind in kinds():
            letter = build_letter(case, today, kind=kind, folders=folders)
        build_next_steps(case, today, letter, 1, folders=folders)
        build_fax_cover(case, today, 2, {"number": 1, "of": 2, "first": 1, "last": 1, "total": 2}, folders=folders)
    return kinds()
