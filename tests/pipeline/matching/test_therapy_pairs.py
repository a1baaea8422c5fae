"""Criteria about treatment and charts that answer them, each with its near miss."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.test_wider_pairs import _name, _verdict

PAIRS = yaml.safe_load(Path(__file__).with_name("therapy_pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_trial_is_what_the_chart_says_of_it(pair):
    """The drug, its class, how long, beside what and with what outcome: as the sentence stands."""
    verdict = _verdict(pair, near_miss=False)

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_near_miss_is_no_trial(pair):
    """Another generation, route, dose, person or outcome is another answer."""
    verdict = _verdict(pair, near_miss=True)

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation
