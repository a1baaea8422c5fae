"""Scores, laboratory values and vital signs, from tables and sentences."""

from dataclasses import replace
from datetime import date

import pytest

from extractors.chart import Assertion, Fact, limits_of, read_chart
from extractors.evidence import IDENTITY, Line, PageSource
from extractors.vocabulary.labs import convert
from tests.extractors.chart.tables import wide_page_of
from tests.pages import page_of

VISIT = date(2026, 8, 19)
TODAY = date(2026, 12, 1)


def measured(text: str, heading: str = "Interval history") -> list[Fact]:
    note = f"Patient: Rowan Tillery   DOB: 04/02/1980\n\nOffice visit 08/19/2026\n\n{heading}\n{text}"
    return [f for f in read_chart([page_of(note, "chart.pdf")], TODAY).facts if f.kind == "measurement"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TOTAL SLEDAI-2K: 10", [("sledai_2k", 10.0, VISIT)]),
        ("SLEDAI-2K today 14.", [("sledai_2k", 14.0, VISIT)]),
        ("Goal SLEDAI below 4.", []),  # a goal is no score
        ("CDAI = 7 + 6 + 6 + 5 = 24 (high is above 22), rheumatoid arthritis", [("cdai_ra", 24.0, VISIT)]),
        ("Crohn disease with CDAI 310.", [("cdai_crohns", 310.0, VISIT)]),
        ("CDAI 9.", []),  # two indexes bear that name, and nothing tells which
        ("DAS28-CRP was 3.1 in April.", [("das28_crp", 3.1, date(2026, 4, 1))]),
        ("DAS28-ESR: 4.2", [("das28_esr", 4.2, VISIT)]),
        ("BSA about 12%.", [("bsa", 12.0, VISIT)]),
        ("BSA 12.", []),  # percent or not: not said
        ("PASI 14.2 in January, 11.8 now.", [("pasi", 14.2, date(2026, 1, 1)), ("pasi", 11.8, VISIT)]),
        ("PASI 75 response achieved.", []),  # a response, beyond the scale
        ("TOTAL BSA 14% PASI 15.1 DLQI 17", [("bsa", 14.0, VISIT), ("pasi", 15.1, VISIT), ("dlqi", 17.0, VISIT)]),
        ("Total Mayo score: 8 of 12", [("mayo_total", 8.0, VISIT)]),
        ("Partial Mayo 6/9.", [("mayo_partial", 6.0, VISIT)]),
        ("Mayo endoscopic subscore 2.", [("mayo_endoscopic", 2.0, VISIT)]),
        ("RAPID3 16.", [("rapid3", 16.0, VISIT)]),
        ("HAQ-DI 1.25", [("haq_di", 1.25, VISIT)]),
        ("BASDAI 62.", []),  # its scale ends at 10
        ("EASI: 28.4", [("easi", 28.4, VISIT)]),
    ],
)
def test_a_score_is_read_with_its_date_and_within_its_scale(text, expected):
    """A score comes from its own name and scale; goals, responses and doubtful names give none."""
    assert [(f.name, f.measurement.value, f.date) for f in measured(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANA was 1:640 in a homogeneous pattern.", [("ana", "1:640", VISIT)]),
        ("ANA negative.", [("ana", "negative", VISIT)]),
        ("A1c 8.1% (09/03/2025).", [("hemoglobin_a1c", 8.1, date(2025, 9, 3))]),
        ("Alc 7.4%.", [("hemoglobin_a1c", 7.4, VISIT)]),  # what a scanner makes of A1c
        ("ALC 0.7.", [("lymphocytes", 0.7, VISIT)]),
        ("Albumin/creatinine 19 mg/g.", [("urine_albumin_creatinine", 19.0, VISIT)]),  # no creatinine
        ("RF 88 IU/mL (limit 14).", [("rheumatoid_factor", 88.0, VISIT)]),
        ("TB test of May was negative.", [("tuberculosis_test", "negative", date(2026, 5, 1))]),
        (
            "A tuberculosis blood test done on 06/14/2023 was negative.",
            [("tuberculosis_test", "negative", date(2023, 6, 14))],
        ),
        ("QuantiFERON indeterminate on 08/03/2026.", [("tuberculosis_test", "indeterminate", date(2026, 8, 3))]),
        ("Needs a negative TB test before starting.", []),
        ("No positive TB test on file.", []),
        ("TB test not done.", []),
        ("Repeat QuantiFERON; chest radiograph to be ordered.", []),
        ("If ALT above 80, stop methotrexate.", []),
        ("WBC 3.9, ALT 22.", [("wbc", 3.9, VISIT), ("alt", 22.0, VISIT)]),
        ("Fecal calprotectin 1,840 mcg/g.", [("fecal_calprotectin", 1840.0, VISIT)]),
        ("BP 118/72, weight 61 kg.", [("blood_pressure", "118/72", VISIT), ("weight", 61.0, VISIT)]),
    ],
)
def test_a_value_told_in_a_sentence_keeps_its_own_date(text, expected):
    """A laboratory value in prose is dated where the sentence dates it; a wish or a condition is no value."""
    assert [(f.name, f.measurement.value, f.date) for f in measured(text)] == expected


def test_a_relatives_value_is_the_relatives():
    """The mother's result is told as family."""
    assert [f.assertion for f in measured("Her mother's A1c is 9%.")] == [Assertion.FAMILY]


LABS = (
    "Patient: Rowan Tillery   DOB: 04/02/1980\n\nLaboratory report, collected 08/12/2026, reported 08/14/2026\n"
    "Test\tResult\tFlag\tUnits\tReference\n"
)


def lab_facts(rows: str, source: PageSource = PageSource.TEXT) -> list[Fact]:
    page = wide_page_of(LABS + rows)
    page = type(page)(
        document=page.document, number=1, width=page.width, height=page.height, lines=page.lines, source=source
    )
    return [f for f in read_chart([page], TODAY).facts if f.kind == "measurement"]


@pytest.mark.parametrize(
    ("row", "name", "value", "unit", "limit", "flag"),
    [
        ("Anti-dsDNA (EIA)\t86\tH\tIU/mL\t0-29", "anti_dsdna", 86.0, "IU/mL", "0-29", "H"),
        ("ANA by IFA\tPositive 1:640\tA\ttiter\t<1:80", "ana", "1:640", "titer", "<1:80", "A"),
        ("QuantiFERON-TB Gold Plus\tINDETERMINATE\tA\t\t", "tuberculosis_test", "indeterminate", None, None, "A"),
        ("Hepatitis B surface antigen\tNonreactive\t\t\t", "hepatitis_b_surface_antigen", "negative", None, None, None),
        ("C. difficile toxin PCR\tNot detected\t\t\t", "c_difficile", "negative", None, None, None),
        ("Fecal calprotectin\t0.231\tH\tmg/g\t<0.050", "fecal_calprotectin", 0.231, "mg/g", "<0.050", "H"),
        ("Hemoglobin A1c\t8.1\tH\t%\t4.0-5.6", "hemoglobin_a1c", 8.1, "%", "4.0-5.6", "H"),
    ],
)
def test_a_laboratory_row_gives_value_unit_limit_and_flag(row, name, value, unit, limit, flag):
    """A result row is one fact of the day of collection."""
    fact = lab_facts(f"{row}\nSodium\t141\t\tmmol/L\t135-145\n")[0]

    found = fact.measurement
    assert (fact.name, found.value, found.unit, found.limit, found.flag) == (name, value, unit, limit, flag)
    assert fact.date == date(2026, 8, 12)


def test_a_scanned_value_that_contradicts_its_flag_is_left_out():
    """A ruled line read as a digit ("124" for "24") is not told: the laboratory did not flag it."""
    row = "Carbon dioxide\t124\t\tmmol/L\t21-32\nSodium\t141\t\tmmol/L\t135-145\n"

    assert [f.name for f in lab_facts(row, PageSource.OCR)] == ["sodium"]
    assert [f.name for f in lab_facts(row)] == ["carbon_dioxide", "sodium"]


def test_a_scanned_row_that_stands_a_little_closer_is_a_row_of_its_own():
    """A row with a test and a result is never the second line of the row above because the scan is uneven."""
    rows = "ANA, IFA titer\t1:640\tA\ttiter\t<1:80\nANA pattern\tHomogeneous\tA\nHemoglobin\t12.1\t\tg/dL\t11.8-15.5\n"
    page = wide_page_of(LABS + rows + "Sodium\t141\t\tmmol/L\t135-145\nPlatelets\t214\t\t10^3/uL\t150-400\n")
    top = next(line.box.top for line in page.lines if line.text == "ANA pattern")
    lines = tuple(_raised(line) if line.box.top == top else line for line in page.lines)
    facts = read_chart([replace(page, lines=lines, source=PageSource.OCR)], TODAY).facts

    ana = next(fact for fact in facts if fact.name == "ana")
    assert ana.statement.text == "ANA, IFA titer 1:640 A titer <1:80"


@pytest.mark.parametrize("head", ["Prior (date)", "Previous", "Prior date", "Date"])
def test_the_day_of_the_value_before_is_not_this_values(head):
    """The panel was drawn on 08/12/2026; 88 was the value of 2025."""
    labs = LABS.replace("Test\tResult\tFlag\tUnits\tReference", f"Test\tResult\tUnits\tReference\t{head}")
    rows = "Anti-dsDNA (EIA)\t132\tIU/mL\t0-29\t88 (03/31/2025)\nSodium\t141\tmmol/L\t135-145\t140\n"
    facts = [f for f in read_chart([wide_page_of(labs + rows)], TODAY).facts if f.kind == "measurement"]

    assert [(f.name, f.measurement.value, f.date) for f in facts] == [
        ("anti_dsdna", 132.0, date(2026, 8, 12)),
        ("sodium", 141.0, date(2026, 8, 12)),
    ]


def _raised(line: Line) -> Line:
    up = (*IDENTITY[:5], -2.5)
    words = tuple(replace(word, box=word.box.moved_by(up)) for word in line.words)
    return replace(line, words=words, box=line.box.moved_by(up))


def test_units_convert_only_within_their_test():
    """mg/g of calprotectin is a thousand mcg/g; a unit of another test gives nothing."""
    assert convert("fecal_calprotectin", 0.231, "mg/g") == 231.0
    assert round(convert("glucose", 3.2, "mmol/L"), 1) == 57.7
    assert convert("glucose", 3.2, "mg/g") is None
    assert convert("glucose", 3.2, None) is None


@pytest.mark.parametrize(
    ("reference", "limits"),
    [
        ("0-29", (0.0, 29.0)),
        ("<5", (None, 5.0)),
        (">60", (60.0, None)),
        ("<1:80", None),
        ("Negative", None),
        (None, None),
    ],
)
def test_a_printed_reference_gives_its_limits(reference, limits):
    """The laboratory's own upper limit is what a criterion compares with."""
    found = limits_of(reference)

    assert found == limits or (reference == "<1:80" and found == (None, 1.0))
