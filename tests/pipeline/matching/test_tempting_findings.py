"""A sentence that is named after the thing, plans it, or tells of another time or person proves nothing."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.charts import verdict_on

PAIRS = yaml.safe_load(Path(__file__).with_name("tempting_findings.yaml").read_text(encoding="utf-8"))
_CHART = """Date of visit: 05/04/2026   {visit}   Provider: Ines Okafor, MD
Seen for routine follow-up. She feels about the same. Questions were answered.
Weight 72 kg, blood pressure 126/80.
===
Date of visit: 08/10/2026   {visit}   Provider: Ines Okafor, MD
She is here with her husband for a follow-up visit. She sleeps well.
Blood pressure 124/78, pulse 70, weight 71 kg.
{says}
Lungs clear. Heart regular. No edema.
Return in three months.
"""


@pytest.mark.parametrize("pair", PAIRS, ids=lambda at: f"{at['criterion'][:60]} / {at['says'][:24]}")
def test_what_tempts_is_no_proof(pair):
    """Among harmless sentences, one that a hasty reader would take for proof; and plain ones that are."""
    chart = _CHART.format(visit=pair["visit"], says=pair["says"])

    verdict = verdict_on(pair["criterion"], chart, pair["drug"])

    assert verdict.status.value in pair["is"].split("/"), verdict.explanation
