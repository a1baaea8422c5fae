"""What was asked for, and never what the letter tells the member to try first."""

import pytest

from extractors.denial import read_denial
from tests.pages import page_of

HEAD = "Aetna\nMarch 4, 2026\n"


def read(text: str):
    return read_denial([page_of(HEAD + text + "\nYou may appeal within 180 days.")])


@pytest.mark.parametrize(
    ("text", "service"),
    [
        (
            "Dear Ana Bell:\nWe're writing about your prescription for Ozempic 1 mg/dose. We can't cover it.",
            "semaglutide",
        ),
        (
            "Dear Ana Bell:\nThis letter concerns infliximab (Remicade), which Dr. Voss ordered. You must first use "
            "Avsola or Inflectra.",
            "infliximab",
        ),
        (
            "Dear Ana Bell:\nWe got a request on 03/01/2026 from Marta Voss, PA-C to cover Mounjaro 5 mg. You need "
            "to try metformin first. Ozempic is preferred.",
            "tirzepatide",
        ),
        ("Treatment asked for ...... Humira 40 mg pen\nDear Ana Bell:\nHyrimoz is on our list.", "adalimumab"),
        ("Medication requested: Zelvorra 32 mg after triamcinolone failed\nDear Ana Bell:\nNo.", "Zelvorra"),
        ("Procedure:\t63650 - percutaneous implantation of spinal cord stimulator", "percutaneous implantation"),
        ("Procedure Code(s): 62323 Lumbar epidural steroid injection\nDear Ana Bell:\nNo.", "lumbar epidural"),
        ("Proton beam therapy (77523, 77525) for breast cancer, C50.412\nDear Ana Bell:\nNo.", "proton beam therapy"),
        (
            "Dear Ana Bell:\nWe denied 14 additional days in a skilled nursing facility starting March 5.",
            "skilled nursing",
        ),
        (
            "Dear Ana Bell:\nWe've denied the services/items listed below requested by you:\nTotal knee arthroplasty, "
            "right, CPT 27447",
            "total knee arthroplasty",
        ),
    ],
)
def test_the_service_is_what_was_asked_for(text, service):
    """In a label, a header line, a sentence or beside its code; the drugs of the reason are others."""
    found = read(text).service

    assert found is not None
    assert service.lower() in found.value.lower()
    assert found.confidence >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ana Bell:\nThe procedure named above was not certified.",
        "Dear Ana Bell:\nWe are unable to approve the above because conservative care was not documented.",
        "Dear Ana Bell:\nYou must first try methotrexate. Preferred drugs include Hyrimoz and Enbrel.",
        "Dear Ana Bell:\nBlue Cross NC cannot cover it. We denied it.",
    ],
)
def test_what_points_elsewhere_names_no_service(text):
    """ "The procedure named above", a plan's name and a drug to be tried first are not asserted."""
    found = read(text).service

    assert found is None or found.confidence < 0.6


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Procedure:\t63650 - percutaneous implantation of spinal cord stimulator", ("63650",)),
        ("Exam: 75574 CT coronary angiography", ("75574",)),
        ("Service: Hereditary cancer panel, 81432", ("81432",)),
        ("RE: Upper jaw surgery (LeFort I osteotomy, 21141)", ("21141",)),
        ("Service: Lumbar MRI, Denver, CO 80202", ()),
        ("Dr. Voss (Texas license A-40217) reviewed it (license A-40217)", ()),
    ],
)
def test_a_code_beside_its_service(text, codes):
    """A five-digit number at either end of the service's own cell is its code; a ZIP code or a license is none."""
    found = read(text + "\nDear Ana Bell:\nWe denied it.").codes

    assert (found.value.hcpcs_cpt if found else ()) == codes


@pytest.mark.parametrize(
    ("text", "service", "procedures"),
    [
        (
            "Two things were asked for. We are approving the diagnostic knee arthroscopy (29870). We are not approving "
            "the meniscal allograft transplant (29868) for your right knee.",
            "meniscal allograft",
            ("29868",),
        ),
        (
            "We denied the power wheelchair (K0861). A manual wheelchair (K0001) does not need approval.",
            "power wheelchair",
            ("K0861",),
        ),
        (
            "We approved 5 days of inpatient detoxification. We denied 9 more days of residential treatment (H0018).",
            "residential",
            ("H0018",),
        ),
    ],
)
def test_what_was_approved_is_not_what_was_denied(text, service, procedures):
    """The approved part, and what needs no approval, are named for comparison only."""
    found = read(f"Dear Ana Bell:\n{text}")

    assert service in found.service.value
    assert found.service.confidence >= 0.6
    assert found.codes.value.hcpcs_cpt == procedures


@pytest.mark.parametrize(
    "text",
    [
        "The claim record shows alprazolam filled on 02/20/2026. Two benzodiazepines at a time are not covered.",
        "You sent a claim for the part that Medicare leaves. Medicare must pay first.",
        "Not approved.\nThe two grounds for it\nNo test was done.",
        'The hospital is denied. The rule is in "Outpatient Surgery: Level of Care".',
        "We denied coverage for Bright Horizons Collective, beginning May 1.",
    ],
)
def test_a_drug_taken_a_heading_or_a_title_is_no_service(text):
    """One weak word is no ground to assert what was denied."""
    service = read(f"Dear Ana Bell:\n{text}").service

    assert service is None or service.confidence < 0.6


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("DRUG....... ..,. eoee QUVIVIQ 50 MG\nPATIENT....,,.+: ANA BELL\nDenied.", "daridorexant"),
        (
            "Dear Ana Bell:\nDr. Moss asked us to grant you an exception for Zurzuvae (zuranolone) 50 mg. We cannot "
            "grant it. Sertraline is on our list.",
            "zuranolone",
        ),
        (
            "Dear Ana Bell:\nNot approved.\nThe three reasons for it\nOn March 1 Dr. Lena Fisk asked us for approval "
            "of Praluent (alirocumab) 75 mg.",
            "alirocumab",
        ),
    ],
)
def test_the_drug_asked_for_behind_litter_and_headings(text, service):
    """Dotted leaders as a fax leaves them, an exception, a heading that looks like a label."""
    found = read(text).service

    assert found.value == service
    assert found.confidence >= 0.6


@pytest.mark.parametrize(
    ("text", "icd10", "procedures", "sure"),
    [
        ("We denied the prostate genomic test (CPT 0343U).", (), ("0343U",), True),
        ("We denied the breast recurrence score (0011M).", (), ("0011M",), True),
        ("We denied hyperbaric oxygen therapy (99183, 40 sessions), E11.621.", ("E11.621",), ("99183",), True),
        ("We denied proton beam therapy (77520) for brain cancer (C71,9).", ("C71.9",), ("77520",), True),
        ("We denied home infusion of ertapenem ($9494, J1335), M86.9.", ("M86.9",), ("S9494", "J1335"), False),
        ("We denied ranibizumab, J2778, left eye, H35 3221.", (), ("J2778",), False),
        ("Diagnosis: F33,1\nWe denied esketamine, S0013.", ("F33.1",), ("S0013",), True),
        ("We denied psoriasis treatment (L40.0), J3357.", ("L40.0",), ("J3357",), True),
    ],
)
def test_codes_are_complete_or_only_offered(text, icd10, procedures, sure):
    """A code of another shape is read; one that was misread takes the whole list under the line."""
    codes = read(f"Dear Ana Bell:\n{text}").codes

    assert codes.value.icd10 == icd10
    assert set(codes.value.hcpcs_cpt) == set(procedures)
    assert (codes.confidence >= 0.6) is sure
