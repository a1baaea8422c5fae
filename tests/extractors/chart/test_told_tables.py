"""Tables of sentences and small tables with the courses and values they must give."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from extractors.chart import Assertion, Fact, read_chart
from tests.extractors.chart.tables import wide_page_of

VISIT = date(2026, 8, 19)


def entries(name: str) -> list[Any]:
    """Return the entries of a table file, named by their text."""
    table = yaml.safe_load(Path(__file__).with_name(name).read_text())
    return [pytest.param(entry, id=entry["text"][:60]) for rows in table.values() for entry in rows]


def facts_of(entry: dict[str, Any], kind: str) -> list[Fact]:
    heading = entry.get("heading", "Interval history")
    note = f"Patient: Rowan Tillery   DOB: 04/02/1980\n\nOffice visit 08/19/2026\n\n{heading}\n{entry['text']}"
    return [fact for fact in read_chart([wide_page_of(note)], date(2026, 12, 1)).facts if fact.kind == kind]


def told(fact: Fact, names: dict[str, Any]) -> dict[str, Any]:
    """Return the fact's own values of the fields an entry names."""
    course = fact.treatment
    assert course
    own = {
        "assertion": str(fact.assertion),
        "class": course.classes[0] if course.classes else None,
        "at_least": course.days_at_least,
        "about": course.days_about,
        "outcome": str(course.outcome) if course.outcome else None,
    }
    return {name: own[name] if name in own else getattr(course, name) for name in names}


@pytest.mark.parametrize("entry", entries("course_sentences.yaml"))
def test_a_course_is_told_with_its_span_and_end(entry):
    """Drug, dates, length and outcome come from the words; what was not taken is no course."""
    taken: dict[str, list[Fact]] = {}
    for fact in facts_of(entry, "treatment"):
        if fact.assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL):
            taken.setdefault(fact.name, []).append(fact)

    for drug, fields in (entry.get("courses") or {}).items():
        assert len(taken.get(drug, ())) == 1, (drug, {name: len(held) for name, held in taken.items()})
        assert told(taken[drug][0], fields) == fields
    assert not set(entry.get("none", ())) & set(taken)


@pytest.mark.parametrize("entry", entries("measurement_sentences.yaml"))
def test_a_value_is_told_with_its_name_and_day(entry):
    """Every value stated is found under its own name and day, and no goal, plan or other number is one."""
    expected = [(row[0], row[1], row[2] if len(row) > 2 else VISIT) for row in entry["values"]]

    found = [(f.name, f.measurement.value, f.date) for f in facts_of(entry, "measurement")]

    assert sorted(found, key=str) == sorted(expected, key=str)
