"""Whose mail is taken, and who is told why it was not."""

import pytest

from pipeline.intake.message import look_at
from pipeline.intake.rules import rule
from pipeline.intake.settings import Door, Limits
from tests.mails import mail, nested, raw

DOOR = Door(listen="127.0.0.1:0", senders=("*@clinic.example",), devices=("copier@clinic.example",))
STRICT = Door(listen="127.0.0.1:0", senders=("*@clinic.example",), authserv="mx.clinic.example")
PASSED = {"Authentication_Results": "mx.clinic.example; dmarc=pass"}


@pytest.mark.parametrize(
    ("message", "verdict", "reason", "answered"),
    [
        (raw(mail()), "take", None, True),
        (raw(mail(sender="Nurse <NURSE@Clinic.Example>")), "take", None, True),
        (raw(mail(sender="nurse@clinic.example.evil.example")), "refuse", "sender-not-allowed", False),
        (raw(mail(sender="Front Desk <nurse@clinic.example>")), "take", None, True),
        (
            raw(mail(sender="evil@x.example <nurse@clinic.example>")),
            "refuse",
            "sender-not-allowed",
            False,
        ),  # two readings
        (raw(mail(sender="nurse@clinic.example <evil@x.example>")), "refuse", "sender-not-allowed", False),
        (raw(mail(sender="")), "refuse", "sender-not-allowed", False),
        (raw(mail(Auto_Submitted="auto-replied")), "ignore", "automatic", False),
        (raw(mail(sender="copier@clinic.example", Auto_Submitted="auto-generated")), "take", None, False),
        (raw(mail(paper=None, text="fyi")), "refuse", "mail-without-papers", True),
        (raw(mail(b"x", "winmail.dat")), "refuse", "mail-winmail", True),
    ],
)
def test_a_message_is_ruled_by_sender_and_content(message, verdict, reason, answered):
    ruling = rule(look_at(message), DOOR, Limits())
    assert (ruling.verdict, ruling.reason, ruling.answer) == (verdict, reason, answered)


def test_a_sender_is_believed_where_the_trusted_server_found_him_proven():
    assert rule(look_at(raw(mail(**PASSED))), STRICT, Limits()).verdict == "take"
    forged = {"Authentication_Results": "mx.evil.example; dmarc=pass"}
    assert rule(look_at(raw(mail(**forged))), STRICT, Limits()).reason == "sender-not-proven"
    assert rule(look_at(raw(mail())), STRICT, Limits()).reason == "sender-not-proven"


def test_two_senders_are_none():
    """Mail programs show one of them, servers check the other."""
    twice = b"From: nurse@clinic.example\r\n" + raw(mail(sender="evil@x.example"))
    assert rule(look_at(twice), DOOR, Limits()).reason == "sender-not-allowed"


def test_too_many_attachments_are_refused():
    message = mail()
    for number in range(4):
        message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    assert rule(look_at(raw(message)), DOOR, Limits(attachments=4)).reason == "mail-too-many-attachments"
    assert rule(look_at(raw(message)), DOOR, Limits(attachments=5)).verdict == "take"


def test_a_hostile_message_of_a_stranger_is_not_answered():
    ruling = rule(look_at(nested(2000).replace(b"clinic.example", b"x.example")), DOOR, Limits())
    assert (ruling.reason, ruling.answer) == ("sender-not-allowed", False)
