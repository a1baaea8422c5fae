"""Messages for tests, made as mail programs make them."""

from email.message import EmailMessage, Message
from email.policy import SMTP

NURSE = "nurse@clinic.example"
TEXT = "Please see the attached denial of our patient. Thank you, the front desk."
PAPER = b"%PDF-1.4\n% a paper of no pages\n%%EOF\n"


def mail(
    paper: bytes | None = PAPER,
    name: str = "denial.pdf",
    sender: str = NURSE,
    message_id: str | None = "<first@clinic.example>",
    text: str = TEXT,
    to: str = "intake@localhost",
    media: tuple[str, str] = ("application", "pdf"),
    **headers: str,
) -> EmailMessage:
    """Return a message with one attachment; header names are given with underscores."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Denial"
    if message_id:
        message["Message-ID"] = message_id
    for header, value in headers.items():
        message[header.replace("_", "-")] = value
    message.set_content(text)
    if paper is not None:
        message.add_attachment(paper, maintype=media[0], subtype=media[1], filename=name)
    return message


def raw(message: Message) -> bytes:
    return message.as_bytes(policy=SMTP)


def nested(depth: int) -> bytes:
    """Return a message of parts within parts; 2,000 make Python's parser give up with RecursionError."""
    head = f"From: {NURSE}\r\nTo: intake@localhost\r\nMIME-Version: 1.0\r\n".encode()
    parts = [
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    ]
    return head + b"".join(parts) + b"Content-Type: text/plain\r\n\r\nend\r\n"
