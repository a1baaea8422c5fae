from importlib import resources

import pytest

from tests.extractors.policy.layout import read_grammar, sketch

# one invented policy for each way payers are seen to write criteria
GRAMMARS = [
    "aside_duration",  # "Approval duration:" over lines of its own between I. and II.
    "announced_lists",  # "requests may be approved if:", "may not be approved for:" over lists that count anew
    "approve_for",  # 1. / A) / i. / a), notes, misnumbering, a missing quantifier, a footer inside a list
    "at_least_two",  # 1. in 1., "at least TWO of", "does not have any of"
    "centred_joins",  # A. / 1. / a. / (1) / (a) / i. with -AND- and -OR- on lines of their own
    "check_boxes",  # boxes for bullets, "Denial Criteria", headings after items without a full stop
    "classes_of_patients",  # ADULTS and ADOLESCENTS, "35 to 39.9 with at least one of"
    "coverage_determination",  # LCD style: "; and,", prose for continued coverage
    "determination_parts",  # a list that counts anew under a title: "A. Second Diagnostic Procedures:"
    "diagnosis_each",  # alternatives that each begin with another diagnosis
    "drugs_apart",  # numbered parts of the document, criteria for each drug, footnotes, "(c)" as item and as copyright
    "employee_program",  # "Patient must have ALL of the following", fragments under a head
    "flat_list",  # 1), "; AND" on its own line, joins left out
    "form_fields",  # "Therapy Stage | Reauthorization" over criteria, "1 -" and 2.1
    "headed_bullets",  # headings without markers, bullets in bullets, an approval without a list
    "headed_demands",  # ALL-CAPS headings, bare AND lines, "3. (a)", age and prescriber apart
    "indication_table",  # conditions in the left column
    "joined_levels",  # AND between an item and a list that is set deeper
    "labels_over_two_rows",  # "Prescriber / Restrictions", and a sentence after the list in a cell
    "lettered_criteria",  # "when criteria A and B below are met", refusals among numbered approvals
    "lists_apart",  # a second list that approves nothing, a heading no vocabulary holds
    "must_meet",  # I. / A. / 1. / a., "(must meet 1 or 2)", running header and footer inside a list
    "named_over_sentence",  # the name of a condition on the line above "is covered when"
    "named_under_marker",  # conditions without a marker under "I. Criteria for initial approval"
    "number_paths",  # 1.1.2.1
    "own_demands",  # heads that demand something themselves, and "will not use it with:"
    "parts_of_criteria",  # phases with numbers after a description, lists that only lead to other policies
    "phase_with_condition",  # "I. Initial coverage: relapsing forms of multiple sclerosis", a lone "; AND"
    "prose_only",  # no list and no approval, criteria tied by "; AND" and "; OR"
    "prose_paragraphs",  # one paragraph for each indication
    "questions",  # "Does the patient have ...?", "If no, continue to #2."
    "requests_apart",  # "Continuation requests", "No contraindications:", durations and what stands after them
    "rules_bullets",  # "the following rule(s) be met"
    "run_on",  # one sentence with "; AND"
    "table_rows",  # labelled rows with prose in the cells
    "two_columns",  # drugs in the left column, a refusal in the right one
    "two_ways",  # a sentence that approves by itself above the one that announces the list
]
# those where only the left edge tells what belongs to an item and what follows the list
BY_LAYOUT = [
    "federal_table",  # "Age | 18 years" between headings, a second list with "AND ALL of the following"
    "further_approvals",  # "A permanent implant is covered when ...", and papers to send
    "headings_over_prose",  # conditions in headings, "In addition, the surgeon must", a prose indication
    "scenarios",  # alternatives one of which has a list, and a demand outside of it
    "services_apart",  # services under A. and B. with a sentence each
]


@pytest.mark.parametrize("indent", [True, False], ids=["indented", "flush"])
@pytest.mark.parametrize("name", GRAMMARS)
def test_a_policy_becomes_the_tree_that_a_reviewer_wrote_down(name, indent):
    """Each way of writing criteria gives the reviewed tree, with and without indentation to go by."""
    expected = resources.files("tests.extractors.policy").joinpath(f"grammars/{name}.tree").read_text(encoding="utf-8")

    assert sketch(read_grammar(name, indent)) == expected.strip()


@pytest.mark.parametrize("name", BY_LAYOUT)
def test_left_edges_tell_where_a_list_ends(name):
    """What stands left of a list follows it, whether or not the last item has a full stop."""
    expected = resources.files("tests.extractors.policy").joinpath(f"grammars/{name}.tree").read_text(encoding="utf-8")

    assert sketch(read_grammar(name)) == expected.strip()


@pytest.mark.parametrize("name", [*GRAMMARS, *BY_LAYOUT])
def test_every_leaf_stands_on_the_page_it_cites(name):
    """The words of a leaf are those of its evidence, and its number is its own in the indication."""
    policy = read_grammar(name)

    for use in policy.indications:
        leaves = list(use.tree.leaves())
        assert all(leaf.evidence and leaf.text for leaf in leaves)
        for leaf in leaves:
            cited = "".join(evidence.text for evidence in leaf.evidence)
            assert _letters(leaf.text) == _letters(cited)
        numbers = [leaf.number for leaf in leaves]
        assert len(set(numbers)) == len(numbers)


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
