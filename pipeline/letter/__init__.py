"""The appeal letter: wording from templates, a neutral structure, and two layouts of it (PDF and Word)."""

from pipeline.letter.blocks import Letter
from pipeline.letter.build import build_fax_cover, build_letter, build_next_steps, check_templates
from pipeline.letter.content import Label, Letterhead
from pipeline.letter.exhibits import Exhibit, Exhibits, Reference, assign_exhibits, cited_findings
from pipeline.letter.kinds import ASIDE, choose_kind
from pipeline.letter.pdf import Enclosures, render_front, render_pdf
from pipeline.letter.statements import prints_value, statements_of
from pipeline.letter.word import render_word
from pipeline.letter.wording import LetterTemplateError
from pipeline.names import initials

__all__ = [
    "ASIDE",
    "Enclosures",
    "Exhibit",
    "Exhibits",
    "Label",
    "Letter",
    "LetterTemplateError",
    "Letterhead",
    "Reference",
    "assign_exhibits",
    "build_fax_cover",
    "build_letter",
    "build_next_steps",
    "check_templates",
    "choose_kind",
    "cited_findings",
    "initials",
    "prints_value",
    "render_front",
    "render_pdf",
    "render_word",
    "statements_of",
]
