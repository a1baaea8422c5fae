"""Whole small pages, as clinics print them, are read for their day, their courses, values and diagnoses."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from extractors.chart import Chart, Fact, read_chart
from tests.extractors.chart.tables import wide_page_of
from tests.pages import page_of

PAGES = yaml.safe_load(Path(__file__).with_name("clinic_pages.yaml").read_text())
TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize("printed", PAGES, ids=[page["text"].splitlines()[0][:40] for page in PAGES])
def test_a_printed_page_is_read_as_it_says(printed):
    """Every field told of the page is read from it, and nothing that it rules out."""
    text = printed["text"]
    page = (wide_page_of if "\t" in text else page_of)(text)
    chart = read_chart([page], TODAY)
    wrong = [line for line in printed["says"] if not _holds(line, chart)]
    assert not wrong


def _holds(line: str, chart: Chart) -> bool:
    words = line.split()
    absent = words[0] == "no"
    kind, name, *rest = words[absent:]
    page = chart.pages[0]
    if kind == "date":
        return page.date == _day(name)
    if kind == "author":
        return (page.author or "none").replace(" ", "_") == name
    if kind == "spec":
        return (page.specialty or "none") == name
    fits = {"t": _is_course, "m": _is_value, "d": _is_diagnosis}[kind]
    options = dict(word.split("=", 1) for word in rest if "=" in word)
    plain = [word for word in rest if "=" not in word]
    return any(fits(fact, name, plain, options) for fact in chart.facts) != absent


def _day(text: str) -> dt.date | None:
    if text == "none":
        return None
    year, month, day = (int(part) for part in f"{text}-1-1".split("-")[:3])
    return dt.date(year, month, day)


def _is_course(fact: Fact, name: str, plain: list[str], options: dict[str, str]) -> bool:
    drug, course = name.replace("_", " "), fact.treatment
    if course is None or not (fact.name == drug or fact.name.startswith((f"{drug}-", f"{drug} topical"))):
        return False
    told = {
        "a": fact.assertion.value in options.get("a", "affirmed,historical").split(","),
        "start": course.start == _day(options["start"]) if "start" in options else True,
        "stop": course.stop == _day(options["stop"]) if "stop" in options else True,
        "days": str(course.days) in options["days"].split(",") if "days" in options else True,
        "out": (course.outcome.value if course.outcome else "none") in options.get("out", "").split(","),
        "run": str(course.running)[0] == options.get("run"),
        "dose": options.get("dose", "").replace("_", " ").lower() in (course.dose or "").lower(),
    }
    return told["a"] and all(held for key, held in told.items() if key in options)


def _is_value(fact: Fact, name: str, plain: list[str], options: dict[str, str]) -> bool:
    if fact.measurement is None or fact.name != name or fact.assertion.value not in ("affirmed", "historical"):
        return False
    value = fact.measurement.value
    wanted: float | str | None = None
    if plain:
        wanted = float(plain[0]) if isinstance(value, float) else plain[0]
    return (wanted is None or value == wanted) and (len(plain) < 2 or fact.date == _day(plain[1]))


def _is_diagnosis(fact: Fact, name: str, plain: list[str], options: dict[str, str]) -> bool:
    if fact.kind != "diagnosis" or fact.condition != name:
        return False
    held = not plain or fact.assertion.value in plain[0].split(",")
    return held and ("onset" not in options or fact.onset == _day(options["onset"]))
