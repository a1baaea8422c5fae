import pytest

from extractors.policy import read_policy
from extractors.policy.formulas import Formula, formula_in
from extractors.policy.quantifiers import split_head
from tests.extractors.policy.layout import policy_pages


def _written(formula: Formula | str | None) -> str:
    if formula is None or isinstance(formula, str):
        return formula or "-"
    sign = {"all": " & ", "any": " | ", "unclear": " ? "}[formula.op]
    return "(" + sign.join(_written(part) for part in formula.parts) + ")"


@pytest.mark.parametrize(
    ("head", "labels", "expected"),
    [
        ("(must meet A and B, or C):", "ABC", "((A & B) | C)"),
        ("meets (a or b, and c):", "abc", "((a | b) & c)"),
        ("when criteria 1 and 2, and either 3 or 4 are met:", "1234", "(1 & 2 & (3 | 4))"),
        ("meets criteria 1-3, or criterion 4:", "1234", "((1 & 2 & 3) | 4)"),
        ("(1 and 2) or 3:", "123", "((1 & 2) | 3)"),
        ("must meet A, and (B or C):", "ABC", "(A & (B | C))"),
        ("criteria 1 through 3, and 4 or 5 are met:", "12345", "((1 & 2 & 3) & (4 | 5))"),
        ("both 1 and 2, or 3:", "123", "((1 & 2) | 3)"),
        ("A and B or C:", "ABC", "(A ? B ? C)"),
        ("(A, B, and C):", "ABC", "-"),
        ("criteria 1, 2, 3 and 4 are met:", "1234", "-"),
        ("(must meet A and B, or C):", "ABCD", "(A ? B ? C ? D)"),
        ("any one of A through C, and D:", "ABCD", "((A | B | C) & D)"),
        ("ANY of A-C AND D.", "ABCD", "((A | B | C) & D)"),
        ("any of A, B or C and D are met:", "ABCD", "((A | B | C) & D)"),
        ("any of A, B and C:", "ABC", "-"),
        ("D and one of A to C:", "ABCD", "(D & (A | B | C))"),
        ("1 and 2, and either of 3 or 4:", "1234", "(1 & 2 & (3 | 4))"),
    ],
)
def test_a_head_that_joins_its_items_both_ways_is_read_as_printed(head, labels, expected):
    """A comma, a bracket or "either" says what binds first; where nothing does, that is said."""
    assert _written(formula_in(head, list(labels))) == expected


def test_a_head_whose_ands_and_ors_cannot_be_told_apart_is_marked():
    """No reading is chosen in silence."""
    items = "".join(f"   {mark}. Patient has finding {mark}\n" for mark in "ABC")
    head = "Plan\nDupixent Policy\nCriteria\nDupixent is covered when A and B or C:\n"
    policy = read_policy(policy_pages(head + items))
    tree = policy.indications[0].tree

    assert tree.unsure
    assert any("mix AND and OR" in flag for flag in tree.flags)


@pytest.mark.parametrize(
    ("head", "own"),
    [
        ("Patient is 6 years old or older and has tried one of the following:", "Patient is 6 years old or older"),
        ("Adults with asthma who have failed TWO of the following:", "Adults with asthma"),
        ("Member has tried methotrexate and has failed one of the following:", "Member has tried methotrexate"),
        ("Has psoriasis (that is, scaly) with either of the following:", "Has psoriasis (that is, scaly)"),
        ("Services are necessary for needs and 1 or more of the following(3):", "Services are necessary for needs"),
        ("The AHI is 5 or more and documentation of:", "The AHI is 5 or more"),
        ("Patient has tried and has failed one of the following:", None),
        ("Patient has had an inadequate response and is intolerant to one of the following:", None),
        ("Members who have failed one of the following:", None),
        ("Disease is active and has been shown by one of the following:", None),
    ],
)  # fmt: skip
def test_what_stands_before_the_list_in_a_head_is_demanded_too(head, own):
    """A list met in part is never the whole of "is an adult and has tried one of"."""
    parts = split_head(head)

    assert (head[: parts[0]] if parts else None) == own
