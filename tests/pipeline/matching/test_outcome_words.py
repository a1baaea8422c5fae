"""How a treatment went, in the words that clinics use, and sentences that tempt to read an outcome none is told of."""

from pathlib import Path

import pytest
import yaml

from extractors.chart import Outcome
from pipeline.matching.trials import trials_of
from tests.pipeline.matching.charts import record_of

SENTENCES = yaml.safe_load(Path(__file__).with_name("outcome_words.yaml").read_text(encoding="utf-8"))
LETTERS = {Outcome.INADEQUATE_RESPONSE: "f", Outcome.INTOLERANCE: "i"}


@pytest.mark.parametrize(("drug", "says", "wanted"), SENTENCES, ids=lambda at: at[:50])
def test_the_outcome_of_a_treatment_is_that_of_a_careful_reader(drug, says, wanted):
    """A failure, an intolerance, or neither: never one that the sentence does not tell of this drug."""
    record = record_of(f"Date of visit: 08/10/2026   Clinic   Provider: Ines Okafor, MD\n{says}")

    told = {
        LETTERS[at.outcome]
        for name, facts in record.treatments().items()
        if drug in name
        for at in trials_of(record, name, facts)
        if at.outcome in LETTERS
    }

    assert told == ({wanted} - {"n"})
