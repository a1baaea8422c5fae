import pytest

from extractors.policy import read_policy
from extractors.policy.waivers import waiver_in
from tests.extractors.policy.layout import policy_pages

HEAD = (
    "Plan\nSpine Imaging Policy\nCriteria\nLumbar radiculopathy\n"
    "MRI is medically necessary when ALL of the following are met:\n"
)
ITEMS = "   1. Neurological examination is documented\n   2. Failure of a 6-week trial\n   3. Re-evaluation\n"
FLAGS = "   • Cancer\n   • Fever\n"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Any of the following red flags waives 1-3:", ("1", "-", "3")),
        ("Criteria 2 and 3 do not apply if ANY of the following is present:", ("2", "3")),
        ("In lieu of criteria B and C, one of the following:", ("B", "C")),
        ("Members with a red flag are not required to meet criteria 1 through 3:", ("1", "through", "3")),
        ("Criterion 2 is waived for patients with cancer", ("2",)),
        ("The 6-week trial is not required when any of these red flags is present:", ()),
        ("Prior authorization is not required for emergency care", None),
        ("Patient does not have any of the following:", None),
        ("Patient is not required to step back", None),
    ],
)
def test_a_sentence_that_frees_from_criteria_says_from_which(text, marks):
    """Red flags replace the criteria they name, and no others."""
    waiver = waiver_in(text)

    assert (waiver.marks if waiver else None) == marks


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (f"Any of the following red flags waives criteria 2 and 3:\n{FLAGS}", "all(1 any(all(2 3) any(Cancer Fever)))"),
        (
            f"The 6-week trial is not required when ANY of the following is present:\n{FLAGS}",
            "all(1 any(2 any(Cancer Fever)) 3)",
        ),
        ("   4. Criteria 1-3 are waived if the patient has cancer.\n", "all(any(all(1 2 3) 4))"),
    ],
)
def test_red_flags_stand_beside_what_they_replace(flags, expected):
    """The rest of the list is still to be met."""

    def drawn(node) -> str:
        if node.op == "leaf":
            return node.text if len(node.text.split()) == 1 and node.text != "Re-evaluation" else node.number
        return f"{node.op}({' '.join(drawn(child) for child in node.children)})"

    tree = read_policy(policy_pages(HEAD + ITEMS + flags)).indications[0].tree

    assert drawn(tree) == expected


def test_a_waiver_of_what_is_not_there_leaves_the_list_undecided():
    """What it frees from was not found: the list is neither failed nor met in part."""
    flags = "Any of the following red flags waives criterion 7:\n   • Cancer\n   • Fever\n"
    tree = read_policy(policy_pages(HEAD + ITEMS + flags)).indications[0].tree

    assert tree.unsure
    assert "frees from criteria" in tree.flags[0]
