"""Charts that tempt a hasty reader: the criterion is named, and not met. Beside them plain ones that are met."""

from pathlib import Path

import pytest
import yaml

from pipeline.matching.elsewhere import judge_leaf
from tests.pipeline.matching.charts import leaf_of, record_of

PAIRS = yaml.safe_load(Path(__file__).with_name("tempting_pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda at: f"{at['criterion'][:60]} / {at['says'][:40]}")
def test_no_tempting_sentence_meets_a_criterion(pair):
    """Ordered, planned, hoped for, of another test, another side, another person: none of it is met."""
    visit = f"Date of visit: 08/10/2026   {pair['visit']}   Provider: Ines Okafor, MD\n"

    _, verdict = judge_leaf(leaf_of(pair["criterion"]), (), record_of(visit + pair["says"], pair["drug"]))

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
