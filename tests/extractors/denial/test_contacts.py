"""Where the appeal goes, and the numbers beside it that are for something else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.denial import read_denial
from tests.extractors.denial.letters import squash
from tests.pages import page_of


def letter(*lines: str) -> str:
    return "\n".join(
        [
            "Aetna",
            "Date: March 4, 2026",
            "Dear Ana Bell:",
            "We denied your request because it is not medically necessary.",
            *lines,
        ]
    )


def digits(finding) -> str | None:
    return re.sub(r"\D", "", finding.value)[-10:] if finding else None


APPEAL = (
    "To appeal, write within 180 days to Aetna Appeal Resolution Team, PO Box 14463, Lexington, KY 40512. "
    "Fax: 1-859-425-3379. Phone: 1-855-240-0535."
)

ASIDE = [
    "Questions? Call Member Services at 1-800-555-0100.",
    "For a new request your doctor can call 1-800-555-0101 or fax 1-800-555-0102.",
    "Step therapy exception requests: fax 1-800-555-0103.",
    "Your doctor may speak with our medical director: 1-800-555-0104.",
    "Texas Department of Insurance: 1-800-252-3439, PO Box 12030, Austin, TX 78711-2030.",
    "For external review write to Federal External Review, 3750 Monroe Avenue, Suite 705, Pittsford, NY 14534, fax "
    "1-888-866-6190.",
    "State fair hearing: HCA Fair Hearings Bureau, PO Box 2348, Santa Fe, NM 87504-2348. Fax 1-505-476-6215.",
    "For a fast appeal call 1-800-555-0105 or fax 1-800-555-0106.",
    "U.S. Department of Labor: 1-866-444-3272.",
    "To send missing notes instead: fax 1-800-555-0107.",
    "cc: Lakeside Clinic, 2210 Fenner Road, Toledo, OH 43615, fax 419-555-0129",
    "Office of Civil Rights Coordinator, 300 E. Randolph St., Chicago, IL 60601. Fax 855-661-6960.",
    "TTY 1-877-486-2048",
]


@pytest.mark.parametrize("aside", ASIDE)
@pytest.mark.parametrize("first", [True, False])
def test_other_numbers_never_win(aside, first):
    """An appeal faxed to the intake desk is an appeal not filed."""
    denial = read_denial([page_of(letter(*([aside, APPEAL] if first else [APPEAL, aside])))])

    assert "14463" in denial.appeal_address.value
    assert digits(denial.appeal_fax) == "8594253379"
    assert digits(denial.appeal_phone) == "8552400535"


@pytest.mark.parametrize("aside", ASIDE)
def test_without_an_appeal_address_there_is_none(aside):
    """What the letter gives for another purpose is not offered for the appeal."""
    denial = read_denial(
        [page_of(letter("You may appeal within 180 days.", "Tell us why you disagree.", "Sincerely,", aside))]
    )

    assert denial.appeal_address is None
    assert denial.appeal_fax is None


@pytest.mark.parametrize(
    ("lines", "address", "fax"),
    [
        (
            [
                "You may appeal. Mail:",
                "Cigna Healthcare National Appeals Organization",
                "PO Box 188011",
                "Chattanooga, TN 37422",
            ],
            "Cigna Healthcare National Appeals Organization, PO Box 188011, Chattanooga, TN 37422",
            None,
        ),
        (
            [
                "Send your appeal to: Regence, Attn: Member Appeals, P.O. Box 1408, Lewiston, ID 83501-1408.",
                "Fax 1-888-496-",
                "1542.",
            ],
            "Regence, Attn: Member Appeals, P.O. Box 1408, Lewiston, ID 83501-1408",
            "8884961542",
        ),
        (
            ["Appeals: P. O. Box 2401, Chicago, IL 60690. Appeals fax (888) 235-2936"],
            "P.O. Box 2401, Chicago, IL 60690",
            "8882352936",
        ),
        (
            ["Appeal address", "Medica Appeals", "401 Carlson Parkway", "Minnetonka, MN 55305"],
            "Medica Appeals, 401 Carlson Parkway, Minnetonka, MN 55305",
            None,
        ),
    ],
)
def test_an_address_is_kept_whole(lines, address, fax):
    """Boxes on their own line, ZIP+4 and numbers broken at a line's end."""
    denial = read_denial([page_of(letter(*lines))])

    assert squash(address) in squash(denial.appeal_address.value)
    assert digits(denial.appeal_fax) == fax


def test_a_fast_appeals_number_counts_only_where_the_letter_was_urgent():
    """The standard numbers are what an ordinary appeal needs."""
    lines = ["You may appeal within 180 days.", "For a fast appeal call 1-800-555-0105 or fax 1-800-555-0106."]

    ordinary = read_denial([page_of(letter(*lines))])
    urgent = read_denial([page_of(letter("We got your expedited request on March 3, 2026.", *lines))])

    assert ordinary.appeal_fax is None
    assert digits(urgent.appeal_fax) == "8005550106"


@given(
    box=st.integers(min_value=10, max_value=999999),
    city=st.sampled_from(["Lexington, KY", "St. Louis, MO", "El Paso, TX", "Salt Lake City, UT", "Woodland Hills, CA"]),
    zip_code=st.from_regex(r"[0-9]{5}(-[0-9]{4})?", fullmatch=True),
    dots=st.sampled_from(["PO Box", "P.O. Box", "P. O. Box"]),
)
def test_any_post_office_box_is_read_whole(box, city, zip_code, dots):
    """Whatever the box, the city and the ZIP, all of it is there."""
    denial = read_denial([page_of(letter(f"Send your appeal to Aetna Appeals, {dots} {box}, {city} {zip_code}."))])

    assert squash(f"PO Box {box} {city} {zip_code}") in squash(denial.appeal_address.value)


@pytest.mark.parametrize(
    ("lines", "address", "fax", "phone"),
    [
        (
            [
                "To appeal, write to:",
                "Sentara Health Plans",
                "Appeals and Grievances",
                "P.O. Box 62876",
                "Virginia Beach, VA 23466-2876",
                "Or fax to 1-866-472-3920.",
                "Member Services: 1-800-741-9910",
            ],
            "23466-2876",
            "8664723920",
            None,
        ),
        (
            [
                "You can reach the Appeals Unit by mail at Box 7700, Boise, ID 83707, by fax at (208) 331-7493, or by "
                "phone at (208) 286-3880."
            ],
            "Box 7700, Boise, ID 83707",
            "2083317493",
            "2082863880",
        ),
        (
            [
                "Where to send your appeal",
                "Mail: Quartz Appeals, 840 Carolina Street, Sauk City, WI 53583",
                "Fax: 608-881-8398",
                "Phone: 608-881-8269",
                "Questions? 800-362-3310",
            ],
            "840 Carolina Street",
            "6088818398",
            "6088818269",
        ),
        (
            ["An appeal may be faxed to 1-844-555-0190 (standard) or 1-844-555-0191 (expedited)."],
            "",
            "8445550190",
            None,
        ),
        (
            [
                "Send the appeal form to the address on the back of your ID card or call the number there. Provider "
                "Services is at 800-555-0111."
            ],
            "",
            None,
            None,
        ),
        (
            [
                "Complaints about us: Pennsylvania Insurance Department, 1209 Strawberry Square, Harrisburg, PA 17120, "
                "877-881-6388. Appeals: PO Box 535, Pittsburgh, PA 15230."
            ],
            "PO Box 535",
            None,
            None,
        ),
    ],
)
def test_where_other_plans_say_to_send_it(lines, address, fax, phone):
    """The appeal's own desk and nobody else's."""
    denial = read_denial([page_of(letter(*lines, "You may appeal within 180 days."))])

    found = denial.appeal_address.value if denial.appeal_address else ""
    assert address in found
    assert bool(address) == bool(found)
    assert (digits(denial.appeal_fax), digits(denial.appeal_phone)) == (fax, phone)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (
            [
                "To appeal, send a written request within 180 days after you receive this letter to Aetna Appeal",
                "Resolution Team, PO Box 14463, Lexington, KY 40512, or fax it to 859-425-3379.",
            ],
            "Aetna Appeal Resolution Team, PO Box 14463, Lexington, KY 40512",
        ),
        (
            ["Write to Cigna", "Healthcare National Appeals Organization, PO Box 188011, Chattanooga, TN 37422."],
            "Cigna Healthcare National Appeals Organization, PO Box 188011, Chattanooga, TN 37422",
        ),
        (
            [
                "Send your appeal within the time you have, which is up to 180 days, to Aetna Appeals, PO Box 14463,",
                "Lexington, KY 40512.",
            ],
            "Aetna Appeals, PO Box 14463, Lexington, KY 40512",
        ),
        (
            [
                "Send your appeal with any records related to Humira to Aetna Appeals, PO Box 14463,",
                "Lexington, KY 40512.",
            ],
            "Aetna Appeals, PO Box 14463, Lexington, KY 40512",
        ),
        (
            ["Send your appeal to:", "Grievance and Appeals Unit", "PO Box 14463", "Lexington, KY 40512"],
            "Grievance and Appeals Unit, PO Box 14463, Lexington, KY 40512",
        ),
        (
            ["Send your appeal to:", "Blue Cross of NC", "PO Box 2291", "Durham, NC 27702"],
            "Blue Cross of NC, PO Box 2291, Durham, NC 27702",
        ),
        (
            ["Send your appeal to:", "Appeals Review", "1200 K Street NW", "Washington, DC 20001"],
            "Appeals Review, 1200 K Street NW, Washington, DC 20001",
        ),
        (
            ["You may send an appeal to UnitedHealthcare Appeals, PO Box", "740816, Atlanta, GA 30374-0816."],
            "UnitedHealthcare Appeals, PO Box 740816, Atlanta, GA 30374-0816",
        ),
        (
            ["Send your appeal to Claim Review Section, P.O. Box 2401, Chicago, IL", "60690."],
            "Claim Review Section, P.O. Box 2401, Chicago, IL 60690",
        ),
        (
            ["Send your appeal to:", "Medica Appeals", "401 Carlson Parkway", "Minnetonka, MN 55305"],
            "Medica Appeals, 401 Carlson Parkway, Minnetonka, MN 55305",
        ),
    ],
)
def test_an_address_is_what_goes_on_the_envelope(lines, address):
    """Neither the sentence that asks for the appeal nor a comma where its line ended."""
    assert read_denial([page_of(letter(*lines))]).appeal_address.value == address
