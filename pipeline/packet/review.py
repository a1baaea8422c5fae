"""What a person has to settle before the packet of a case is final."""

from collections.abc import Iterator

from pipeline.case import CaseDocument, OpenPoint
from pipeline.decisions import warning_key
from pipeline.letter import Exhibits, Letter, prints_value

SURE = 0.9  # from here on a value is meant to be right 99 times in 100; see docs/contract.md

# What decides where the appeal goes, by when, by which law and in which words, printed or not.
_LED_BY = (
    "payer", "appeal_address", "appeal_fax", "denial_date", "internal_appeal_deadline", "plan_type", "level", "urgent",
    "reasons",
)  # fmt: skip
_NAMES = {
    "plan_type": "The kind of plan",
    "internal_appeal_deadline": "The time to appeal",
    "level": "The appeal level",
}


def open_points(case: CaseDocument, letter: Letter, exhibits: Exhibits) -> list[OpenPoint]:
    """Return what stands open, values first: unsure ones the letter depends on, doubtful pages, warnings."""
    return [*_values(case, letter), *_pages(case, exhibits), *_warnings(case)]


def _values(case: CaseDocument, letter: Letter) -> Iterator[OpenPoint]:
    for name in type(case.denial).model_fields:
        found = getattr(case.denial, name)
        if found is None or found.settled_by or found.confidence >= SURE or found.value == "unknown":
            continue  # that the kind of plan is unknown states nothing
        if name in _LED_BY or prints_value(letter, name, found.value):
            named = _NAMES.get(name, name.replace("_", " ").capitalize())
            why = f"{named} was read with a confidence of {found.confidence:.2f}: confirm or correct it."
            yield OpenPoint(what="value", target=name, why=why, where=found.evidence)


def _pages(case: CaseDocument, exhibits: Exhibits) -> Iterator[OpenPoint]:
    for page in case.doubtful_pages:
        if exhibits.where(page.document, page.page):
            why = (
                f"{page.document} page {page.page} is cited, and it is not sure that it is the patient's "
                f"({page.why}): let it in, or leave it out."
            )
            yield OpenPoint(what="page", target=f"{page.document}:{page.page}", why=why)


def _warnings(case: CaseDocument) -> Iterator[OpenPoint]:
    seen = {at.target for at in case.decisions}
    for text in case.warnings:
        if (target := f"warning:{warning_key(text)}") not in seen:
            yield OpenPoint(what="warning", target=target, why=text)
