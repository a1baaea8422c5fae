"""Findings in plain words: met only where the chart says all of it, each with its near miss."""

from pathlib import Path

import pytest
import yaml

from pipeline.matching.judge import judge
from pipeline.matching.reading import requirement_of
from pipeline.matching.verdict import Verdict
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
