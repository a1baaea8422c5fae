"""Facts in the shape of the published JSON (docs/contract.md)."""

from collections.abc import Iterable
from typing import Any

from extractors.chart.facts import Fact


def published_facts(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """Return one mapping per fact, with only the part that fits its kind."""
    return [_published(fact) for fact in facts]


def _published(fact: Fact) -> dict[str, Any]:
    out: dict[str, Any] = {
        "kind": fact.kind,
        "name": fact.name,
        "assertion": str(fact.assertion),
        "date": fact.date.isoformat() if fact.date else None,
        "evidence": [
            {"document": at.document, "page": at.page, "bbox": at.bbox.as_list(), "text": at.text}
            for at in fact.evidence
        ],
    }
    if fact.treatment:
        course = fact.treatment
        out["treatment"] = {
            "class": course.classes[0] if course.classes else None,
            "route": course.route,
            "dose": course.dose,
            "start": course.start.isoformat() if course.start else None,
            "stop": course.stop.isoformat() if course.stop else None,
            "days": course.days,
            "outcome": str(course.outcome) if course.outcome else None,
            "date_precision": course.date_precision if course.start or course.stop else None,
            "days_at_least": course.days_at_least if course.days is not None else None,
        }
    if fact.measurement:
        value = fact.measurement
        out["measurement"] = {"value": value.value, "unit": value.unit, "comparator": value.comparator}
    if fact.encounter:
        out["encounter"] = {"author": fact.encounter.author, "specialty": fact.encounter.specialty}
    return out
