"""Pages as statements: sentences, rows, sections, dates and who wrote them."""

from datetime import date

import pytest

from extractors.chart import Chart, Statement, published_facts, read_chart
from extractors.chart.authors import find_authors
from extractors.chart.dates import find_dates, find_durations
from extractors.chart.sentences import split_sentences
from extractors.evidence import Page, enclose
from pipeline.case import FactOut
from tests.extractors.chart.tables import wide_page_of
from tests.pages import line_of, page_of, pages_of

TODAY = date(2026, 12, 1)
HEADER = "Patient: Rowan Tillery   DOB: 04/02/1980   MRN: T-1001"


def read(text: str) -> Chart:
    return read_chart([page_of(f"{HEADER}\n\n{text}", "chart.pdf")], TODAY)


def texts(chart: Chart) -> list[str]:
    return [s.text for s in chart.statements if s.section != "header"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Denies fever. Has rash.", ["Denies fever.", "Has rash."]),
        ("Seen by Dr. Marlow today. No rash.", ["Seen by Dr. Marlow today.", "No rash."]),
        ("Signed T. Novak, LPN. Copy given.", ["Signed T. Novak, LPN.", "Copy given."]),
        ("Score 3.5. Next visit soon.", ["Score 3.5.", "Next visit soon."]),
        ("Synovitis of MCP 2, 3, 5. No edema.", ["Synovitis of MCP 2, 3, 5.", "No edema."]),
        ("Immune to hepatitis B. Zoster given.", ["Immune to hepatitis B.", "Zoster given."]),
        ("Plan: 1. Start it. 2. Labs.", ["Plan:", "1. Start it.", "2. Labs."]),
        ("CDAI at visit: 17. On steroids.", ["CDAI at visit: 17.", "On steroids."]),
        ("26 y.o. F with colitis. Stable.", ["26 y.o. F with colitis.", "Stable."]),
        ("C. difficile negative. Well.", ["C. difficile negative.", "Well."]),
    ],
)
def test_sentences_end_at_their_own_stop(text, parts):
    """Initials, abbreviations, decimals and list numbers end no sentence."""
    assert [text[a:b] for a, b in split_sentences(text)] == parts


def test_a_sentence_runs_over_the_line_break_and_its_box_holds_both_lines():
    """Evidence of a wrapped sentence encloses all its words and nothing of its neighbours."""
    page = page_of(
        f"{HEADER}\n\nOffice visit 08/19/2026\n\nInterval history\n"
        "She feels well. She has taken hydroxychloroquine every day\n"
        "without a gap since February 2023. No rash.",
        "chart.pdf",
    )

    found = next(s for s in read_chart([page], TODAY).statements if "hydroxychloroquine" in s.text)

    assert found.text == "She has taken hydroxychloroquine every day without a gap since February 2023."
    held = [w.box for line in page.lines for w in line.words if w.text in ("hydroxychloroquine", "2023.")]
    outer = enclose([*held, found.evidence.bbox])
    assert outer == found.evidence.bbox


def test_a_word_broken_at_the_line_end_is_mended():
    """A drug's name broken by the margin is found; a hyphen that belongs stays."""
    chart = read(
        "Office visit 08/19/2026\n\nHPI\nShe has been taking hydroxychloro-\n"
        "quine for a long-\nstanding lupus for ten weeks."
    )

    assert any("hydroxychloroquine for a long-standing lupus" in text for text in texts(chart))


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("FH: father had severe psoriasis.", "family_history"),
        ("Family history: brother on Humira.", "family_history"),
        ("Assessment: RA, high activity.", "assessment"),
        ("Past treatment: methotrexate since 03/2024.", "past_treatment"),
        ("Meds per pt: mesalamine.", "medications"),
        ("Plan: continue.", "plan"),
        ("Allergies / intolerances: codeine - nausea.", "allergies"),
        ("HPI: joint pain.", "history_present_illness"),
        ("Mother: none.", ""),  # a person, no heading
    ],
)
def test_a_heading_at_the_start_of_a_line_opens_its_section(line, section):
    """Sections count whether headed on their own line or in the sentence."""
    chart = read(f"Office visit 08/19/2026\n\n{line}")

    assert next(s.section for s in chart.statements if s.text.endswith(line.split(": ", 1)[1])) == section


def test_a_heading_closed_by_a_full_stop_opens_its_section_too():
    """ "Plan." is a heading, a sentence that begins with the word is none."""
    chart = read("Office visit 08/19/2026\n\nAssessment. Stable lupus.\n\nPlan.\n\nLabs in May.\n\nMRI shows a slip.")
    found = {at.text: at.section for at in chart.statements}

    assert found["Stable lupus."] == "assessment"
    assert found["Labs in May."] == "plan" == found["MRI shows a slip."]


def test_family_history_ends_with_its_paragraph():
    """What follows after a gap is the patient's again."""
    chart = read("Office visit 08/19/2026\n\nFH: father had psoriasis.\n\n\nPlaques on both arms.")

    assert {s.text: s.section for s in chart.statements}["Plaques on both arms."] != "family_history"


def test_copied_text_is_marked_and_keeps_its_first_date():
    """Only the copied part is marked, and it keeps the date it was first written."""
    chart = read(
        "Office visit 02/11/2026\n\nHistory (copied forward from 08/2024)\nTaking azathioprine. SLEDAI-2K 4.\n\n"
        "Today\nHere for a form."
    )

    by_text = {s.text: s for s in chart.statements}
    assert (by_text["SLEDAI-2K 4."].copied_forward, by_text["SLEDAI-2K 4."].date) == (True, date(2024, 8, 1))
    assert (by_text["Here for a form."].copied_forward, by_text["Here for a form."].date) == (False, date(2026, 2, 11))


def test_undated_copied_text_has_no_date():
    """ "Carried forward" without a date is dated by nobody."""
    chart = read("Office visit 08/11/2026\n\nScreening (carried forward): TB screen negative.\nAssessment: stable.")

    found = next(s for s in chart.statements if "TB screen" in s.text)
    assert (found.copied_forward, found.date) == (True, None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Date of visit: 05/10/2024   Rheumatology follow-up", date(2024, 5, 10)),
        ("12/03/2024   Office visit", date(2024, 12, 3)),
        ("VISIT 06/25/2025", date(2025, 6, 25)),
        ("NEW PATIENT VISIT 09/17/2024", date(2024, 9, 17)),
        ("Telephone encounter 03/24/2025 09:15", date(2025, 3, 24)),
        ("Laboratory report - collected 12/14/2022, reported 12/17/2022", date(2022, 12, 14)),
        ("SLEDAI-2K - date of assessment 11/20/2025", date(2025, 11, 20)),
        ("Problem list (printed 08/19/2026)", date(2026, 8, 19)),
        ("Disease activity, visit of 04/14/2026", date(2026, 4, 14)),
        ("March 5, 2024", date(2024, 3, 5)),
        ("Date of procedure: 07/08/2026   Endoscopist: Keziah Montfort, MD", date(2026, 7, 8)),
        ("Return visit in spring", None),
    ],
)
def test_a_page_is_dated_by_its_visit_or_collection(line, expected):
    """The date of a page is when it was said or drawn, not when it was printed or faxed."""
    assert read(f"{line}\nDoing well.").pages[0].date == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Provider: Delphine Fairweather, MD (Rheumatology)", ("Delphine Fairweather", "rheumatology")),
        ("A. Szabo, MD, Rheumatology", ("A. Szabo", "rheumatology")),
        ("PERPETUA LINDGREN, MD, DERMATOLOGY", ("PERPETUA LINDGREN", "dermatology")),
        ("Signed: D. Fairweather, MD, board certified in rheumatology, 08/19/2026", ("D. Fairweather", "rheumatology")),
        ("04/20/2026 Telehealth Keziah Montfort, MD, Gastroenterology", ("Keziah Montfort", "gastroenterology")),
        ("W. Akintola, PA-C", ("W. Akintola", None)),
        ("Absalom Greer, MD referred her to the rheumatologist", ("Absalom Greer", None)),  # not his own
        ("Bettina Rasmussen, MD, Pine Barrens Family Medicine", ("Bettina Rasmussen", None)),
    ],
)
def test_a_specialty_is_the_authors_only_beside_the_name(text, expected):
    """A specialist is one whose specialty is printed with the name; a referral names somebody else's."""
    found = find_authors(text)[0]

    assert (found.name, found.specialty) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Laboratory director: H. Osterberg, MD.",
        "Ordering: B. Rasmussen, MD.",
        "List reviewed with the patient by T. Novak, LPN.",
    ],
)
def test_who_ordered_or_directs_is_not_the_author(text):
    """The laboratory's director and the ordering physician did not write the page."""
    assert not any(author.writes for author in find_authors(text))


def test_a_nurse_practitioner_in_rheumatology_is_no_rheumatologist():
    """The specialty of a visit is not lent to a clinician who is no physician."""
    chart = read(
        "Date of visit: 02/11/2026   Rheumatology, nurse practitioner visit   Provider: Kit Haverstock, NP\n\nWell."
    )

    assert (chart.pages[0].author, chart.pages[0].specialty) == ("Kit Haverstock", None)


def test_wrapped_cells_make_one_row():
    """A cell over two lines is joined, and the row is one statement with its headings."""
    text = (
        f"{HEADER}\n\nMedication list (printed 08/19/2026)\n"
        "Medication\tDose / sig\tStart\tStop\tStatus\n"
        "Adalimumab\t40 mg SC every\t02/03/2025\t07/21/2025\tDiscontinued -\n"
    )
    page = wide_page_of(text)
    top = page.lines[-1].box.top
    more = [
        line_of("(Humira)", 36.0, top + 12.0),
        line_of("2 weeks", 144.0, top + 12.0),
        line_of("lack of efficacy", 468.0, top + 12.0),
        line_of("Lisinopril", 36.0, top + 32.0),
        line_of("10 mg daily", 144.0, top + 32.0),
        line_of("2018", 252.0, top + 32.0),
        line_of("Active", 468.0, top + 32.0),
    ]
    page = Page(document="chart.pdf", number=1, width=612, height=792, lines=(*page.lines, *more))

    rows = [s for s in read_chart([page], TODAY).statements if s.cells]

    assert rows[0].cells == (
        "Adalimumab (Humira)",
        "40 mg SC every 2 weeks",
        "02/03/2025",
        "07/21/2025",
        "Discontinued - lack of efficacy",
    )
    assert rows[0].headers == ("Medication", "Dose / sig", "Start", "Stop", "Status")
    assert rows[0].text.startswith("Adalimumab (Humira) 40 mg SC every 2 weeks")
    assert rows[1].cells[0] == "Lisinopril"


def test_problem_rows_tell_active_resolved_and_ruled_out_apart():
    """A diagnosis on the list is what its status says."""
    page = wide_page_of(
        f"{HEADER}\n\nProblem list (printed 08/19/2026)\nProblem\tICD-10\tNoted\tStatus\n"
        "Rheumatoid arthritis\tM05.79\t03/2024\tActive\n"
        "Vitamin D deficiency\tE55.9\t01/2023\tResolved\n"
        "Rule out sarcoidosis\t-\t03/2024\tRuled out 04/02/2024\n"
        "Suspected gout\t-\t03/2024\t\n",
        apart=150.0,
    )

    facts = [f for f in read_chart([page], TODAY).facts if f.kind == "diagnosis"]

    assert [(f.name, str(f.assertion), f.code) for f in facts] == [
        ("Rheumatoid arthritis", "affirmed", "M05.79"),
        ("Vitamin D deficiency", "historical", "E55.9"),
        ("sarcoidosis", "negated", None),
        ("gout", "possible", None),
    ]
    assert facts[0].condition == "rheumatoid_arthritis"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Never smoked.", [("tobacco use", "negated")]),
        ("Tobacco: never.", [("tobacco use", "negated")]),
        ("Tobacco: former.", [("tobacco use", "historical")]),
        ("Smokes half a pack a day.", [("tobacco use", "affirmed")]),
        ("Ex-smoker.", [("tobacco use", "historical")]),
        ("Her husband smokes.", [("tobacco use", "family")]),
        ("Smoking cessation counseling was given.", [("smoking cessation counseling", "affirmed")]),
        ("Completed 8 weeks of physical therapy without relief.", [("physical therapy", "affirmed")]),
        ("Will start physical therapy.", [("physical therapy", "planned")]),
        ("Ask us about physical therapy.", [("physical therapy", "hypothetical")]),
        ("Declined physical therapy.", [("physical therapy", "declined")]),
        ("Hand films show marginal erosions.", [("joint erosions", "affirmed")]),
        ("Colonoscopy: friability and erosions in the rectum.", []),  # not of a joint
        ("MRI without sacroiliitis.", [("sacroiliitis", "negated")]),
        ("Uses CPAP nightly.", [("CPAP", "affirmed")]),
        ("Had a lumbar fusion in 2015.", [("spinal surgery", "affirmed")]),
        ("Lumbar fusion is scheduled for May.", [("spinal surgery", "planned")]),
    ],
)
def test_care_and_findings_are_told_as_such(text, expected):
    """Services, operations, habits and imaging findings are facts with what is asserted of them."""
    facts = read(f"Office visit 08/19/2026\n\nHPI: {text}").facts

    assert [(f.name, str(f.assertion)) for f in facts if f.kind == "finding"] == expected


def test_a_course_of_physical_therapy_has_its_length_and_end():
    """Eight weeks without relief are eight weeks, and failed; a drug's length in the sentence is not the service's."""
    therapy, beside = (
        next(f for f in read(f"Office visit 08/19/2026\n\nHPI: {text}").facts if f.kind == "finding")
        for text in (
            "Completed 8 weeks of physical therapy without relief.",
            "Naproxen for 6 weeks and physical therapy without relief.",
        )
    )

    assert (therapy.treatment.days, str(therapy.treatment.outcome)) == (56, "inadequate_response")
    assert beside.treatment is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("54-year-old man with a history of rheumatoid arthritis.", "affirmed"),
        ("History of rheumatoid arthritis, in remission.", "historical"),
        ("History of pulmonary embolism.", "historical"),  # an event
        ("No history of rheumatoid arthritis.", "negated"),
        ("Family history of rheumatoid arthritis.", "family"),
    ],
)
def test_a_history_of_a_lasting_disease_is_the_disease(text, expected):
    """ "History of" does not tell that a disease for life is over; of an event it does."""
    facts = read(f"Office visit 08/19/2026\n\nHPI: {text}").facts

    assert [str(f.assertion) for f in facts if f.kind == "diagnosis"] == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Allergies: no known drug allergies.", [("drug allergy", "negated")]),
        ("Allergies: NKDA", [("drug allergy", "negated")]),
        ("Allergies: sulfasalazine - rash (2019).", [("sulfasalazine", "affirmed")]),
        ("Allergies: latex (hives).", [("latex", "affirmed")]),
        ("Allergies: No allergy to hydroxychloroquine recorded.", [("hydroxychloroquine", "negated")]),
    ],
)
def test_allergies_are_told_as_such(line, expected):
    """An allergy, the lack of one, and nothing of a treatment."""
    facts = read(f"Office visit 08/19/2026\n\n{line}").facts

    assert [(f.name, str(f.assertion)) for f in facts if f.kind == "allergy"] == expected
    assert not [f for f in facts if f.kind == "treatment"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 02/03/2025", [(date(2025, 2, 3), "day")]),
        ("since February 2023", [(date(2023, 2, 1), "month")]),
        ("03/2024", [(date(2024, 3, 1), "month")]),
        ("May 19, 2026", [(date(2026, 5, 19), "day")]),
        ("3 February 2025", [(date(2025, 2, 3), "day")]),
        ("2025-02-03", [(date(2025, 2, 3), "day")]),
        ("given on 03/16", [(date(2026, 3, 16), "day")]),
        ("due on 09/30", [(date(2025, 9, 30), "day")]),  # none later than the visit
        ("she may return", []),
        ("02/30/2025", []),  # no such day
        ("protein/creatinine 0.11", []),
        ("Mayo 6/12", [(date(2026, 6, 12), "day")]),  # readers of dates must know where they look
    ],
)
def test_dates_come_with_their_precision(text, expected):
    """A month is no day, and a date without a year is the last one before the visit."""
    assert [(at.day, at.precision) for at in find_dates(text, near=date(2026, 8, 19))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for fifteen months", [(450, False)]),
        ("more than three years", [(1095, True)]),
        ("400 mg a day", []),
        ("for a year", [(365, False)]),
        ("39-year-old woman", []),
        ("three years ago", []),
        ("two and a half years", [(912, False)]),
        ("at least 12 weeks", [(84, True)]),
    ],
)
def test_lengths_of_time_are_counted_in_days(text, expected):
    """Ages, doses and distances are no lengths; "more than" is a lower bound."""
    assert [(d.days, d.at_least) for d in find_durations(text)] == expected


def test_facts_are_published_in_the_contracts_shape():
    """Every fact passes the published model, with only the part that fits its kind."""
    chart = read("Office visit 08/19/2026   Ines Marlow, MD, Rheumatology\n\nHPI: RA. Methotrexate failed. CDAI 24.")

    published = published_facts(chart.facts)

    assert {fact["kind"] for fact in published} >= {"diagnosis", "treatment", "measurement", "encounter"}
    for fact in published:
        FactOut.model_validate(fact)


def test_every_statement_stands_on_its_page():
    """Evidence text is on the page it names, word for word."""
    page = page_of(
        f"{HEADER}\n\nOffice visit 08/19/2026\n\nHPI: RA for two years. Plan:\n1. Stop it. 2. Labs.", "chart.pdf"
    )
    squashed = page.text.replace("\n", " ")

    statements: tuple[Statement, ...] = read_chart([page], TODAY).statements

    assert all(s.evidence.text in squashed for s in statements)


@pytest.mark.parametrize(
    ("page", "day"),
    [
        # a letter is dated above the patient block
        ("Clinic\nSeptember 15, 2026\nRe: Ruth Calloway\nDate of birth: 04/12/1960\nDear Dr. Hale,\n", "2026-09-15"),
        ("CALLOWAY, RUTH F 04/12/1960\nMedication reconciliation\nTaking calcium.\n", None),  # a birth date, unlabelled
        ("Re: Ruth Calloway, born 04/12/1960\npage 2\nNo angina.\nsigned 09/15/2026 18:31\n", "2026-09-15"),
    ],
)  # fmt: skip
def test_a_birth_date_is_never_the_date_of_a_page(page, day):
    """What a page states is dated by its visit, letter or signature, never by the patient's birth."""
    first = "Lakeside Bone Clinic\nPatient: Calloway, Ruth    DOB: 04/12/1960\nOffice visit 08/01/2026\nShe is well.\n"

    chart = read_chart(pages_of(first + "\f" + page, "chart.pdf"), TODAY)

    assert (chart.pages[1].date and chart.pages[1].date.isoformat()) == day


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ("Tillery, Rowan DOB: 04/02/1980 MRN T-1001 Visit 09/15/2026, 1 of 2", date(2026, 9, 15)),
        ("Tillery, Rowan DOB 04/02/1980 Collected 08/31/2026 O. Marlow MD", date(2026, 8, 31)),
        ("Tillery, Rowan DOB: 04/02/1980 MRN T-1001 Next visit 09/15/2026", None),
        ("Tillery, Rowan DOB: 04/02/1980 MRN T-1001", None),
    ],
)
def test_the_row_of_name_and_birth_date_may_hold_the_visit(row, day):
    """A visit or collection date behind the birth date dates the page; a visit to come does not."""
    chart = read_chart([page_of(f"Bayou Teche Clinic\n{row}\n\nHistory. Knees hurt. BMI 35.4.", "chart.pdf")], TODAY)

    assert chart.pages[0].date == day
