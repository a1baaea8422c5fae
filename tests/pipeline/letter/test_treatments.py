import pytest

from pipeline.case import CaseDocument
from pipeline.letter.dates import day_in_words
from pipeline.letter.treatments import prior_treatments

WORDS = "Trial of methotrexate, or of a TNF inhibitor"


def case(*courses, requirement=None):
    facts = []
    for page, (name, assertion, course) in enumerate(courses, start=1):
        evidence = {"document": "chart.pdf", "page": page, "bbox": [0, 0, 9, 9], "text": name}
        facts.append(
            {"kind": "treatment", "name": name, "assertion": assertion, "date": None, "evidence": [evidence],
             "treatment": course}
        )  # fmt: skip
    return CaseDocument.model_validate(
        {
            "case": "x",
            "documents": [{"document": "chart.pdf", "pages": [1], "document_type": "chart", "facts": facts}],
            "denial": {"service": {"value": "upadacitinib", "confidence": 1, "evidence": []}},
            "criteria": [
                {
                    "number": "1",
                    "text": WORDS,
                    "policy_page": 1,
                    "status": "met",
                    "explanation": "x",
                    "evidence": [],
                    "requirement": requirement,
                }
            ],
        }
    )


MTX = {"class": "csDMARD", "start": "2024-01-10", "stop": "2024-06-02"}


@pytest.mark.parametrize(
    ("courses", "starts"),
    [
        ([("methotrexate", "historical", MTX)], ["2024-01-10"]),
        ([("adalimumab", "historical", {"class": "TNF inhibitor", "start": "2025-01-07"})], ["2025-01-07"]),
        ([("lisinopril", "affirmed", {"class": "ACE inhibitor", "start": "2020-01-01"})], []),  # not asked about
        ([("upadacitinib", "affirmed", {"start": "2026-01-01"})], []),  # the denied drug itself
        ([("methotrexate", "family", MTX)], []),
        ([("methotrexate", "declined", MTX)], []),
        ([("methotrexate", "historical", {"dose": "15 mg"})], []),  # neither when nor how it ended
        # two courses of one drug are two rows; the second telling of one course is none
        ([("methotrexate", "historical", MTX), ("methotrexate", "affirmed", {"start": "2025-03-11"})],
         ["2024-01-10", "2025-03-11"]),
        ([("infliximab", "historical", {"class": "TNF inhibitor", "start": "2026-03-02", "stop": "2026-03-16"}),
          ("infliximab-dyyb", "historical", {"class": "TNF inhibitor", "start": "2026-03-02"})], ["2026-03-02"]),
        # a new dose within a course is no new course
        ([("methotrexate", "affirmed", {"start": "2024-01-10", "dose": "15 mg", "outcome": "inadequate_response"}),
          ("methotrexate", "affirmed", {"start": "2024-04-12", "dose": "20 mg"})], ["2024-01-10"]),
        ([("methotrexate", "affirmed", {"start": "2024-01-10", "outcome": "current"}),
          ("methotrexate", "historical", MTX)], ["2024-01-10"]),
        ([("methotrexate", "historical", MTX),
          ("methotrexate", "historical", {"start": "2024-01-01", "date_precision": "month"})], ["2024-01-10"]),
    ],
)  # fmt: skip
def test_the_table_has_each_course_that_the_criteria_ask_about(courses, starts):
    """Other people's drugs, other diseases' drugs and repeated tellings are no row."""
    assert [row.start for row in prior_treatments(case(*courses))] == starts


@pytest.mark.parametrize(
    ("kind", "asked", "drugs"),
    [
        ("prior_therapy", "immunosuppressant", ["leflunomide"]),  # first of all a csDMARD, so the facts call it that
        ("prior_therapy", "biologic", ["belimumab", "infliximab-dyyb"]),
        ("no_concurrent_therapy", "biologic", []),  # of which no trial is asked
        ("prior_therapy", "physical therapy", []),
    ],
)
def test_a_drug_of_the_kind_that_is_to_be_tried_is_in_the_table(kind, asked, drugs):
    """Also where the criterion rests on another drug of the kind: what else was tried and failed is the argument."""
    told = [("leflunomide", "csDMARD"), ("belimumab", "BLyS inhibitor"), ("infliximab-dyyb", "monoclonal antibody")]
    courses = [(name, "historical", {"class": first, "outcome": "intolerance"}) for name, first in told]
    requirement = {"kind": kind, "therapies": [{"name": asked, "sort": "class", "printed": asked}]}
    either = {"kind": "any_of", "options": [{"kind": "free_text"}, requirement]}

    assert [row.drug for row in prior_treatments(case(*courses, requirement=requirement))] == drugs
    assert [row.drug for row in prior_treatments(case(*courses, requirement=either))] == drugs


@pytest.mark.parametrize(("precision", "words"), [("day", "May 1, 2024"), ("month", "May 2024"), ("year", "2024")])
def test_a_month_is_never_printed_as_its_first_day(precision, words):
    """The chart said "May 2024"."""
    (row,) = prior_treatments(
        case(("methotrexate", "historical", {"start": "2024-05-01", "date_precision": precision}))
    )

    assert day_in_words(row.start) == words


@pytest.mark.parametrize(
    ("course", "days_are"),
    [
        ({"start": "2024-01-10", "stop": "2024-06-02", "days": 144}, "exactly"),
        ({"start": "2024-01-10", "days": 900, "outcome": "current"}, "at least"),  # still running
        ({"start": "2024-01-10", "stop": "2024-06-02", "days": 144, "days_at_least": True}, "at least"),
        ({"start": "2024-01-01", "stop": "2024-06-01", "days": 152, "date_precision": "month"}, "about"),
    ],
)
def test_a_number_of_days_is_no_more_exact_than_the_dates(course, days_are):
    """From a month to a month is about so many days."""
    (row,) = prior_treatments(case(("methotrexate", "historical", course)))

    assert row.days_are == days_are


FAILED = ("methotrexate", "affirmed", {"days": 180, "days_at_least": True, "outcome": "inadequate_response"})
LISTED = ("methotrexate", "affirmed", {"start": "2024-01-10", "dose": "15 mg weekly", "outcome": "current"})


@pytest.mark.parametrize(
    ("others", "start", "dose", "pages"),
    [
        ([LISTED], "2024-01-10", "15 mg weekly", [1, 2]),
        ([("methotrexate", "affirmed", {"dose": "15 mg every week"}), LISTED], "2024-01-10", "15 mg weekly", [1, 3]),
        # a fill of last month is no start, and the year alone says less than the day
        ([("methotrexate", "affirmed", {"start": "2026-09-02"}), LISTED], "2024-01-10", "15 mg weekly", [1, 3]),
        ([("methotrexate", "affirmed", {"start": "2024-01-01", "date_precision": "year"}), LISTED],
         "2024-01-10", "15 mg weekly", [1, 3]),
        # two amounts: which one failed is not said
        ([LISTED, ("methotrexate", "affirmed", {"dose": "20 mg weekly"})], "2024-01-10", None, [1, 2]),
        # a start of somebody else, or of what was only planned
        ([("methotrexate", "family", LISTED[2])], None, None, [1]),
        ([("methotrexate", "planned", LISTED[2])], None, None, [1]),
    ],
)  # fmt: skip
def test_a_note_that_says_it_failed_takes_start_and_dose_from_the_list(others, start, dose, pages):
    """Each is shown with the page it was read from."""
    (row,) = prior_treatments(case(FAILED, *others))

    assert (row.start, row.dose, row.outcome) == (start, dose, "inadequate response")
    assert [at.page for at in row.evidence] == pages


@pytest.mark.parametrize(
    ("failed", "listed", "runs", "days"),
    [
        ("2026-03-01", "2026-09-22", True, 900),
        ("2026-09-22", "2026-09-22", True, 900),
        ("2026-09-22", "2026-03-01", False, 900),  # the list is older than the note: nobody says that it went on
        (None, "2026-09-22", False, 900),
    ],
)
def test_a_drug_that_failed_is_ongoing_where_the_list_says_so_afterwards(failed, listed, runs, days):
    """Its length is the longer of the two: both are told as the least."""
    rows = prior_treatments(
        dated(
            case(FAILED, ("methotrexate", "affirmed", LISTED[2] | {"days": 900, "days_at_least": True})),
            failed,
            listed,
        )
    )

    assert [(row.runs, row.days, row.days_are) for row in rows] == [(runs, days, "at least")]


def dated(case: CaseDocument, *days: str | None) -> CaseDocument:
    """Give the facts these days."""
    told = case.model_dump(mode="json", by_alias=True)
    for fact, day in zip(told["documents"][0]["facts"], days, strict=True):
        fact["date"] = day
    return CaseDocument.model_validate(told)


def test_of_two_equal_tellings_the_one_with_the_amount_is_shown():
    """ "2 tablets" of what strength, and how much 2 mg/kg are, the reader of a letter cannot tell."""
    end = {**MTX, "outcome": "inadequate_response"}
    doses = ["2 mg/kg", "2 tablets twice daily", "15 mg weekly"]
    (row,) = prior_treatments(case(*[("methotrexate", "affirmed", {**end, "dose": dose}) for dose in doses]))

    assert row.dose == "15 mg weekly"


def test_whose_start_it_is_where_a_course_has_ended_is_not_guessed():
    """The drug was taken twice, and which time it failed is not said."""
    ended = ("methotrexate", "historical", {"start": "2019-02-01", "stop": "2020-06-01"})
    rows = prior_treatments(case(ended, FAILED, LISTED))

    assert all(row.start is None or row.outcome != "inadequate response" for row in rows)


def test_the_telling_that_says_how_a_course_ended_wins():
    """A medication list says "active" where the note of the same day says that it failed."""
    (row,) = prior_treatments(
        case(
            ("methotrexate", "affirmed", {"start": "2024-01-10", "dose": "15 mg", "days": 300, "outcome": "current"}),
            ("methotrexate", "historical", {"start": "2024-01-01", "outcome": "inadequate_response"}),
        )
    )

    assert row.outcome == "inadequate response"


def test_months_that_tell_next_to_nothing_are_given_no_length():
    """From February to March 2019 is a day at least: printed, it argues against the patient."""
    months = {"start": "2019-02-01", "stop": "2019-03-01", "date_precision": "month", "days": 1, "days_at_least": True}
    (row,) = prior_treatments(case(("methotrexate", "historical", months)))

    assert (row.start, row.stop, row.days) == ("2019-02", "2019-03", None)
