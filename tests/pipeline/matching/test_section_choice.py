"""Which section of a policy is applied, over many drugs and services."""

from dataclasses import replace
from importlib import resources

import pytest
import yaml

from extractors.denial import Reason, ReasonCategory
from extractors.policy import Node
from tests.pipeline.matching.test_match import _denial, _found, _match, _policy, _section


def _cases(name: str = "section_choice.yaml") -> list[list]:
    file = resources.files("tests.pipeline.matching").joinpath(name)
    return yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]


def _titled(title: str):
    name, _, phase = title.partition(" | ")
    return _section(name, "Patient is 18 years of age or older", phase=phase or "any")


def chosen_of(service: str, codes: list[str], titles: list[str], said: str) -> str | None:
    chart = f"Date of visit: 08/10/2026   Provider: Ines Okafor, MD\n{said}\n"
    match = _match(_policy(*map(_titled, titles)), _denial(service, *codes), chart)
    if match.indication is None:
        return None
    phase = match.indication.phase
    return match.indication.name if phase == "any" else f"{match.indication.name} | {phase}"


@pytest.mark.parametrize(("service", "codes", "titles", "said", "chosen"), _cases())
def test_the_section_is_the_one_a_reader_would_choose(service, codes, titles, said, chosen):
    """Or none, where a reader could not tell."""
    assert chosen_of(service, codes, titles, said) == chosen


def _with_criteria(title: str, first: str, *more: str):
    name, _, phase = title.partition(" | ")
    section = _section(name, first, phase=phase or "any")
    leaf = next(section.tree.leaves())
    leaves = (leaf, *(replace(leaf, text=text, number=str(at)) for at, text in enumerate(more, start=2)))
    tree = Node(op="all", number="", text="", evidence=leaf.evidence, children=leaves)
    return replace(section, tree=tree)


@pytest.mark.parametrize(
    ("service", "codes", "quote", "category", "sections", "said", "chosen"), _cases("section_reasons.yaml")
)
def test_the_reason_of_the_denial_chooses_only_where_it_speaks_of_one_section(
    service, codes, quote, category, sections, said, chosen
):
    """A want of step therapy alone never chooses between diseases, nor against what the chart says."""
    reason = Reason(category=ReasonCategory(category), quote=quote)
    denial = replace(_denial(service, *codes), reasons=_found((reason,)))
    chart = f"Date of visit: 08/10/2026   Provider: Ines Okafor, MD\n{said}\n"
    match = _match(_policy(*(_with_criteria(*section) for section in sections)), denial, chart)

    assert (match.indication and match.indication.name) == chosen
