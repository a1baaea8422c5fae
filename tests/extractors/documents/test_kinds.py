"""Denials that never say so, and the many papers that speak of denial and are none."""

from pathlib import Path

import pytest
import yaml

from extractors.documents import judge
from tests.pages import page_of

KINDS = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", KINDS)
def test_a_paper_is_told_by_what_it_does(name):
    """No denial is opened where nothing is refused, and none is missed for its wording."""
    told = KINDS[name]

    assert judge([page_of(told["says"])]).document_type.value == told["is"]


@pytest.mark.parametrize("name", KINDS)
def test_a_scan_of_it_is_told_as_well(name):
    """Words that the engine was unsure of change nothing."""
    told = KINDS[name]

    assert judge([page_of(told["says"], confidence=0.9)]).document_type.value == told["is"]
