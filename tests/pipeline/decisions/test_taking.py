"""What a reviewer decides on a case: kept, worked in, undone; never lost and never taken on what nobody saw."""

import pytest

from pipeline import jobs
from pipeline.cases import given, purge_case
from pipeline.decisions import (
    DecisionRefusedError,
    NotFinalError,
    StaleDecisionError,
    ValueFormatError,
    list_decisions,
    revision_of,
)
from pipeline.stages import WORKFLOW
from pipeline.work import work_on
from tests.papers import pdf_of

DATE = {"kind": "correct_value", "target": "denial_date", "value": "2026-02-04"}
BOX = {"document": "chart.pdf", "page": 2, "bbox": [60, 60, 500, 700]}


def test_a_corrected_date_moves_the_deadline_and_an_undo_brings_the_packet_back_byte_by_byte(desk):
    """180 days from February 4, not from March 4; the trail keeps both decisions."""
    before, revision = desk.files, revision_of(desk.shown["result_key"])
    assert desk.case["deadlines"][0]["last_day"] == "2026-08-31"

    desk.decide(DATE, revision=revision)
    assert desk.shown["state"] == "running"
    desk.work()

    assert desk.case["deadlines"][0]["last_day"] == "2026-08-03"
    assert desk.shown["last_day"] == "2026-08-03"
    assert desk.case["denial"]["denial_date"]["settled_by"] == "reviewer"
    desk.decide({"kind": "undo", "target": "1"}, by="nurse-2")
    assert desk.work().files == before
    assert revision_of(desk.shown["result_key"]) == revision
    first, undo = list_decisions(desk.database, desk.case_id)
    assert (first["by"], first["before"]["value"], first["in_force"]) == ("nurse-1", "2026-03-04", False)
    assert (undo["by"], undo["kind"], undo["target"], undo["in_force"]) == ("nurse-2", "undo", "denial_date", False)


def test_a_stale_decision_is_refused_and_says_what_changed(desk):
    """Somebody else corrected the case while this person looked at it."""
    seen = revision_of(desk.shown["result_key"])
    desk.decide(DATE, revision=seen)
    desk.work()

    with pytest.raises(StaleDecisionError, match="denial_date was corrected") as refused:
        desk.decide({"kind": "confirm_value", "target": "payer"}, revision=seen, by="nurse-2")

    assert refused.value.changed == ["denial_date was corrected"]
    assert len(list_decisions(desk.database, desk.case_id)) == 1


def test_decisions_while_others_are_worked_in_queue_up_unless_they_touch_the_same(desk):
    """A nurse goes on down the page; a second person is told of what the first has just decided."""
    seen = revision_of(desk.shown["result_key"])
    desk.decide(DATE, revision=seen)
    desk.decide({"kind": "correct_value", "target": "member_id", "value": "U99"}, revision=seen)
    with pytest.raises(StaleDecisionError, match="denial_date"):
        desk.decide(DATE | {"value": "2026-02-05"}, revision=seen, by="nurse-2")
    desk.decide(DATE | {"value": "2026-02-06"}, revision=seen)
    desk.work()

    assert desk.case["denial"]["denial_date"]["value"] == "2026-02-06"
    assert desk.case["denial"]["member_id"]["value"] == "U99"
    desk.decide({"kind": "undo", "target": "3"})
    assert desk.work().case["denial"]["denial_date"]["value"] == "2026-02-04"  # what the last one took the place of


def test_a_decision_while_a_worker_is_at_work_on_match_is_not_lost(desk):
    """What the worker made of the older decisions is dropped: its claim is gone."""
    desk.decide(DATE)
    taken = jobs.claim_next(desk.database)
    task = jobs.gather(desk.database, desk.storage, taken)
    outcome = WORKFLOW.stages["match"].run(task)
    assert taken.stage == "match"

    desk.decide({"kind": "correct_value", "target": "member_id", "value": "U99"})

    with pytest.raises(jobs.LostLeaseError):
        jobs.finish(desk.database, WORKFLOW, taken, outcome)
    desk.work()
    assert desk.case["denial"]["member_id"]["value"] == "U99"
    assert desk.case["denial"]["denial_date"]["value"] == "2026-02-04"


def test_a_decision_on_the_letter_waits_for_the_pages_that_are_read_again(desk):
    """A page decision begins further up than a corrected value that comes while it is worked in."""
    desk.decide({"kind": "exclude_page", "target": "chart.pdf:1", "value": "irrelevant"})
    taken = jobs.claim_next(desk.database)
    desk.decide({"kind": "correct_value", "target": "member_id", "value": "U99"})
    assert taken.stage == "classify"
    work_on(desk.database, desk.storage, WORKFLOW, taken)
    desk.work()

    assert desk.case["denial"]["member_id"]["value"] == "U99"
    assert {(at["document"], at["page"]) for at in desk.case["excluded_pages"]} == {("chart.pdf", 1), ("chart.pdf", 3)}


def test_a_decision_that_no_packet_can_be_made_from_can_be_undone(desk):
    """The only page of the denial left out by mistake: the case fails, and the undo mends it."""
    before = desk.files
    desk.decide({"kind": "exclude_page", "target": "denial.pdf:1", "value": "irrelevant"})
    assert desk.work().shown["error"]["code"] == "case-no-denial"

    desk.decide({"kind": "undo", "target": "1"})

    assert desk.work().files == before


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (DATE | {"value": "March 4"}, "YYYY-MM-DD"),
        (DATE | {"value": 20260304}, "YYYY-MM-DD"),
        ({"kind": "correct_value", "target": "internal_appeal_deadline", "value": {"days": "180"}}, '"months": 4'),
        ({"kind": "correct_value", "target": "reasons", "value": [{"category": "x", "quote": "y"}]}, "step_therapy"),
        ({"kind": "correct_value", "target": "plan_type", "value": "erisa"}, "medicare_part_d"),
        ({"kind": "correct_value", "target": "urgent", "value": "yes"}, "true or false"),
        ({"kind": "correct_value", "target": "member_id", "value": " "}, "text on one line"),
        ({"kind": "correct_value", "target": "codes", "value": {"icd": []}}, "hcpcs_cpt"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_the_form(desk, wanted, words):
    """And nothing of it is kept."""
    with pytest.raises(ValueFormatError, match=words):
        desk.decide(wanted)

    assert list_decisions(desk.database, desk.case_id) == []
    assert desk.shown["state"] == "ready"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kind": "correct_value", "target": "shoe_size", "value": "9"}, "no such field"),
        ({"kind": "confirm_value", "target": "group_number"}, "no group_number was read"),
        ({"kind": "confirm_value", "target": "warning:123"}, "no such warning"),
        ({"kind": "choose_candidate", "target": "appeal_fax", "value": 7}, "1 candidates"),
        ({"kind": "overrule", "target": "3", "value": "met"}, "no reason"),
        ({"kind": "overrule", "target": "9", "value": "met", "reason": "so"}, "no criterion"),
        ({"kind": "overrule", "target": "3", "value": "fine", "reason": "so"}, "no verdict"),
        (
            {"kind": "overrule", "target": "3", "value": "met", "reason": "so", "evidence": BOX | {"page": 3}},
            "left out",
        ),
        (
            {"kind": "overrule", "target": "3", "value": "met", "reason": "so", "evidence": BOX | {"page": 30}},
            "does not have",
        ),
        ({"kind": "exclude_page", "target": "chart.pdf:1", "value": "ugly"}, "why"),
        ({"kind": "exclude_page", "target": "chart.pdf:99", "value": "irrelevant"}, "no such page"),
        ({"kind": "include_page", "target": "chart.pdf:3", "reason": "hers"}, "another patient"),
        ({"kind": "include_page", "target": "chart.pdf:4"}, "no reason"),
        ({"kind": "include_page", "target": "denial.pdf:1", "reason": "hers"}, "payer's own"),
        ({"kind": "undo", "target": "1"}, "no decision of this number"),
        ({"kind": "approve"}, "for an approver"),
    ],
)
def test_what_does_not_fit_the_case_is_refused(desk, wanted, words):
    """With what is wrong and what to do."""
    with pytest.raises(DecisionRefusedError, match=words):
        desk.decide(wanted)


def test_files_added_after_the_person_looked_make_the_decision_stale(desk):
    """There is no result to decide on until the new files are read."""
    from pipeline.cases import add_files
    from pipeline.decisions import UnseenCaseError

    seen = revision_of(desk.shown["result_key"])
    more = [given("more.pdf", pdf_of("Lakeside Rheumatology\nPatient: Marisol Ketterman\nDOB: 05/22/1984\nSeen."))]
    add_files(desk.database, desk.storage, WORKFLOW, desk.case_id, more)
    with pytest.raises(UnseenCaseError):
        desk.decide(DATE, revision=seen)
    desk.work()
    with pytest.raises(StaleDecisionError, match="files were added"):
        desk.decide(DATE, revision=seen)


def test_a_purge_takes_the_values_along_and_the_trail_keeps_that_there_were_some(desk):
    """Kind and person, by their ids; nothing of what was decided."""
    from sqlalchemy import select

    from pipeline.tables import audit, decision

    desk.decide({"kind": "correct_value", "target": "member_id", "value": "U99", "reason": "the card says so"})
    purge_case(desk.database, desk.storage, desk.case_id)

    with desk.database.read() as connection:
        assert connection.execute(select(decision)).all() == []
        trail = {row.event: row.detail for row in connection.execute(select(audit))}
    assert trail["decided"] == {"decision": 1, "kind": "correct_value", "actor": "nurse-1"}
    assert trail["purged"]["decisions"] == 1
    assert "U99" not in str(trail)


def test_approval_is_of_one_result_and_lost_with_any_change(desk):
    """Refused while something is open; the final packet is the draft without its mark."""
    fax, warning = desk.case["review"]["open"]
    assert (fax["target"], warning["what"]) == ("appeal_fax", "warning")
    assert warning["why"] == "other.pdf holds another policy; the criteria are those of policy.pdf."
    with pytest.raises(NotFinalError) as refused:
        desk.decide({"kind": "approve"}, role="approver")
    assert refused.value.open[0]["target"] == "appeal_fax"
    desk.decide(*({"kind": "confirm_value", "target": at["target"]} for at in (fax, warning)))
    draft = desk.work().files
    seen = revision_of(desk.shown["result_key"])

    desk.decide({"kind": "approve"}, by="dr-1", revision=seen, role="approver")
    final = desk.work().files

    assert {name for name in final if name not in draft} == {
        "final/letter.docx",
        "final/letter.pdf",
        "final/packet.pdf",
    }
    assert all(final[name] == draft[name] for name in draft if name not in ("case.json", "manifest.json"))
    assert (desk.case["review"]["final"], desk.case["review"]["approved_by"]) == (True, "dr-1")
    assert b'"approved": {\n    "by": "dr-1"' in final["manifest.json"]
    words = {name: texts_of(data) for name, data in final.items() if name.endswith("packet.pdf")}
    assert "DRAFT" in words["packet.pdf"]
    unmarked = words["packet.pdf"].replace("DRAFT FOR THE PHYSICIAN'S SIGNATURE", "")
    assert words["final/packet.pdf"] == " ".join(unmarked.split())
    with pytest.raises(DecisionRefusedError, match="already"):
        desk.decide({"kind": "approve"}, role="approver")

    desk.decide(DATE)
    assert desk.work().case["review"]["final"] is False
    assert not [name for name in desk.files if name.startswith("final/")]
    desk.decide({"kind": "undo", "target": "4"})
    assert desk.work().files == draft  # and not approved, though it is what was approved then


def texts_of(pdf: bytes) -> str:
    import pypdfium2

    texts = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    return " ".join("\n".join(texts).split())
