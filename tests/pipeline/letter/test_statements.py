"""Nothing in a letter comes from nowhere: each passage that states a fact says where it was read."""

import re
from importlib.resources import files

import pytest

from pipeline.letter import assign_exhibits, build_letter, statements_of
from pipeline.letter.blocks import Criterion, Facts, Table, passages_of
from pipeline.letter.kinds import kinds
from tests.pipeline.fixtures.lupus import TODAY, lupus_case


def told(kind=None):
    case = lupus_case()
    exhibits = assign_exhibits(case)
    letter = build_letter(case, TODAY, exhibits, kind=kind)
    return case, letter, statements_of(letter, case, exhibits)


def test_each_value_of_page_one_rests_on_the_denial():
    """Name, numbers, dates, reason: all read from the plan's own letter."""
    _, letter, statements = told()
    facts = next(block for block in letter.blocks if isinstance(block, Facts))
    by_text = {at.text: at.evidence for at in statements}

    for label, runs in facts.rows:
        text = "".join(run.text for run in runs)
        if any(run.kind == "blank" for run in runs):
            continue
        assert text in by_text, label
        assert {at.document for at in by_text[text]} == {"denial.pdf"}


def test_each_finding_rests_on_the_page_it_cites():
    """Sentence, then fact, then page and box."""
    case, letter, statements = told()
    by_text = {at.text: at for at in statements}
    for block in (at for at in letter.blocks if isinstance(at, Criterion)):
        for runs in block.findings:
            statement = by_text["".join(run.text for run in runs)]
            assert statement.criterion == block.number
            held = {(e.document, e.page) for c in case.criteria if c.number == block.number for e in c.evidence}
            assert {(e.document, e.page) for e in statement.evidence} <= held


def test_each_row_of_the_treatments_rests_on_its_course():
    """Drug, dose and dates stand on the page that the row cites."""
    _, letter, statements = told()
    texts = {at.text for at in statements}
    table = next(block for block in letter.blocks if isinstance(block, Table) and block.headers[0] == "Drug")

    for runs in passages_of((table,)):
        assert "".join(run.text for run in runs) in texts


@pytest.mark.parametrize("kind", kinds())
def test_every_number_of_a_letter_was_read_or_is_the_laws(kind):
    """No digits but those of the papers and of the law's own tables."""
    case, letter, _ = told(kind)
    law = "".join(files("templates").joinpath("letter", "rights.yaml").read_text()
                  + files("pipeline.deadlines").joinpath("rules.yaml").read_text())  # fmt: skip
    known = set(re.findall(r"\d+", case.model_dump_json() + law + TODAY.isoformat())) | {"1974"}
    for run in (run for runs in passages_of(letter.blocks) for run in runs if run.kind == "text"):
        for digits in re.findall(r"\d+", run.text):
            assert digits in known or f"0{digits}" in known, run.text
