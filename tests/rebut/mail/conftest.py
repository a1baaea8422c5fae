"""A real Dovecot, a real SMTP server for the answers, and the counter on stores of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from pipeline.database import Database, open_database
from pipeline.intake.settings import Answers, Limits, Mailbox
from pipeline.storage import FolderStorage
from rebut.mail.counter import Counter, desk_of
from rebut.mail.imap import Watch
from tests.mailserver import PASSWORD, MailServer, mail_server
from tests.servers import free_ports

SECRET = b"thirty-two bytes of a test's own secret"
USERS = iter(f"desk{number}@localhost" for number in range(1000))


@pytest.fixture(scope="package")
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


class Outbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.messages.append(envelope.content.decode())
        return "250 kept"


@pytest.fixture
def outbox() -> Iterator[tuple[Outbox, int]]:
    kept, port = Outbox(), free_ports(1)[0]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


@dataclass
class Desk:
    """A mailbox of this test and what takes it in."""

    server: MailServer
    mailbox: Mailbox
    place: Path
    answers: Answers
    limits: Limits = field(default_factory=Limits)

    def open(self) -> tuple[Watch, Database]:
        database = open_database(f"sqlite:///{self.place}/rebut.db")
        storage = FolderStorage(self.place / "files")
        counter = Counter(desk_of(database, storage, SECRET, self.limits), self.answers, lambda _: None)
        return Watch(self.mailbox, counter), database

    def look(self) -> Database:
        """Look through the mailbox once, as a process does that starts now."""
        watch, database = self.open()
        watch.once()
        return database

    def deliver(self, raw: bytes) -> None:
        self.server.deliver(raw, to=self.mailbox.user)

    def lies(self, folder: str) -> int:
        return self.server.count(folder, self.mailbox.user)


@pytest.fixture
def desk(server, outbox, tmp_path, monkeypatch) -> Desk:
    monkeypatch.setenv("DESK_PASSWORD", PASSWORD)
    box = Mailbox(
        name="desk",
        host="127.0.0.1",
        port=server.imap,
        tls=False,
        user=next(USERS),
        password_env="DESK_PASSWORD",
        senders=("*@clinic.example",),
        poll_seconds=1,
    )
    answers = Answers(host="127.0.0.1", port=outbox[1], tls=False, sender="intake@clinic.example")
    return Desk(server=server, mailbox=box, place=tmp_path, answers=answers)
