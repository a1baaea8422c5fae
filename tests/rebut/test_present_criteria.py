"""What `rebut criteria` prints for a person: the outline that is compared with the printed policy."""

import pytest

from extractors.policy import published
from rebut.present import print_policy
from tests.extractors.policy.layout import read_grammar


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")


def shown(name: str, capsys) -> list[str]:
    print_policy(published(read_grammar(name)))
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_levels_and_operators_can_be_followed_by_eye(capsys):
    """Each level stands further right, each group says how many of its items are asked for."""
    lines = shown("lettered_criteria", capsys)

    assert any(line.startswith("I. ALL of: Dupixent may be considered medically necessary") for line in lines)
    assert "   A. ANY of: A diagnosis of one of the following:" in lines
    assert any(line.startswith("         2. AT LEAST 2 of:") for line in lines)
    assert "            a. Eosinophils of at least 150 cells/mcL (page 1)" in lines


def test_indications_say_phase_drug_and_duration(capsys):
    """The heading of a tree tells which request it is for."""
    assert "Short Bowel Syndrome (continuation; approved for 12 months)" in shown("aside_duration", capsys)
    assert "chronic gout (pegloticase; approved for up to 6 months)" in shown("two_columns", capsys)


def test_what_is_never_covered_is_shown_with_all_below_it(capsys):
    """A list of exclusions under a head is printed item by item."""
    lines = shown("approve_for", capsys)
    start = lines.index("Not covered:")

    assert any("NOT: " in line for line in lines[start:])


def test_what_was_not_understood_comes_last(capsys):
    """A person sees at the end what the tree does not hold."""
    lines = shown("lists_apart", capsys)

    assert lines[lines.index("Not understood:") + 1].startswith("- The list under")
    assert any("refers to another part" in line for line in shown("phase_with_condition", capsys))
