"""Values and counts in the words of clinics: what they settle, and what they never do."""

from pathlib import Path

import pytest
import yaml

from pipeline.matching.verdict import Status
from tests.pipeline.matching.charts import verdict_on

HELD = yaml.safe_load(Path(__file__).with_name("number_sentences.yaml").read_text(encoding="utf-8"))
VISIT = "Date of visit: 08/10/2026   Internal Medicine   Provider: Ines Okafor, MD\n"


def _verdict(entry):
    return verdict_on(entry["criterion"], VISIT + entry["says"], "dupilumab" if "Dupixent" in entry["says"] else "")


@pytest.mark.parametrize("entry", HELD["answered"], ids=lambda at: at["criterion"][:50])
def test_a_value_told_in_prose_settles_its_criterion(entry):
    """The number, its unit, day and way of measuring are those of the sentence."""
    verdict = _verdict(entry)

    assert verdict.status.value in entry["is"].split("/"), verdict.explanation


@pytest.mark.parametrize("entry", HELD["traps"], ids=lambda at: f"{at['criterion'][:40]} / {at['says'][:30]}")
def test_a_value_that_only_looks_right_never_meets(entry):
    """An older value, another person, unit, side or way of measuring, a goal or a bound is no proof."""
    assert _verdict(entry).status is not Status.MET


@pytest.mark.parametrize("entry", HELD["tables"], ids=lambda at: f"{at['criterion'][:40]} / {at['chart'][-30:]}")
def test_a_row_of_a_report_settles_its_criterion(entry):
    """A row brings its unit, its range and the day of its report or column."""
    verdict = verdict_on(entry["criterion"], entry["chart"])

    assert verdict.status.value == entry["is"], verdict.explanation
