"""A message with one PDF attached, as a mail program writes it to a file."""

from email.message import EmailMessage
from email.policy import SMTP


def message_file(mail: dict[str, str], attachment: bytes) -> bytes:
    """Return the bytes of an .eml; the boundary is fixed, so the same message gives the same bytes."""
    message = EmailMessage(policy=SMTP)
    for header in ("From", "To", "Subject", "Date"):
        message[header] = mail[header.lower()]
    message.set_content(mail["body"])
    message.add_attachment(attachment, maintype="application", subtype="pdf", filename=mail["attachment"])
    message.set_boundary("=_rebut_sample")
    return message.as_bytes()
