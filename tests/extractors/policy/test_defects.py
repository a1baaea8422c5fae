"""Defects of real policies, each with a near miss that must be read otherwise."""

import pytest

from extractors.evidence import Page, PageSource
from extractors.policy import Policy, read_policy
from extractors.policy.heads import names_condition, phase_and_condition
from extractors.policy.markers import marker_of
from extractors.policy.nodes import refers_flags
from extractors.policy.quantifiers import split_head
from tests.extractors.policy.layout import policy_pages, read_grammar, sketch
from tests.pages import line_of

HEAD = "Health Plan\nDupixent (dupilumab) Policy\n"
ASTHMA = "1. Asthma. Approve for 1 year if the patient meets ALL of the following:\n"


def read(text: str) -> Policy:
    return read_policy(policy_pages(HEAD + text))


def leaves(text: str, use: int = 0) -> list[str]:
    return [f"{leaf.number} {leaf.text}" for leaf in read(text).indications[use].tree.leaves()]


@pytest.mark.parametrize(
    ("markers", "expected", "flagged"),
    [
        (("i", "ii", "ii"), ["1.i", "1.ii", "1.ii[2]"], True),
        (("i", "ii", "iv"), ["1.i", "1.ii", "1.iv"], True),
        (("i", "ii", "iii"), ["1.i", "1.ii", "1.iii"], False),
    ],
)
def test_a_list_that_counts_wrongly_keeps_all_its_items(markers, expected, flagged):
    """The print is kept and flagged; a list that counts right bears no flag."""
    text = "Criteria\n" + ASTHMA + "".join(f"   {m}. Patient has finding {n}\n" for n, m in enumerate(markers))
    tree = read(text).indications[0].tree

    assert [leaf.number for leaf in tree.leaves()] == expected
    assert any(leaf.flags for leaf in tree.leaves()) is flagged


@pytest.mark.parametrize("heading", ["Coverage Criteria", "Coverage Criteriaa:", "Coverage Criteria\u1d43:"])
def test_a_raised_letter_that_melted_into_a_heading_does_not_hide_it(heading):
    """ "Coverage Criteriaa:" is the heading with its footnote mark."""
    assert len(leaves(f"1. Background\nText.\n2. {heading}\n   A. Asthma\n      1. Asthma is severe\n")) == 1


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        ("Page 1 of 21", False),
        ("3 Pages - Plan Formulary Coverage - Policy: Dupixent", False),
        ("© 2026 Health Plan Services Inc.", False),
        ("of 21 points or more", True),
    ],
)
def test_a_running_line_inside_a_list_is_no_text_of_it(between, kept):
    """A page count between two items goes, a line that goes on with the item stays."""
    text = f"Criteria\n{ASTHMA}   A) Patient has a score\n      {between}\n\\f\n   B) Patient is an adult\n"

    assert any(between in leaf for leaf in leaves(text)) is kept


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Initial coverage: plaque psoriasis", ("initial", "plaque psoriasis")),
        ("Asthma – Renewal", ("continuation", "Asthma")),
        ("Continuation of therapy for atopic dermatitis", ("continuation", "atopic dermatitis")),
        ("Asthma (Initial Authorization)", ("initial", "Asthma")),
        ("Initial coverage", None),
        ("Continuation of therapy", None),
        ("Initial dose: 300 mg", None),
        ("Asthma: severe", None),
    ],
)
def test_a_heading_may_hold_phase_and_condition(title, expected):
    """Only a known phase beside the name of a condition is parted."""
    assert phase_and_condition(title) == expected


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("Degenerative spondylolisthesis", True),
        ("Stress Urinary Incontinence", True),
        ("Short Bowel Syndrome", True),
        ("No active infection", False),
        ("Failure of physical therapy", False),
        ("Patient has a fracture", False),
        ("Supervised exercise", False),
    ],
)
def test_a_disease_that_no_vocabulary_holds_names_an_indication(text, is_name):
    """The ending of a word tells a disease; a criterion about one is no name."""
    assert names_condition(text) is is_name


@pytest.mark.parametrize(
    ("head", "own"),
    [
        ("Spondylolisthesis with ALL of the following:", "Spondylolisthesis"),
        ("35 to 39.9 with at least one of these comorbid conditions:", "35 to 39.9"),
        ("Atopic dermatitis when criteria a through c are met:", "Atopic dermatitis"),
        (
            "Individual has a diagnosis of ulcerative colitis and the following:",
            "Individual has a diagnosis of ulcerative colitis",
        ),
        ("Patient is being treated for asthma with one of the following:", None),
        ("History of hypoglycemia, with documentation of at least ONE of the following:", None),
        ("Failure of 6 weeks of treatment with one of the following:", None),
        ("Member presents with one of the following:", None),
    ],
)
def test_what_a_head_demands_itself_is_told_from_what_introduces(head, own):
    """A disease or measure before "with ALL of" is a demand; a treatment "with one of" is not."""
    parts = split_head(head)

    assert (head[: parts[0]] if parts else None) == own


@pytest.mark.parametrize(
    ("text", "refers"),
    [
        ("Criteria I.A and I.B above are met", True),
        ("The patient continues to meet the initial criteria", True),
        ("Meets the dose limits, see Section 2", True),
        ("The criteria listed above are met", True),
        ("Meets the 2019 classification criteria for lupus", False),
        ("Section of the bowel was removed", False),
        ("Positive by the modified New York criteria", False),
    ],
)
def test_a_leaf_that_points_elsewhere_says_so(text, refers):
    """What is met by another part of the policy is never satisfied in silence."""
    assert bool(refers_flags(text)) is refers


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("In addition, the surgeon must document one level.", ["1", "2", "3"]),
        ("In addition, two levels may be fused.", ["1", "2"]),
        ("The surgeon must submit chart notes.", ["1", "2"]),
    ],
)
def test_a_demand_after_a_list_belongs_to_it(line, expected):
    """Only what adds a demand is a leaf; papers to submit are none."""
    text = (
        "Coverage Criteria\nFusion is covered when ALL of the following are met:\n"
        "   1. Individual is an adult\n   2. Pain has lasted for 6 months\n"
    )
    found = read(f"{text}{line}\n").indications[0].tree

    assert [leaf.number for leaf in found.leaves()] == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [("lists_apart", "red flags"), ("scenarios", "Nicotine use")],
)
def test_what_was_not_understood_is_said(name, words):
    """A list or demand in no tree stands among the problems, quoted."""
    assert words in " ".join(read_grammar(name).problems)


@pytest.mark.parametrize("name", ["must_meet", "centred_joins", "form_fields", "lettered_criteria", "two_ways"])
def test_a_policy_that_is_read_whole_has_no_problems(name):
    """Nothing is reported where nothing is missing."""
    assert read_grammar(name).problems == ()


def test_the_end_of_a_list_in_a_cell_does_not_swallow_the_next_sentence():
    """ "1) ..., OR 2) ... . Patient has ..." demands the last sentence of either alternative."""
    tree = read_grammar("labels_over_two_rows").indications[0].tree.children[0]

    assert tree.op == "all"
    assert [child.op for child in tree.children] == ["any", "leaf"]


def test_a_table_of_codes_is_no_table_of_criteria():
    """Two columns hold criteria only under such a heading."""
    text = (
        "Coverage Criteria\nDupixent is covered when both are met:\n"
        "   1. Patient has asthma\n   2. Patient is an adult\n"
        "Coding\nDrug\tCode\nDupixent\tJ3590\n"
    )

    assert len(read(text).indications) == 1
    assert len(leaves(text)) == 2


def test_drugs_of_a_table_have_their_own_criteria():
    """The left cell gives the drug, the sentence beside it the condition."""
    first, second = read_grammar("two_columns").indications

    assert first.drugs == ("pegloticase",)
    assert second.drugs == ("canakinumab",)


def test_a_note_that_admits_or_lists_stays_with_its_item():
    """Exceptions, what does not count and open lists are kept verbatim beside the leaf they change."""
    text = (
        f"Criteria\n{ASTHMA}   A) Patient has tried ONE biologic; AND\n"
        "      Note: Examples include Nucala and Xolair. An exception can be made if the patient is a child.\n"
        "      A biosimilar of the requested biologic does not count.\n"
        "   B) Patient is an adult.\n"
    )
    first, second = read(text).indications[0].tree.leaves()

    assert first.notes[0].text.endswith("does not count.")
    assert not second.notes


def test_the_sketch_of_an_unreadable_policy_is_empty():
    """A page of tables without criteria yields a problem, never a tree."""
    policy = read("Coding\nCode\tDescription\nJ3590\tInjection\n")

    assert sketch(policy) == ""
    assert policy.problems


def test_a_heading_repeated_over_a_page_break_goes_on_with_its_list():
    """ "1. Asthma (continued)" opens no second indication."""
    text = (
        "Criteria\n1. Asthma. Approve for 1 year if the patient meets ALL of the following (A, B and C):\n"
        "   A) Patient is an adult\n\\f\n1. Asthma (continued)\n"
        "   B) Patient has exacerbations\n   C) Patient is adherent\n"
        "2. Nasal Polyps. Approve for 1 year if the patient is an adult.\n"
    )

    assert leaves(text) == ["1.A Patient is an adult", "1.B Patient has exacerbations", "1.C Patient is adherent"]
    assert [use.name for use in read(text).indications] == ["Asthma", "Nasal Polyps"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("when criteria 1 and 2, and either 3 or 4 are met:", ["leaf", "leaf", "any"]),
        ("when criteria 1, 2, 3 and 4 are met:", ["leaf"] * 4),
    ],
)
def test_a_head_may_join_its_items_both_ways(head, expected):
    """ "1 and 2, and either 3 or 4" is no list of alternatives."""
    items = "".join(f"   {n}. The member has finding {n}\n" for n in range(1, 5))
    tree = read(f"Coverage Criteria\nDupixent is covered {head}\n{items}").indications[0].tree

    assert tree.op == "all"
    assert [child.op for child in tree.children] == expected


def test_the_other_way_in_a_head_is_one_of_two():
    """ "A BMI of 30, or a BMI of 27 with ONE of" asks for the disease of the second way only."""
    text = (
        "Criteria\n1. Obesity. Approve for 1 year if the patient meets ALL of the following:\n"
        "   A) Patient has a BMI of 30 or more, or a BMI of 27 or more with ONE of the following:\n"
        "      i. Hypertension\n      ii. Sleep apnea\n   B) Patient is an adult\n"
    )
    first = read(text).indications[0].tree.children[0]

    assert first.op == "any"
    assert [child.op for child in first.children] == ["leaf", "all"]
    assert [child.op for child in first.children[1].children] == ["leaf", "any"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("For the treatment of episodic cluster headache:", ["migraine", "episodic cluster headache"]),
        ("For dates of service in 2026:", ["migraine"]),
    ],
)
def test_a_line_for_the_treatment_of_a_disease_names_an_indication(line, names):
    """Only a disease after "for the treatment of" begins criteria of its own."""
    text = (
        "Coverage Criteria\nDupixent is covered when ALL criteria are met for the indication below:\n"
        "For the preventive treatment of migraine:\n   1. Member is an adult; and\n   2. Member has pain.\n"
        f"{line}\n   1. Member is a child; and\n   2. Member has had attacks.\n"
    )

    assert [use.name for use in read(text).indications] == names


@pytest.mark.parametrize(
    ("glyph", "is_bullet"),
    [("+", True), ("«", True), ("e", True), ("¢", True), ("©", True), ("a", False), ("e.g.,", False)],
)
def test_a_smudged_bullet_is_a_bullet_before_a_capital(glyph, is_bullet):
    """OCR gives a round bullet as many things; a letter that opens a sentence is none of them."""
    assert (marker_of(f"{glyph} Patient is an adult") is not None) is is_bullet
    assert marker_of("© 2026 Health Plan") is None


@pytest.mark.parametrize(("source", "expected"), [(PageSource.OCR, 3), (PageSource.TEXT, 2)])
def test_an_item_of_a_scan_may_have_lost_its_bullet(source, expected):
    """Set apart where the text of the items stands, it is an item, flagged; printed text loses no bullets."""
    rows = [  # text, left edge, space above
        ("Health Plan", 72.0, 3.0),
        ("Dupixent (dupilumab) Policy", 72.0, 3.0),
        ("Dupixent is covered when ALL of the following criteria are met:", 72.0, 6.0),
        ("+ Patient has asthma and a score that is at or above", 76.0, 6.0),
        ("the upper limit of the scale and that was", 87.0, 3.0),
        ("taken by a physician and", 87.0, 3.0),
        ("signed; AND", 87.0, 3.0),
        ("« Patient is an adult.", 76.0, 6.0),
        ("Patient has exacerbations.", 87.0, 6.0),
    ]
    top, lines = 72.0, []
    for text, left, space in rows:
        top += 11.0 + space
        lines.append(line_of(text, left, top))
    page = Page(document="a.pdf", number=1, width=612.0, height=792.0, lines=tuple(lines), source=source)
    found = list(read_policy([page]).indications[0].tree.leaves())

    assert len(found) == expected
    assert any(leaf.flags for leaf in found) is (source is PageSource.OCR)


def test_an_outline_with_foreign_headings_in_it_is_refused():
    """A tree that holds "Reauthorization" inside its criteria is no tree but a problem."""
    text = (
        "2. Coverage rules of the plan\n   A. Asthma\n      1. Patient is an adult\n"
        "      2. Reauthorization\n         a. Patient has improved\n"
    )
    told = [leaf.text for use in read(text).indications if use.phase != "continuation" for leaf in use.tree.leaves()]

    assert "Patient has improved" not in told
