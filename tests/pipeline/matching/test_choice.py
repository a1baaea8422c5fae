"""Which section of a policy is applied: the one the papers speak of, never another's."""

from dataclasses import replace

import pytest

from extractors.denial import Reason, ReasonCategory
from extractors.policy import Note
from tests.pipeline.matching.test_match import PLACE, _denial, _found, _match, _policy, _section

NECK = _section("Cervical radiculopathy", "Arm pain for at least 6 weeks", phase="any")
BACK = _section("Lumbar radiculopathy", "Leg pain for at least 6 weeks", phase="any")
SLIP = _section("Degenerative spondylolisthesis", "Slip of at least 5 mm", phase="any")
DEFECT = _section("Isthmic spondylolisthesis", "Pain for 6 months", phase="any")
TOTAL = _section(
    "Knee Arthroplasty", "Pain for 3 months", phase="any", head="Total knee arthroplasty is covered when ALL are met:"
)
PARTIAL = _section(
    "Knee Arthroplasty", "One compartment", phase="any", head="Unicompartmental knee arthroplasty is covered when:"
)
MEN = _section("Osteoporosis in men (Prolia)", "T-score of -2.5 or lower", phase="any")
WOMEN = _section("Postmenopausal osteoporosis (Prolia)", "Member is a woman after menopause", phase="any")
RELAPSING = _section("relapsing forms of multiple sclerosis", "Two relapses in the past 12 months")
PROGRESSIVE = _section("primary progressive multiple sclerosis", "Patient can walk 20 feet")
VISIT = "Date of visit: 08/10/2026   Provider: Ines Okafor, MD\nAssessment: "


@pytest.mark.parametrize(
    ("service", "sections", "said", "chosen"),
    [
        ("MRI cervical spine without contrast", (NECK, BACK), "radiculopathy.", "Cervical radiculopathy"),
        ("MRI cervical spine without contrast", (BACK,), "radiculopathy, lumbar and cervical.", None),
        ("lumbar spinal fusion", (SLIP, DEFECT), "degenerative spondylolisthesis L4-5.", SLIP.name),
        ("lumbar spinal fusion", (SLIP, DEFECT), "isthmic spondylolisthesis L5-S1.", DEFECT.name),
        ("lumbar spinal fusion", (SLIP, DEFECT), "degenerative spondylolisthesis. No isthmic defect seen.", SLIP.name),
        ("lumbar spinal fusion", (SLIP, DEFECT), "degenerative spondylolisthesis and isthmic spondylolisthesis.", None),
        ("lumbar spinal fusion", (SLIP, DEFECT), "spondylolisthesis L4-5.", None),
        ("total knee arthroplasty", (TOTAL, PARTIAL), "knee osteoarthritis.", TOTAL.name),
        ("knee arthroplasty", (TOTAL, PARTIAL), "knee osteoarthritis.", None),
        ("denosumab", (MEN, WOMEN), "postmenopausal osteoporosis. Start Prolia.", WOMEN.name),
        ("ocrelizumab", (RELAPSING, PROGRESSIVE), "relapsing-remitting multiple sclerosis.", RELAPSING.name),
        ("ocrelizumab", (RELAPSING, PROGRESSIVE), "primary progressive multiple sclerosis.", PROGRESSIVE.name),
        ("ocrelizumab", (RELAPSING, PROGRESSIVE), "multiple sclerosis.", None),
    ],
)
def test_a_section_is_known_by_the_words_of_its_title(service, sections, said, chosen):
    """Where two fit, the one that the chart affirms in the title's own words; both or neither is for a person."""
    match = _match(_policy(*sections), _denial(service), f"{VISIT}{said}\n")

    assert (match.indication and match.indication.name) == chosen


FIRST = _section("Rheumatoid Arthritis", "Patient has tried methotrexate")
LATER = _section("Rheumatoid Arthritis", "Patient has improved", phase="continuation")
NEW = f"{VISIT}rheumatoid arthritis. Plan to start tofacitinib.\n"
TAKING = f"{VISIT}rheumatoid arthritis.\nShe has been on tofacitinib since 05/05/2026.\n"


@pytest.mark.parametrize(
    ("quote", "chart", "phase", "warned"),
    [
        ("The request for continuation of tofacitinib is denied.", NEW, "continuation", True),
        ("The request for continuation of tofacitinib is denied.", TAKING, "continuation", False),
        ("Your request for tofacitinib is denied.", TAKING, "continuation", False),
        ("Your request for tofacitinib is denied.", NEW, "initial", False),
        ("The criteria for initial approval are not met.", TAKING, "initial", True),
        ("You may ask for continued coverage during the appeal.", NEW, "initial", False),
        ("Your initial request for tofacitinib was denied.", TAKING, "continuation", False),
    ],
)
def test_the_phase_is_what_the_denial_says_was_asked_for(quote, chart, phase, warned):
    """Else what the chart shows; where the two disagree a person is told."""
    reason = Reason(category=ReasonCategory.NOT_MEDICALLY_NECESSARY, quote=quote)
    denial = replace(_denial("tofacitinib"), reasons=_found((reason,)))
    match = _match(_policy(FIRST, LATER), denial, chart)

    assert match.indication.phase == phase
    assert any("speaks of a request" in at for at in match.warnings) is warned
    assert match.not_chosen


@pytest.mark.parametrize(
    ("note", "phase"),
    [
        ("A patient with < 6 months of therapy should be considered under criterion 1A (Initial Therapy).", "initial"),
        ("A patient with < 3 months of therapy should be considered under criterion 1A (Initial).", "continuation"),
        ("Examples of response are fewer joints.", "continuation"),
    ],
)
def test_a_patient_too_short_on_the_drug_is_held_to_the_initial_criteria_where_a_note_says_so(note, phase):
    """Five months on the drug are too few for a policy that wants six."""
    said = Note(text=note, evidence=(PLACE,))
    noted = replace(LATER, tree=replace(LATER.tree, notes=(said,)))

    assert _match(_policy(FIRST, noted), _denial("tofacitinib"), TAKING).indication.phase == phase


@pytest.mark.parametrize(
    ("printed", "chosen"),
    [
        ("Jatenzo 198 mg capsule", ("Jatenzo 158 mg", "Jatenzo 198 mg")),
        ("Androgel 1.62% pump", ("Androgel 1.62%", "Testosterone 1% gel")),
        ("testosterone 1% gel", ("Androgel 1.62%", "Testosterone 1% gel")),
        ("Xyosted 75 mg", None),
    ],
)
def test_the_brand_that_was_denied_chooses_between_sections_for_one_drug(printed, chosen):
    """A brand of which the policy says nothing chooses none."""
    gel = replace(_section("hypogonadism", "Two low levels"), products=("Androgel 1.62%", "Testosterone 1% gel"))
    oral = replace(_section("hypogonadism", "Trial of a gel"), products=("Jatenzo 158 mg", "Jatenzo 198 mg"))
    denial = replace(_denial("testosterone"), service_as_printed=_found(printed))
    match = _match(_policy(gel, oral), denial, f"{VISIT}hypogonadism.\n")

    assert (match.indication and match.indication.products) == chosen
