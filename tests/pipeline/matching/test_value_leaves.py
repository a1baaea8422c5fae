"""Criteria about ages, diagnoses, values, results, counts and lengths, as payers print them."""

from pathlib import Path

import pytest
import yaml

from extractors.policy.tree import Node
from pipeline.matching.reading import requirement_of
from pipeline.matching.verdict import Status
from tests.pipeline.matching.charts import verdict_on
from tests.pipeline.matching.short_reading import short

HELD = yaml.safe_load(Path(__file__).with_name("value_leaves.yaml").read_text(encoding="utf-8"))
VISIT = "Date of visit: 08/10/2026   Internal Medicine   Provider: Ines Okafor, MD\n"


def _read(leaf):
    return requirement_of(Node(op="leaf", number="1", text=leaf, evidence=()))


@pytest.mark.parametrize("leaf", HELD["read"], ids=lambda at: at[:60])
def test_a_leaf_is_read_with_all_it_asks_for(leaf):
    """Type, bound, unit, window and what is left over are those a careful reader would write down."""
    assert short(_read(leaf)) == HELD["read"][leaf]


@pytest.mark.parametrize("leaf", HELD["known"], ids=lambda at: at[:60])
def test_a_leaf_that_is_not_understood_is_never_met_by_its_own_words(leaf):
    """What is still read too narrowly or not at all stays a question for a person."""
    assert short(_read(leaf)) != HELD["known"][leaf]


@pytest.mark.parametrize("entry", HELD["charts"], ids=lambda at: f"{at['criterion'][:40]} / {at['says'][:40]}")
def test_a_chart_answers_by_the_printed_name_and_no_other(entry):
    """A name, its abbreviation or its code affirmed of this patient; a guess, a relative or a sibling is none."""
    verdict = verdict_on(entry["criterion"], VISIT + entry["says"])

    assert verdict.status.value in entry["is"].split("/"), verdict.explanation


@pytest.mark.parametrize("entry", HELD["traps"], ids=lambda at: f"{at['criterion'][:40]} / {at['says'][:40]}")
def test_a_near_miss_is_never_met(entry):
    """One word of the chart or of the criterion takes the answer away."""
    assert verdict_on(entry["criterion"], VISIT + entry["says"]).status is not Status.MET
