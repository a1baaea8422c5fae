"""`rebut run` on small real files: the packet, or an error that says what to do."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.papers import CHART, DARNELL, DENIAL, MARISOL, POLICY, encrypted, page_count, pdf_of

DAY = ("--today", "2026-03-20")


@pytest.fixture
def papers(tmp_path):
    """Denial, chart and policy of one patient."""
    made = {
        "denial.pdf": pdf_of(DENIAL.format(**MARISOL)),
        "chart.pdf": pdf_of(CHART.format(**MARISOL)),
        "policy.pdf": pdf_of(POLICY),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return made


@pytest.mark.slow
def test_three_files_become_a_packet(rebut, papers, tmp_path):
    """In any order; standard output has the case document with whole paths, the packet the same with bare names."""
    done = rebut("run", *DAY, "--json", "--out", "packet", "policy.pdf", "chart.pdf", "denial.pdf")

    assert done.returncode == 0, done.stderr
    case = json.loads(done.stdout)
    placed = dict.fromkeys(("packet", "other_letters", "packet_parts"))  # whole paths here, names in the file
    assert case | placed == json.loads((tmp_path / "packet" / "case.json").read_text()) | placed
    assert case["denial"]["patient_name"]["value"] == "Marisol Ketterman"
    assert case["denial"]["denial_date"]["value"] == "2026-03-04"
    assert {d["document"]: d["document_type"] for d in case["documents"]} == {
        "policy.pdf": "payer_policy",
        "chart.pdf": "chart",
        "denial.pdf": "denial_letter",
    }
    for path in map(Path, case["packet"].values()):
        assert path.parent == tmp_path / "packet"
        assert path.stat().st_size > 0
    assert page_count(Path(case["packet"]["packet_pdf"]).read_bytes()) >= 2
    assert "pages read" in done.stderr
    assert oct((rebut.home).stat().st_mode)[-3:] == "700"


@pytest.mark.slow
def test_a_second_run_gives_the_packet_of_the_first(rebut, papers, tmp_path):
    """The same files as of the same day: not a page is read, no second case is made, and the folder is whole."""
    first = rebut("run", *DAY, "--json", "--out", "first", *papers)
    second = rebut("run", *DAY, "--json", "--out", "second", *papers)
    later = rebut("run", "--today", "2026-03-21", "--json", "--out", "later", *papers)

    assert "Made before of the same files" in second.stderr
    assert "pages read" not in second.stderr
    assert json.loads(second.stdout)["case"] == json.loads(first.stdout)["case"]
    assert json.loads(later.stdout)["case"] != json.loads(first.stdout)["case"]
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("first", "second")
    )
    assert one == two


@pytest.mark.slow
def test_a_letter_alone_is_answered(rebut, papers, tmp_path):
    """Without policy and chart the appeal says what is missing and claims nothing."""
    done = rebut("run", *DAY, "--json", "denial.pdf")

    assert done.returncode == 0, done.stderr
    case = json.loads(done.stdout)
    assert case["criteria"] == []
    assert case["overall"] == "unclear"
    assert any("coverage criteria" in gap for gap in case["gaps"])
    assert any("medical record" in warning for warning in case["warnings"])
    assert (tmp_path / "packet" / "letter.docx").exists()


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({"notes.pdf": b"just words"}, 3, ["notes.pdf", "not a PDF"]),
        ({"empty.pdf": b""}, 3, ["empty.pdf", "0 bytes"]),
        ({"locked.pdf": encrypted(pdf_of("hello"))}, 3, ["locked.pdf", "password"]),
        ({"short.pdf": pdf_of("hello")[:400]}, 3, ["short.pdf", "damaged"]),
        ({"chart.pdf": pdf_of(CHART.format(**MARISOL))}, 3, ["No denial letter", "chart.pdf (taken for: chart)"]),
        (
            {"a.pdf": pdf_of(DENIAL.format(**MARISOL)), "b.pdf": pdf_of(DENIAL.format(**DARNELL))},
            3,
            ["a.pdf page 1", "b.pdf page 1", "two different patients"],
        ),
    ],
    ids=["not-a-pdf", "empty", "encrypted", "cut-short", "no-denial", "two-patients"],
)
def test_what_cannot_be_used_is_named(rebut, tmp_path, files, code, words):
    """The message says which file, why and what to do; nothing is left in the output folder."""
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    done = rebut("run", *DAY, *files)

    assert done.returncode == code, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert all(word in last for word in words), last
    assert done.stdout == ""
    assert not (tmp_path / "packet").exists()
    assert not list(tmp_path.glob(".packet*"))


def test_a_missing_file_is_named(rebut):
    """Before anything starts."""
    done = rebut("run", "nowhere/denial.pdf")

    assert done.returncode == 3
    assert "nowhere/denial.pdf cannot be opened: no such file" in done.stderr


def test_two_files_of_one_name_are_refused(rebut, papers, tmp_path):
    """A citation must name one file."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "chart.pdf").write_bytes(papers["chart.pdf"])

    done = rebut("run", "denial.pdf", "chart.pdf", "old/chart.pdf")

    assert done.returncode == 3
    assert "chart.pdf" in done.stderr


@pytest.mark.parametrize(
    "words",
    [["run"], ["run", "a.pdf", "--today", "tomorrow"], ["run", "a.pdf", "--jobs", "0"], ["fly"], []],
)
def test_wrong_usage_is_exit_status_2(rebut, words):
    """With what is wrong on standard error and nothing on standard output."""
    done = rebut(*words)

    assert done.returncode == 2
    assert done.stdout == ""
    assert re.search(r"error|usage", done.stderr)


def test_an_output_folder_that_is_a_file_is_refused_at_once(rebut, papers, tmp_path):
    """Before minutes of work, not after."""
    (tmp_path / "packet").write_text("mine")

    done = rebut("run", "denial.pdf")

    assert done.returncode == 3
    assert "--out" in done.stderr
    assert (tmp_path / "packet").read_text() == "mine"


def test_help_answers_at_once(rebut):
    """It imports nothing that the command does not need."""
    import subprocess
    import sys

    code = (
        "import sys, rebut.cli; rebut.cli.build_parser();"
        "print([m for m in ('sqlalchemy','numpy','celery','pydantic','rich') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
    assert rebut("--help").returncode == 0


@pytest.mark.slow
def test_reading_says_what_each_document_is(rebut, papers):
    """`rebut read` prints fields for a letter and facts for a chart; values carry their evidence."""
    done = rebut("read", "--json", *DAY, "denial.pdf", "chart.pdf", "policy.pdf")

    assert done.returncode == 0, done.stderr
    letter, chart, policy = json.loads(done.stdout)["documents"]
    assert letter["document_type"] == "denial_letter"
    assert letter["fields"]["member_id"]["evidence"][0]["document"] == "denial.pdf"
    assert letter["fields"]["appeal_fax"] is None
    assert "facts" not in letter
    assert "fields" not in chart
    assert {"measurement", "treatment"} <= {fact["kind"] for fact in chart["facts"]}
    assert policy["policy"]["indications"]
    assert os.listdir(rebut.home.parent).count("home") == 0  # nothing is kept


def test_criteria_are_printed_as_a_tree(rebut, papers):
    """Each leaf verbatim with its page and what it asks for."""
    done = rebut("criteria", "policy.pdf", "--json")

    assert done.returncode == 0, done.stderr
    (indication,) = json.loads(done.stdout)["indications"]
    leaves = indication["tree"]["children"]
    assert leaves[0]["text"] == "Patient is 18 years of age or older"
    assert leaves[0]["page"] == 1
    assert leaves[0]["requirement"]["kind"]
