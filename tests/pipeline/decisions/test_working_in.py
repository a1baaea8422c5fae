"""What decisions make of the case: its deadlines, its section of the policy, its pages, its letter."""

import io
import json

import docx
import pytest

from tests.pipeline.decisions.papers import TODAY
from tests.pipeline.decisions.test_taking import texts_of

REASON = "I trained in rheumatology and treat her for lupus"
OVERRULE = {"kind": "overrule", "target": "3", "value": "met", "reason": REASON}


def letter_of(desk) -> str:
    return texts_of(desk.files["letter.pdf"])


def status(desk, number: str) -> str:
    return next(at["status"] for at in desk.case["criteria"] if at["number"] == number)


def test_an_overruled_criterion_without_a_page_is_the_physicians_own_statement(desk):
    """The whole turns met; the letter says who says so, and never that the chart shows it."""
    assert (status(desk, "3"), desk.case["overall"]) == ("unclear", "unclear")

    desk.decide(OVERRULE)
    desk.work()

    case, letter, checklist = desk.case, letter_of(desk), texts_of(desk.files["packet.pdf"])
    third = case["criteria"][2]
    assert (third["status"], third["settled_by"], third["evidence"], case["overall"]) == ("met", "reviewer", [], "met")
    assert third["reason"] == REASON
    assert not any("3:" in gap for gap in case["gaps"])
    assert f"Stated by the physician. I state: {REASON}. [physician: sign for this statement, or strike it]" in letter
    assert "The record cited above shows criteria 1 and 2, with date and page. For criterion 3 I give my" in letter
    assert "shows each criterion" not in letter
    assert "Met (settled by a reviewer)" in checklist
    assert f"Stated by the physician: {REASON}" in checklist
    word = docx.Document(io.BytesIO(desk.files["letter.docx"]))
    assert any(f"I state: {REASON}." in paragraph.text for paragraph in word.paragraphs)
    assert json.loads(desk.files["manifest.json"])["decisions"][0]["by"] == "nurse-1"


def test_a_page_that_the_reviewer_points_at_is_cited_with_its_own_words(desk):
    """The words in the box, whatever the reviewer says they are."""
    place = {"document": "chart.pdf", "page": 2, "bbox": [60, 60, 560, 90], "date": "2025-11-03"}
    desk.decide(OVERRULE | {"evidence": [place]})
    desk.work()

    (cited,) = desk.case["criteria"][2]["evidence"]
    assert cited["text"].startswith("Lakeside Rheumatology")
    assert (cited["document"], cited["page"], cited["date"]) == ("chart.pdf", 2, "2025-11-03")
    assert f"Met. I state: {REASON}." in letter_of(desk)
    assert "November 3, 2025: “Lakeside Rheumatology" in letter_of(desk)


def test_a_page_that_is_left_out_later_proves_nothing_any_more(desk):
    """What the reviewer pointed at becomes the physician's statement alone."""
    place = {"document": "chart.pdf", "page": 2, "bbox": [60, 60, 560, 90]}
    desk.decide(OVERRULE | {"evidence": place})
    desk.decide({"kind": "exclude_page", "target": "chart.pdf:2", "value": "duplicate"})
    desk.work()

    third = desk.case["criteria"][2]
    assert (third["status"], third["evidence"]) == ("met", [])
    assert f"Stated by the physician. I state: {REASON}." in letter_of(desk)


def test_a_criterion_overruled_to_unclear_becomes_a_gap(desk):
    """The reviewer does not trust what the program found: the blank says whose doubt it is."""
    desk.decide({"kind": "overrule", "target": "2", "value": "unclear", "reason": "The diagnosis is under review"})
    desk.work()

    assert any(gap.startswith("2:") for gap in desk.case["gaps"])
    assert "The reviewer stated: The diagnosis is under review]" in letter_of(desk)
    assert "reading of the chart gave: Stated" not in letter_of(desk)


def test_a_criterion_overruled_to_not_met_turns_the_whole(desk):
    """Nor is what the program found cited for the opposite."""
    desk.decide({"kind": "overrule", "target": "2", "value": "not_met", "reason": "Diagnosis was withdrawn."})
    desk.work()

    assert desk.case["overall"] == "not_met"
    assert desk.case["criteria"][1]["evidence"] == []
    assert "Not met. I state: Diagnosis was withdrawn. [physician" in letter_of(desk)


def test_a_page_left_out_is_cited_nowhere_and_not_in_the_packet(desk):
    """Nor in the statements, nor as a fact; the list of pages says who left it out."""
    assert any(at["page"] == 2 for at in desk.case["criteria"][1]["evidence"])

    desk.decide({"kind": "exclude_page", "target": "chart.pdf:2", "value": "irrelevant", "reason": "an old visit"})
    desk.work()

    case = desk.case
    out = next(at for at in case["excluded_pages"] if at["page"] == 2)
    assert (out["why"], out["settled_by"], out["reason"]) == ("irrelevant", "reviewer", "an old visit")
    told = json.dumps([case["criteria"], case["statements"], [at.get("facts") for at in case["documents"]]])
    assert '"document": "chart.pdf", "page": 1' in told
    assert '"document": "chart.pdf", "page": 2' not in told
    listed = json.loads(desk.files["manifest.json"])["pages"]
    assert next(at for at in listed if (at["document"], at["page"]) == ("chart.pdf", 2))["left_out"] == "irrelevant"
    assert "SLEDAI-2K" not in texts_of(desk.files["packet.pdf"])


def test_another_patients_page_is_let_in_by_an_approver_alone(desk):
    """With a reason; going by way of another exclusion changes nothing."""
    from pipeline.decisions import DecisionRefusedError

    desk.decide({"kind": "exclude_page", "target": "chart.pdf:3", "value": "duplicate"})
    desk.work()
    let_in = {"kind": "include_page", "target": "chart.pdf:3", "reason": "her maiden name"}
    with pytest.raises(DecisionRefusedError, match="another patient"):
        desk.decide(let_in)
    with pytest.raises(DecisionRefusedError, match="no reason"):
        desk.decide(let_in | {"reason": ""}, role="approver")

    desk.decide(let_in, by="dr-1", role="approver")
    desk.work()

    assert [at["page"] for at in desk.case["excluded_pages"]] == []


def test_a_page_that_names_nobody_may_prove_something_once_it_is_let_in(desk):
    """Before, it is in doubt and cited nowhere."""
    assert [(at["page"], at["citable"]) for at in desk.case["doubtful_pages"]] == [(4, False)]

    desk.decide({"kind": "include_page", "target": "chart.pdf:4", "reason": "I wrote this note"})
    desk.work()

    assert desk.case["doubtful_pages"] == []
    place = {"document": "chart.pdf", "page": 4, "bbox": [60, 60, 560, 200]}
    desk.decide(OVERRULE | {"evidence": place})
    desk.work()
    assert desk.case["criteria"][2]["evidence"][0]["page"] == 4
    assert "Telephone note" in texts_of(desk.files["packet.pdf"])


def test_pointing_at_a_page_in_doubt_opens_a_point(desk):
    """It is cited, so somebody has to say whose it is before the packet is final."""
    place = {"document": "chart.pdf", "page": 4, "bbox": [60, 60, 560, 200]}
    looked_at = [{"kind": "confirm_value", "target": at["target"]} for at in desk.case["review"]["open"]]
    desk.decide(OVERRULE | {"evidence": place}, *looked_at)
    desk.work()

    assert [(at["what"], at["target"]) for at in desk.case["review"]["open"]] == [("page", "chart.pdf:4")]


def test_a_corrected_drug_moves_to_its_policy_and_takes_the_printed_name_along(desk):
    """The letter never names what the person took out; an overrule of a criterion that is gone says so."""
    desk.decide(OVERRULE, {"kind": "correct_value", "target": "service", "value": "belimumab"})
    desk.work()

    case = desk.case
    assert case["denial"]["service_as_printed"] is None
    assert desk.shown["service"] == "belimumab"
    assert "belimumab" in letter_of(desk)
    assert "anifrolumab" not in letter_of(desk)
    assert case["policy"]["document"] == "other.pdf"
    assert case["criteria"][2]["text"].startswith("Patient has a positive antinuclear")
    assert "settled_by" not in case["criteria"][2]
    assert any("Criterion 3 was overruled by a reviewer (decision 1)" in text for text in case["warnings"])


def test_another_candidate_is_chosen_with_its_place(desk):
    """The second fax number of the letter."""
    (other,) = desk.case["candidates"]["appeal_fax"]
    desk.decide({"kind": "choose_candidate", "target": "appeal_fax", "value": 0})
    desk.work()

    fax = desk.case["denial"]["appeal_fax"]
    assert (fax["value"], fax["evidence"], fax["settled_by"]) == ("877-555-0199", other["evidence"], "reviewer")
    assert "877-555-0199" in letter_of(desk)
    assert "appeal_fax" not in [at["target"] for at in desk.case["review"]["open"]]


def test_a_value_may_be_taken_out(desk):
    """Null: the letter does not say. The letter asks for it with a blank."""
    desk.decide({"kind": "correct_value", "target": "member_id", "value": None})
    desk.work()

    assert desk.case["denial"]["member_id"] is None
    assert "[staff: member ID]" in letter_of(desk)
    assert TODAY.isoformat() == "2026-03-20"
