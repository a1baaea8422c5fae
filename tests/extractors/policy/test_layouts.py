"""Policies in many layouts give each criterion verbatim, with the logic and the section it belongs to."""

from importlib import resources
from textwrap import dedent

import pytest
import yaml

from extractors.policy import Node, Policy, read_policy
from tests.extractors.policy.layout import policy_pages


def _cases() -> dict[str, str]:
    file = resources.files("tests.extractors.policy").joinpath("layouts.yaml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def drawn(policy: Policy) -> list[str]:
    """The policy in the notation of layouts.yaml."""
    lines = []
    for use in policy.indications:
        lines.append(f"{use.name} | {use.phase}")
        lines += _drawn(use.tree, "all", 1)
    return lines


def _drawn(node: Node, over: str, depth: int) -> list[str]:
    if node.op == "leaf":
        return [f"{'  ' * depth}{'not ' if node.negated else ''}{node.text}"]
    op = f"at least {node.n}" if node.op == "at_least" else node.op
    negated = any(leaf.negated for leaf in node.leaves())
    if (op == over and not (negated and depth > 1)) or len(node.children) == 1:
        return [line for child in node.children for line in _drawn(child, over, depth)]
    return [f"{'  ' * depth}{op}", *(line for child in node.children for line in _drawn(child, op, depth + 1))]


@pytest.mark.parametrize("name", _cases())
def test_each_layout_is_read_as_it_was_written_down(name):
    """Truth was written before the policy was read."""
    text, _, want = _cases()[name].partition("---\n")

    assert drawn(read_policy(policy_pages(text))) == dedent(want).rstrip().split("\n")
