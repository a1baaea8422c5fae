"""Criteria that want something absent, not done, not used or not taken together, and the words that deny it."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.test_wider_pairs import _name, _verdict

PAIRS = yaml.safe_load(Path(__file__).with_name("absent_pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_an_absence_is_met_only_by_words_that_deny_it(pair):
    """Met, not met or unclear, as the sentence stands."""
    verdict = _verdict(pair, near_miss=False)

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
    assert len(verdict.evidence) <= 3


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_one_changed_word_takes_the_absence_away(pair):
    """Silence, another site, an older date or a plan denies nothing."""
    verdict = _verdict(pair, near_miss=True)

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation
