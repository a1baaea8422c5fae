"""No criterion of a policy is lost because its outline was not understood, and nothing is decided by such a tree."""

import re
from importlib import resources
from textwrap import dedent

import pytest
import yaml

from extractors.policy import Node, Policy, read_policy
from extractors.policy.demands import area_of, is_demand
from pipeline.matching.logic import decide
from pipeline.matching.verdict import Status
from tests.extractors.policy.set_pages import set_pages

# criteria that the plain reading takes whole where the reviewer parted them
WHOLE = {
    "prose_paras": "severe asthma who is at least 12 years old",
    "semicolons_either": "forced vital capacity fell by less than 10% in the past year.",
    "checklist_columns": "An oral or topical NSAID",
}


def _cases() -> dict[str, str]:
    file = resources.files("tests.extractors.policy").joinpath("plain_policies.yaml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


@pytest.mark.parametrize("name", _cases())
def test_every_criterion_is_found_verbatim_whatever_the_layout(name):
    """Prose, boxes, sections of a form, cells of a table."""
    text, want = _cases()[name].split("---\n")
    policy = read_policy(set_pages(text))
    found = {_letters(leaf.text) for use in policy.indications for leaf in use.tree.leaves()}
    wanted = [
        line.strip()
        for line in dedent(want).splitlines()
        if line.startswith(" ") and not re.fullmatch(r"any|all|at least \d", line.strip())
    ]

    assert [line for line in wanted if _letters(line) not in found and line != WHOLE.get(name)] == []


def _nodes(node: Node) -> list[Node]:
    return [node, *(below for child in node.children for below in _nodes(child))]


def _uncertain(policy: Policy) -> list[Node]:
    return [node for use in policy.indications for node in _nodes(use.tree) if node.uncertain]


@pytest.mark.parametrize("name", ["form_sections", "form_inner_or", "sub_headed_topics", "lead_in_must"])
def test_a_tree_put_together_from_single_sentences_is_never_decided(name):
    """Each of its criteria may be matched; that all are met is more than anybody read."""
    trees = _uncertain(read_policy(set_pages(_cases()[name].split("---\n")[0])))

    assert trees
    for tree in trees:
        assert all("could not be read for certain" in flag for flag in tree.flags)
        for status in Status:
            assert decide(tree, {id(leaf): status for leaf in tree.leaves()}) is Status.UNCLEAR


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("The member has had two exacerbations in the past 12 months.", True),
        ("An epidural injection did not give lasting relief.", True),
        ("The surgeon must be board certified.", True),
        ("Severe persistent asthma in adults", False),  # words alone are a demand only as an item
        ("Asthma is a chronic disease of the airways.", False),
        ("Ambrisentan means the generic tablet of 5 mg or 10 mg.", False),
        ("The trial enrolled 1,061 patients.", False),
        ("Time is counted back from the day the form is received.", False),
        ("If yes, go to 4.", False),
        ("The criteria 1 to 5 below are met.", False),
        ("Requests must be sent by fax.", False),
        ("Effective January 1, 2026", False),
        ("J3590 Unclassified biologics", False),
        ("Renewal criteria for all members", False),
    ],
)
def test_a_demand_is_told_from_background_and_pointers(text, asks):
    assert is_demand(text) is asks


@pytest.mark.parametrize(
    ("heading", "area"),
    [
        ("About these drugs", "ignored"),
        ("Why this rule exists", "ignored"),
        ("Opsumit, continued use", "continuation"),
        ("When it is paid for again", "continuation"),
        ("When not medically necessary", "excluded"),
        ("Codes", "ignored"),
        ("Attacks and earlier treatment", None),
        ("Plaque psoriasis", None),
    ],
)
def test_a_heading_tells_what_its_part_is_for(heading, area):
    assert area_of(heading) == area
