"""Criteria in plain sentences and charts that answer them: what a reviewer would answer is answered."""

from pathlib import Path

import pytest
import yaml

from extractors.policy import Node
from pipeline.matching.elsewhere import judge_leaf
from pipeline.matching.verdict import Status
from tests.pipeline.matching.charts import leaf_of, record_of

HELD = yaml.safe_load(Path(__file__).with_name("plain_pairs.yaml").read_text(encoding="utf-8"))


def _status(pair: dict) -> Status:
    leaf = leaf_of(pair["criterion"])
    head = pair.get("head")
    heads = (Node(op="any", number="1", text=head, evidence=(), children=(leaf,)),) if head else ()
    visit = f"Date of visit: 08/10/2026   {pair['visit']}   Provider: Ines Okafor, MD\n"
    return judge_leaf(leaf, heads, record_of(visit + pair["says"], pair["drug"]))[1].status


def _name(pair: dict) -> str:
    return f"{pair['criterion'][:60]} / {pair['says'][:40]}"


@pytest.mark.parametrize("pair", HELD["read"], ids=_name)
def test_a_plain_criterion_is_answered_as_a_reviewer_would(pair):
    """Met or not met, from a sentence in the words of a clinic."""
    assert _status(pair).value in pair["is"].split("/")


@pytest.mark.parametrize("pair", HELD["known"], ids=_name)
def test_what_is_not_understood_yet_is_left_to_a_person(pair):
    """Never the wrong answer."""
    assert _status(pair) is Status.UNCLEAR
