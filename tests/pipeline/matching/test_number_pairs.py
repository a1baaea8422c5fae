"""Values, scores and counts against criteria, each with its near miss: another unit, side, day or way of measuring."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.test_wider_pairs import _name, _verdict

PAIRS = yaml.safe_load(Path(__file__).with_name("number_pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_value_decides_only_what_it_measures(pair):
    """The verdict is that of a careful reader."""
    verdict = _verdict(pair, near_miss=False)

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
    assert len(verdict.evidence) <= 3


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_a_value_beside_the_point_is_no_proof(pair):
    """One change gives another answer, and never one that flatters the chart."""
    verdict = _verdict(pair, near_miss=True)

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation
