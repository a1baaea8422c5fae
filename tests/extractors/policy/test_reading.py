"""What a reader of a policy must not trip over, one short policy each."""

import pytest

from extractors.policy import Node, outline, published, read_policy
from tests.extractors.policy.layout import policy_pages, read_grammar

CRITERIA = "Health Plan\nDupixent (dupilumab) Policy\nCriteria\n"


def leaves(text: str, use: int = 0) -> list[str]:
    policy = read_policy(policy_pages(CRITERIA + text))
    return [f"{leaf.number} {leaf.text}" for leaf in policy.indications[use].tree.leaves()]


def tree(text: str, use: int = 0) -> Node:
    return read_policy(policy_pages(CRITERIA + text)).indications[use].tree


def test_letters_and_numerals_are_told_apart_by_their_list():
    """After h comes the letter i; under an item comes the numeral i."""
    letters = "\n".join(f"{letter}. Patient has {letter * 3}" for letter in "abcdefghij")

    found = leaves(f"1. Asthma. Approve for 1 year if the patient meets ALL of the following:\n{letters}\n")

    assert [leaf.split()[0] for leaf in found] == [f"1.{letter}" for letter in "abcdefghij"]


def test_a_wrapped_line_that_begins_like_a_marker_is_text():
    """ "12." at the start of a line ends the sentence before it."""
    found = leaves(
        "1. Asthma. Approve for 1 year if the patient meets BOTH of the following (A and B):\n"
        "   A) Patient has an asthma control score between 5 and the normal upper limit of the scale, which is\n"
        "      12. Scores above are not counted; AND\n"
        "   B) Patient is an adult.\n"
    )

    assert found[0].endswith("which is 12. Scores above are not counted")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("another targeted immu-", "nomodulator", "another targeted immunomodulator"),
        ("a disease-", "modifying drug", "a disease-modifying drug"),
        ("an anti-", "rheumatic drug", "an anti-rheumatic drug"),
        ("an IL-", "17 inhibitor", "an IL-17 inhibitor"),
        ("methotrexate and/", "or leflunomide", "methotrexate and/or leflunomide"),
        ("high-potency cor-", "ticosteroid", "high-potency corticosteroid"),
    ],
)
def test_a_word_broken_over_lines_is_whole_again(first, second, expected):
    """Hyphens of a line break go, hyphens of a compound stay."""
    found = leaves(
        "1. Asthma. Approve for 1 year if the patient meets BOTH of the following (A and B):\n"
        f"   A) Patient has tried {first}\n      {second}; AND\n   B) Patient is an adult.\n"
    )

    assert found[0] == f"1.A Patient has tried {expected}"


def test_the_ends_of_the_items_overrule_the_head():
    """A head that says ALL over items joined by OR is read as the items say, and flagged."""
    found = tree(
        "1. Asthma. Approve for 1 year if the patient meets ALL of the following:\n"
        "   A) Patient has eosinophils of 300 or more; OR\n   B) Patient takes prednisone; OR\n   C) He is a child.\n"
    )

    assert found.op == "any"
    assert found.flags


def test_mixed_ends_leave_the_head_in_charge():
    """AND and OR on one level have no one reading: the head decides and the doubt is told."""
    found = tree(
        "1. Asthma. Approve for 1 year if the patient meets ALL of the following:\n"
        "   A) Patient has eosinophils of 300 or more; AND\n   B) Patient takes prednisone; OR\n   C) He is a child.\n"
    )

    assert found.op == "all"
    assert "mix" in found.flags[0]


def test_what_is_not_covered_never_mixes_with_what_is():
    """Numbering that starts again under "Conditions Not Covered" is no criterion for approval."""
    policy = read_policy(
        policy_pages(
            CRITERIA + "1. Asthma. Approve for 1 year if the patient meets BOTH of the following (A and B):\n"
            "   A) Patient is an adult; AND\n   B) Patient has asthma.\n"
            "2. Atopic Dermatitis. Approve for 1 year if the patient is an adult.\n"
            "Conditions Not Covered\n1. Chronic urticaria.\n2. Use with Xolair.\n"
        )
    )

    assert [use.name for use in policy.indications] == ["Asthma", "Atopic Dermatitis"]
    assert [node.text for node in policy.exclusions] == ["Chronic urticaria.", "Use with Xolair."]
    assert all(node.negated for node in policy.exclusions)


def test_a_tag_in_brackets_stays_in_the_text_and_is_known():
    """ "[documentation required]" is the payer's wording and a demand of its own."""
    found = tree("1. Asthma. Approve for 1 year if the patient has asthma [documentation required].\n")

    assert found.text == "the patient has asthma [documentation required]."
    assert found.tags == ("documentation required",)


def test_a_policy_without_criteria_says_so():
    """A brochure gives no tree and a sentence that explains it."""
    policy = read_policy(policy_pages("Health Plan\nWelcome to your benefits\nWe are glad to have you.\n"))

    assert policy.indications == ()
    assert policy.problems
    assert read_policy([]).indications == ()


def test_a_review_date_is_no_effective_date():
    """Only a date that the policy calls effective is given as such."""
    assert read_grammar("approve_for").effective_date is None
    assert read_grammar("must_meet").effective_date.value.isoformat() == "2026-03-01"
    assert read_grammar("centred_joins").number.value == "2026 P 4471-3"


def test_a_fragment_keeps_the_head_it_hangs_on():
    """ "Azathioprine" alone says nothing: the leaf carries the words above it."""
    flat = read_grammar("flat_list").indications[0].tree

    (azathioprine,) = [leaf for leaf in flat.leaves() if leaf.text == "Azathioprine"]

    assert azathioprine.lead.startswith("Inadequate response to two of the following")
    assert next(leaf for leaf in flat.leaves() if leaf.number == "6").lead == ""


def test_the_published_policy_has_the_names_of_the_contract():
    """Every node has op, number and text; a leaf has its page, box and requirement."""
    shown = published(read_grammar("approve_for"), lambda leaf, heads: {"kind": "age"})

    assert {"policy", "payer", "title", "effective_date", "indications"} <= set(shown)
    node = shown["indications"][0]["tree"]
    assert (node["op"], node["number"]) == ("all", "1.A")
    leaf = node["children"][0]
    assert leaf["op"] == "leaf"
    assert leaf["requirement"] == {"kind": "age"}
    assert leaf["page"] == 1
    assert len(leaf["bbox"]) == 4
    assert published(read_grammar("run_on"))["indications"][0]["tree"]["children"][0]["requirement"] == {
        "kind": "free_text"
    }


def test_the_terminal_outline_shows_numbers_operators_and_pages():
    """A person can compare the outline with the printed policy line by line."""
    text = outline(read_grammar("approve_for"))

    assert "1.A ALL of: Initial Therapy" in text
    assert "1.A.i Patient is ≥ 50 years of age  [p. 1]" in text
    assert "! printed as ii after ii" in text
    assert "Not covered" in text


def test_items_that_open_two_pages_alike_are_no_running_header():
    """A header repeats at the edge of pages; so may a criterion, and it stays."""
    item = "   A) Patient has tried ONE tumor necrosis factor inhibitor; AND\n   B) Patient is an adult.\n"
    policy = read_policy(
        policy_pages(
            CRITERIA + "1. Asthma. Approve for 1 year if the patient meets BOTH of the following (A and B):\n"
            f"Page 1 of 3\n\\f\nPlan header of 2026\n{item}"
            "2. Atopic Dermatitis. Approve for 1 year if the patient meets BOTH of the following (A and B):\n"
            f"Page 2 of 3\n\\f\nPlan header of 2026\n{item}Page 3 of 3\n"
        )
    )

    assert [[leaf.number for leaf in use.tree.leaves()] for use in policy.indications] == [
        ["1.A", "1.B"],
        ["2.A", "2.B"],
    ]
    assert all("header" not in leaf.text for use in policy.indications for leaf in use.tree.leaves())
