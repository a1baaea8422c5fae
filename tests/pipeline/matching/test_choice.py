"""Which section of a policy is applied: the one the papers speak of, never another's."""

import pytest

from tests.pipeline.matching.test_match import _denial, _match, _policy, _section

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
