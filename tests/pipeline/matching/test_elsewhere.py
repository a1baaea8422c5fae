"""Criteria that lead to another part of the policy are never met, nor failed, by their own words."""

from dataclasses import replace

import pytest

from extractors.policy import read_policy
from pipeline.matching import Status
from tests.extractors.policy.layout import policy_pages
from tests.pipeline.matching.test_match import _denial, _match, _policy, _section

HEAD = (
    "Plan\nTofacitinib Policy\nCriteria\nRheumatoid Arthritis\n"
    "Tofacitinib is covered when ALL of the following are met:\n"
)
CHART = (
    "Date of visit: 08/10/2026   Rheumatology   Provider: Ines Okafor, MD\nAssessment: rheumatoid arthritis (M05.79).\n"
    "Methotrexate 20 mg weekly from 01/05/2025 to 08/01/2025, stopped for inadequate response.\n{more}"
)


def answers(items: str, more: str = "") -> dict[str, Status]:
    policy = read_policy(policy_pages(HEAD + items))
    match = _match(policy, _denial("tofacitinib"), CHART.format(more=more))
    return {at.leaf.number: at.verdict.status for at in match.criteria}


@pytest.mark.parametrize(
    ("leaf", "status"),
    [
        ("Criteria 1 and 2 above are met", Status.MET),
        ("Meets criterion 2 above and patient has tried methotrexate", Status.MET),
        ("Meets criterion 2 above and patient has tried sulfasalazine", Status.UNCLEAR),
        ("Criteria 1 and 8 above are met", Status.UNCLEAR),
        ("Patient has tried methotrexate and meets all criteria in section IV", Status.UNCLEAR),
        ("Patient has tried methotrexate as described in Appendix B", Status.UNCLEAR),
        ("Patient has tried methotrexate (see Appendix B for examples)", Status.MET),
        ("Patient has tried methotrexate", Status.MET),
        ("Methotrexate was tried, and statements 1 to 2 hold", Status.MET),
        ("Sulfasalazine was tried, and statements 1 to 2 hold", Status.UNCLEAR),
        ("10% of the body surface is involved, plus items 1 and 2 are met", Status.UNCLEAR),
    ],
)
def test_a_criterion_that_names_others_is_decided_by_them(leaf, status):
    """Where they are not in the document it stays open."""
    items = f"   1. Patient has tried methotrexate\n   2. Diagnosis of rheumatoid arthritis\n   3. {leaf}\n"

    assert answers(items)["3"] is status


def test_the_reason_names_the_part_that_could_not_be_followed():
    """A person can look it up."""
    items = "   1. Meets all criteria in section IV\n   2. Patient has tried methotrexate\n"
    policy = read_policy(policy_pages(HEAD + items))
    match = _match(policy, _denial("tofacitinib"), CHART.format(more=""))

    assert "section IV" in match.criteria[0].verdict.explanation


def test_what_was_odd_in_the_policy_reaches_the_warnings():
    """Flags and problems of the chosen section are for the person who sends the packet."""
    section = _section("Rheumatoid Arthritis", "Patient has tried methotrexate", "Patient has tried leflunomide")
    odd = replace(section, tree=replace(section.tree, flags=("the head says ALL, the ends of the items say OR",)))
    policy = replace(_policy(odd), problems=("A list under 'Notes' was left aside.",))
    match = _match(policy, _denial("tofacitinib"), CHART.format(more=""))

    assert any("the ends of the items say OR" in warning for warning in match.warnings)
    assert "A list under 'Notes' was left aside." in match.warnings


@pytest.mark.parametrize(
    ("texts", "overall"),
    [
        (("Patient has tried methotrexate", "Diagnosis of rheumatoid arthritis"), Status.MET),
        (("Patient has tried methotrexate", "Patient has tried leflunomide"), Status.UNCLEAR),
    ],
)
def test_a_list_joined_both_ways_is_decided_only_where_both_readings_agree(texts, overall):
    """All met is met; some met is for a person."""
    section = _section("Rheumatoid Arthritis", *texts, op="any")
    unsure = replace(section, tree=replace(section.tree, unsure=True))

    assert _match(_policy(unsure), _denial("tofacitinib"), CHART.format(more="")).overall is overall


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ("Note: This requirement is waived for members with a red flag.", Status.UNCLEAR),
        ("Note: A member already established on the drug is not required to step back.", Status.UNCLEAR),
        ("Note: A trial of two doses does not count.", Status.NOT_MET),
    ],
)
def test_a_note_that_frees_some_patients_keeps_a_criterion_from_failing(note, status):
    """Whether the patient is one of them is for a person."""
    more = "She has never taken sulfasalazine.\n"
    items = f"   1. Patient has tried sulfasalazine\n      {note}\n   2. Diagnosis of rheumatoid arthritis\n"

    assert answers(items, more)["1"] is status
