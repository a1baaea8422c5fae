"""Policies of other payers as real PDFs: running lines, raised marks, tables, page breaks inside lists."""

import re
from importlib import resources

import pytest

from extractors.policy import Node, Policy, read_policy
from tests.extractors.policy.sheets import flushed, plan, printed_pages

PRINTED = [
    "bariatric_bcbs",  # "in adults who meet ALL", a letter printed twice, a list in a sentence
    "botulinum_aetna",  # conditions as headings under phases, prescribers said once for all, a page break
    "exome_prose",  # titled bullets over bullets, ends ", AND" without a semicolon
    "humana_step",  # "must have ... AND", conditions as headings over bullets, plan-year durations
    "infliximab_products",  # preferred and non-preferred brands of one drug
    "mri_knee_waiver",  # "Red flags (any one replaces criterion C):"
    "oxygen_ncd",  # groups with a demand in the lead, recertification
    "rehab_interqual",  # "[1]", "At least TWO:", admission and continued stay
    "aba_therapy",  # a watermark over the page, "at least TWO of" over bullets, continuation after initial criteria
    "brca_export",  # an export whose lines all stand flush left, three levels deep
    "cgm_table",  # services and their criteria in cells, lists run into sentences
    "growth_hormone_esi",  # a use met by a criterion of the one before it
    "home_health_manual",  # parts numbered 3.0, 3.1, 4.0 that number no criterion
    "infusion_site",  # "criteria A and B, or criterion C", examples under "such as:"
    "ivig_numbered_notes",  # whom it is for in the lead, "(a or b, and c)", notes apart with raised marks
    "lumbar_red_flags",  # centred headings with codes, red flags that waive two criteria
    "medicaid_preferred",  # preferred and non-preferred drugs with criteria of their own
    "migraine_centene",  # I. / A. / 1. / a. with durations, letters over a page break
    "optum_brands",  # forms over criteria, brands and strengths of one drug
    "panniculectomy",  # a footnote with a raised mark, "If ..., both of the following", papers to send
    "pdl_grid",  # preferred and non-preferred drugs in two columns
    "pap_lcd",  # numbered lines, "and documentation of:", continued coverage in prose over a list
    "power_wheelchair",  # a service approved by criteria of the one above it
    "prime_grid",  # both phases in one cell of a grid, ends "AND" and "OR" without a mark
    "residential_admission",  # five kinds of bullets, reference numbers behind the words
    "step_flush",  # 1) / a) / i) flush left, a line "AND" at the end of an inner list
    "tezepelumab_steps",  # 1. / A) / i. / a), notes, a page break inside a list
    "tms_columns",  # two columns under a title centred over both
    "ustekinumab_requests",  # conditions numbered I. and II. under one announcement
    "weight_loss_caremark",  # bullets that change at each AND
]
# those that can be read without their columns and edges too
FLUSH = [name for name in PRINTED if name not in ("cgm_table", "pdl_grid", "prime_grid", "weight_loss_caremark")]


def expected(name: str) -> str:
    return resources.files("tests.extractors.policy").joinpath(f"printed/{name}.tree").read_text(encoding="utf-8")


def drawn(policy: Policy) -> list[str]:
    """The policy in the notation of the .tree files: groups that hold one thing, or a group of their own kind, fold."""
    lines = []
    for use in policy.indications:
        lines += [f"{use.name} | {use.phase} | {use.duration}", *_drawn(use.tree, "all")]
    if policy.exclusions:
        lines.append("never")
        lines += [line for node in policy.exclusions for line in _drawn(node, "all")]
    return lines


def _drawn(node: Node, over: str) -> list[str]:
    if node.op == "leaf":
        page = node.evidence[0].page
        said = f"{'not ' if node.negated else ''}{node.text}{f' @{page}' if page > 1 else ''}"
        return [f"{node.number or '-'} {said}"]
    op = f"at least {node.n}" if node.op == "at_least" else node.op
    below = [line for child in node.children for line in _drawn(child, op)]
    if op == over or (len(node.children) == 1 and node.op != "at_least"):
        return below
    return [f"{op} (", *below, ")"]


def _of_file(text: str) -> list[str]:
    """The same of a .tree file."""
    lines: list[str] = []
    uses = re.split(r"\n(?=\S)", text.strip())
    for use in uses:
        head, *rest = use.splitlines()
        lines.append(head)
        lines += _folded(_tree_of(rest), "all")
    return lines


def _tree_of(rows: list[str]) -> tuple:
    root: tuple = ("all", "", [])
    open_: list[tuple[int, tuple]] = [(1, root)]
    for row in rows:
        depth, text = len(row) - len(row.lstrip()), row.strip()
        if text.startswith("*"):
            continue
        match = re.fullmatch(r"\S+ (all|any|at least \d+)", text)
        node: tuple = (match[1], "", []) if match else ("leaf", text, [])
        while open_[-1][0] >= depth:
            open_.pop()
        open_[-1][1][2].append(node)
        open_.append((depth, node))
    return root


def _folded(node: tuple, over: str) -> list[str]:
    op, text, children = node
    if op == "leaf":
        return [text]
    below = [line for child in children for line in _folded(child, op)]
    if op == over or (len(children) == 1 and not op.startswith("at least")):
        return below
    return [f"{op} (", *below, ")"]


@pytest.mark.parametrize("name", PRINTED)
def test_a_printed_policy_gives_every_criterion_verbatim_with_its_number_page_and_logic(name):
    """Each policy was written down as a tree before it was read."""
    policy = read_policy(printed_pages(plan(name)))

    assert _plain(drawn(policy)) == _plain(_of_file(expected(name)))


@pytest.mark.parametrize("name", FLUSH)
def test_the_same_policy_without_indentation_gives_the_same_criteria(name):
    """Where all lines begin at one edge the markers tell the levels."""
    policy = read_policy(flushed(printed_pages(plan(name))))

    assert _plain(drawn(policy)) == _plain(_of_file(expected(name)))


def _plain(lines: list[str]) -> list[str]:
    """What the reader puts where no marker is printed, "intro" or the heading's words, is no number."""
    return [re.sub(r"^(?:\S*intro|-|Prescriber ?Specialties) ", "", line) for line in lines]


def test_numbered_notes_stand_at_the_criteria_whose_mark_they_bear():
    """ "Note 2" is about the item with the raised 2, whatever its number."""
    tree = read_policy(printed_pages(plan("ivig_numbered_notes"))).indications[0].tree
    noted = {leaf.number: [note.text for note in leaf.notes] for leaf in tree.leaves() if leaf.notes}

    assert noted == {
        "1": ["Note 1 to criterion 1: Symptoms that began less than 2 months ago do not meet this criterion."],
        "3": ["Note 2: A verbal report is not an objective instrument."],
    }


def test_the_drugs_of_a_grid_are_those_of_the_criteria_for_their_column():
    """A denied non-preferred drug is held to the criteria for non-preferred drugs."""
    uses = read_policy(printed_pages(plan("pdl_grid"))).indications

    assert [use.drugs for use in uses] == [("liraglutide", "exenatide"), ("semaglutide", "tirzepatide")]
    assert [use.products for use in uses] == [("Victoza", "Byetta"), ("Ozempic", "Mounjaro")]


def test_a_criterion_that_names_another_is_bound_to_it():
    """Also to one of another use."""
    turner = read_policy(printed_pages(plan("growth_hormone_esi"))).indications[-1].tree

    assert [target.number for target in turner.children[1].refers] == ["1.A.ii"]


def test_brands_and_strengths_of_one_drug_are_told_apart():
    """The form over the criteria says for which products they are."""
    uses = read_policy(printed_pages(plan("optum_brands"))).indications

    assert [use.products for use in uses] == [
        ("Androgel 1.62% pump", "Testosterone 1% gel"),
        ("Androgel 1.62% pump", "Testosterone 1% gel"),
        ("Jatenzo 158 mg", "Jatenzo 198 mg", "Jatenzo 237 mg"),
    ]
