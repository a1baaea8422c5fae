"""Which section of a policy is applied, over many drugs and services."""

from importlib import resources

import pytest
import yaml

from tests.pipeline.matching.test_match import _denial, _match, _policy, _section


def _cases() -> list[list]:
    file = resources.files("tests.pipeline.matching").joinpath("section_choice.yaml")
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
