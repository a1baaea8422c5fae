from dataclasses import replace

import pytest

from extractors.chart import find_people
from tests.pages import line_of, page_of


@pytest.mark.parametrize(
    ("row", "name", "birth"),
    [
        ("Patient: Ketterman, Marisol", "Ketterman, Marisol", None),
        ("Patient (formerly Ashe): Ketterman, Marisol", "Ketterman, Marisol", None),
        ("RE Abercrombie, Lionel, chart", "Abercrombie, Lionel", None),
        ("patient mrs. Marisol Ketterman, 46", "Marisol Ketterman", None),
        ("Annika Rosvold DOB: 11/19/1998", "Annika Rosvold", "1998-11-19"),
        ("Rowan Tillery, b. 04/02/1980", "Rowan Tillery", "1980-04-02"),
        ("D/O/B 04/02/1980", None, "1980-04-02"),
        ("OSTRANDER, WILHELMINA F 02/11/1964", "OSTRANDER, WILHELMINA F", "1964-02-11"),
        ("TILLERY,ROWAN 46 y.o. female", "TILLERY,ROWAN", None),
        ("Seen 03/04/2021 for a record of her pain; patient reports relief", None, None),
        ("Infliximab, Remicade 03/04/2021", None, None),  # a day too late to be anybody's here
    ],
)
def test_a_row_names_somebody_by_its_label_or_by_what_stands_behind_the_name(row, name, birth):
    """Whoever a row names is found however it is labelled; prose beside it names nobody."""
    found = find_people(page_of(row))

    assert [(at.value.name, at.value.birth_date) for at in found] == ([(name, birth)] if name or birth else [])


@pytest.mark.parametrize(
    "row", ["MRN 58-20716", "M.R.N. 58-20716", "MR # 58-20716", "ID No.: 58-20716", "pt id 58-20716", "Acct 58-20716"]
)
def test_a_number_alone_is_kept_with_its_page(row):
    """A record number without a name still tells whose page it is."""
    found = find_people(page_of(row))

    assert [at.value.record_numbers for at in found] == [("58-20716",)]


@pytest.mark.parametrize(
    "row",
    [
        "415 W Myrtle Street, Boise, Idaho 83702",
        "Boise, ID 83702",
        "Boise ID 83702-1044",
        "Charted 2 1044",
        "Accounting 55 1020",
    ],
)
def test_a_word_that_begins_like_a_label_is_none(row):
    """The practice's address gave every one of its pages the record number "aho 83702"."""
    assert find_people(page_of(row)) == []


@pytest.mark.parametrize(
    "row", ["MRNH-48213", "MR#H-48213", "Patient ID H-48213", "Record No.H-48213", "Patient #H-48213", "ID: H-48213"]
)
def test_a_number_behind_a_label_that_lost_its_space_is_kept(row):
    """As a scan has it."""
    assert [at.value.record_numbers for at in find_people(page_of(row))] == [("H-48213",)]


@pytest.mark.parametrize("row", ["Patient ID 48213", "Pt ID 48213", "Chart ID 48213", "ID: 48213", "ID # 48213"])
def test_a_number_as_long_as_a_zip_is_kept_behind_its_label(row):
    """Lost, it could not tell another patient's page."""
    assert [at.value.record_numbers for at in find_people(page_of(row))] == [("48213",)]


@pytest.mark.parametrize("row", ["Account NumberA12345", "Acct NoA12345", "Chart NumberA1044"])
def test_the_word_number_is_no_part_of_one(row):
    """Two pages of one patient would differ by how their labels were read."""
    found = find_people(page_of(row))
    assert not any("N" in number for at in found for number in at.value.record_numbers)


def test_where_the_birth_date_stands_is_kept_beside_where_the_name_does():
    """Its line is quoted for the patient's age; the name alone would show none."""
    (person,) = find_people(page_of("Patient:\tKetterman, Marisol\nDOB:\t05/22/1984\nPrinted:\t02/11/2026"))

    assert person.value.birth_date == "1984-05-22"
    assert any("05/22/1984" in at.text for at in person.evidence)


def test_who_is_named_on_two_lines_is_as_sure_as_the_worse_read():
    """The lowest score of the words that are cited."""
    page = page_of("Patient: Ketterman, Marisol")
    birth = line_of("DOB: 05/22/1984", top=300.0, confidence=0.41)
    (person,) = find_people(replace(page, lines=(*page.lines, birth)))

    assert person.confidence == 0.41


@pytest.mark.parametrize("row", ["Health plan id 58-20716", "Policy number 58-20716", "Medicaid # 58-20716"])
def test_a_number_of_a_plan_is_the_members(row):
    """A plan's number is a member id and no record number."""
    found = find_people(page_of(row))

    assert [at.value.member_id for at in found] == ["58-20716"]
