"""Defects of real policies, each with a near miss that must be read otherwise."""

import pytest

from extractors.evidence import Page, PageSource
from extractors.policy import Policy, read_policy
from extractors.policy.heads import names_condition, phase_and_condition
from extractors.policy.markers import marker_of
from extractors.policy.quantifiers import split_head
from extractors.policy.references import refers_flags
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
        ("Patient has met all criteria in section II.A", True),
        ("Conservative treatment as defined in the Definitions has failed", True),
        ("Has tried two preferred drugs (see Appendix B)", True),
        ("Has tried two preferred drugs (see Appendix B for a list)", False),
        ("Meets the 2019 classification criteria for lupus", False),
        ("Meets criteria for major depressive disorder", False),
        ("Dose is within section 2 of the prescribing information", False),
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
    [("lists_apart", "red flags")],
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


def test_a_heading_after_a_narrow_bullet_parts_it_from_the_indications():
    """ "• Emgality is recommended in those who meet one of the following:" takes neither heading nor numbers in."""
    text = (
        "Policy Statement\n• Dupixent is recommended in those who meet one of the following criteria:\n"
        "FDA-Approved Indications\n"
        "1. Asthma – Initial Therapy. Approve for 6 months if the patient meets the following (A and B):\n"
        "   A) Patient is an adult; AND\n   B) Patient has exacerbations.\n"
        "2. Asthma – Patient Currently Receiving Dupixent. Approve for 1 year if the patient has improved.\n"
    )
    uses = read(text).indications

    assert [(use.name, use.phase, use.duration) for use in uses] == [
        ("Asthma", "initial", "6 months"),
        ("Asthma", "continuation", "1 year"),
    ]
    assert [leaf.number for leaf in uses[0].tree.leaves()] == ["1.A", "1.B"]


@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("Asthma – Initial Therapy", "initial"),
        ("Asthma – Renewal", "continuation"),
        ("Asthma – Severe", "any"),
    ],
)
def test_the_name_of_a_numbered_indication_tells_its_phase(name, phase):
    """Only a known phase behind the condition is one."""
    text = (
        f"Criteria\n1. {name}. Approve for 1 year if the patient meets BOTH of the following:\n   A) Adult\n   B) Ill\n"
    )

    assert [use.phase for use in read(text).indications] == [phase]


RUN_IN = (
    "Coverage Criteria\nA. Sleeve gastrectomy. The operation is considered reasonable and necessary when all of the\n"
    "following are documented: (1) the beneficiary has a body mass index of 35 or more; (2) the\n"
    "beneficiary has at least one of these: (a) type 2 diabetes; (b) sleep apnea; or (c) hypertension;\n"
    "(3) the beneficiary has completed a program of six visits; and (4) the beneficiary has\n"
    "no active substance use disorder.{tail}\n"
    "B. Revision of a sleeve gastrectomy. Revision is covered when the beneficiary has a stricture.\n"
)


def test_a_list_inside_a_paragraph_keeps_its_levels():
    """ "(3)" at the start of a line is one of the markers of the sentence, and (a) to (c) are under (2)."""
    assert leaves(RUN_IN.format(tail="")) == [
        "A.1 the beneficiary has a body mass index of 35 or more",
        "A.2.a type 2 diabetes",
        "A.2.b sleep apnea",
        "A.2.c hypertension",
        "A.3 the beneficiary has completed a program of six visits",
        "A.4 the beneficiary has no active substance use disorder.",
    ]
    assert read(RUN_IN.format(tail="")).indications[0].tree.children[1].op == "any"


@pytest.mark.parametrize(
    ("tail", "number", "noted"),
    [
        ("\nFor the purpose of condition (3), membership in a club does not count.", "A.3", True),
        ("\nFor condition (2)(b), a home test is not acceptable.", "A.2.b", True),
        ("\nFor the purpose of condition (3), membership in a club does not count.", "A.4", False),
    ],
)
def test_a_sentence_about_a_condition_is_its_note(tail, number, noted):
    """What only says how condition (3) is meant is no condition of its own."""
    found = {leaf.number: leaf for leaf in read(RUN_IN.format(tail=tail)).indications[0].tree.leaves()}

    assert len(found) == 6
    assert bool(found[number].notes) is noted


def test_a_list_whose_markers_stand_at_line_starts_is_no_paragraph():
    """A near miss: every marker begins a line."""
    text = (
        "Coverage Criteria\n1. Asthma is covered when all of the following are met:\n(1) the member is an adult;\n"
        "(2) the member has asthma; and\n(3) the member has exacerbations.\n"
    )

    assert [leaf.split()[0] for leaf in leaves(text)] == ["1.1", "1.2", "1.3"]


CELLS = (
    "Indication\tCriteria for approval\n"
    "Heterozygous familial\tInitial: 6 months when ALL are met:\n"
    "hypercholesterolemia\t1. Patient is an adult; AND\n"
    "(HeFH)\t2. LDL-C is 100 mg/dL or higher.\n"
    "{second}\tInitial: 6 months when BOTH are met:\n"
    "\t1. Patient has had a stroke; AND\n\t2. Patient takes a statin.\n"
    "Primary hyperlipidemia\tNot covered.\n"
    "Renewal, all indications\t12 months when BOTH are met:\n"
    "\t1. LDL-C has fallen; AND\n\t2. Patient takes a statin.\n"
)


def test_a_cell_that_names_an_indication_may_go_on_over_lines():
    """The name is read whole; "Renewal, all indications" is the continuation of each."""
    policy = read(CELLS.format(second="Clinical stroke"))

    assert [(use.name, use.phase) for use in policy.indications] == [
        ("Heterozygous familial hypercholesterolemia (HeFH)", "initial"),
        ("Clinical stroke", "initial"),
        ("Heterozygous familial hypercholesterolemia (HeFH)", "continuation"),
        ("Clinical stroke", "continuation"),
    ]
    assert [node.text for node in policy.exclusions] == ["Primary hyperlipidemia"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("on the current lipid-", "lowering treatment", "lipid-lowering"),
        ("an agent that is FDA-", "approved for asthma", "FDA-approved"),
        ("a biologic or immuno-", "suppressant drug", "immunosuppressant"),
    ],
)
def test_a_compound_keeps_its_hyphen_over_lines(before, after, expected):
    """Only a word that was broken loses it."""
    text = f"Criteria\n{ASTHMA}   A) Patient is {before}\n      {after}\n   B) Patient is an adult\n"

    assert expected in leaves(text)[0]


@pytest.mark.parametrize(
    ("introduction", "expected"),
    [
        (
            "is covered for adults with severe asthma when ALL of the following criteria are met:",
            "adults with severe asthma",
        ),
        (
            "is covered when ALL of the following are met, and it is ordered by a pulmonologist:",
            "it is ordered by a pulmonologist",
        ),
        (
            "may be approved if the patient is 6 years of age or older and meets BOTH of the following:",
            "the patient is 6 years of age or older",
        ),
        (
            "is considered medically necessary for moderate to severe asthma when the following criteria are met:",
            "moderate to severe asthma",
        ),
        ("is covered for the treatment of asthma when ALL of the following criteria are met:", None),
        ("is covered for members with asthma who meet ALL of the following criteria:", None),
        ("may be approved for 12 months when BOTH of the following are documented in the medical record:", None),
        ("is covered for patients who have a response as evidenced by BOTH of the following:", None),
    ],
)
def test_what_an_introduction_demands_is_a_leaf(introduction, expected):
    """No packet may call a list met without what stands before or behind the words that announce it."""
    text = f"Asthma\nDupixent {introduction}\n   1. Member has exacerbations\n   2. Member is adherent\n"
    tree = read(f"Coverage Criteria\n{text}").indications[0].tree
    found = [leaf.text for leaf in tree.leaves() if leaf.number.endswith("intro")]

    assert found == ([expected] if expected else [])
    assert tree.op == "all"
    assert len(list(tree.leaves())) == 2 + len(found)


SPECIALTIES = (
    "I. INDICATIONS\n   A. Compendial Uses\n      1. Drug eruption\n"
    "II. {heading}\n   This drug must be prescribed by or in consultation with one of the following:\n"
    "   A. Asthma: pulmonologist\n   B. Nasal polyps: otolaryngologist\n"
    "III. CRITERIA FOR INITIAL APPROVAL\n"
    "   A. Asthma\n      Authorization of 6 months may be granted when BOTH of the following are met:\n"
    "      1. Member is an adult\n      2. Member has exacerbations\n"
    "   B. Nasal polyps\n      Authorization of 6 months may be granted when the member has tried a corticosteroid.\n"
    "IV. CONTINUATION OF THERAPY\n   A. Asthma\n      Authorization may be granted when the member has improved.\n"
    "   B. All other indications\n      Members must meet all initial authorization criteria.\n"
    "V. OTHER\n   For all indications: Member cannot use the drug with another biologic.\n"
)


def test_a_demand_under_its_own_heading_is_laid_on_the_uses_it_names():
    """Prescribers by condition make no indication of their own, and "All other indications" is the rest."""
    uses = read(SPECIALTIES.format(heading="PRESCRIBER SPECIALTIES")).indications
    found = {(use.name, use.phase): [leaf.text for leaf in use.tree.leaves()] for use in uses}

    assert list(found) == [
        ("Asthma", "initial"),
        ("Nasal polyps", "initial"),
        ("Asthma", "continuation"),
        ("Nasal polyps", "continuation"),
    ]
    assert all(leaves[-1] == "Member cannot use the drug with another biologic." for leaves in found.values())
    assert ["pulmonologist" in leaves for leaves in found.values()] == [True, False, True, False]


TEZSPIRE = (
    "Coverage Rationale\n{limit}Tezspire is medically necessary when all of the following criteria are met:\n"
    "   • For initial therapy, all of the following:\n      o Diagnosis of severe asthma; and\n"
    "      o Two or more exacerbations; and\n      o Initial authorization will be for no more than 12 months\n"
    "   • For continuation of therapy, all of the following:\n      o Documentation of a clinical response; and\n"
    "      o Used with a controller; and\n      o Reauthorization will be for no more than 12 months\n"
    "Tezspire is unproven and not medically necessary for the following:\n   • Urticaria\n   • Atopic dermatitis\n"
)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("Tezspire is proven for patients aged 12 years and older. ", ["patients aged 12 years and older"]),
        ("This policy is about Tezspire. ", []),
    ],
)
def test_bullets_for_phases_are_apart_and_share_what_stands_above_them(limit, expected):
    """ "For initial therapy" and "For continuation" are never demanded together; what it is proven for is demanded."""
    policy = read(TEZSPIRE.format(limit=limit))

    assert [(use.phase, use.duration) for use in policy.indications] == [
        ("initial", "12 months"),
        ("continuation", "12 months"),
    ]
    for use in policy.indications:
        assert use.tree.op == "all"
        assert [leaf.text for leaf in use.tree.leaves() if leaf.number.endswith("intro")] == expected
        assert len(list(use.tree.leaves())) == 2 + len(expected)
    assert [node.text for node in policy.exclusions] == ["Urticaria", "Atopic dermatitis"]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (
            ("severe eosinophilic asthma", "hypereosinophilic syndrome"),
            ["severe eosinophilic asthma", "hypereosinophilic syndrome"],
        ),
        (("members of the plan", "members of the plan"), ["Nucala (mepolizumab)"] * 2),
    ],
)
def test_an_announcement_under_the_name_of_a_drug_tells_the_condition(said, names):
    """ "Requests for Nucala may be approved for X if" is about X."""
    text = "Clinical Criteria\nNucala (mepolizumab)\n" + "".join(
        f"Initial requests for Nucala (mepolizumab) may be approved for {what} if the following are met:\n"
        "I. Individual is an adult; AND\nII. Individual is adherent.\n"
        for what in said
    )

    assert [use.name for use in read(text).indications] == names


APPROVED_BELOW = (
    "I. Indications\nThe indications below are covered benefits provided that all the approval criteria are met.\n"
    "   A. Severe asthma in adults\n   B. Nasal polyps\nAll other indications are considered investigational.\n"
    "III. Criteria for initial approval\nA. Asthma\n"
    "Authorization of 6 months may be granted for treatment of asthma when EITHER of the following is met:\n"
    "   1. Member has received a biologic.\n   2. Member has had two exacerbations.\n"
    "B. Nasal polyps\n{last}\n   1. Member is an adult.\n   2. Member has congestion.\n"
)


@pytest.mark.parametrize(
    ("last", "op"),
    [
        ("Authorization of 6 months may be granted when ONE of the following is met:", "any"),
        ("Authorization of 6 months may be granted when BOTH of the following are met:", "all"),
    ],
)
def test_the_sentence_that_approves_belongs_to_the_name_above_it(last, op):
    """Also where it stands left of the name's text; a list of what the drug is for is no indication."""
    uses = read(APPROVED_BELOW.format(last=last)).indications

    assert [(use.name, use.phase, use.duration, use.tree.op) for use in uses] == [
        ("Asthma", "initial", "6 months", "any"),
        ("Nasal polyps", "initial", "6 months", op),
    ]


WIDE = (
    "Condition\t{first}\t{second}\nAsthma\t1. Member is an adult;\tMember has fewer\n\tAND\texacerbations.\n"
    "\t2. Member has asthma.\nNasal polyps\tMember has polyps.\tPolyp score has fallen.\n"
)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "Initial Criteria",
            "Renewal Criteria",
            [
                ("Asthma", "initial", 2),
                ("Asthma", "continuation", 1),
                ("Nasal polyps", "initial", 1),
                ("Nasal polyps", "continuation", 1),
            ],
        ),
        ("Drug", "Code", []),
    ],
)
def test_a_table_of_three_columns_gives_each_condition_its_phases(first, second, expected):
    """Only columns with headings of criteria hold criteria."""
    policy = read("Coverage\n" + WIDE.format(first=first, second=second))

    if expected:
        found = [(use.name, use.phase, len(list(use.tree.leaves()))) for use in policy.indications]
        assert found == expected
        assert leaves("Coverage\n" + WIDE.format(first=first, second=second))[0] == "1 Member is an adult"
    else:
        assert not [use for use in policy.indications if use.phase != "any"]


PART_D = (
    "PA Criteria\tCriteria Details\nRequired Medical Information\t{first}\n"
    "Age Restrictions\tPatient is an adult.\nCoverage Duration\t12 months\nOther Criteria\tN/A\n"
)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (
            "Psoriasis (initial): Trial of methotrexate. Asthma (initial): Two exacerbations. "
            "All indications (reauthorization): Patient has improved.",
            [
                ("Psoriasis", "initial", 2),
                ("Asthma", "initial", 2),
                ("Psoriasis", "continuation", 2),
                ("Asthma", "continuation", 2),
            ],
        ),
        ("Diagnosis of psoriasis. Dose: 300 mg.", [("Dupixent (dupilumab) Policy", "any", 2)]),
    ],
)
def test_a_cell_with_criteria_for_several_uses_is_parted(first, expected):
    """No use of the drug is held to what another one asks for; a label that names no use parts nothing."""
    policy = read(PART_D.format(first=first))

    assert [(use.name, use.phase, len(list(use.tree.leaves()))) for use in policy.indications] == expected


def test_phases_that_ran_together_for_want_of_indentation_are_refused():
    """Set flush, the bullets of both phases look alike: better no tree than half of one."""
    policy = read_policy(policy_pages(HEAD + TEZSPIRE.format(limit="").replace("o ", "• "), indent=False))

    assert not any(use.phase == "initial" and len(list(use.tree.leaves())) < 2 for use in policy.indications)
