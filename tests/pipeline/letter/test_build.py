import re
from datetime import date

import pytest

from pipeline.case import CaseDocument, LevelOut, Value
from pipeline.letter import (
    LetterTemplateError,
    assign_exhibits,
    build_letter,
    check_templates,
    choose_kind,
)
from pipeline.letter.blocks import Criterion, Facts, Table, runs_of
from pipeline.letter.kinds import kinds
from tests.pipeline.fixtures.lupus import TODAY, lupus_case

# A mark of the template, or a value that was not there.
HOLES = re.compile(r"\{\{|\}\}|\{%|\bNone\b|\bnull\b|\bnan\b|Undefined|@\w+ |[\ue000-\uf8ff]")


def text_of(letter):
    return "\n".join(run.text for run in runs_of(letter.blocks))


def changed(**denial) -> CaseDocument:
    """The lupus case with other fields of the denial; None takes a field out."""
    data = lupus_case().model_dump(by_alias=True)
    for name, value in denial.items():
        kept = data["denial"][name] or {"evidence": [], "confidence": 1}
        data["denial"][name] = None if value is None else {**kept, "value": value}
    return CaseDocument.model_validate(data)


def reasoned(*categories):
    return changed(reasons=[{"category": category, "quote": f"No: {category}."} for category in categories])


@pytest.fixture(scope="module")
def letter():
    return build_letter(lupus_case(), TODAY)


def test_the_first_line_names_the_letter(letter):
    """A mail room sorts by the first line."""
    assert letter.title == (
        "Appeal of adverse benefit determination and request for prior authorization: member HB 20 44718 01"
    )


def test_page_one_says_who_what_and_by_when(letter):
    """What appeal units ask for at the head of a letter, the reason word for word."""
    facts = {label: "".join(run.text for run in runs) for block in letter.blocks if isinstance(block, Facts)
             for label, runs in block.rows}  # fmt: skip

    assert facts["Patient"] == "Odalys Brannigan-Tull"
    assert facts["Date of birth"] == "March 14, 1987"
    assert facts["Reference"] == "PA-2611-00731"
    assert facts["HCPCS / CPT"] == "J0491"
    assert facts["Diagnosis (ICD-10)"] == "M32.19"
    assert facts["Date of the denial"] == "November 2, 2026"
    assert facts["Reason as stated"] == "“No prior authorization is on file for Saphnelo.”"
    text = text_of(letter)
    assert "PO Box 4410" in text
    assert "within 30 days of receiving it if it concerns a pre-service claim (29 CFR 2560.503-1(i)(2)(ii))" in text
    assert "ends on May 1, 2027 (29 CFR 2560.503-1(h)(3)(i))" in text


def test_every_criterion_stands_verbatim_in_the_payers_order(letter):
    """The reviewer ticks the payer's own list; a bar or a bracket in its text changes nothing."""
    printed = [(b.number, "".join(r.text for r in b.text)) for b in letter.blocks if isinstance(b, Criterion)]

    assert printed == [(criterion.number, criterion.text) for criterion in lupus_case().criteria]


@pytest.mark.parametrize(
    ("signed", "title"),
    [
        (("M. Varga", "rheumatology"), "Medical record, M. Varga (rheumatology), August 19, 2026"),
        (("M. Varga", None), "Medical record, M. Varga, August 19, 2026"),
        (("L. Osei", "rheumatology"), "Medical record, August 19, 2026"),  # whose of the two it is stays open
    ],
)
def test_an_exhibit_is_named_by_who_wrote_it_on_whichever_of_its_sheets_that_stands(signed, title):
    """The first sheet of a note names the author alone, the signature on the second the specialty too."""
    data = lupus_case().model_dump(by_alias=True)
    (chart,) = [document for document in data["documents"] if document.get("facts")]
    page = {"bbox": [0, 0, 9, 9], "text": "x", "document": "chart.pdf", "page": 3}
    chart["facts"] = [
        {"kind": "encounter", "name": "visit", "assertion": "affirmed", "date": "2026-08-19", "evidence": [page],
         "encounter": {"author": author, "specialty": specialty}}
        for author, specialty in (("M. Varga", None), signed)
    ]  # fmt: skip

    exhibits = assign_exhibits(CaseDocument.model_validate(data))
    assert title in [exhibit.title for exhibit in exhibits.exhibits]


@pytest.mark.parametrize(("scanned", "printed"), [("JO491", "J0491"), ("JO492", "JO492"), ("J0491", "J0491")])
def test_a_code_in_the_service_is_the_code_that_was_read(scanned, printed):
    """A scan shows a letter O in it; another code than the one that was read is left as it is."""
    letter = build_letter(changed(service_as_printed=f"Saphnelo (anifrolumab-fnia), {scanned}"), TODAY)

    assert f"Saphnelo (anifrolumab-fnia), {printed}" in text_of(letter)


def test_a_met_criterion_has_its_dated_finding_and_exhibit_page(letter):
    """Criterion, date, words, page: all four."""
    case, exhibits = lupus_case(), assign_exhibits(lupus_case())
    by_number = {block.number: block for block in letter.blocks if isinstance(block, Criterion)}
    for criterion in case.criteria:
        if criterion.status != "met":
            continue
        block = by_number[criterion.number]
        assert block.status == "Met"
        cited = [run.reference for runs in block.findings for run in runs if run.reference]
        assert cited == [exhibits.where(e.document, e.page) for e in criterion.evidence]
        lines = ["".join(run.text for run in runs) for runs in block.findings]
        assert all(e.text in line for e, line in zip(criterion.evidence, lines, strict=True))
        assert lines[0].startswith("August 19, 2026: “")


def test_what_is_not_shown_is_never_argued(letter):
    """Open: documentation to follow. Not met: said plainly. An alternative: not relied on."""
    by_number = {block.number: block for block in letter.blocks if isinstance(block, Criterion)}

    assert by_number["6"].status == "Documentation to follow"
    assert by_number["6"].findings == ()
    assert by_number["6"].answer[0].kind == "blank"
    assert by_number["5"].status == "Not met"
    assert any(run.kind == "blank" and "exception" in run.text for run in by_number["5"].answer)
    assert by_number["2.b"].status == "Not relied on"
    assert "".join(run.text for run in by_number["2.b"].answer).endswith("this appeal rests on 2.a.")
    assert "shows each criterion that the policy requires" not in text_of(letter)


def test_two_findings_on_one_page_are_both_printed_and_the_same_words_once():
    """A medication list shows two drugs on one page; a page quoted twice in the same words says nothing new."""
    data = lupus_case().model_dump(by_alias=True)
    first = data["criteria"][3]["evidence"][1]
    data["criteria"][3]["evidence"] = [first, {**first, "text": "hydroxychloroquine 400 mg daily"}, dict(first)]
    letter = build_letter(CaseDocument.model_validate(data), TODAY)

    (block,) = (b for b in letter.blocks if isinstance(b, Criterion) and b.number == "3")
    assert len(block.findings) == 2


def test_prior_treatments_are_this_patients_and_told_once(letter):
    """The stranger's course, the planned drug and the copied-forward "current" stay out."""
    (table,) = (b for b in letter.blocks if isinstance(b, Table) and b.headers[0] == "Drug")
    rows = [["".join(run.text for run in cell) for cell in row] for row in table.rows]

    assert rows == [
        ["azathioprine", "100 mg daily", "May 10, 2024", "January 17, 2025", "252", "inadequate response",
         "Exhibit 3, page 1"],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("urgent", [False, True])
def test_no_letter_has_a_hole(kind, urgent):
    """Full case and empty case, every kind: what is missing is a placeholder with a name."""
    for case in (changed(urgent=urgent), CaseDocument(case="x", documents=[], denial={})):
        letter = build_letter(case, TODAY, kind=kind)

        assert not HOLES.search(text_of(letter))
        assert all(re.fullmatch(r"\[(staff|physician): .+\]", blank) for blank in letter.blanks)


def test_the_letter_speaks_as_the_physician():
    """Never in the patient's voice, and no praise that no fact bears out."""
    for kind in kinds():
        text = text_of(build_letter(lupus_case(), TODAY, kind=kind)).casefold()

        assert not re.search(r"\bmy (?:pain|symptoms?|doctor|physician|condition|disease|treatment|lupus)\b", text)
        assert not re.search(r"\b(?:clearly|devastating|severe(?:ly)?|unfortunately|desperate|vital|crucial)\b", text)


@pytest.mark.parametrize(
    ("categories", "kind"),
    [
        (["prior_authorization_missing"], "prior_authorization_missing"),
        (["step_therapy_not_met", "not_medically_necessary"], "step_therapy"),
        (["not_on_formulary"], "formulary_exception"),
        (["insufficient_documentation"], "insufficient_documentation"),
        (["off_label"], "experimental"),
        (["not_medically_necessary", "step_therapy_not_met"], "appeal"),  # the first reason decides
        (["timely_filing"], "appeal"),
        ([], "appeal"),
    ],
)
def test_the_first_reason_chooses_the_letter(categories, kind):
    """A reason without a letter of its own gets the general appeal."""
    assert choose_kind(reasoned(*categories).denial) == kind


def test_each_reason_is_answered_apart():
    """Two reasons, two quotes, two answers."""
    text = text_of(build_letter(reasoned("not_medically_necessary", "quantity_or_dose_limit"), TODAY))

    assert "Reason 1" in text
    assert "Reason 2" in text
    assert "“No: quantity_or_dose_limit.”" in text
    assert "the dose and quantity requested" in text


@pytest.mark.parametrize(
    ("plan", "urgent", "says", "never"),
    [
        ("employer_self_funded", True, "within 72 hours (29 CFR 2560.503-1(i)(2)(i))", "within 30 days"),
        ("employer_fully_insured", False, "45 CFR 147.136(c)(2)(vi)", "2590.715-2719"),
        ("marketplace_individual", False, "45 CFR 147.136(b)(3)", "ERISA"),
        ("medicare_advantage", False, "within 7 calendar days of receiving it if it concerns a Part B drug", "ERISA"),
        ("medicare_part_d", False, "within 7 calendar days", "external review"),
        ("medicaid_managed_care", False, "state fair hearing is reserved (42 CFR 438.408(f)(2))", "external review"),
        ("fehb", False, "Office of Personnel Management", "external review"),
        ("tricare", False, "written appointment of a representative", "external review"),
        ("unknown", True, "if the plan can, within 72 hours", "CFR"),
    ],
)
def test_each_plan_type_has_its_own_law(plan, urgent, says, never):
    """A citation of another regime would sink the letter."""
    case = changed(plan_type=plan, urgent=urgent)
    if plan == "unknown":
        case = case.model_copy(update={"deadlines": []})
    elif plan != "employer_self_funded":
        first = case.deadlines[0].model_copy(update={"basis": "the time stated in the letter", "law_day": None})
        case = case.model_copy(update={"deadlines": [first]})
    text = text_of(build_letter(case, TODAY))

    assert says in text
    assert never not in text


def test_a_grandfathered_plan_is_promised_nothing():
    """External review is reserved "if available", never promised."""
    assert "if available under the plan, is reserved" in text_of(build_letter(lupus_case(), TODAY))


def test_back_dating_is_asked_for_and_no_right_to_it_claimed(letter):
    """No rule obliges a plan to back-date."""
    text = text_of(letter)

    assert "I ask that the authorization be made effective from" in text
    assert "back-date" not in text
    assert "must" not in re.sub(r"\[.*?\]", "", text)


@pytest.mark.parametrize(
    ("letter_day", "law_day", "today", "says"),
    [
        ("2027-05-01", "2027-05-01", "2027-06-01", "ended on May 1, 2027 (29 CFR 2560.503-1(h)(3)(i)). I ask"),
        ("2027-05-01", "2027-05-01", "2027-05-01", "before the time to appeal ends on May 1, 2027 (29 CFR"),
        # a year by the plan's own letter: not late
        ("2027-11-02", "2027-05-01", "2027-06-01", "ends on November 2, 2027 (as the plan's letter states)"),
        # less than the law allows: not late either
        ("2027-01-01", "2027-05-01", "2027-02-01", "ends on May 1, 2027 (29 CFR 2560.503-1(h)(3)(i))"),
        ("2027-01-01", None, "2027-02-01", "ended on January 1, 2027 (as the plan's letter states). I ask"),
    ],
)
def test_an_appeal_is_called_late_only_when_it_is(letter_day, law_day, today, says):
    """The payer is held to the later of its letter and the law; a day gone by is not passed over in silence."""
    case = lupus_case()
    days = {"letter_day": letter_day, "law_day": law_day, "last_day": min(filter(None, (letter_day, law_day)))}
    case = case.model_copy(update={"deadlines": [case.deadlines[0].model_copy(update=days)]})

    assert says in text_of(build_letter(case, date.fromisoformat(today)))


def test_a_protective_date_is_not_printed_as_law():
    """Sixty days to be safe is for the practice, not for the payer."""
    case = changed(plan_type="unknown")
    deadline = case.deadlines[0].model_copy(update={"from_letter": False, "basis": "protective date", "law_day": None})
    text = text_of(build_letter(case.model_copy(update={"deadlines": [deadline]}), TODAY))

    assert "May 1, 2027" not in text
    assert "protective" not in text


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{% extends 'base.j2' %}{% block request %}{{ pateint.name }}{% endblock %}", "pateint"),
        ("{% extends 'base.j2' %}{% block request %}{{ payer }}{% endblock %}", "dict"),
        ("{% extends 'base.j2' %}{% block request %}{{ patient.name }}{% endblock", "end of"),
        ("# Title\n\n@sparkle x", "@sparkle"),
        ("Dear plan,", "title"),
        ("# T\n\n@table 1 1 | A | B\n@row only one", "columns"),
    ],
)
def test_an_unsound_template_is_named_at_start_up(tmp_path, template, fault):
    """A clinic's own wording is checked before a letter needs it."""
    (tmp_path / "appeal.j2").write_text(template)

    with pytest.raises(LetterTemplateError, match=r"appeal\.j2") as raised:
        check_templates(tmp_path)
    assert fault in str(raised.value)


def test_a_clinics_own_wording_replaces_ours(tmp_path):
    """One block of one letter is enough."""
    (tmp_path / "appeal.j2").write_text(
        "{% extends 'base.j2' %}{% block request %}Please look again, {{ patient.name or 'friend' }}.{% endblock %}"
    )

    assert "appeal" in check_templates(tmp_path)
    letter = build_letter(lupus_case(), TODAY, kind="appeal", folders=(tmp_path,))
    assert "Please look again, Odalys Brannigan-Tull." in text_of(letter)


def test_words_of_the_case_are_printed_never_obeyed():
    """A quote that looks like a mark, a template or a placeholder stays a quote."""
    quote = "# Not a heading | {{ 7 * 7 }} @criterion x\n- [staff: pay] \ue011 $x^2$ #emph[b]"
    letter = build_letter(changed(reasons=[{"category": "other", "quote": quote}]), TODAY)
    clean = "# Not a heading | {{ 7 * 7 }} @criterion x - [staff: pay] $x^2$ #emph[b]"

    assert f"“{clean}”" in text_of(letter)
    assert not any("pay" in blank for blank in letter.blanks)


@pytest.mark.parametrize(
    ("payer", "printed", "lines"),
    [
        ("Cigna Healthcare", "Cigna Healthcare Appeals, PO Box 188011, Chattanooga, TN 37422",
         ["Cigna Healthcare Appeals", "PO Box 188011", "Chattanooga, TN 37422"]),
        ("Aetna", "Appeal Resolution Team\nP.O. Box 14463\nLexington, KY 40512-4463",
         ["Aetna", "Appeal Resolution Team", "P.O. Box 14463", "Lexington, KY 40512-4463"]),
        ("Oscar", "5900 E. Ben White Blvd., Austin, TX 78741",
         ["Oscar", "5900 E. Ben White Blvd.", "Austin, TX 78741"]),
    ],
)  # fmt: skip
def test_the_address_stands_in_lines_as_on_an_envelope(payer, printed, lines):
    """As printed in this denial, parted where an envelope parts it, the payer named once."""
    letter = build_letter(changed(payer=payer, appeal_address=printed), TODAY)
    addressed = ["".join(r.text for r in b.runs) for b in letter.blocks if getattr(b, "style", "") == "address"]

    assert addressed[1:-1] == lines


def final(denial):
    """The same denial as the plan's last word."""
    level = Value[LevelOut](
        value=LevelOut(stage="final_internal_adverse_determination", next_step="external_review"),
        confidence=0.95,
        evidence=denial.denial_date.evidence,
    )
    return denial.model_copy(update={"level": level})


@pytest.mark.parametrize(
    ("plan", "what", "law"),
    [
        ("employer_self_funded", "external review", "29 CFR 2590.715-2719(d)(2)(i)"),
        ("medicare_part_d", "reconsideration by the independent review entity", "42 CFR 423.600"),
        ("fehb", "OPM review", "5 CFR 890.105"),
    ],
)
def test_the_plans_last_word_is_answered_outside_the_plan(plan, what, law):
    """Named by its kind of review, under its law, and no internal right claimed any more."""
    case = lupus_case()
    plan_type = case.denial.plan_type.model_copy(update={"value": plan})
    denial = final(case.denial).model_copy(update={"plan_type": plan_type})

    letter = build_letter(case.model_copy(update={"denial": denial}), TODAY)

    assert letter.kind == "external_review"
    assert what.casefold() in letter.title.casefold()
    assert law in text_of(letter)
    assert "nor is a subordinate" not in text_of(letter)


def test_a_first_denial_is_never_sent_outside():
    """External review before the plan's last word would be refused, and time is lost."""
    assert choose_kind(lupus_case().denial) != "external_review"


def test_the_claim_file_is_asked_for_with_the_law_of_the_plan():
    """Each paper with its citation, and nothing of the appeal's argument."""
    text = text_of(build_letter(lupus_case(), TODAY, kind="claim_file_request"))

    assert "Request for the claim file" in text
    assert "2560.503-1(h)(2)(iii)" in text
    assert "SLEDAI" not in text


def test_the_call_sheet_lists_what_is_shown_and_what_is_open():
    """A physician on the phone sees the page of each finding, and which question will come."""
    letter = build_letter(lupus_case(), TODAY, kind="peer_to_peer")
    text = text_of(letter)

    assert "does not stop the time" in text
    assert letter.references
    assert "Hepatitis B screening" in text[text.index("may ask about") :]


def test_the_certification_is_left_to_the_physician():
    """Every ground for haste is a blank: what is dangerous is a judgment no program makes."""
    letter = build_letter(lupus_case(), TODAY, kind="expedited_certification")

    assert sum("strike" in blank for blank in letter.blanks) >= 1
    assert "within 72 hours" in text_of(letter)
