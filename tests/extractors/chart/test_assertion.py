"""What a sentence asserts of the thing it names."""

from pathlib import Path

import pytest
import yaml

from extractors.chart import Assertion, assert_of, modifiers_of

A = Assertion


def asserted(text: str, section: str = "") -> Assertion:
    """Ask of the words between the stars."""
    start = text.index("*")
    end = text.index("*", start + 1) - 1
    return assert_of(text.replace("*", ""), start, end, section)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She has *lupus nephritis*.", A.AFFIRMED),
        ("No evidence of *lupus nephritis*.", A.NEGATED),
        ("Denies fever, chills or *night sweats*.", A.NEGATED),
        ("He denies chest pain but reports *palpitations*.", A.AFFIRMED),
        ("*Palpitations*: no.", A.NEGATED),
        ("Constitutional - No fevers, chills, or *sweats*.", A.NEGATED),
        ("*Hepatitis B* was ruled out in 2023.", A.NEGATED),
        ("Without *rash* since the spring.", A.NEGATED),
        ("There is no change in the *rash*.", A.AFFIRMED),  # it is there, unchanged
        ("Not only *arthritis* but serositis too.", A.AFFIRMED),
        ("She is free of *seizures*.", A.NEGATED),
        ("Never had *uveitis*.", A.NEGATED),
        ("Neither *psychosis* nor seizures.", A.NEGATED),
        ("*Synovitis* is absent today.", A.NEGATED),
        ("Chest film negative for *tuberculosis*.", A.NEGATED),
        ("The request for *adalimumab* was denied by the plan.", A.PLANNED),  # the plan denied, not the patient
        ("MRI without contrast shows *sacroiliitis*.", A.AFFIRMED),
        ("No doubt this is *psoriasis*.", A.AFFIRMED),
        ("Gram negative *bacteremia* in 2019.", A.AFFIRMED),
        ("Her *colitis* is not controlled.", A.AFFIRMED),
        ("Signs and symptoms were not consistent with *vasculitis*.", A.NEGATED),
        ("Labs, otherwise unremarkable, show *leukopenia*.", A.AFFIRMED),
        ("No *joint swelling*, however the wrists are stiff.", A.NEGATED),
        ("No joint swelling, however the *wrists* are stiff.", A.AFFIRMED),
        ("No biopsies taken; *colitis* seen to the hepatic flexure.", A.AFFIRMED),
    ],
)
def test_negation_reaches_as_far_as_its_clause(text, expected):
    """A denied finding is never cited as present, and a denial does not run on into the next clause."""
    assert asserted(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Her mother had *psoriasis*.", A.FAMILY),
        ("Father: *psoriatic arthritis*, on methotrexate.", A.FAMILY),
        ("A sister takes *methotrexate* for lupus.", A.FAMILY),
        ("Neighbor of the patient fainted from *low sugar* last week.", A.FAMILY),
        ("His brother has taken *Humira* for five years.", A.FAMILY),
        ("Family history of *colitis*.", A.FAMILY),
        ("No family history of *psoriasis*.", A.FAMILY),
        ("Maternal aunt with *tuberculosis*.", A.FAMILY),
        ("Her mother reports that the patient has *seizures*.", A.AFFIRMED),  # the mother speaks of the patient
        ("Her daughter helps with the pump; she has *type 1 diabetes*.", A.AFFIRMED),
        ("Lives with her mother, has *asthma*.", A.AFFIRMED),
        ("She lives with her husband and takes *methotrexate*.", A.AFFIRMED),
        ("Accompanied by her mother, *rash* on both arms.", A.AFFIRMED),
        ("His wife has *psoriasis*.", A.FAMILY),
        ("Grandfather died of *lymphoma*.", A.FAMILY),
        ("*Crohn disease* runs in the family.", A.FAMILY),
    ],
)
def test_a_relatives_illness_is_not_the_patients(text, expected):
    """What a relative or neighbor has or takes is never told of the patient."""
    assert asserted(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Concern for *lupus nephritis*.", A.POSSIBLE),
        ("Rule out *tuberculosis*.", A.POSSIBLE),
        ("R/o *sarcoidosis*.", A.POSSIBLE),
        ("Possible *serositis* on echo.", A.POSSIBLE),
        ("*Crohn disease* is suspected.", A.POSSIBLE),
        ("*Myositis* cannot be excluded.", A.POSSIBLE),
        ("Likely *psoriatic arthritis*.", A.POSSIBLE),
        ("Findings suggestive of *vasculitis*.", A.POSSIBLE),
        ("Differential includes *eczema* and psoriasis.", A.POSSIBLE),
        ("*Lupus* confirmed by biopsy.", A.AFFIRMED),
        ("Biopsy shows *plaque psoriasis*.", A.AFFIRMED),
    ],
)
def test_a_suspicion_is_not_a_diagnosis(text, expected):
    """ "Rule out" and "concern for" stay suspicions."""
    assert asserted(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Will consider starting *methotrexate* at the next visit.", A.PLANNED),
        ("Plan to start *adalimumab* once approved.", A.PLANNED),
        ("Start *anifrolumab* 300 mg IV every 4 weeks.", A.PLANNED),
        ("We discussed *apremilast* for later.", A.PLANNED),
        ("*Etanercept* 50 mg weekly, prescription to be sent.", A.PLANNED),
        ("*Sensor training* to be booked.", A.PLANNED),
        ("Would recommend *tofacitinib*.", A.PLANNED),
        ("Prior authorization for *upadacitinib* submitted.", A.PLANNED),
        ("She started *methotrexate* in March.", A.AFFIRMED),
        ("It is added to *hydroxychloroquine*, which she takes.", A.AFFIRMED),
        ("*Leflunomide* was offered and declined.", A.DECLINED),
        ("He declined *methotrexate* because of alcohol.", A.DECLINED),
        ("She refused *infliximab*.", A.DECLINED),
        ("*Leflunomide* not wanted.", A.DECLINED),
        ("Does not want *injections*.", A.DECLINED),
        ("If *tofacitinib* is denied we will appeal.", A.HYPOTHETICAL),
        ("Return if *fever* develops.", A.HYPOTHETICAL),
        ("Call for *rash* or shortness of breath.", A.HYPOTHETICAL),
        ("Asked about *anifrolumab*, which she read about.", A.HYPOTHETICAL),
        ("Counseled on *serious infection* with the drug.", A.HYPOTHETICAL),
        ("At risk for *hypoglycemia*.", A.HYPOTHETICAL),
        ("Watch for *diarrhea*.", A.HYPOTHETICAL),
        ("*Infliximab allergy* was entered in error.", A.ENTERED_IN_ERROR),
        ("Charted in error: *cirrhosis*.", A.ENTERED_IN_ERROR),
    ],
)
def test_plans_refusals_and_conditions_are_not_events(text, expected):
    """What was planned, refused or only thought of is told as such."""
    assert asserted(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("History of *deep vein thrombosis*.", A.HISTORICAL),
        ("s/p *appendectomy*.", A.HISTORICAL),
        ("Past medical history is significant for *anxiety* and depression.", A.HISTORICAL),
        ("Previously treated *tuberculosis*.", A.HISTORICAL),
        ("*Pneumonia* in the past.", A.HISTORICAL),
        ("39-year-old woman with *lupus* since 2022.", A.AFFIRMED),  # "old" is an age here
        ("History of present illness: *joint pain* for a month.", A.AFFIRMED),
        ("No history of *malignancy*.", A.NEGATED),
        ("Status post recent *abscess drainage*.", A.HISTORICAL),
        ("S/p embolization, *renal failure*, rectal ischemia.", A.AFFIRMED),  # the procedure alone is past
        ("History of Billroth II for ulcer, with *vomiting*.", A.AFFIRMED),  # what she comes with now
        ("Her previous rheumatologist found *synovitis*.", A.AFFIRMED),  # the doctor is past
        ("Previous *synovitis*.", A.HISTORICAL),
    ],
)
def test_history_is_told_as_history(text, expected):
    """A past illness is kept apart from a present one."""
    assert asserted(text) is expected


def test_the_section_speaks_before_the_sentence():
    """Under the family history a bare finding is a relative's; under the assessment it is the patient's."""
    assert asserted("Severe *psoriasis*, liver damage.", "family_history") is A.FAMILY
    assert asserted("Severe *psoriasis*, liver damage.", "assessment") is A.AFFIRMED
    assert asserted("*Appendectomy* 2008.", "past_surgical_history") is A.HISTORICAL


def sentences() -> list[tuple[str, str, str]]:
    """Return (sentence, assertion, section) of the tables of sentences."""
    tables = [
        yaml.safe_load(Path(__file__).with_name(name).read_text())
        for name in ("assertion_sentences.yaml", "note_sentences.yaml")
    ]
    return [
        (row[0], row[1], row[2] if len(row) > 2 else "") for table in tables for rows in table.values() for row in rows
    ]


@pytest.mark.parametrize(("text", "expected", "section"), sentences())
def test_a_sentence_of_the_clinic_asserts_what_it_says(text, expected, section):
    """Status told in clinic language is kept apart from its near miss of one word."""
    assert asserted(text, section) == expected


@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("*Hypertension*.", True),
        ("3. *Type 2 diabetes*.", True),
        ("*Rheumatoid arthritis*.", True),  # marked as lasting among the conditions
        ("Comorbidities: *hypertension*, gout.", True),
        ("Drinks *alcohol* rarely.", True),
        ("*Pneumonia*.", False),  # comes and goes
        ("*Hypertension* was treated today.", False),  # told of this visit
        ("*Herniated discs at L4 and L5*.", True),  # a disease and its site
        ("*MI*.", True),
        ("Patient's known *Crohn disease* is active.", True),
        ("She has *Crohn disease*, active.", False),
        ("Unchanged *elevated right hemidiaphragm*.", True),
        ("New *elevated right hemidiaphragm*.", False),
        ("Several medical problems including *COPD* and gout.", True),
        ("Several complaints including *cough* and fever.", False),
        ("Frequently admitted for *abdominal pain*.", True),
        ("Admitted today for *abdominal pain*.", False),
        ("*Psychiatric history*.", True),
        ("*Clinical history*.", False),  # heads the reason for today's study
        ("Scarring, the sequela of *pneumonia*.", True),
        ("*Chronically elevated platelets*.", True),
        ("*Acutely elevated platelets*.", False),
    ],
)
def test_a_standing_disease_is_background_and_present(text, background):
    """What began before the visit and lasts is background to a reader of history, and present to a criterion."""
    start = text.index("*")
    end = text.index("*", start + 1) - 1

    assert (A.HISTORICAL in modifiers_of(text.replace("*", ""), start, end)) == background
    assert asserted(text) is A.AFFIRMED
