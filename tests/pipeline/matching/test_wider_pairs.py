"""Criteria and charts in the language of policies and clinics, of every kind, and each with its near miss."""

from pathlib import Path

import pytest
import yaml

from extractors.policy import Node
from pipeline.matching.judge import judge
from pipeline.matching.reading import requirement_of
from pipeline.matching.verdict import Verdict
from tests.pipeline.matching.charts import changed, leaf_of, record_of

PAIRS = yaml.safe_load(Path(__file__).with_name("wider_pairs.yaml").read_text(encoding="utf-8"))


def _verdict(pair: dict, near_miss: bool) -> Verdict:
    criterion, says = pair["criterion"], pair["says"]
    if near_miss:
        criterion, says = changed(criterion, pair.get("criterion_change")), changed(says, pair.get("change"))
    visit = f"Date of visit: 08/10/2026   {pair['visit']}   Provider: Ines Okafor, MD\n" if pair["visit"] else ""
    leaf = leaf_of(criterion)
    head = pair.get("head")
    heads = (Node(op="any", number="1", text=head, evidence=(), children=(leaf,)),) if head else ()
    return judge(requirement_of(leaf, heads), record_of(visit + says, pair["drug"]), criterion)


def _name(pair: dict) -> str:
    return f"{pair['kind']}: {pair['criterion'][:60]} / {(pair.get('change') or pair['criterion_change'])[0][:24]}"


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_the_verdict_is_that_of_a_careful_reader(pair):
    """Met, not met or unclear, as the sentence stands."""
    verdict = _verdict(pair, near_miss=False)

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
    assert len(verdict.evidence) <= 3


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_near_miss_is_no_proof(pair):
    """One change gives another answer, and never one that flatters the chart."""
    verdict = _verdict(pair, near_miss=True)

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation
