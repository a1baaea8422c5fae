"""Criteria about things done, dosed, kept and recorded, each with a chart that shows it and one that almost does."""

import re
from pathlib import Path

import pytest
import yaml

from pipeline.matching.terms import data
from tests.pipeline.matching.test_wider_pairs import _name, _verdict

PAIRS = yaml.safe_load(Path(__file__).with_name("care_pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_what_was_done_counts_as_done(pair):
    """Met, not met or unclear, as the sentence stands."""
    verdict = _verdict(pair, near_miss=False)

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
    assert len(verdict.evidence) <= 3


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_what_is_planned_or_of_another_time_or_kind_does_not(pair):
    """Ordered, broken off, another profession's, another facility's, another drug's: no proof."""
    verdict = _verdict(pair, near_miss=True)

    assert verdict.status.value in pair["becomes"].split("/"), verdict.explanation


@pytest.mark.parametrize(
    "name",
    [
        "clinicians",
        "continuing",
        "deeds",
        "device_use",
        "diaries",
        "facilities",
        "fills",
        "programs",
        "purposes",
        "studies",
        "supplements",
    ],
)
def test_every_wording_of_care_is_a_pattern(name):
    """A slip in a data file is found before a chart is read with it."""
    for words in _texts(data(name)):
        re.compile(words)


def _texts(held) -> list[str]:
    if isinstance(held, dict):
        return [text for value in held.values() for text in _texts(value)]
    if isinstance(held, list):
        return [text for value in held for text in _texts(value)]
    return [held] if isinstance(held, str) else []
