"""When a page's statements were made, by whom, and in which specialty."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from extractors.chart import read_chart
from extractors.chart.authors import find_authors
from tests.pages import page_of

LAYOUTS = yaml.safe_load(Path(__file__).with_name("head_layouts.yaml").read_text())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout["name"])
def test_a_page_gives_the_day_and_the_clinician_of_its_visit(layout):
    """Signature, fax header, print date and transcription are told from the visit; a name is printed as a person's."""
    [page] = read_chart([page_of(layout["text"], "chart.pdf")], date(2026, 12, 1)).pages

    assert page.date == layout["date"]
    assert _parts(page.author) == _parts(layout["author"])
    assert page.specialty == layout["specialty"]


def _parts(name: str | None) -> list[str]:
    return sorted((name or "").replace(",", " ").lower().split())


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Provider: Okafor, Ines, MD", [("Ines Okafor", None, True)]),
        ("OKAFOR MD, INES", [("INES OKAFOR", None, True)]),
        ("Signed by Okafor MD, RHEUMATOLOGY", [("Okafor", "rheumatology", True)]),  # the second word is no first name
        ("Seen by Ines Okafor, MD, FACR", [("Ines Okafor", None, True)]),
        ("Dr. Ines Okafor (Rheumatology)", [("Ines Okafor", "rheumatology", True)]),
        ("Dr. Ines Okafor (second opinion)", []),  # a title alone is no physician's
        ("Dr. Ines Okafor, rheumatology, was asked about the knee.", []),  # told of in prose
        ("Reviewed the note of Lee Moss, MD", [("Lee Moss", None, False)]),
        ("Progress note by Lee Moss, MD", [("Lee Moss", None, True)]),
        ("Submitting physician: Lee Moss, MD", [("Lee Moss", None, False)]),
    ],
)
def test_a_clinician_is_named_in_any_order(text, authors):
    """Last name first, title for credential: the same person; someone whose note was read wrote nothing here."""
    assert [(a.name, a.specialty, a.writes) for a in find_authors(text)] == authors
