import pytest

from pipeline.case import CaseDocument
from pipeline.letter.logic import alternatives_met, alternatives_open


def case(logic, **statuses):
    criteria = [
        {"number": number, "text": "x", "policy_page": 1, "status": status, "explanation": "x", "evidence": []}
        for number, status in statuses.items()
    ]
    return CaseDocument(case="x", documents=[], denial={}, criteria=criteria, logic=logic)


@pytest.mark.parametrize(
    ("logic", "statuses", "expected"),
    [
        (["any", "a", "b"], {"a": "met", "b": "not_met"}, {"b": ["a"]}),
        (["any", "a", "b"], {"a": "unclear", "b": "not_met"}, {}),  # nothing carries the group
        (["all", "a", "b"], {"a": "met", "b": "not_met"}, {}),  # no alternative there
        (["at_least", 2, "a", "b", "c"], {"a": "met", "b": "met", "c": "unclear"}, {"c": ["a", "b"]}),
        (["at_least", 2, "a", "b", "c"], {"a": "met", "b": "unclear", "c": "unclear"}, {}),
        (["any", ["all", "a", "b"], "c"], {"a": "met", "b": "unclear", "c": "met"}, {"b": ["c"]}),
        (["any", ["all", "a", "b"], "c"], {"a": "met", "b": "met", "c": "not_met"}, {"c": ["a", "b"]}),
        ([], {"a": "unclear"}, {}),
    ],
)
def test_a_criterion_is_not_needed_only_where_its_group_is_met_without_it(logic, statuses, expected):
    """Alternatives are read from the policy's own tree."""
    assert alternatives_met(case(logic, **statuses)) == expected


@pytest.mark.parametrize(
    ("logic", "statuses", "expected"),
    [
        (["any", "a", "b"], {"a": "unclear", "b": "not_met"}, {"b": ["a"]}),
        (["any", "a", "b"], {"a": "met", "b": "not_met"}, {}),  # already met by a
        (["any", "a", "b"], {"a": "not_met", "b": "not_met"}, {}),
        (["any", "a", ["any", "b", "c"]], {"a": "unclear", "b": "not_met", "c": "not_met"}, {"b": ["a"], "c": ["a"]}),
        (["any", ["all", "a", "b"], "c"], {"a": "met", "b": "unclear", "c": "not_met"}, {"c": ["b"]}),
        (["all", "a", "b"], {"a": "unclear", "b": "not_met"}, {}),
    ],
)
def test_an_alternative_that_documents_may_yet_show_is_named(logic, statuses, expected):
    """No exception is asked for while another way is open."""
    assert alternatives_open(case(logic, **statuses)) == expected
