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
