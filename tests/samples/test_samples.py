"""The sample cases are what their README promises, and can be made again from their sources."""

import hashlib
import io
import json
from functools import cache

import numpy as np
import pikepdf
import pypdfium2
import pytest
import yaml

from samples import make
from samples.books import Book, read_book
from samples.degrade import picture
from samples.truth import TruthError, resolve_case, resolve_letter

CHART_PAGES = {"lupus-anifrolumab": 28, "ra-baricitinib": 33, "migraine-step-therapy": 24}
IMAGE_SHARE = (0.45, 0.65)  # about half of each chart is scanned or faxed
LARGEST_CHART = 6_000_000  # bytes: a chart that still goes by e-mail


@cache
def book(case: str, name: str) -> Book:
    return read_book(make.SOURCE / case / f"{name}.yaml")


@cache
def expected(case: str) -> dict:
    return json.loads((make.HERE / case / "expected.json").read_text())


def test_the_committed_samples_belong_to_the_committed_sources():
    """Nobody changes a source without making the samples again, or a sample by hand."""
    manifest = json.loads(make.MANIFEST.read_text())

    assert manifest == {"sources": make.sources(), "outputs": make.outputs()}


@pytest.mark.parametrize("case", make.CASES)
def test_typed_pages_are_set_the_same_way_twice(case):
    """A born-digital page made now is the page that was committed: same content, same faces, any machine."""
    with pikepdf.open(make.HERE / case / "chart.pdf") as committed:
        typed = {number: leaf for number, leaf in enumerate(book(case, "chart").leaves, 1) if leaf.look is None}
        for number, leaf in typed.items():
            if leaf.rotate:
                continue  # its content stream was turned on the way into the file
            with pikepdf.open(io.BytesIO(leaf.typed)) as single:
                again, once = single.pages[0], committed.pages[number - 1]
                assert again.Contents.read_bytes() == once.Contents.read_bytes()


def test_a_book_is_bound_to_the_same_bytes():
    """The denial of the migraine case, typeset again, is byte for byte the committed file."""
    again = book("migraine-step-therapy", "denial").pdf()

    assert (
        hashlib.sha256(again).digest()
        == hashlib.sha256((make.HERE / "migraine-step-therapy" / "denial.pdf").read_bytes()).digest()
    )


@pytest.mark.parametrize("kind", ["scan300", "scan200", "fax"])
def test_one_page_of_each_machine_degrades_the_same_way(kind):
    """Noise comes from one seed per page: the picture made now is the committed one, JPEG losses apart."""
    number, leaf = next(
        (n, leaf)
        for n, leaf in enumerate(book("lupus-anifrolumab", "chart").leaves, 1)
        if leaf.look and leaf.look.kind == kind
    )
    with pikepdf.open(make.HERE / "lupus-anifrolumab" / "chart.pdf") as chart:
        (image,) = chart.pages[number - 1].get_images().values()
        committed = pikepdf.PdfImage(image).as_pil_image()
    again = picture(leaf.typed, leaf.look, leaf.seed)

    assert again.size == committed.size
    difference = np.abs(np.asarray(again.convert("L"), np.int16) - np.asarray(committed.convert("L"), np.int16))
    assert difference.mean() < (0.01 if kind == "fax" else 6)


@pytest.mark.parametrize("case", make.CASES)
def test_a_chart_looks_like_mail(case):
    """Page count, share of image pages, size, a blank, a copy, a sheet upside down and one turned by /Rotate."""
    leaves = book(case, "chart").leaves
    names = [leaf.name for leaf in leaves]
    path = make.HERE / case / "chart.pdf"
    document = pypdfium2.PdfDocument(path)
    try:
        without_text = sum(not page.get_textpage().get_text_bounded().strip() for page in document)
        turned = [page.get_rotation() for page in document]
    finally:
        document.close()

    assert len(leaves) == len(turned) == CHART_PAGES[case]
    assert IMAGE_SHARE[0] <= without_text / len(leaves) <= IMAGE_SHARE[1]
    assert path.stat().st_size < LARGEST_CHART
    assert {"cover", "card", "blank", "fills", "stranger"} <= set(names)
    assert len(set(names)) == len(names) - 1  # one page was sent twice
    assert [angle for angle in turned if angle] == [90]
    assert sum(leaf.look is not None and leaf.look.turn == 180 for leaf in leaves) == 1


@pytest.mark.parametrize("case", make.CASES)
def test_the_truth_follows_from_the_sources(case):
    """Every quotation of the truth is printed on its page, and page numbers are those of the file."""
    truth = yaml.safe_load((make.SOURCE / case / "truth.yaml").read_text())
    resolved = resolve_case(truth, {name: book(case, name) for name in ("denial", "chart", "policy")})

    assert json.loads(json.dumps(resolved, default=str)) == expected(case)


@pytest.mark.parametrize("case", make.CASES)
def test_another_patients_page_is_never_proof(case):
    """A page of a person of nearly the same name stands among the decoys of every criterion."""
    (wrong,) = expected(case)["wrong_patient_pages"]
    for criterion in expected(case)["criteria"]:
        assert not {item["page"] for item in criterion["evidence"]} & set(wrong["pages"])
        assert set(wrong["pages"]) <= {item["page"] for item in criterion["decoys"]}


def test_a_truth_that_is_not_printed_stops_the_run():
    """A slip in the truth cannot reach expected.json."""
    case = "migraine-step-therapy"
    truth = yaml.safe_load((make.SOURCE / case / "truth.yaml").read_text())
    truth["criteria"][0]["evidence"][0]["says"] = "three headache days"

    with pytest.raises(TruthError, match="three headache days"):
        resolve_case(truth, {name: book(case, name) for name in ("denial", "chart", "policy")})


def test_all_verdicts_are_among_the_samples():
    """The three cases show met, not met and unclear criteria, and a case that is still open."""
    statuses = {criterion["status"] for case in make.CASES for criterion in expected(case)["criteria"]}

    assert statuses == {"met", "not_met", "unclear"}
    assert [expected(case)["overall"] for case in make.CASES] == ["met", "unclear", "met"]


def test_the_letters_cover_kinds_reasons_and_plans():
    """Twelve or more letters: denials of many reasons and plan types, and letters that deny nothing."""
    truths = [json.loads((make.HERE / "letters" / f"{name}.json").read_text()) for name in make.letter_names()]
    denials = [truth for truth in truths if truth["document_type"] == "denial_letter"]

    assert len(truths) >= 12
    assert {truth["document_type"] for truth in truths} >= {
        "denial_letter",
        "approval_letter",
        "explanation_of_benefits",
        "other",
    }
    assert len({truth["reasons"][0] for truth in denials}) >= 8
    assert len({truth["plan_type"] for truth in denials}) >= 7
    assert len({truth["layout"] for truth in truths}) >= 8
    assert not any(truth["reasons"] for truth in truths if truth["document_type"] in ("approval_letter", "other"))


def test_the_letters_come_in_every_medium():
    """Typed, scanned, faxed and photographed; as PDF, fax file, picture and message."""
    truths = [json.loads((make.HERE / "letters" / f"{name}.json").read_text()) for name in make.letter_names()]
    renderings = {truth["rendering"] for truth in truths}

    assert renderings >= {"born_digital", "scan200", "scan300", "fax_fine", "fax_standard", "phone_photo"}
    assert {path.suffix for path in (make.HERE / "letters").iterdir()} == {".json", ".pdf", ".tif", ".jpg", ".eml"}


@pytest.mark.parametrize(
    "name",
    [
        "selecthealth-partial-visits",  # born digital
        "moda-appeal-received",  # scan
        "upmc-formulary-fax",  # a fax server's TIFF
        "wellmark-step-therapy-photo",  # photo
        "priority-eligibility-mail",  # message with an attachment
    ],
)
def test_a_letter_of_each_medium_is_made_to_the_same_bytes(name):
    """Whoever makes the samples again gets the committed files."""
    for path, content in make.made(name):
        assert hashlib.sha256(content).hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest(), path.name


@pytest.mark.parametrize("name", make.letter_names())
def test_the_truth_says_of_every_page_which_document_it_is(name):
    """No page of a fax is left out, none stands in two documents."""
    truth = json.loads((make.HERE / "letters" / f"{name}.json").read_text())
    pages = [page for document in truth["documents"] for page in document["pages"]]

    assert sorted(pages) == list(range(1, truth["pages"] + 1))


@pytest.mark.parametrize("name", make.letter_names())
def test_the_truth_of_a_letter_is_printed_on_it(name):
    """Ids, names, numbers, address and reason of each letter's truth stand in its own words."""
    source = yaml.safe_load((make.SOURCE / "letters" / f"{name}.yaml").read_text())
    resolved = resolve_letter(source["truth"], read_book(make.SOURCE / "letters" / f"{name}.yaml"))

    committed = json.loads((make.HERE / "letters" / f"{name}.json").read_text())
    assert json.loads(json.dumps(resolved, default=str)) == committed


def test_samples_lie_out_as_a_corpus(tmp_path):
    """A scorer finds cases/NAME/truth.json and letters/NAME.json beside the letter, whatever it was sent as."""
    make.lay_out(tmp_path)

    for case in make.CASES:
        assert json.loads((tmp_path / "cases" / case / "truth.json").read_text()) == expected(case)
    letters = {path.stem for path in (tmp_path / "letters").glob("*.json")}
    sent = [path.stem for path in (tmp_path / "letters").iterdir() if path.suffix != ".json"]
    assert letters == set(sent) == set(make.letter_names())
    assert len(sent) == len(letters)
