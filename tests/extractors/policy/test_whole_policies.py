"""Ninety whole policies of a page, each written down as a tree before it was read, printed as PDFs."""

from importlib import resources
from textwrap import dedent

import pytest
import yaml

from extractors.policy import read_policy
from tests.extractors.policy.set_pages import set_pages
from tests.extractors.policy.test_layouts import drawn

# read, and not yet as written down; none of them is read looser than it is printed
KNOWN = {
    "medicaid_boxes": "'all boxes in section 1 and at least one in section 2' is read as all of them",
    "yes_no_table": "the answers stand in columns beside the questions, whose lines run over",
    "step_levels": "a sentence under the last step, as far left as its marker, is taken into it",
    "uses_colon": "'Must have: ...; ...; ...' approves nothing in words",
    "if_then": "'a; or b; and c' is left open between its two readings",
    "either_way": "'There are two ways to qualify' over 'Way 1' and 'Way 2' is read as both of them",
    "req_headings": "headings without a list over sentences that name no patient",
}


def _cases() -> dict[str, str]:
    file = resources.files("tests.extractors.policy").joinpath("whole_policies.yaml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(
            *case.split("---\n"),
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else [],
        )
        for name, case in _cases().items()
    ],
)
def test_a_whole_policy_is_read_as_a_reviewer_wrote_it_down(text, want):
    """Every criterion verbatim, under its use and phase, joined as the page says."""
    assert drawn(read_policy(set_pages(text))) == dedent(want).rstrip().split("\n")
