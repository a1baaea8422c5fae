"""Numbers after their labels, in every layout, as printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.denial import read_denial
from extractors.denial.identifiers import read_identifier
from tests.pages import page_of

BODY = (
    "\nDear Ana Bell:\nWe denied your request because it is not medically necessary.\nYou may appeal within 180 days."
)


def read(head: str):
    return read_denial([page_of("Aetna\nMarch 4, 2026\n" + head + BODY)])


@pytest.mark.parametrize(
    ("head", "member_id", "group"),
    [
        ("Member ID: W2617 70394     Group: 885203-012-00001", "W2617 70394", "885203-012-00001"),
        ("Member ID\t940 117 266\nGroup\t0914435", "940 117 266", "0914435"),
        ("Member ID\n940 117 266\nGroup\n0914435", "940 117 266", "0914435"),
        ("Member ID\tGroup number\n940 117 266\t0914435", "940 117 266", "0914435"),
        ("Contract (member) number: FLB H66120384", "FLB H66120384", None),
        ("Member #: PRQ 700183345 01 | Group #: 4021188 Cascade Kelp Growers", "PRQ 700183345 01", "4021188"),
        ("Account / Group: 3340917 - Larkspur Turbine Works\nCustomer ID: U73205518 01", "U73205518 01", "3340917"),
        ("Account: Chesapeake Ropeworks, 3341206\nID: U30021479 01", "U30021479 01", "3341206"),
        ("Your details: Oscar ID OSC40112976-01 · born 5/19/1962 · authorization 2609260447", "OSC40112976-01", None),
        ("Health record number: 0047781263\nPurchaser ID: 35920", "0047781263", "35920"),
        ("Enrollee's Number: 1EK4-TE5-HV72", "1EK4-TE5-HV72", None),
        ("Member 1D: U28840913 02", "U28840913 02", None),  # a scanner's 1D
        ("Rx BIN: 610279\nRxGrp: TXBC01\nPCN: ILDR", None, None),  # of the pharmacy, not the group
        ("Enrollment code\t105", None, None),
        ("Member ID: SE60331479*02\nGroup: N00218-Tidewater Hull", "SE60331479*02", "N00218"),  # star suffix, name
        ("Identification no. ..... 33391102\nGroup ...... 0098812", "33391102", "0098812"),  # dot leaders
        ("Ana Bell\n4410 Galena Summit Rd\nKETCHUM ID 83340", None, None),  # a state
    ],
)
def test_member_and_group(head, member_id, group):
    """Left of the value, above it, in one line, between middots; and numbers that are neither."""
    denial = read(head)

    assert (denial.member_id.value if denial.member_id else None) == member_id
    assert (denial.group_number.value if denial.group_number else None) == group


@pytest.mark.parametrize(
    ("head", "numbers"),
    [
        ("Case number: CR2609 441827", ["CR2609 441827"]),
        ("Claim #: 26-150-882104-00\nAuth #: 900114720", ["26-150-882104-00", "900114720"]),
        ("Reference\tA226418809", ["A226418809"]),
        ("Appeal #: GR-26-118834", ["GR-26-118834"]),
        ("Our ref. no. ........ NH-77120", ["NH-77120"]),
        ("PA29910038 is your request number.", ["PA29910038"]),
        ("Your ID number is HP00912288-00 and our reference is 20260911-0067.", ["20260911-0067"]),
        ("We said no (contract number 800214477-01, request R-5520193).", ["R-5520193"]),
        ("Request received: 02/28/2026", []),
        ("Policy number: SUR701.023\nForm: CRU-14\nNPI: 1881200455", []),
        ("Claim submitted by Lakeside Clinic", []),
        ("Member ID: 118820\nReference: 118820", []),  # the member's number again
    ],
)
def test_reference_numbers(head, numbers):
    """Claim, case, authorization and appeal numbers, and no policy or form."""
    found = read(head).reference_numbers

    assert list(found.value if found else ()) == numbers


@given(value=st.from_regex(r"[A-Z]{0,3}[0-9]{6,12}( 0[1-9])?", fullmatch=True))
def test_any_identifier_is_kept_as_printed(value):
    """Letters, digits and the suffix after a space stay as the card has them."""
    found = read_identifier(f"{value}  ", firm=True)

    assert found is not None
    assert found[2] == value


@pytest.mark.parametrize("text", ["1-800-555-0117", "(877) 291-0366", "03/04/2026", "see your card", "March 4, 2026"])
def test_what_is_no_identifier(text):
    """A telephone number or a date after a label is not its value."""
    assert read_identifier(text, firm=True) is None


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ("Inquiry no.: QX-UM 55180077", "reference_numbers", ("QX-UM 55180077",)),
        ("Utilization record 26-IBX-09-41862", "reference_numbers", ("26-IBX-09-41862",)),
        ("PA 5082-33917", "reference_numbers", ("PA 5082-33917",)),
        ("Sunbury, PA 17801", "reference_numbers", None),
        (
            "Appeal number: AP-77120\nOriginal decision: UM 25-1130-2210, dated 02/01/2026",
            "reference_numbers",
            ("AP-77120", "UM 25-1130-2210"),
        ),
        ("First denial: 02/01/2026", "reference_numbers", None),
        ("Recipient ID: 310 884 7725", "member_id", "310 884 7725"),
        ("Member phone: 310 884 7725", "member_id", None),
    ],
)
def test_numbers_in_further_shapes(head, field, value):
    """Prefixes with a hyphen, a running foot, the number of the first decision, an id spaced as a telephone is."""
    found = getattr(read(head), field)

    assert (found.value if found else None) == value
