"""The same fields in other words: labels, names, services and codes as other payers print them."""

import pytest

from extractors.denial import read_denial
from tests.pages import page_of

HEAD = "Aetna\nMarch 4, 2026\n"
END = "\nWe denied the request because it is not medically necessary.\nYou may appeal within 180 days."


def read(text: str):
    return read_denial([page_of(HEAD + text + END)])


def said(finding: object) -> object:
    value = getattr(finding, "value", None)
    return value.isoformat() if hasattr(value, "isoformat") else list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ("Insured's ID: 884-22-1100A\nPolicy/Group: 55102", "member_id", "884-22-1100A"),
        ("Insured's ID: 884-22-1100A\nGroup/Policy no: 55102", "group_number", "55102"),
        ("Member's ID no. ABC123456789", "member_id", "ABC123456789"),
        ("Plan ID card number: ZX998877665", "member_id", "ZX998877665"),
        ("Medicare Beneficiary Identifier (MBI): 1EG4-TE5-MK73", "member_id", "1EG4-TE5-MK73"),
        ("Medi-Cal ID: 91234567A\nOur file: 77-1203", "member_id", "91234567A"),
        ("Contract holder ID - XYZ900112233 - Group - 4471120", "group_number", "4471120"),
        ("Employer group: Foxglove Mills (#0098812)", "group_number", "0098812"),
        ("Group Name: Foxglove Mills\nGroup #: 0098812", "group_number", "0098812"),
        ("Ref: 2026-118-44\nAuth. No.: A55512880", "reference_numbers", ["2026-118-44", "A55512880"]),
        ("Case reference no. 7711-AB-2026", "reference_numbers", ["7711-AB-2026"]),
        ("PA case #: PA-00981234", "reference_numbers", ["PA-00981234"]),
        (
            "We have assigned reference number EV-20260304-1182 to this request.",
            "reference_numbers",
            ["EV-20260304-1182"],
        ),
        ("Please use case number 1188204471 when you call.", "reference_numbers", ["1188204471"]),
        ("RE: Ana Bell, Member ID W112233445, Claim 26-0011-8820", "reference_numbers", ["26-0011-8820"]),
        ("RE: Ana Bell, Member ID W112233445, Claim 26-0011-8820", "patient_name", "Ana Bell"),
        ("Ana Bell (ID W112233445, born 03/05/1970)", "member_id", "W112233445"),
        ("Organization determination number\nOD 26 118820", "reference_numbers", ["OD 26 118820"]),
        ("Service request\tSR-99120033", "reference_numbers", ["SR-99120033"]),
        ("Claim No(s): 881200341, 881200342", "reference_numbers", ["881200341", "881200342"]),
        ("Medical Assistance Number: 44120098700\nDocument ID: 88120394", "member_id", "44120098700"),
        ("Cert #: VYE900312277\nPlan code: PPO 4", "member_id", "VYE900312277"),
        ("Recipient ID: 0099812477", "member_id", "0099812477"),
        ("EOC ID: 88120394", "reference_numbers", ["88120394"]),
        ("Plan Service ID: OP0551297731\nEvent ID: 77120033", "reference_numbers", ["OP0551297731", "77120033"]),
        ("Prior approval no. 4471-88203", "reference_numbers", ["4471-88203"]),
        ("Coverage review case 88127743", "reference_numbers", ["88127743"]),
        ("Case # MMO-2291\nHRN: 0012345678", "reference_numbers", ["MMO-2291"]),
        ("We wrote to Ana Bell (Member ID W112233445, Case SHP-4410).", "reference_numbers", ["SHP-4410"]),
        ("Prescription number: 7712093\nStore: 0421", "reference_numbers", None),
        ("Tax ID: 23-1188201\nNPI 1881200455", "member_id", None),
        ("Call 1-800-555-0144, group 3", "group_number", None),
        ("OMB control number: 0938-0829", "reference_numbers", None),
    ],
)
def test_numbers_in_other_words(head, field, value):
    """An id is found under the label its payer uses; numbers of the pharmacy, the form and the tax office are none."""
    assert said(getattr(read(head + "\nDear Ana Bell:"), field)) == value


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ("Member: BELL, ANA M\nDOB 03-05-70", "patient_name", "BELL, ANA M"),
        ("Re: Ana Bell's request for coverage", "patient_name", "Ana Bell"),
        ("Regarding: Ana Bell (DOB: 3/5/1970)", "patient_name", "Ana Bell"),
        ("Patient Name/DOB: Ana Bell / 03/05/1970", "patient_dob", "1970-03-05"),
        ("Patient Name/DOB: Ana Bell / 03/05/1970", "patient_name", "Ana Bell"),
        ("Patient (date of birth): Ana Bell (March 5, 1970)", "patient_dob", "1970-03-05"),
        ("Covered dependent: Leo Bell\nSubscriber: Ana Bell", "patient_name", "Leo Bell"),
        ("Subscriber: Ana Bell\nPatient: Leo Bell", "patient_name", "Leo Bell"),
        ("Dear Ana Bell:\nThis is about the care of your daughter, Mina Bell.", "patient_name", "Mina Bell"),
        ("To the Parents of: Mina Bell\n12 Oak St", "patient_name", "Mina Bell"),
        ("Dear Parent or Guardian of Mina Bell:", "patient_name", "Mina Bell"),
        ("Prescribing clinician\tMarta Voss, FNP-C", "prescriber", "Marta Voss"),
        ("Ordering/Referring provider: Voss, Marta, MD", "prescriber", "Marta Voss"),
        ("Requesting Provider: DR MARTA VOSS", "prescriber", "MARTA VOSS"),
        ("Dr. Marta Voss has requested coverage for Humira.", "prescriber", "Marta Voss"),
        ("Marta Voss, MD, your rheumatologist, asked us to approve Humira.", "prescriber", "Marta Voss"),
        ("The request was submitted by Marta Voss, D.O.", "prescriber", "Marta Voss"),
        ("Your oncologist, Dr. Marta Voss, requested Keytruda.", "prescriber", "Marta Voss"),
        ("Surgeon: Marta Voss, M.D.\nAssistant: Carl Hunt, PA-C", "prescriber", "Marta Voss"),
        ("To: Marta Voss, NP\tFrom: Aetna Pharmacy", "prescriber", "Marta Voss"),
        ("To: Ana Bell\tFrom: Aetna Pharmacy", "patient_name", "Ana Bell"),
        ("Requesting oncologist\tMarta Voss, MD", "prescriber", "Marta Voss"),
        ("Our case 4411-22-A\nMarta Voss, MD, has asked us to cover Humira.", "prescriber", "Marta Voss"),
        (
            "Your request for coverage of an MRI of the cervical spine, CPT 72141, from Marta Voss, MD, is denied.",
            "prescriber",
            "Marta Voss",
        ),
        ("Dr. Marta Voss\nOral Surgery\nDear Ana Bell:", "prescriber", "Marta Voss"),  # the line ends the name
        ("This case was reviewed by Marta Voss, MD, Medical Director.", "prescriber", None),
        ("Peer reviewer: Marta Voss, MD, board certified in neurology", "prescriber", None),
        ("Sincerely,\nMarta Voss, MD\nMedical Director", "prescriber", None),
    ],
)
def test_people_in_other_words(head, field, value):
    """The patient is the child and not the parent; the plan's own reviewer prescribes nothing."""
    found = said(getattr(read(head), field))

    assert found == value or set(str(found).replace(",", "").split()) == set(str(value).replace(",", "").split())


@pytest.mark.parametrize(
    ("sentence", "service"),
    [
        ("We are unable to certify 12 additional physical therapy visits (97110).", "physical therapy"),
        ("Re: Denial of inpatient rehabilitation stay, March 1 to March 9, 2026", "inpatient rehabilitation"),
        (
            "Your provider, Marta Voss, MD, asked us to cover a left total knee replacement (CPT 27447).",
            "left total knee replacement",
        ),
        (
            "The request for 20 hours a week of applied behavior analysis (97153) is denied.",
            "applied behavior analysis",
        ),
        ("We will not pay for non-emergency transportation to dialysis on March 2.", "non-emergency transportation"),
        ("You asked us to pay for home oxygen (E1390).", "home oxygen"),
        ("Requested service: BRCA1/BRCA2 genetic testing (81162)", "BRCA1/BRCA2 genetic testing"),
        ("Procedure requested:\tRoux-en-Y gastric bypass", "gastric bypass"),
        ("We have denied coverage for the CPAP machine your doctor ordered.", "CPAP machine"),
        ("Item: Custom foot orthotics, L3000", "foot orthotics"),
        ("Your claim for emergency room care on February 2, 2026 was denied.", "emergency room"),
        ("SERVICE DENIED: 5 DAYS INPATIENT ACUTE, 02/02/2026 - 02/07/2026", "INPATIENT ACUTE"),
        (
            "Continued stay in the skilled nursing facility from March 3, 2026 is not approved.",
            "skilled nursing facility",
        ),
        ("We reviewed your doctor's request for CT angiography of the chest (CPT 71275).", "CT angiography"),
        ("The private duty nursing hours you asked for are denied.", "private duty nursing"),
        ("This letter concerns your request for a power wheelchair.", "power wheelchair"),
        ("We cannot approve in vitro fertilization (IVF).", "in vitro fertilization"),
        ("The requested proton beam therapy does not meet our criteria.", "proton beam therapy"),
        ("Not approved: sleeve gastrectomy", "sleeve gastrectomy"),
        ("Bilateral breast reduction (19318) has been denied.", "breast reduction"),
    ],
)
def test_services_that_are_no_drugs(sentence, service):
    """Visits, stays, devices, tests and rides are named shortly, without their count, code and date."""
    found = read(f"Dear Ana Bell:\n{sentence}").service

    assert found is not None
    assert service.lower() in found.value.lower()
    assert found.confidence >= 0.6
    assert len(found.value) < len(service) + 25


@pytest.mark.parametrize(
    "sentence",
    [
        "We denied your request for an exception.",
        "We cannot approve this request.",
        "You asked us for a decision.",
        "Your claim for benefits was denied.",
        "We reviewed the request for more time.",
    ],
)
def test_words_that_name_no_service(sentence):
    """A request for an exception or a decision is no service; nothing is asserted."""
    found = read(f"Dear Ana Bell:\n{sentence}").service

    assert found is None or found.confidence < 0.6


@pytest.mark.parametrize(
    ("sentence", "icd10", "procedures"),
    [
        ("Service: MRI brain, CPT code 70553; diagnosis G43.909", ("G43.909",), ("70553",)),
        ("Procedure 27447 - total knee arthroplasty; Dx: M17.11", ("M17.11",), ("27447",)),
        ("HCPCS E1390-RR home oxygen", (), ("E1390",)),
        ("CPT 97110, 97112 and 97530 are denied.", (), ("97110", "97112", "97530")),
        ("CPT codes: 97110/97112", (), ("97110", "97112")),
        ("Denver, CO (80202) is our home. Revenue code 0128.", (), ()),
        ("ICD-10: E11.65, Z79.4", ("E11.65", "Z79.4"), ()),
        ("Primary Dx: E11.65 Type 2 diabetes; Secondary Dx: Z79.4", ("E11.65", "Z79.4"), ()),
        ("We used guideline A-0412 and policy 10101.", (), ()),
        ("The claim was denied with code CO-197 and remark N54.", (), ()),
    ],
)
def test_codes_in_other_words(sentence, icd10, procedures):
    """Codes stand in parentheses, lists and with modifiers; ZIP, revenue, remark and guideline codes are left out."""
    found = read(f"Dear Ana Bell:\n{sentence}").codes

    assert ((found.value.icd10, found.value.hcpcs_cpt) if found else ((), ())) == (icd10, procedures)


def test_a_misread_diagnosis_is_offered():
    """A fax reads J45.50 as 345.50: the one code it can be is shown for review, not asserted."""
    found = read("Patient: Ana Bell\nDx: 345.50").codes

    assert found.value.icd10 == ("J45.50",)
    assert found.confidence < 0.6


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("EXPEDITED REQUEST - DECISION IN 24 HOURS\nDear Ana Bell:", True),
        ("Dear Ana Bell:\nThis urgent request was received on March 3.", True),
        ("Type of review: Urgent concurrent\nDear Ana Bell:", True),
        ("Dear Ana Bell:\nUrgent requests are decided in 72 hours.", False),
        ("Urgent appeal: call 1-800-555-0100\nDear Ana Bell:", False),
        ("Dear Ana Bell:\nYour doctor asked for a fast decision. We did not agree that it was urgent.", False),
        ("Dear Ana Bell:\nYou asked for an expedited review. We processed the request as standard.", False),
    ],
)
def test_urgent_is_what_was_handled_so(text, urgent):
    """The request itself was expedited; offers of a fast appeal and requests turned down do not count."""
    assert bool(said(read(text).urgent)) is urgent


def test_the_plan_has_a_number_of_its_own():
    """The insurer's electronic payer number beside the member's is not the member's."""
    denial = read("Member Name: Ana Bell    Health Plan ID: 911-87726-04\nMember ID: 912345678-01    Group: 0705214")

    assert said(denial.member_id) == "912345678-01"
    assert denial.member_id.confidence >= 0.6


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (
            "PATIENT\tMEMBER ID\tGROUP\nANA BELL\tW112233445\t0091\n"
            "PRESCRIBER\tDRUG\tCASE\nMARTA VOSS MD\tHUMIRA 40 MG PEN\t26-118820",
            {"patient_name": "ANA BELL", "member_id": "W112233445", "service": "adalimumab"},
        ),
        (
            "Member: Ana Bell · DOB: 3/5/1970 · ID: W112233445 · Grp: 0091223 · Ref: A-118820",
            {"patient_dob": "1970-03-05", "group_number": "0091223", "reference_numbers": ["A-118820"]},
        ),
        ("Patient: Ana Bell (self), 06/30/1961", {"patient_name": "Ana Bell", "patient_dob": "1961-06-30"}),
        ("Patient: Ana Bell, seen 06/30/2025", {"patient_name": "Ana Bell", "patient_dob": None}),
        ("BENEFICIARY.\t: BELL, ANA T\nBIRTH DATE...\t! 23 NOV 1988", {"patient_dob": "1988-11-23"}),
        ("Dependent: Leo Bell (date of birth 6 August 2019)\nPlan no. 76-411902", {"group_number": "76-411902"}),
    ],
)
def test_boxes_rows_and_specks(head, fields):
    """Two rows of boxes, one line of middots, a scanner's specks before the value."""
    denial = read(head + "\nDear Ana Bell:")

    assert {name: said(getattr(denial, name)) for name in fields} == fields
