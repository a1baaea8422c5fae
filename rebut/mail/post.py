"""Answers out by SMTP."""

import smtplib
import ssl
from email.message import EmailMessage

from pipeline.intake.settings import Answers

_TIMEOUT = 30.0
POST_FAILED = (smtplib.SMTPException, OSError)


def send(told: Answers, message: EmailMessage) -> None:
    """Hand the message to the server; raises smtplib.SMTPException or OSError."""
    if told.tls == "implicit":
        connection = smtplib.SMTP_SSL(told.host, told.port, timeout=_TIMEOUT, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(told.host, told.port, timeout=_TIMEOUT)
    with connection as server:
        if told.tls is True:
            server.starttls(context=ssl.create_default_context())
        if told.user and (secret := told.secret()):
            server.login(told.user, secret)
        server.send_message(message)
