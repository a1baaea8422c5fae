"""What a criterion asks for, read from its words."""

import pytest

from extractors.policy import Node
from pipeline.matching import requirement_of
from tests.pipeline.matching.charts import leaf_of


def _read(text: str, *notes: str, negated: bool = False) -> dict:
    return requirement_of(leaf_of(text, *notes, negated=negated)).published()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Patient is ≥ 6 years of age", "age"),
        ("The patient is an adult", "age"),
        ("Patient is between 6 and 17 years of age", "age"),
        ("Symptoms began before 40 years of age", "free_text"),  # the age of onset, not of the patient
        ("Patient has a relapsing form of multiple sclerosis", "diagnosis"),
        ("Patient has tried at least two triptans, unless contraindicated", "prior_therapy"),
        ("Failure of a 30-day trial of two proton pump inhibitors", "prior_therapy"),
        ("Patient has tried at least two standard prophylactic therapies", "free_text"),  # of what kind, nobody says
        ("Used in combination with methotrexate", "concurrent_therapy"),
        ("Use with another biologic", "free_text"),
        ("Not used in combination with Entresto", "no_concurrent_therapy"),
        ("Member has a clinical reason to avoid methotrexate and acitretin", "clinical_reason_to_avoid"),
        ("Patient is currently taking a statin", "treated_with"),
        ("EASI score of at least 16", "measurement"),
        ("Hurley stage II or III disease", "measurement"),
        ("BMI of 30 kg/m2 or greater, or 27 kg/m2 or greater with hypertension", "any_of"),  # two bounds of one test
        ("C-peptide is at or below 110% of the lower limit of normal", "free_text"),
        ("Negative pregnancy test within 30 days", "test"),
        ("Patient has at least 4 migraine days per month", "events"),
        ("Prescriber is a neurologist", "prescriber_specialty"),
        ("Documentation of a face-to-face visit within the past 6 months", "visit"),
        ("Patient does not have heart failure", "absence"),
        ("Patient is ambulatory without aid", "free_text"),
        ("The dose does not exceed 300 mg every 4 weeks", "dose"),
        ("Involvement of the hands, feet or scalp", "body_areas"),
        ("The drug is prescribed in accordance with its FDA-approved labeling", "documentation"),
        ("Patient has had a positive clinical response to therapy", "response_to_therapy"),
        ("Current episode of alopecia areata has lasted at least 6 months", "condition_duration"),
        ("Other causes of anemia have been ruled out", "documentation"),
    ],
)
def test_each_criterion_gets_its_kind(text, kind):
    """A criterion is typed by what it asks; what fits no type stays free text."""
    assert _read(text)["kind"] == kind


def test_an_exclusion_reads_as_its_opposite():
    """ "Use with another biologic" under "not covered" forbids the combination."""
    assert _read("Use with another biologic", negated=True)["kind"] == "no_concurrent_therapy"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Patient has tried ONE TNF blocker for at least 12 weeks", {"minimum_days": 84, "wanted": ["trial"]}),
        ("A 3-month trial of methotrexate", {"minimum_days": 90}),
        ("Inadequate response to 90 days of metformin", {"minimum_days": 90, "wanted": ["inadequate_response"]}),
        ("Intolerance or contraindication to metformin", {"wanted": ["intolerance", "contraindication"]}),
        ("Patient has tried metformin and was unable to tolerate it", {"wanted": ["intolerance"]}),
        ("Patient has tried two of Enbrel, Orencia or Kevzara", {"count": 2}),
        ("Patient has tried and failed adalimumab and etanercept", {"every": True}),
        ("Methotrexate at a dose of 15 mg weekly or more for 12 weeks has failed", {"minimum_days": 84}),
        ("Trial of metformin of at least 1,500 mg per day", {"dose": "at least 1,500 mg per day"}),
        ("Patient has tried one triptan within the past 12 months", {"count": 1}),
    ],
)
def test_a_trial_keeps_its_length_count_and_outcome(text, fields):
    """Length, number of drugs and the outcome wanted are read from the criterion."""
    read = _read(text)

    assert {name: read.get(name) for name in fields} == fields


@pytest.mark.parametrize(
    ("text", "comparator", "value", "unit"),
    [
        ("Disease Activity Score 28 with C-reactive protein (DAS28-CRP) above 3.2", ">", 3.2, None),  # not the 28
        ("Fecal calprotectin above 250 mcg/g within the 6 months before the request", ">", 250.0, "mcg/g"),
        ("BMI below 35 kg/m2", "<", 35.0, "kg/m2"),
        ("At least 10% of body surface area (BSA) is affected", ">=", 10.0, "%"),
        ("AHI of 15 to 65 events per hour", "between", 15.0, None),
        ("EDSS score of 6.5 or less", "<=", 6.5, None),
        ("ANA titer of 1:80 or higher", ">=", "1:80", None),
    ],
)
def test_a_bound_keeps_its_side_value_and_unit(text, comparator, value, unit):
    """The comparison, the number and its unit belong to the test that the criterion names."""
    read = _read(text)

    assert (read["comparator"], read["value"], read.get("unit")) == (comparator, value, unit)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("LDL-C of 70 mg/dL or higher while on a maximally tolerated statin", "while on a maximally tolerated statin"),
        ("Patient is currently taking maximally tolerated statin therapy", "maximally tolerated"),
        ("Fasting triglycerides of 500 mg/dL or more", "fasting"),
        ("AHI of 15 or more events per hour on a diagnostic sleep study", "diagnostic"),
        ("Bone mineral density T-score of -2.5 or lower", None),  # a T-score is one of bone density
        ("Simple Endoscopic Score for Crohn's Disease (SES-CD) of 6 or higher", None),  # the score's own long name
        ("Patient has severe renal impairment (creatinine clearance < 35 mL/min)", "severe renal impairment"),
        ("The member injects insulin at least three times a day", "at least three times a day"),
        ("Uric acid above 6 mg/dL", None),
        ("Patient has tried one oral bisphosphonate for at least 12 months", None),
    ],
)
def test_words_that_no_field_holds_are_kept_beside(text, rest):
    """A leaf that asks for more than its type holds says so, and is not met by half."""
    kept = _read(text).get("besides")

    assert kept is None if rest is None else rest in kept


def test_a_full_name_settles_a_shared_abbreviation():
    """CDAI is one index in arthritis and another in Crohn's disease; the name beside it decides."""
    assert _read("Clinical Disease Activity Index (CDAI) above 10")["names"] == ["cdai_ra"]
    assert _read("Crohn's Disease Activity Index (CDAI) of 220 or more")["names"] == ["cdai_crohns"]


def test_a_closed_list_in_brackets_replaces_the_class_and_examples_do_not():
    """ "(A or B)" is the list; "(for example A)" leaves the class open."""
    closed = _read("Patient has tried ONE aminosalicylate (mesalamine or balsalazide)")
    open_ = _read("Patient has tried ONE immunosuppressant (for example azathioprine)")

    assert [at["name"] for at in closed["therapies"][0]["parts"]] == ["mesalamine", "balsalazide"]
    assert "parts" not in open_["therapies"][0]


def test_two_halves_of_a_leaf_are_read_apart():
    """ "..., or has completed treatment" is another way to meet the criterion."""
    read = _read(
        "Patient has had a negative test for latent tuberculosis within the past 12 months, "
        "or has completed treatment for latent tuberculosis"
    )

    assert read["kind"] == "any_of"
    assert [at["kind"] for at in read["options"]] == ["test", "documentation"]


def test_a_note_takes_a_drug_out():
    """ "Ustekinumab does not count" takes it out of the class."""
    read = _read("Patient has tried a biologic", "Note: Ustekinumab does not count.")

    assert [at["name"] for at in read["but_not"]] == ["ustekinumab"]


@pytest.mark.parametrize(
    ("head", "text", "kind"),
    [
        (
            "Patient is positive for at least ONE of the following autoantibodies (a, b, or c):",
            "Anti-Smith antibody",
            "test",
        ),
        (
            "History of failure (after a trial of at least two months), contraindication, or intolerance to two of the "
            "following prophylactic therapies (document drug):",
            "One of the following beta-blockers: metoprolol, propranolol, timolol",
            "prior_therapy",
        ),
        ("Patient does not have any of the following:", "Heart failure", "absence"),
        ("Patient meets ONE of the following (a or b):", "Anti-Smith antibody", "free_text"),  # the head says nothing
    ],
)
def test_a_bare_name_is_read_with_its_head(head, text, kind):
    """A leaf that only names a drug or test asks what the head above it asks."""
    group = Node(op="any", number="1", text=head, evidence=())

    assert requirement_of(leaf_of(text), (group,)).kind == kind
