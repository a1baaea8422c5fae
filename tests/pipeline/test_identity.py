"""Whose page each page is: nobody else's page may ever be cited."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from extractors.chart import read_chart
from extractors.evidence import Page, PageSource, Person
from pipeline.identity import PageVerdict, compare_births, compare_names, judge_pages
from tests.pages import page_of

PATIENT = Person(name="Marisol Ketterman", birth_date="1987-03-14", member_id="U61840273 02")
OWN = (
    "Patient: Ketterman, Marisol   DOB: 03/14/1987   MRN: R-40916\n\n"
    "Office visit 08/19/2026\nDoing well on azathioprine."
)
PROSE = "She came for a check of her joints and feels much the same as in the spring. No fever, no rash."


def pages_from(*texts: str, source: PageSource = PageSource.TEXT) -> list[Page]:
    return [page_of(text, "chart.pdf", number, source=source) for number, text in enumerate(texts, start=1)]


def judged(*texts: str, patient: Person = PATIENT, source: PageSource = PageSource.TEXT) -> list[PageVerdict]:
    pages = pages_from(*texts, source=source)
    return judge_pages(patient, pages, read_chart(pages, date(2026, 12, 1)))


def verdict_of(header: str, patient: Person = PATIENT, source: PageSource = PageSource.TEXT) -> PageVerdict:
    """Judge a page with this header that stands after a page of the patient's own."""
    return judged(OWN, f"{header}\n\nOffice visit 05/01/2026\n{PROSE}", patient=patient, source=source)[1]


@pytest.mark.parametrize(
    ("header", "verdict", "citable"),
    [
        ("Patient: Ketterman, Marisol   DOB: 03/14/1987   MRN: R-40916", "patient", True),
        ("Name: Marisol Ketterman   DOB: 03-14-1987", "patient", True),
        ("PATIENT: KETTERMAN, MARISOL A.   DOB 03/14/1987", "patient", True),
        ("Marisol Ketterman   DOB: March 14, 1987   ID R-40916", "patient", True),
        ("Patient: M. Ketterman   DOB: 03/14/1987", "patient", True),
        ("Patient: Ketterrnan, Marisol   DOB: 03/14/1987   MRN: R-40916", "patient", True),  # rn read for m
        ("Patient: Ketterman, Marisol   DOB: 03/14/1981   MRN: R-40916", "patient", True),  # 7 read as 1
        ("Patient: Ketterman, Marisol   DOB: O3/l4/1987   MRN: R-40916", "patient", True),
        ("Patient: Ketterman, Marisol   MRN: R-40916", "patient", True),
        ("Name: Marisol Ketterman\nID: U61840273 02\nRxBIN 017010", "patient", True),
        ("Patient: Ketterling, Mariela   DOB: 09/02/1981   MRN: R-41090", "another_patient", False),
        ("Patient: Ketterman, Marisol   DOB: 09/02/1951", "another_patient", False),  # of one name, mother and daughter
        ("Patient: Ketterman, Mariela   DOB: 03/14/1987   MRN: R-40917", "another_patient", False),  # a twin
        ("Patient: Rowan Tillery   MRN: T-1001", "another_patient", False),
        ("Patient: Rowan Tillery", "another_patient", False),
        ("Rowan Tillery (MRN T-1001)", "another_patient", False),
        (
            "Marisol Ketterman-Ashe, b. 03/14/1977",
            "another_patient",
            False,
        ),  # a name grown longer, a birth label cut short
        ("Marisol Ketterman, b. 03/14/1987", "patient", True),
        ("09/24/2026\nPatient\nCould I have a copy?", "unidentified", False),
        ("TILLERY,ROWAN 46 y.o. female", "another_patient", False),
        ("Patient name\tDOB\tMRN\nTillery, Rowan\t04/02/1980\tT-1001", "another_patient", False),
        ("Patient name\tDOB\tMRN\nKetterman, Marisol\t03/14/1987\tR-40916", "patient", True),
        ("Marisol Ketterman (MRN R-40916)", "patient", True),
        ("Patient: Ketterman, Marisol   DOB: 03/14/1987\nPatient: Denies Fever", "patient", True),
        ("PATIENT: KETTERMAN, MARISOL   DOB: 03/14/1987\nPT TOOK BENADRYL AND RESTED", "patient", True),
        ("Patient: Ketterman, Marisol   DOB: 03/14/1987\nRe: Prior Authorization Request", "patient", True),
        ("Patient: Ketterling, Marisol   MRN: R-41090", "another_patient", False),
        ("Patient: Ketterman, Marisol   DOB: 03/14/1981", "unidentified", False),  # one digit off and no number
        ("Patient: Ketterman, Marisol   MRN: Z-99001", "unidentified", False),  # another number, no birth date
        # a header without labels, and what else was taken for a name beside it
        ("Hillside Clinic\tKetterman, Marisol\nMain Street 4\tDOB 03/14/1987 MR 40916", "patient", True),
        ("Hillside Clinic\tKetterman, Marisol\nMedicines from P. Stallard\tDOB 03/14/1987", "patient", True),
        ("Hillside Clinic\tKetterman, Marisol\nMain Street 4\tDOB 09/02/1951 MR 40916", "another_patient", False),
        ("KETTERLING, Mariela\n09/02/1981 - female - chart R-41090", "another_patient", False),
        ("KETTERMAN, Marisol\n03/14/1987 - female - chart R-40916", "patient", True),
        ("Hillside Clinic\tKETTERMAN, MARISOL\n2750 Main Street\t03/14/1987 female #R-40916", "patient", True),
        ("Hillside Clinic\tKETTERLING, MARIELA\n2750 Main St\t09/02/1981 female #R-41090", "another_patient", False),
        ("Follow-up, Rheumatology\nchart R-40917", "unidentified", False),
    ],
)
def test_a_page_is_the_patients_only_when_it_agrees(header, verdict, citable):
    """Two of name, birth date and number agree, or the page is not cited; a differing birth date is another person."""
    found = verdict_of(header)

    assert (found.verdict, found.citable) == (verdict, citable)


def near_misses() -> list[tuple[dict[str, str], str, str, str]]:
    """Return (patient, header of the patient's own page, header asked about, what it is) of the table."""
    table = yaml.safe_load(Path(__file__).with_name("identity_headers.yaml").read_text())
    return [(each["patient"], each["own"], header, whose) for each in table for header, whose in each["headers"]]


@pytest.mark.parametrize(("patient", "own", "header", "whose"), near_misses())
def test_no_namesake_relative_or_twin_is_let_through(patient, own, header, whose):
    """A page of anyone else is never cited, and the patient's own never called another's."""
    first = f"{own}\n\nOffice visit 08/19/2026\nDoing well on azathioprine."
    found = judged(first, f"{header}\n\nOffice visit 05/01/2026\n{PROSE}", patient=Person(**patient))[1]

    assert found.citable == (whose == "own")
    if whose == "doubt":
        assert found.verdict != "another_patient"


@pytest.mark.parametrize(
    ("known", "printed", "agreement"),
    [
        ("Marisol Ketterman", "Ketterman, Marisol", "same"),
        ("Marisol Ketterman", "MARISOL J KETTERMAN", "same"),
        ("Marisol Ketterman", "Ms. Marisol Ketterman", "same"),
        ("Desmond Vanterpool", "D. Vanterpool", "initial"),
        ("Lionel Abercrombie", "Abercrombie L", "initial"),
        ("Marisol Ketterman", "Ketternan, Marisol", "slip"),
        ("Marisol Ketterman", "Ketterling, Mariela", "similar"),
        ("Desmond Vanterpool", "Desmond Vandermeer", "similar"),
        ("Annika Rosvold", "Annike Rosvall", "similar"),
        ("Lionel Abercrombie", "ABERCROMBY, LEONEL", "similar"),
        ("Anselm Birtwhistle Jr", "Birtwhistle, Anselm Sr.", "similar"),  # father and son
        ("Anselm Birtwhistle Jr", "Anselm Birtwhistle II", "same"),
        ("Anselm Birtwhistle", "Anselm Birtwhistle Sr", "slip"),
        ("Maria Elena Garcia-Lopez", "GARCÍA-LÓPEZ, MARÍA ELENA", "same"),
        ("Maria Elena Garcia-Lopez", "Garcia, Maria Elena", "slip"),
        ("Maria Elena Garcia-Lopez", "Lopez, Maria", "similar"),
        ("Ana Maria Holt", "Ana Lucia Holt", "similar"),  # twins share first and last
        ("Ana Maria De La Cruz", "Delacruz, Ana", "same"),
        ("Mario Garcia", "Garcia, Maria", "similar"),  # no scanner reads an a for an o
        ("Marisol Ketterman", "Marlsol Ketterman", "slip"),  # and any reads an l for an i
        ("Siobhan O'Dwyer", "O Dwyer, Siobhan", "same"),
        ("Marisol Ketterman", "Marisol Ketterman-Ashe", "slip"),
        ("Marisol Ketterman", "Rowan Tillery", "different"),
        ("Marisol Ketterman", None, "none"),
    ],
)
def test_names_agree_in_any_order_and_near_names_do_not(known, printed, agreement):
    """Order, titles and middle initials do not matter; a name that merely looks alike never counts as the same."""
    assert compare_names(known, printed) == agreement


@pytest.mark.parametrize(
    ("known", "printed", "agreement"),
    [
        ("1987-03-14", "1987-03-14", "same"),
        ("1987-03-14", "1981-03-14", "slip"),  # 7 and 1
        ("1987-03-14", "1985-03-14", "different"),  # 7 is not read as 5
        ("1987-03-14", "1978-03-14", "different"),
        ("1987-03-14", None, "none"),
    ],
)
def test_one_misread_digit_is_not_another_birthday(known, printed, agreement):
    """Only digits that scanners confuse make a slip."""
    assert compare_births(known, printed) == agreement


def test_a_page_without_a_name_follows_its_neighbours_and_is_marked():
    """Between the patient's pages it may be cited; beside a stranger's it may not."""
    stranger = f"Patient: Rowan Tillery   DOB: 04/02/1980   MRN: T-1001\n\nOffice visit 07/01/2026\n{PROSE}"
    bare = "Plan: continue azathioprine and come back in the spring for blood tests."

    between = judged(OWN, bare, OWN.replace("well", "better"))[1]
    beside = judged(OWN, bare, stranger)[1]
    alone = judged(bare)[0]

    assert (between.verdict, between.citable) == ("unidentified", True)
    assert (beside.verdict, beside.citable) == ("unidentified", False)
    assert not alone.citable


def test_a_page_without_header_that_speaks_of_someone_else_is_not_cited():
    """ "Mrs. Tillery" on a page without a header is doubt enough."""
    other = "Mrs. Tillery was seen for her joints. She is doing well on methotrexate and will go on."

    found = judged(OWN, other, OWN.replace("well", "better"))[1]

    assert not found.citable


def test_the_next_sheet_of_a_note_belongs_to_it():
    """A second sheet after the patient's first is the patient's, also at the end of the file."""
    found = judged(f"{OWN}\nPage 1 of 2", "Plan: continue azathioprine.\nReturn in the spring for tests.\nPage 2 of 2")

    assert (found[1].verdict, found[1].citable) == ("unidentified", True)


def test_a_page_that_names_two_patients_is_not_cited():
    """A roster or a misfiled slip on the page keeps the whole page out."""
    mixed = f"{OWN}\n\nPatient: Rowan Tillery   DOB: 04/02/1980   MRN: T-1001\nCDAI 17."

    assert judged(OWN, mixed)[1].citable is False


def test_blank_and_unreadable_pages_are_said_so():
    """A page with nothing on it is blank; one that failed is unreadable; neither is cited."""
    failed = Page(
        document="chart.pdf", number=3, width=612, height=792, lines=(), source=PageSource.FAILED, problem="timeout"
    )
    pages = [*pages_from(OWN, "This page intentionally left blank"), failed]

    found = judge_pages(PATIENT, pages, read_chart(pages, date(2026, 12, 1)))

    assert [v.verdict for v in found] == ["patient", "blank", "unreadable"]
    assert not any(v.citable for v in found[1:])


VISIT = (
    "Patient: Ketterman, Marisol   DOB: 03/14/1987   MRN: R-40916\n\nOffice visit {day}\n"
    "Joints of both hands swollen in the mornings. Temp {temp} F   Pulse {pulse}   SLEDAI-2K {score}.\n"
    "Exam: no distress, lungs clear, heart regular. Plan: continue azathioprine 100 mg a day, return in {weeks} weeks."
)


def test_a_repeated_page_counts_once():
    """The second copy is the duplicate and points to the first, also after another scan of it."""
    note = VISIT.format(day="08/19/2026", temp="98.4", pulse="80", score="10", weeks="8")
    rescanned = note.replace("azathioprine", "azathiopnne").replace("swollen", "swo1len")

    copied = judged(note, OWN, note)
    scanned = judged(note, OWN, rescanned, source=PageSource.OCR)

    assert (copied[2].verdict, copied[2].of) == ("duplicate", ("chart.pdf", 1))
    assert (scanned[2].verdict, scanned[2].of) == ("duplicate", ("chart.pdf", 1))


@pytest.mark.parametrize(
    "changed",
    [
        {"day": "05/19/2026"},
        {"score": "16"},
        {"day": "05/19/2026", "temp": "97.9", "pulse": "74", "score": "6"},
        {"temp": "97.9", "pulse": "74"},
    ],
)
@pytest.mark.parametrize("source", [PageSource.TEXT, PageSource.OCR])
def test_two_visits_from_one_template_are_no_repeat(changed, source):
    """Notes that differ in a date or a value are two notes, however alike their words."""
    first = {"day": "08/19/2026", "temp": "98.4", "pulse": "80", "score": "10", "weeks": "8"}

    found = judged(VISIT.format(**first), VISIT.format(**{**first, **changed}), source=source)

    assert [v.verdict for v in found] == ["patient", "patient"]


def test_the_same_content_is_a_repeat_whatever_was_read():
    """Equal digests settle it."""
    pages = [
        Page(document="chart.pdf", number=n, width=612, height=792, lines=page_of(OWN).lines, digest="ab" * 32)
        for n in (1, 2)
    ]

    found = judge_pages(PATIENT, pages, read_chart(pages, date(2026, 12, 1)))

    assert found[1].of == ("chart.pdf", 1)


def test_the_record_number_is_learned_from_agreeing_pages():
    """The letter has no record number; a page with it and a damaged birth date is still the patient's."""
    damaged = f"Patient: Ketterman, Marisol   MRN: R-40916\n\nTelephone note 03/24/2025\n{PROSE}"

    assert judged(OWN, damaged)[1].citable


def test_verdicts_never_repeat_what_identifies_a_person():
    """Reasons are fit for logs and metrics: no name, no number, no date."""
    found = judged(OWN, "Patient: Rowan Tillery   DOB: 04/02/1980   MRN: T-1001\n\nVisit 05/01/2026\n" + PROSE)

    assert all(word not in v.why for v in found for word in ("Rowan", "Tillery", "Ketterman", "T-1001", "1980"))


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("KETTERMAN, MARISOL F 03/14/1987", "patient"),
        ("KETTERMAN, MARISOL = 14-Mar-1987", "patient"),
        ("KETTERMAN, MARISOL SR 30-May-1966", "another_patient"),
        ("Tillery, Rowan 04/02/1980", "another_patient"),
    ],
)
def test_a_birth_date_beside_a_name_needs_no_label(header, verdict):
    """What identifies a person is read where it stands, labelled or not."""
    assert verdict_of(header).verdict == verdict


@pytest.mark.parametrize("line", ["Rowan Tillery", "ROWAN TILLERY", "Rowan J. Tillery"])
def test_a_bare_name_of_someone_else_between_the_patients_pages_is_not_cited(line):
    """A name that stands alone at the head of a page is believed, label or none."""
    assert not judged(OWN, f"{line}\nClinic note\n{PROSE}", OWN.replace("08/19", "09/19"))[1].citable


@pytest.mark.parametrize("line", ["Marisol Ketterman", "Progress Note", "Social History", "Hillside Rheumatology"])
def test_a_title_at_the_head_of_a_page_is_no_name(line):
    """A heading, a clinic or the patient's own name does not take a page away."""
    assert judged(OWN, f"{line}\nClinic note\n{PROSE}", OWN.replace("08/19", "09/19"))[1].citable


@pytest.mark.parametrize(
    ("told", "citable"),
    [
        ("A 39-year-old woman with lupus since 2022.", True),
        ("A 47-year-old teacher with lupus. Teriflunomide for 14 months.", False),  # nobody's name, someone else's age
        ("Seen today: 62 y.o. man, knees worse.", False),
        ("Her 64-year-old mother lost sight on hydroxychloroquine.", True),  # of her family
        ("A 12-year history of migraine.", True),  # a duration
        ("Advised that 50 years is the age to begin screening.", True),
    ],
)
def test_a_page_without_a_name_is_not_cited_when_the_age_is_not_the_patients(told, citable):
    """A stray page between two of the patient's own gives itself away by the age it tells."""
    stray = f"Office visit 05/01/2026\n{told}\n{PROSE}"

    assert judged(OWN, stray, OWN.replace("02/11/2026", "06/30/2026"))[1].citable is citable


def test_a_message_log_with_a_nurse_by_initial_is_nobody_elses():
    """Who wrote a log is not who it is about; in doubt it is not cited, but not called another patient's either."""
    log = "Messages\nPatient: B. Tolliver\n09/24/2026 prior authorization sent"

    assert judged(OWN, log)[1].verdict == "unidentified"


def test_a_name_the_letter_lost_is_learnt_from_pages_born_on_the_same_day():
    """A letter read without its name still has its chart; two names of one birth date settle nothing."""
    nameless = Person(name=None, birth_date="1987-03-14", member_id=None)
    own = [OWN, OWN.replace("08/19", "07/02"), OWN.replace("08/19", "06/11")]
    twin = OWN.replace("Marisol", "Mariela").replace("R-40916", "R-40917")

    assert all(page.citable for page in judged(*own, patient=nameless))
    assert not any(page.citable for page in judged(*own, twin, twin.replace("08/19", "01/15"), patient=nameless))
