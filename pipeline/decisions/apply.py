"""Decisions put to work: corrections before anything is decided, page decisions in the verdicts, overrules after."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from extractors.denial.fields import Denial
from extractors.evidence import Box, Evidence, Finding, Page
from pipeline.case import DecisionOut, DenialOut
from pipeline.decisions.force import PageKey, Settled, target_told
from pipeline.decisions.values import typed
from pipeline.publish import publish_denial
from pipeline.workflow import DecisionRow, DocumentRow


def corrected(denial: Denial, settled: Settled) -> Denial:
    """Return the denial as the person has it: what was corrected or confirmed is certain."""
    given: dict[str, Finding[Any] | None] = {}
    shown = publish_denial(denial) if settled.values else None
    for name, row in settled.values.items():
        found = getattr(denial, name)
        if row.kind != "confirm_value":
            given[name] = _given(name, row, settled.excluded)
        elif found is not None and _is_as_confirmed(shown, name, row):
            given[name] = replace(found, confidence=1.0)
    if "service" in given and "service_as_printed" not in given and not _names_the_same(denial, given["service"]):
        given["service_as_printed"] = None  # else the letter would name what the person took out
    return replace(denial, **given)


def settled_fields(denial: Denial, settled: Settled) -> list[str]:
    """Return the fields whose value is the person's own or was confirmed as it was read."""
    shown = publish_denial(denial)
    return [
        name
        for name, row in settled.values.items()
        if row.kind != "confirm_value" or _is_as_confirmed(shown, name, row)
    ]


def with_settled(denial: DenialOut, names: Iterable[str]) -> DenialOut:
    """Mark the values that a person settled."""
    marked = {
        name: found.model_copy(update={"settled_by": "reviewer"}) for name in names if (found := getattr(denial, name))
    }
    return denial.model_copy(update=marked)


def lapsed(settled: Settled, criteria: Iterable[Any]) -> list[str]:
    """Return a warning for each overruled criterion that the case no longer has, as it was overruled."""
    held = {(criterion.number, criterion.text) for criterion in criteria}
    return [
        f"Criterion {number} was overruled by a reviewer (decision {row.number}), and is no longer among the criteria "
        "of this case: decide on those there are now, and undo that decision."
        for number, row in settled.criteria.items()
        if (number, row.value["text"]) not in held
    ]


def _given(name: str, row: DecisionRow, excluded: Collection[PageKey]) -> Finding[Any] | None:
    value = typed(name, row.value["value"])
    if value is None:
        return None
    evidence = [at for at in row.value.get("evidence", ()) if (at["document"], at["page"]) not in excluded]
    return Finding(value=value, confidence=1.0, evidence=tuple(map(evidence_of, evidence)))


def evidence_of(told: dict[str, Any]) -> Evidence:
    """Return published evidence as the type of the extractors."""
    x0, top, x1, bottom = told["bbox"]
    box = Box(x0=x0, top=top, x1=x1, bottom=bottom)
    return Evidence(document=told["document"], page=told["page"], bbox=box, text=told["text"])


def _is_as_confirmed(shown: DenialOut | None, name: str, row: DecisionRow) -> bool:
    """A confirmation is of one value: what is read otherwise now was never confirmed."""
    found = getattr(shown, name)
    return found is not None and plain(found.value) == row.value["value"]


def plain(value: Any) -> Any:
    """Return a published value as it stands in JSON."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _names_the_same(denial: Denial, service: Finding[Any] | None) -> bool:
    """Whether the service as printed is a way to name the corrected one: "Olumiant 2 mg" and baricitinib."""
    from pipeline.matching.match import requested_drug_named

    if service is None or denial.service_as_printed is None:
        return False
    printed = denial.service_as_printed.value
    if service.value.casefold() in printed.casefold():
        return True
    drug = requested_drug_named(service.value)
    return drug is not None and drug == requested_drug_named(printed)


def words_in(pages: Sequence[Page], document: str, number: int, bbox: Sequence[float]) -> str:
    """Return the words of the page that stand in the box (shown frame), "" where none could be read."""
    page = next((at for at in pages if (at.document, at.number) == (document, number)), None)
    if page is None:
        return ""
    x0, top, x1, bottom = bbox
    found = []
    for line in page.lines:
        for word in line.words:
            box = word.box.moved_by(page.to_shown)
            if x0 <= (box.x0 + box.x1) / 2 <= x1 and top <= (box.top + box.bottom) / 2 <= bottom:
                found.append(word.text)
    return " ".join(found)


def set_aside(settled: Settled) -> dict[PageKey, str]:
    """Return what a person said of each page: why it is left out, or "patient"."""
    return {page: "patient" if row.kind == "include_page" else row.value["why"] for page, row in settled.pages.items()}


class Overrules:
    """The verdicts of a person on criteria, with the words of the pages they point at.

    `aside`: pages that are left out, by a person since or by the program: nothing of them is cited.
    """

    def __init__(self, settled: Settled, pages: Sequence[Page], aside: Collection[PageKey]) -> None:
        self._rows, self._pages, self._aside = settled.criteria, pages, aside

    def __bool__(self) -> bool:
        return bool(self._rows)

    def on(self, criterion: Any) -> tuple[Any, str] | None:
        """Return the verdict on a criterion and its reason; None where no person overruled it as it reads."""
        from pipeline.matching.verdict import Status, Verdict, sentence

        row = self._rows.get(criterion.leaf.number)
        if row is None or row.value["text"] != criterion.leaf.text:
            return None
        said = sentence("stated_by_reviewer", reason=row.reason.rstrip("."))
        shown = [at for at in row.value.get("evidence", ()) if (at["document"], at["page"]) not in self._aside]
        evidence = tuple(map(self._cited, shown))
        return Verdict(status=Status(row.value["status"]), explanation=said, evidence=evidence), row.reason

    def _cited(self, told: dict[str, Any]) -> Any:
        from pipeline.matching.record import Cited

        words = words_in(self._pages, told["document"], told["page"], told["bbox"])
        day = told.get("date")
        return Cited(evidence=evidence_of(told | {"text": words}), date=dt.date.fromisoformat(day) if day else None)


def published_decisions(settled: Settled, documents: Iterable[DocumentRow]) -> list[DecisionOut]:
    """Return the decisions in force as the case document has them."""
    names = {document.id: document.name for document in documents}
    return [
        DecisionOut(
            number=row.number,
            at=dt.datetime.fromtimestamp(row.at, dt.UTC).isoformat(timespec="seconds"),
            by=row.actor,
            kind=row.kind,
            target=target_told(row.target, names),
            value=row.value,
            reason=row.reason,
        )
        for row in settled.rows
    ]
