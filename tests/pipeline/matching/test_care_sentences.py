"""Criteria of findings, function, care and absence in the words payers print."""

from pathlib import Path

import pytest
import yaml

from pipeline.matching.reading import requirement_of
from tests.pipeline.matching.charts import leaf_of

SENTENCES = yaml.safe_load(Path(__file__).with_name("care_sentences.yaml").read_text(encoding="utf-8"))
_OF = {
    "done": "deed",
    "documentation": "concept",
    "study_done": "studies",
    "program": "program",
    "prescriber_specialty": "specialties",
    "absence": "conditions",
}


@pytest.mark.parametrize("sentence", SENTENCES["read"], ids=lambda at: at["leaf"][:70])
def test_a_criterion_is_read_as_what_it_asks(sentence):
    """The kind, and the finding, deed, study, specialty or condition it is about."""
    found = requirement_of(leaf_of(sentence["leaf"]))

    assert found.kind == sentence["kind"]
    if "heads" in sentence:
        assert [head for part in found.parts for head in part.heads] == sentence["heads"]
    if "of" in sentence:
        told = getattr(found, _OF[found.kind])
        assert (list(told) if isinstance(told, tuple) else told) == sentence["of"]


@pytest.mark.parametrize("sentence", SENTENCES["known"], ids=lambda at: at["leaf"][:70])
def test_what_is_not_read_yet_is_listed(sentence):
    """A sentence that comes to be read leaves this list for the one above."""
    assert requirement_of(leaf_of(sentence["leaf"])).kind == sentence["kind"]
