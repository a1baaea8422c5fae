"""Exhibit A and the contents page, as structure. Sentences come from `templates/letter/packet.yaml`."""

from functools import cache
from typing import Any

from extractors.vocabulary.load import read_yaml
from pipeline.case import CaseDocument, CriterionOut
from pipeline.letter import Enclosures, Exhibits, Reference, cited_findings
from pipeline.letter.blocks import Run, Runs, Table
from pipeline.letter.content import shorten
from pipeline.letter.dates import day_in_words
from pipeline.letter.logic import alternatives_met

_MAX_FINDING = 160  # characters; the page itself shows the rest


@cache
def _words() -> dict[str, Any]:
    return read_yaml("letter/packet.yaml", "templates")


def build_enclosures(case: CaseDocument, exhibits: Exhibits) -> Enclosures:
    """Return the contents entries in packet order and the rows of the checklist."""
    words = _words()
    contents: list[tuple[str, str, Reference | None, int]] = [("Letter", words["letter"], None, 0)]
    for exhibit in exhibits.exhibits:
        first = Reference(exhibit=exhibit.label, page=1)
        contents.append((f"Exhibit {exhibit.label}", exhibit.title, first, len(exhibit.pages)))
    return Enclosures(
        contents=contents,
        checklist_title=exhibits.exhibits[0].title,
        checklist_note=words["note"] if case.criteria else words["no_criteria"],
        checklist=Table(
            widths=tuple(words["widths"]),
            headers=tuple(words["headers"]),
            rows=tuple(row for row in _rows(case, exhibits)),
        ),
    )


def _rows(case: CaseDocument, exhibits: Exhibits) -> list[tuple[Runs, ...]]:
    words, instead, rows = _words(), alternatives_met(case), []
    for criterion in case.criteria:
        other = instead.get(criterion.number)
        findings = [] if other else cited_findings(case, criterion)
        placed = [(f, exhibits.where(f.document, f.page)) for f in findings]
        status = words["status"][criterion.status]
        if other:
            status = words["status"]["instead"].format(" / ".join(other))
        if criterion.settled_by and not other:
            status = words["reviewed"].format(status)
        first = (_strong(criterion.number), _text(f"  {criterion.text}"))
        cells = [
            (
                _text(f"\u201c{shorten(finding.text, _MAX_FINDING)}\u201d" if finding.text else words["marked"]),
                _text(day_in_words(finding.date) if finding.date else words["undated"]),
                Run(text=str(place), kind="reference", reference=place),
            )
            for finding, place in placed
            if place
        ] or [(_text(_nothing(criterion) if not other else ""), _text(""), _text(""))]
        for n, (what, when, where) in enumerate(cells):
            head, last = (first, (_strong(status),)) if n == 0 else ((_text(""),), (_text(""),))
            rows.append((head, (what,), (when,), (where,), last))
    return rows


def _nothing(criterion: CriterionOut) -> str:
    """What stands where no page is cited: a person's own words where the verdict is theirs."""
    if criterion.settled_by and criterion.status != "unclear":
        return _words()["stated"].format(criterion.reason)
    return _words()["nothing"][criterion.status]


def _text(text: str) -> Run:
    return Run(text=text)


def _strong(text: str) -> Run:
    return Run(text=text, kind="strong")
