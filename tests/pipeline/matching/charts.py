"""Small charts for matching tests: text in, a record of citable findings out."""

import datetime as dt

from extractors.chart import read_chart
from extractors.policy import Node, Note
from pipeline.matching.judge import judge
from pipeline.matching.match import requested_drug_named
from pipeline.matching.reading import requirement_of
from pipeline.matching.record import Record, build_record
from pipeline.matching.verdict import Verdict
from tests.pages import pages_of

REQUEST = dt.date(2026, 9, 30)
PRESCRIBER = "Ines Okafor, MD"
HEADING = "Hillside Clinic\nPatient: Calloway, Ruth    DOB: 04/12/1980    MRN: H-20931\n"


def leaf_of(text: str, *notes: str, negated: bool = False) -> Node:
    """Return a leaf with these words and notes."""
    return Node(
        op="leaf",
        number="1",
        text=text,
        evidence=(),
        notes=tuple(Note(text=note, evidence=()) for note in notes),
        negated=negated,
    )


def record_of(chart: str, drug: str = "", heading: str = HEADING) -> Record:
    """Return the record of a chart whose pages are parted by lines of "==="."""
    pages = pages_of(
        "\f".join(heading + part.strip("\n") for part in chart.replace(" ¦ ", "\t").split("===\n")), "chart.pdf"
    )
    return build_record(
        read_chart(pages, REQUEST),
        [(page.document, page.number) for page in pages],
        REQUEST,
        drug=requested_drug_named(drug),
        service=drug,
        prescriber=PRESCRIBER,
        birth_date=dt.date(1980, 4, 12),
    )


def verdict_on(criterion: str, chart: str, drug: str = "", *notes: str) -> Verdict:
    """Return what a chart says of a criterion."""
    return judge(requirement_of(leaf_of(criterion, *notes)), record_of(chart, drug), criterion)


def changed(text: str, change: list[str] | None) -> str:
    """Return the text with the one change that makes its near miss; what is changed must stand in it."""
    if not change:
        return text
    old, new = change
    assert old in text, f"{old!r} does not stand in the text"
    return text.replace(old, new)
