"""What charts say of treatments, sentence by sentence."""

from datetime import date

import pytest

from extractors.chart import Assertion, Fact, Outcome, read_chart
from extractors.chart.treatments import dose_of
from tests.pages import page_of, pages_of

VISIT = date(2026, 8, 19)
A, END = Assertion, Outcome


def courses_of(text: str, heading: str = "Interval history") -> list[Fact]:
    """Return the treatment facts of a note of 08/19/2026 with this text under a heading."""
    note = f"Patient: Rowan Tillery   DOB: 04/02/1980   MRN: T-1001\n\nOffice visit 08/19/2026\n\n{heading}\n{text}"
    chart = read_chart([page_of(note, "chart.pdf")], date(2026, 12, 1))
    return [fact for fact in chart.facts if fact.kind == "treatment"]


def course_of(text: str, drug: str, heading: str = "Interval history") -> Fact:
    found = [fact for fact in courses_of(text, heading) if fact.name == drug]
    assert len(found) == 1, [(f.name, f.assertion) for f in courses_of(text, heading)]
    return found[0]


@pytest.mark.parametrize(
    ("text", "drug", "days", "at_least"),
    [
        ("Took methotrexate 20 mg weekly for ten weeks.", "methotrexate", 70, False),
        ("Hydroxychloroquine 400 mg a day for fifteen months, rash persists.", "hydroxychloroquine", 450, False),
        ("On methotrexate 20 mg weekly since April, nine months in all.", "methotrexate", 270, False),
        ("Eight months of azathioprine, at 100 mg daily since 05/24/2024.", "azathioprine", 240, False),
        ("Adalimumab for more than five months without effect.", "adalimumab", 150, True),
        ("Adalimumab 40 mg from 02/03/2025 to 07/14/2025.", "adalimumab", 161, False),
        ("Adalimumab from 02/03/2025, last dose 07/14/2025.", "adalimumab", 161, False),
        ("Taking sulfasalazine since 02/19/2026.", "sulfasalazine", 181, True),
        ("Abatacept stopped on 06/22/2026 after nine months.", "abatacept", 270, False),
        ("Vedolizumab for two and a half years, then lost response.", "vedolizumab", 912, False),
        ("Acitretin 25 mg a day for 5 weeks (08/04 to 09/08/2025).", "acitretin", 35, False),
        ("Mycophenolate was taken for 2-3 weeks.", "mycophenolate", 14, False),  # the shorter counts
        ("Took leflunomide, labs every 4 weeks.", "leflunomide", None, False),  # how often is no length
        ("Started methotrexate, return in 6 weeks.", "methotrexate", None, False),
        ("On infliximab, last infusion 3 weeks ago.", "infliximab", None, False),
        ("Six months of joint swelling; she takes methotrexate.", "methotrexate", None, False),  # of the swelling
        ("Two flares since October that needed prednisone 20 mg.", "prednisone", None, False),
        ("Ustekinumab every 8 weeks was continued.", "ustekinumab", None, False),
        ("Tolerated adalimumab for less than two weeks.", "adalimumab", None, False),  # an upper bound proves nothing
    ],
)
def test_a_duration_belongs_to_the_drug_it_is_said_of(text, drug, days, at_least):
    """How long a drug was taken comes from its own words, never from a symptom, an interval or a return visit."""
    fact = course_of(text, drug)

    assert fact.assertion is A.AFFIRMED
    assert (fact.treatment.days, fact.treatment.days_at_least) == (days, at_least)


@pytest.mark.parametrize(
    ("text", "drug", "outcome"),
    [
        ("Inadequate response to methotrexate.", "methotrexate", END.INADEQUATE_RESPONSE),
        ("Methotrexate failed.", "methotrexate", END.INADEQUATE_RESPONSE),
        ("Failed clobetasol for ten weeks.", "clobetasol", END.INADEQUATE_RESPONSE),
        ("Adalimumab for a year, lost response.", "adalimumab", END.INADEQUATE_RESPONSE),
        ("Joint swelling in spite of hydroxychloroquine.", "hydroxychloroquine", END.INADEQUATE_RESPONSE),
        ("Took sulfasalazine without benefit.", "sulfasalazine", END.INADEQUATE_RESPONSE),
        ("Stopped methotrexate because of nausea.", "methotrexate", END.INTOLERANCE),
        ("Leflunomide was not tolerated.", "leflunomide", END.INTOLERANCE),
        ("Sulfasalazine discontinued after a rash.", "sulfasalazine", END.INTOLERANCE),
        ("Infliximab was given twice; it was not stopped for intolerance.", "infliximab", None),
        ("Takes methotrexate, no side effects.", "methotrexate", None),
        ("She tolerates hydroxychloroquine well and has no contraindication to it.", "hydroxychloroquine", None),
        ("Took adalimumab; no injection reactions.", "adalimumab", None),
        ("Acitretin stopped because he moved away.", "acitretin", END.OTHER),
        ("Infliximab stopped, coverage lapsed.", "infliximab", END.OTHER),
        ("Omeprazole was taken for heartburn and stopped in May.", "omeprazole", None),  # what it is for
        ("Omeprazole was stopped and heartburn returned.", "omeprazole", None),
        ("Lisinopril was stopped, cough.", "lisinopril", END.INTOLERANCE),
        ("Continue methotrexate 20 mg weekly.", "methotrexate", END.CURRENT),
        ("Methotrexate is contraindicated: cirrhosis.", "methotrexate", END.CONTRAINDICATION),
        ("On methotrexate, monitor for side effects.", "methotrexate", None),  # a warning
        ("Took methotrexate for ten weeks; CRP rose.", "methotrexate", None),  # not said in so many words
    ],
)
def test_an_outcome_is_only_what_is_said(text, drug, outcome):
    """A course has failed, or was not tolerated, only where the chart says so and does not deny it."""
    assert course_of(text, drug).treatment.outcome is outcome


@pytest.mark.parametrize(
    ("text", "drug", "assertion"),
    [
        ("Will consider starting methotrexate.", "methotrexate", A.PLANNED),
        ("Adalimumab first; will consider etanercept if it is not covered.", "adalimumab", A.PLANNED),
        ("Next step would be tofacitinib.", "tofacitinib", A.PLANNED),
        ("Etanercept Rx of 08/01/2026 never picked up.", "etanercept", A.NEGATED),
        ("She has never had belimumab.", "belimumab", A.NEGATED),
        ("I gave no prednisone.", "prednisone", A.NEGATED),
        ("Cyclosporine was considered, not started.", "cyclosporine", A.NEGATED),
        ("Asked about anifrolumab, which she read about.", "anifrolumab", A.HYPOTHETICAL),
        ("Leflunomide not wanted (he drinks two beers a day).", "leflunomide", A.DECLINED),
        ("His brother has taken Humira for five years.", "adalimumab", A.FAMILY),
        ("Her mother had to stop hydroxychloroquine.", "hydroxychloroquine", A.FAMILY),
        ("Started methotrexate 15 mg weekly on 03/05/2026.", "methotrexate", A.AFFIRMED),
        ("Is on hydroxychloroquine.", "hydroxychloroquine", A.AFFIRMED),
    ],
)
def test_a_drug_named_is_not_yet_a_drug_taken(text, drug, assertion):
    """Plans, refusals, relatives and prescriptions never filled are told as what they are."""
    assert course_of(text, drug).assertion is assertion


@pytest.mark.parametrize(
    "text",
    [
        "On X, joint swelling absent.",
        "Takes X, nausea has resolved.",
        "Taking X 15 mg weekly, toxicity unlikely.",
        "On X, lungs are clear.",
        "Uses X 40 mg every 2 weeks, TB screen was negative in May.",
        "Takes X, chest film clear, TB not detected.",
        "On X, pregnancy ruled out.",
        "On X, HBV nonreactive.",
        "On X, chest pain denied.",
        "On X, side effects: none.",
        "On X, surgery not planned.",
        "On X, folate not required.",
        "Not doing well on X.",
        "Did well, not a single flare on X.",
        "Denies fever, takes X.",
        "Never on etanercept, continues X.",
        "Was never on etanercept and continues X.",
        "No rash, X continued.",
    ],
)
def test_what_is_denied_of_something_else_is_not_denied_of_the_drug(text):
    """A drug called not taken for a negative test would meet "not used together with it"."""
    assert course_of(text.replace("X", "adalimumab"), "adalimumab").assertion is A.AFFIRMED


@pytest.mark.parametrize(
    "text",
    [
        *[f"She {how} X." for how in (
            "was never on", "was not on", "wasn't on", "is not yet on", "isn't on", "has not been on", "hasn't been on",
            "has never been on", "had not been on", "has not yet been on", "was never put on", "was not placed on",
            "has never been started on", "never went on", "did not go on", "never got on", "could not be put on",
            "has no prior exposure to", "was never exposed to",
        )],
        "X has never been used.", "X was never given.", "Not on X, continues prednisone.",
        # what stands behind is the drug's own, or of other drugs
        "X was ruled out because of liver disease.", "X, which was not started.", "Prescribed X, never filled.",
        "Was to go on X, never started.", "X not found on the list.", "X use denied.",
        "X, leflunomide and sulfasalazine denied.", "X, etanercept not tried.", "X, etanercept: never.",
        "X was not given, TB test negative.", "She has never taken X, QuantiFERON negative.",
    ],
)  # fmt: skip
def test_a_drug_that_nobody_was_on_is_no_drug_taken(text):
    """In front of a payer it would be a trial that never was."""
    text = text.replace("X", "adalimumab")
    assert course_of(text[0].upper() + text[1:], "adalimumab").assertion is A.NEGATED


@pytest.mark.parametrize(
    ("text", "drug", "assertion"),
    [
        ("Clobetasol 0.05% ointment twice daily.", "clobetasol", A.PLANNED),  # an order is no trial
        ("1. Tofacitinib 10 mg twice daily for 8 weeks, then 5 mg twice daily.", "tofacitinib", A.PLANNED),
        ("Continue azathioprine 100 mg daily.", "azathioprine", A.AFFIRMED),
        ("Stop adalimumab today.", "adalimumab", A.AFFIRMED),
        ("Methotrexate was stopped last month.", "methotrexate", A.AFFIRMED),
        ("If adalimumab is denied, appeal.", "adalimumab", A.HYPOTHETICAL),
    ],
)
def test_a_plan_is_a_plan(text, drug, assertion):
    """Under the plan only what goes on or is stopped is a fact; the rest is to come."""
    assert course_of(text, drug, "Plan").assertion is assertion


@pytest.mark.parametrize(
    "text",
    [
        "There is no clinical reason to avoid methotrexate.",  # nothing was taken, nothing was refused
        "Infliximab level 4.2.",
        "Urine: oxycodone positive, methadone not detected.",  # a screen tells of the urine
        "Methadone Negative 300 ng/mL",
        "Methotrexate toxicity was explained.",
        "No contraindication to cyclosporine.",
        "No biologic will be given with upadacitinib.",
    ],
)
def test_talk_about_a_drug_is_no_treatment(text):
    """Levels, warnings and the absence of a contraindication are no course of treatment."""
    assert [fact.assertion for fact in courses_of(text) if fact.assertion is not A.PLANNED] == []


def test_two_drugs_keep_their_own_words():
    """A duration and an outcome stay with the drug they stand beside."""
    text = "Adalimumab for 14 months, lost response; infliximab was then tried for 5 months."

    facts = {fact.name: fact.treatment for fact in courses_of(text)}

    assert (facts["adalimumab"].days, facts["adalimumab"].outcome) == (420, END.INADEQUATE_RESPONSE)
    assert (facts["infliximab"].days, facts["infliximab"].outcome) == (150, None)


def test_a_drug_beside_another_gets_none_of_its_dates():
    """ "With methotrexate" tells of a companion, not of a second trial."""
    text = "Adalimumab 40 mg every two weeks from 02/03/2025, last dose 07/14/2025, with methotrexate 20 mg."

    facts = {fact.name: fact.treatment for fact in courses_of(text)}

    assert (facts["adalimumab"].start, facts["adalimumab"].stop) == (date(2025, 2, 3), date(2025, 7, 14))
    assert "methotrexate" not in facts or facts["methotrexate"].days is None


def test_a_side_effect_told_before_the_stop_is_its_reason():
    """A stop after a side effect is an intolerance, cited by both sentences; a bare stop has no reason."""
    told = courses_of("Mouth sores and nausea on methotrexate. Labs fine. Stop methotrexate now.")
    bare = courses_of("Takes methotrexate. Labs fine. Stop methotrexate now.")

    assert [f.treatment.outcome for f in told if f.treatment.stop] == [END.INTOLERANCE]
    assert [len(f.evidence) for f in told if f.treatment.stop] == [2]
    assert [f.treatment.outcome for f in bare if f.treatment.stop] == [None]


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("Belimumab is not planned.", A.NEGATED),
        ("Will plan belimumab after the labs.", A.PLANNED),
        ("Belimumab is contraindicated because of renal failure.", A.AFFIRMED),
    ],
)
def test_what_is_not_planned_is_denied(text, assertion):
    """A plan, its denial and a contraindication are three things."""
    assert course_of(text, "belimumab").assertion is assertion


def test_brackets_behind_one_drug_of_a_list_are_its_own():
    """ "A, B (12/2024-06/2025)" dates B and not A."""
    facts = {f.name: f.treatment for f in courses_of("Failed clobetasol, methotrexate (12/2024-06/2025).")}

    assert (facts["methotrexate"].start, facts["methotrexate"].days) == (date(2024, 12, 1), 152)
    assert (facts["clobetasol"].start, facts["clobetasol"].days) == (None, None)
    assert {t.outcome for t in facts.values()} == {END.INADEQUATE_RESPONSE}


def test_a_list_of_drugs_never_taken_is_denied_whole():
    """ "Never had A, B or C" denies each of them."""
    facts = courses_of("She has never had belimumab, rituximab or anifrolumab.")

    assert {fact.name: fact.assertion for fact in facts} == dict.fromkeys(
        ("belimumab", "rituximab", "anifrolumab"), A.NEGATED
    )


def test_sentences_without_a_name_go_on_about_the_last_drug():
    """ "Started ...", "stop it", "three weeks in all" complete the course of the one drug spoken of."""
    text = (
        "Watery stools since the second week on mycophenolate 500 mg twice daily. Started 07/29/2026. No fever. "
        "Told to stop it. Three weeks taken in all."
    )

    fact = course_of(text, "mycophenolate")

    assert (fact.treatment.start, fact.treatment.stop) == (date(2026, 7, 29), VISIT)
    assert (fact.treatment.days, fact.treatment.outcome) == (21, END.INTOLERANCE)
    assert len(fact.evidence) == 4


def test_an_outcome_without_a_name_needs_one_drug_before_it():
    """ "Inadequate response after 24 weeks" joins the drug before it, and no drug when two were named."""
    one = courses_of("Has been on methotrexate for 24 weeks. ALT 28. Inadequate response after 24 weeks. Stop it.")
    two = courses_of("Has been on methotrexate and takes adalimumab. Inadequate response after 24 weeks.")

    assert [(f.name, f.treatment.outcome) for f in one] == [("methotrexate", END.INADEQUATE_RESPONSE)]
    assert {f.treatment.outcome for f in two} == {None}


@pytest.mark.parametrize(
    "text",
    [
        "Takes methotrexate 20 mg weekly. Stopped smoking in 2020.",
        "Takes methotrexate 20 mg weekly. No improvement in pain with physical therapy.",
        "Takes methotrexate 20 mg weekly. Failed physical therapy.",
        "Takes methotrexate 20 mg weekly. Started school in March.",
        "Takes methotrexate 20 mg weekly. Told not to stop it.",
        "Takes methotrexate 20 mg weekly. Would rather stop it because of nausea.",
        "Takes methotrexate 20 mg weekly. Ondansetron as needed. Stop the infusions, bruising.",  # of another drug
        "Takes methotrexate 20 mg weekly. Loss of appetite for six weeks in total, weight 61 kg.",
    ],
)
def test_other_matters_do_not_end_a_course(text):
    """Smoking, exercise and school are not the drug before them."""
    course = course_of(text, "methotrexate").treatment

    assert (course.start, course.stop, course.days, course.outcome) == (None, None, None, None)


def test_a_misspelt_drug_is_known_where_drugs_are_spoken_of():
    """A scanner's or a typist's slip does not lose a trial."""
    assert course_of("Has been on methotraxate for 24 weeks.", "methotrexate").treatment.days == 168


def test_copied_text_keeps_its_first_date():
    """What was copied forward is told of the day it was first written, and marked."""
    fact = course_of(
        "Currently taking azathioprine 100 mg daily.", "azathioprine", "History (copied forward from 08/2024)"
    )

    assert fact.statement.copied_forward
    assert fact.date == date(2024, 8, 1)


def table_of(rows: list[tuple[str, ...]], head: tuple[str, ...]) -> list[Fact]:
    lines = "\n".join("\t".join(row) for row in (head, *rows))
    text = f"Patient: Rowan Tillery   DOB: 04/02/1980\n\nMedication list (printed 08/19/2026)\n{lines}"
    from tests.extractors.chart.tables import wide_page_of

    chart = read_chart([wide_page_of(text)], date(2026, 12, 1))
    return [fact for fact in chart.facts if fact.kind == "treatment"]


HEAD = ("Medication", "Dose", "Start", "Stop", "Status / reason stopped")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ("Plaquenil", "400 mg daily", "02/06/2023", "-", "Active"),
            ("hydroxychloroquine", A.AFFIRMED, END.CURRENT, 1290),
        ),
        (
            ("azathioprine", "100 mg daily", "05/10/2024", "01/17/2025", "Stopped: inadequate response"),
            ("azathioprine", A.AFFIRMED, END.INADEQUATE_RESPONSE, 252),
        ),
        (
            ("mycophenolate", "500 mg", "03/03/2025", "03/24/2025", "Stopped: diarrhea"),
            ("mycophenolate", A.AFFIRMED, END.INTOLERANCE, 21),
        ),
        (
            ("Enbrel", "50 mg SC weekly", "-", "-", "Ordered 08/01/2025, never filled"),
            ("etanercept", A.NEGATED, END.OTHER, None),
        ),
        (
            ("acitretin", "25 mg daily", "08/04/2025", "09/08/2025", "moved for work"),
            ("acitretin", A.AFFIRMED, END.OTHER, 35),
        ),
        (("Rinvoq", "15 mg daily", "", "", "Pending approval"), ("upadacitinib", A.PLANNED, None, None)),
        (("leflunomide", "20 mg", "", "", "Patient declined"), ("leflunomide", A.DECLINED, None, None)),
        (("folic acid", "1 mg", "01/2025", "06/2025", ""), ("folic acid", A.AFFIRMED, None, 121)),
        (
            ("methotrexate", "15 mg", "01/2025", "06/2025", "Entered in error"),
            ("methotrexate", A.ENTERED_IN_ERROR, None, 121),
        ),
    ],
)
def test_a_medication_row_is_one_course(row, expected):
    """Drug, dates, status and length of a listed medicine come from its own row."""
    facts = table_of([row, ("lisinopril", "10 mg daily", "2018", "-", "Active")], HEAD)

    first = facts[0]
    assert (first.name, first.assertion, first.treatment.outcome, first.treatment.days) == expected
    assert first.statement.cells[0] == row[0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("azathioprine", "125 mg daily", "02/20/2023", "11/27/2023", "Inadequate response"),
         (A.AFFIRMED, END.INADEQUATE_RESPONSE)),
        (("belimumab", "-", "-", "-", "Offered, declined"), (A.DECLINED, None)),
        (("belimumab", "10 mg/kg", "never", "-", "-"), (A.NEGATED, END.OTHER)),
        (("azathioprine", "125 mg daily", "02/20/2023", "ongoing", "-"), (A.AFFIRMED, END.CURRENT)),
    ],
)  # fmt: skip
def test_the_result_of_a_course_is_how_it_went(row, expected):
    """A table of treatments to date heads that column so, and says "never" where the others have a day."""
    first = table_of([row, ("lisinopril", "10 mg daily", "2018", "-", "-")], ("Drug", "Dose", "From", "To", "Result"))[
        0
    ]

    assert (first.assertion, first.treatment.outcome) == expected


def test_a_drug_screen_is_no_list_of_courses():
    """Its results are of the patient's urine."""
    rows = [("Methadone", "Negative", "300 ng/mL"), ("Oxycodone", "Positive", "100 ng/mL")]
    taken = table_of(rows, ("Drug", "Result", "Cutoff"))

    assert [fact for fact in taken if fact.treatment.outcome or fact.treatment.start] == []


def test_a_list_that_says_what_was_filled_last_still_tells_since_when():
    """Hydroxychloroquine taken since 2022 and filled again this month was not begun this month."""
    head = ("Medication", "Directions", "Start", "Prescriber", "Last filled")
    rows = [
        ("HCQ 200 mg tab", "1.5 tabs daily", "03/14/2022", "Okereke", "08/02/2026"),
        ("cetirizine 10 mg", "1 daily", "2016", "OTC", "-"),
    ]
    first = table_of(rows, head)[0]

    assert (first.name, first.treatment.start, first.treatment.dose) == (
        "hydroxychloroquine",
        date(2022, 3, 14),
        "1.5 tabs daily",
    )


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("methotrexate 2.5 mg tabs", None),
        ("PREDNISONE 5 MG TABLET", None),
        ("azathioprine 50 mg tab 125 mg daily", "125 mg daily"),
        ("200 mg tablet twice daily", "200 mg tablet twice daily"),
        ("take 15 mg weekly (2.5 mg tabs)", "15 mg weekly"),
        ("adalimumab 40 mg/0.4 mL pen", "40 mg/0.4 mL"),
        ("PREDNISONE 5 MG TAB take 1 and 1/2 tablets daily", "1 and 1/2 tablets daily"),
        ("take 1/2 tablet daily", "1/2 tablet daily"),
        ("Entresto 24/26 mg twice daily", "24/26 mg twice daily"),
    ],
)
def test_how_strong_a_tablet_is_is_no_dose(text, dose):
    """Six tablets of 2.5 mg are a dose of 15 mg; the strength alone does not say how many are taken."""
    assert dose_of(text) == dose


def test_a_profile_with_first_and_last_fill_tells_since_when_and_no_length():
    """The days of one supply are no length of a trial, and between two fills there may have been none."""
    head = ("Drug", "Strength", "Directions", "Days", "First fill", "Last fill")
    rows = [("METHOTREXATE", "2.5 MG TAB", "6 TABS WEEKLY", "28", "10/05/2022", "11/01/2022")]
    text = "\n".join("\t".join(row) for row in (head, *rows))
    from tests.extractors.chart.tables import wide_page_of

    page = wide_page_of(f"Patient: Rowan Tillery   DOB: 04/02/1980\n\nPrescription profile\n{text}", apart=95.0)
    (course,) = [f.treatment for f in read_chart([page], date(2026, 12, 1)).facts if f.kind == "treatment"]

    assert (course.start, course.days, course.dose) == (date(2022, 10, 5), None, "6 TABS WEEKLY")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("Saphnelo 300 mg IV", "NOT STARTED", "-", "Okereke", "-"), [A.NEGATED]),
        (("Stopped", "", "", "", ""), []),
    ],
)
def test_what_a_list_says_was_not_started_is_not_taken(row, told):
    """Nor is a heading between its rows a drug."""
    head = ("Medication", "Directions", "Start", "Prescriber", "Last filled")
    facts = table_of([("prednisone 5 mg", "15 mg daily", "03/14/2022", "Okereke", "08/02/2026"), row], head)

    assert [fact.assertion for fact in facts[1:]] == told


def test_an_infusion_record_counts_the_doses_given():
    """Doses given make the course; a dose marked NOT GIVEN is told as not given."""
    from tests.extractors.chart.tables import wide_page_of

    page = wide_page_of(
        "Rowan Tillery   DOB: 04/02/1980\n\nInfusion record, Inflectra (infliximab-dyyb)\n"
        "Date\tDose no.\tDose\tStart / stop\tReaction\n"
        "03/02/2026\t1 (week 0)\t300 mg\t09:10 / 11:25\tNone\n"
        "03/16/2026\t2 (week 2)\t300 mg\t09:05 / 11:15\tNone\n"
        "04/13/2026\t3 (week 6)\t-\tNOT GIVEN\tinsurance ended\n"
    )

    facts = [fact for fact in read_chart([page], date(2026, 12, 1)).facts if fact.kind == "treatment"]

    assert [(f.name, f.assertion, f.date) for f in facts] == [
        ("infliximab-dyyb", A.AFFIRMED, date(2026, 3, 16)),
        ("infliximab-dyyb", A.NEGATED, date(2026, 4, 13)),
    ]
    assert facts[0].treatment.days == 14
    assert len(facts[0].evidence) == 2


def test_nothing_was_taken_after_today():
    """A course that claims to begin in the future was misread and is left out."""
    assert [f for f in courses_of("Takes methotrexate since 03/05/2027.") if f.treatment.start] == []


def test_a_second_sheet_carries_on_the_visit():
    """A continued page takes date and author from the sheet before it."""
    first, second = pages_of(
        "Patient: Rowan Tillery   DOB: 04/02/1980\n\n08/19/2026 Office visit   Ines Marlow, MD, Rheumatology\n"
        "HPI: joint pain.\n1 of 2"
        "\fPatient: Rowan Tillery   DOB: 04/02/1980\n\n08/19/2026, continued\nPlan: continue methotrexate.\n2 of 2",
        "chart.pdf",
    )

    chart = read_chart([first, second], date(2026, 12, 1))

    assert (chart.pages[1].date, chart.pages[1].author, chart.pages[1].specialty) == (
        VISIT,
        "Ines Marlow",
        "rheumatology",
    )
