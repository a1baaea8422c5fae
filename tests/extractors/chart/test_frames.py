"""Sentences that speak of a treatment or finding without stating it of this patient."""

from datetime import date

import pytest

from extractors.chart import Assertion, read_chart
from extractors.chart.frames import frame_of_all, framed, frames, openings, states_nothing
from tests.pages import page_of


def places(sentence: str) -> tuple[str, int, int]:
    start = sentence.index("*")
    return sentence.replace("*", ""), start, sentence.index("*", start + 1) - 1


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: frame.says[0])
def test_a_frame_reads_its_sentences_and_spares_its_near_misses(frame):
    """A guess, a payer's claim or a form's question tells nothing of the patient, and its near miss does."""
    assert all(frame.holds(*places(sentence)) for sentence in frame.says)
    for sentence in frame.spares:
        assert not framed(*places(sentence)), sentence


@pytest.mark.parametrize(
    "text", [sentence for frame in frames() for sentence in frame.says if "methotrexate" in sentence]
)
def test_no_course_is_told_inside_a_frame(text):
    """However surely the words inside speak of the past, no treatment of the patient is read from them."""
    head = "Patient: Rowan Tillery   DOB: 04/02/1980\n\nOffice visit 08/19/2026\n\nInterval history\n"
    chart = read_chart([page_of(head + text.replace("*", ""), "chart.pdf")], date(2026, 12, 1))

    told = [at for at in chart.facts if at.kind == "treatment" and at.name == "methotrexate"]
    assert not [at for at in told if at.assertion in ("affirmed", "historical")]


@pytest.mark.parametrize("opening", openings(), ids=lambda opening: opening.says[0])
def test_an_opening_takes_back_its_sentences_and_spares_its_near_misses(opening):
    """What was not confirmed, would be needed or nobody remembers is told of nobody, and its near miss is."""
    for sentence in opening.says:
        assert opening.pattern.search(sentence)
        assert frame_of_all(sentence) is Assertion.HYPOTHETICAL
    for sentence in opening.spares:
        assert not states_nothing(sentence), sentence
