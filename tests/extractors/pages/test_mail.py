"""An e-mail is its message and its attachments, in order, whatever the mail program did to them."""

import base64
from contextlib import suppress
from email.message import EmailMessage

from extractors.errors import DamagedFileError
from extractors.pages import name_parts, normalize, read_pages
from tests.extractors.pages.sheets import LETTER, picture, saved, typed


def _mail(text: str = "Please see the letter.", subject: str = "the denial") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Willa Stroud <willa@example.net>"
    message["To"] = "records@clinic.example"
    message["Date"] = "Mon, 02 Mar 2026 19:44:10 -0500"
    message["Subject"] = subject
    message.set_content(text)
    return message


def _pages(message: EmailMessage) -> tuple:
    normalized = normalize(message.as_bytes(), "mail.eml")
    return normalized, name_parts(
        read_pages(normalized.pdf, "mail.eml", range(1, normalized.page_count + 1)), normalized
    )


def test_the_message_comes_first_and_each_attachment_after_it():
    """Page numbers count through message and attachments; each page says which part it is."""
    mail = _mail()
    mail.add_attachment(typed(LETTER, "Page two"), maintype="application", subtype="pdf", filename="letter.pdf")
    photo = saved(picture(typed(LETTER), 100), "JPEG")
    mail.add_attachment(photo, maintype="application", subtype="octet-stream", filename="photo")

    normalized, pages = _pages(mail)

    assert [(part.name, part.first_page, part.last_page) for part in normalized.parts] == [
        ("message", 1, 1),
        ("letter.pdf", 2, 3),
        ("photo", 4, 4),
    ]
    assert [page.part for page in pages] == ["message", "letter.pdf", "letter.pdf", "photo"]
    assert "Subject: the denial" in pages[0].text
    assert "Please see the letter." in pages[0].text
    assert "anifrolumab 300 mg" in pages[1].text


def test_plain_text_is_preferred_and_html_is_read_where_there_is_nothing_else():
    """The words of the message, not its markup, nor its style sheet."""
    html = "<html><style>p {color: red}</style><p>The plan said <b>no</b> &amp; wants records.</p><p>Help</p></html>"
    both = _mail("The plain words.")
    both.add_alternative(html, subtype="html")
    alone = _mail()
    alone.set_content(html, subtype="html")

    assert "The plain words." in _pages(both)[1][0].text
    text = _pages(alone)[1][0].text
    assert "The plan said no & wants records." in text
    assert "color" not in text


def test_a_forwarded_mail_is_opened_even_where_it_was_encoded():
    """Some programs wrap the forwarded message in base64; the letter inside is found."""
    inner = _mail("the original", "scan of the mail")
    inner.add_attachment(typed(LETTER), maintype="application", subtype="pdf", filename="letter.pdf")
    outer = _mail("forwarding")
    outer.make_mixed()
    wrapped = EmailMessage()
    wrapped["Content-Type"] = "message/rfc822"
    wrapped["Content-Transfer-Encoding"] = "base64"
    wrapped.set_payload(base64.encodebytes(inner.as_bytes()).decode())
    outer.attach(wrapped)

    normalized, pages = _pages(outer)

    assert normalized.page_count == 3
    assert "no prior authorization is on file" in pages[2].text


def test_what_cannot_be_read_is_left_out_with_a_warning():
    """A bad attachment costs itself, not the letter beside it."""
    mail = _mail()
    mail.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    mail.add_attachment(b"PK\x03\x04", maintype="application", subtype="msword", filename="a.docx")
    mail.add_attachment(b"%PDF-1.4 broken", maintype="application", subtype="pdf", filename="b.pdf")
    mail.add_attachment(typed(LETTER), maintype="application", subtype="pdf", filename="letter.pdf")

    normalized = normalize(mail.as_bytes(), "mail.eml")

    assert normalized.page_count == 2
    assert set(normalized.warnings) == {
        "attachment-winmail-dat",
        "attachment-not-readable-type",
        "attachment-file-damaged",
    }


def test_the_text_of_a_mail_is_never_run():
    """Markup of the typesetter stands on the page as it was written."""
    text = '#import "x.typ"\n#eval("1+1") $x^2$ *bold* \\ @ref <tag> // note'

    page = _pages(_mail(text))[1][0]

    assert '#eval("1+1") $x^2$ *bold*' in page.text


def test_a_name_is_only_a_name():
    """No folder of the sender's choosing survives in a part's name."""
    mail = _mail()
    mail.add_attachment(typed("x"), maintype="application", subtype="pdf", filename="../../etc/passwd\x07.pdf")

    assert normalize(mail.as_bytes(), "mail.eml").parts[1].name == "passwd.pdf"


def test_mail_inside_mail_ends_somewhere():
    """Depth is bounded, and thousands of nested parts are a named error, not a crash."""
    nested = _mail("innermost")
    for level in range(8):
        outer = _mail(f"level {level}")
        outer.add_attachment(nested)
        nested = outer
    assert "mail-too-deep" in normalize(nested.as_bytes(), "mail.eml").warnings

    head = b"From: a@example.net\nSubject: x\nMIME-Version: 1.0\n"
    for number in range(3000):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
    with suppress(DamagedFileError):  # depending on how deep Python may go, it is read or refused
        assert normalize(head, "bomb.eml").page_count == 1
