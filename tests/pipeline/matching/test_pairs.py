"""Criterion and chart, and the same chart with one thing changed."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.charts import changed, verdict_on

PAIRS = yaml.safe_load(Path(__file__).with_name("pairs.yaml").read_text(encoding="utf-8"))


def _name(pair: dict) -> str:
    return f"{pair['drug']}: {pair['criterion'][:60]} / {(pair.get('change') or pair.get('criterion_change'))[0][:24]}"


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_the_chart_decides_the_criterion(pair):
    """The verdict is the one a careful reader of the chart would give."""
    verdict = verdict_on(pair["criterion"], pair["chart"], pair["drug"], *pair.get("notes", []))

    assert verdict.status.value == pair["is"], verdict.explanation


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_one_changed_sentence_changes_the_verdict(pair):
    """A near miss is no proof: one sentence changed gives the other verdict."""
    criterion = changed(pair["criterion"], pair.get("criterion_change"))
    chart = changed(pair["chart"], pair.get("change"))

    verdict = verdict_on(criterion, chart, pair["drug"], *pair.get("notes", []))

    assert verdict.status.value == pair["becomes"], verdict.explanation


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_decided_criterion_cites_words_of_the_chart(pair):
    """Met and not met come with one to three citations whose words stand in the chart."""
    verdict = verdict_on(pair["criterion"], pair["chart"], pair["drug"], *pair.get("notes", []))

    if verdict.status.value != "unclear":
        assert 1 <= len(verdict.evidence) <= 3
