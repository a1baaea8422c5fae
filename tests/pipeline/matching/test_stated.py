"""Findings in plain words: met only where the chart says all of it, each with its near miss."""

from pathlib import Path

import pytest
import yaml

from pipeline.matching.judge import judge
from pipeline.matching.reading import requirement_of
from pipeline.matching.stated_leaves import read_stated
from pipeline.matching.stated_requirements import StatedFinding
from pipeline.matching.verdict import Status, Verdict
from tests.pipeline.matching.charts import changed, leaf_of, record_of

PAIRS = yaml.safe_load(Path(__file__).with_name("stated_pairs.yaml").read_text(encoding="utf-8"))


def _verdict(criterion: str, drug: str, says: str, visit: str = "Rheumatology") -> Verdict:
    head = f"Date of visit: 08/10/2026   {visit}   Provider: Ines Okafor, MD\n"
    return judge(requirement_of(leaf_of(criterion)), record_of(head + says, drug), criterion)


def _name(pair: dict) -> str:
    return f"{pair['criterion'][:60]} / {pair['change'][0][:24]}"


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_finding_is_judged_as_a_careful_reader_would(pair):
    """Each word of the criterion has to be said of the finding, in the chart's own words."""
    verdict = _verdict(pair["criterion"], pair["drug"], pair["says"], pair["visit"])

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
    assert len(verdict.evidence) <= 3


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_one_changed_word_takes_the_answer_away(pair):
    """Another side, level, class, number, day or person is no proof."""
    verdict = _verdict(pair["criterion"], pair["drug"], changed(pair["says"], pair["change"]), pair["visit"])

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation


@pytest.mark.parametrize(
    "leaf",
    [
        "The surgeon will perform the fusion at one level",  # a plan
        "Knee pain or swelling and stiffness",  # what goes with what is open
        "Thenar atrophy or weakness",  # weakness of the thenar, or any
        "Pain score of 4 or more",  # a number of something else
        "No history of stroke",  # to be absent
        "Asthma (severe, oral corticosteroid dependent)",  # a bracket that asks for more
    ],
)
def test_a_leaf_not_wholly_understood_is_not_read_as_a_finding(leaf):
    """Half a reading would make a criterion easier than it is."""
    assert read_stated(leaf) is None


def test_a_list_of_places_that_or_joins_asks_for_one_and_and_for_each():
    """ "Palms, soles and face" is not "palms, soles or face"."""
    either = read_stated("Eczema of the scalp, axilla or face")
    each = read_stated("Eczema of the scalp, axilla and face")

    assert isinstance(either, StatedFinding)
    assert isinstance(each, StatedFinding)
    assert (len(either.parts[0].narrowed), len(each.parts[0].narrowed)) == (1, 3)


def test_the_newest_statement_of_a_finding_decides():
    """What an older visit found does not stand against what the last one denies."""
    older = "===\nDate of visit: 03/10/2026   Rheumatology   Provider: Ines Okafor, MD\nEnthesitis of the left heel.\n"

    assert _verdict("Presence of enthesitis", "adalimumab", "No enthesitis.\n" + older).status is Status.NOT_MET
    assert _verdict("Presence of enthesitis", "adalimumab", "Nails clear.\n" + older).status is Status.MET
