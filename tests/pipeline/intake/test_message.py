"""A message is judged by its structure before anything in it is opened."""

import base64
from email.message import EmailMessage

import pytest

from pipeline.intake.message import case_address, look_at
from tests.mails import PAPER, mail, nested, raw


def test_a_message_with_a_paper_is_readable_and_known_by_its_content():
    message = look_at(raw(mail()))
    assert (message.sender, message.readable, message.attachments) == ("nurse@clinic.example", True, 1)
    assert not message.automatic
    assert message.thread == "<first@clinic.example>"


def test_the_stamps_of_the_way_it_took_change_nothing():
    """Each delivery adds headers; what stands below them stays."""
    sent = raw(mail())
    stamped = b"Return-Path: <nurse@clinic.example>\r\nReceived: from a by b; today\r\n" + sent
    assert look_at(stamped).body == look_at(sent).body
    assert look_at(stamped).papers == look_at(sent).papers


def test_other_papers_under_one_message_id_are_another_message():
    one, other = look_at(raw(mail())), look_at(raw(mail(paper=PAPER + b"more")))
    assert one.message_id == other.message_id
    assert one.body != other.body
    assert one.papers != other.papers


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({"Auto_Submitted": "auto-replied"}, True),
        ({"Auto_Submitted": "auto-generated; owner-email=x@y.example"}, True),
        ({"Auto_Submitted": "no"}, False),
        ({"Precedence": "bulk"}, True),
        ({"Precedence": "first-class"}, False),
        ({"List_Id": "<staff.clinic.example>"}, True),
        ({"Return_Path": "<>"}, True),
        ({"Return_Path": "<nurse@clinic.example>"}, False),
        ({"X_Autoreply": "yes"}, True),
    ],
)
def test_machines_are_told_from_people(headers, automatic):
    assert look_at(raw(mail(**headers))).automatic is automatic


def test_a_report_of_a_mail_server_is_automatic():
    report = b'From: m@x.example\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n\r\nno\r\n--b--\r\n'
    assert look_at(report).automatic


def test_the_newest_finding_of_each_server_counts():
    message = mail()
    message["Authentication-Results"] = "mx.clinic.example; spf=pass; dmarc=fail (p=none)"
    message["Authentication-Results"] = "mx.clinic.example; dmarc=pass"
    message["Authentication-Results"] = "elsewhere.example; dmarc=pass"
    assert look_at(raw(message)).dmarc == {"mx.clinic.example": "fail", "elsewhere.example": "pass"}


def test_a_pdf_called_octet_stream_is_a_paper():
    assert look_at(raw(mail(text="x", media=("application", "octet-stream"), name="scan"))).readable


def test_a_word_file_alone_is_not_readable():
    document = mail(paper=b"PK\x03\x04 a letter", name="letter.docx", text="see attached")
    assert not look_at(raw(document)).readable


def test_a_letter_pasted_into_the_message_is_readable():
    assert look_at(raw(mail(paper=None))).readable
    assert not look_at(raw(mail(paper=None, text="fyi"))).readable


@pytest.mark.parametrize("name", ["winmail.dat", "WINMAIL.DAT"])
def test_outlooks_package_is_not_readable_whatever_the_text_says(name):
    message = look_at(raw(mail(paper=b"\x78\x9f\x3e\x22", name=name, media=("application", "ms-tnef"))))
    assert message.winmail
    assert not message.readable


def test_a_forwarded_message_with_its_paper_is_readable():
    outer = EmailMessage()
    outer["From"] = "nurse@clinic.example"
    outer.set_content("fw")
    outer.add_attachment(mail())
    assert look_at(raw(outer)).readable


def test_a_forwarded_message_in_base64_is_readable():
    """Python's parser does not descend into it; the reader of the case does."""
    inner = base64.encodebytes(raw(mail())).decode()
    text = (
        'From: nurse@clinic.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner + "\r\n--b--\r\n"
    )
    assert look_at(text.encode()).readable


def test_parts_within_parts_are_named_hostile_and_not_raised():
    assert look_at(nested(400)).hostile is None
    assert look_at(nested(2000)).hostile in ("mail-too-deep", "mail-too-many-parts")


@pytest.mark.parametrize(
    "head",
    [
        b"From: =?x-unknown?q?=41?= <a@b.example>\r\n",
        b"From: \xe9\xe8 <a@b.example>\r\n",
        b'From: "a\r\n b" <a@b.example>\r\n',
        b"From: a@b.example\r\nContent-Type: text/plain; charset=martian\r\n",
        b"From: a@b.example\r\nContent-Type: multipart/mixed\r\n",
        b'From: a@b.example\r\nContent-Type: application/pdf; name="../../etc/passwd"\r\n',
        b"From: a@b.example\r\nSubject: =?utf-8?b?DQpCY2M6IHhAeQ==?=\r\n",
        b"",
        b"\x00\xff" * 50,
    ],
)
def test_what_is_no_mail_is_looked_at_without_harm(head):
    assert look_at(head + b"\r\nbody\r\n").sender in ("a@b.example", "")


def test_a_case_is_found_by_its_own_address():
    address = case_address("intake@clinic.example", "0123456789abcdef", "fedcba9876543210")
    assert address == "intake+0123456789abcdef-fedcba9876543210@clinic.example"
    message = look_at(raw(mail(to=f"Desk <{address}>")))
    assert message.case == ("0123456789abcdef", "fedcba9876543210")
    assert look_at(raw(mail(to="intake+news@clinic.example"))).case is None
