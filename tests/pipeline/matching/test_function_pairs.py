"""Criteria of function, home, heart and genes, each with a chart that states it and one that almost does."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.test_wider_pairs import _name, _verdict

PAIRS = yaml.safe_load(Path(__file__).with_name("function_pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_whole_phrase_is_read_as_the_clinic_writes_it(pair):
    """Met, not met or unclear, as the sentence stands."""
    verdict = _verdict(pair, near_miss=False)

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
    assert len(verdict.evidence) <= 3


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_near_miss_of_it_is_no_proof(pair):
    """Another limb, another person, a wish, a value below: no proof."""
    verdict = _verdict(pair, near_miss=True)

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation
