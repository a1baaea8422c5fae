"""The door for mail servers: 250 only for what is durable, refusals in words, 451 where it cannot be taken now."""

import smtplib
import threading

import pytest

from pipeline.cases import list_cases
from pipeline.database import open_database
from pipeline.intake.settings import Door, Limits
from pipeline.storage import FolderStorage
from rebut.mail.counter import Counter, desk_of
from rebut.mail.door import open_door
from tests.mails import PAPER, mail, nested, raw
from tests.rebut.mail.conftest import SECRET
from tests.servers import free_ports


@pytest.fixture(params=["lmtp", "smtp"])
def door(request, tmp_path):
    """A door and what speaks to it."""
    port = free_ports(1)[0]
    told = Door(protocol=request.param, listen=f"127.0.0.1:{port}", senders=("*@clinic.example",))
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    desk = desk_of(database, FolderStorage(tmp_path / "files"), SECRET, Limits(size_mb=1))
    close = open_door(told, Counter(desk, None, lambda _: None))
    speak = smtplib.LMTP if request.param == "lmtp" else smtplib.SMTP

    def send(letter: bytes, to: str = "intake@clinic.example"):
        with speak("127.0.0.1", port) as server:
            return server.sendmail("nurse@clinic.example", [to], letter)

    yield send, database, tmp_path
    close()
    database.close()


def test_a_letter_becomes_a_case_before_it_is_accepted(door):
    send, database, _ = door
    send(raw(mail()))
    assert len(list_cases(database)) == 1


def test_a_server_that_sends_again_after_a_lost_answer_makes_no_second_case(door):
    send, database, _ = door
    letter = raw(mail())
    send(letter)
    send(letter)
    assert len(list_cases(database)) == 1


@pytest.mark.parametrize(
    ("letter", "code", "told"),
    [
        (raw(mail(sender="x@elsewhere.example")), 550, b"own senders"),
        (raw(mail(b"x", "winmail.dat")), 550, b"winmail.dat"),
        (raw(mail(paper=None, text="fyi")), 550, b"PDF"),
        (nested(2000), 550, b"PDF"),
        (raw(mail(paper=PAPER + b"%" * (2 << 20))), 552, b"size"),
    ],
)
def test_what_is_not_taken_is_refused_in_words(door, letter, code, told):
    send, database, place = door
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refused:
        send(letter)
    assert refused.value.smtp_code == code
    assert told in refused.value.smtp_error
    assert list_cases(database) == []
    assert list(FolderStorage(place / "files").keys("files/")) == []


def test_while_the_stores_are_away_the_server_keeps_the_letter(door):
    send, database, place = door
    (place / "files").mkdir(exist_ok=True)
    (place / "files" / "files").write_text("in the way")  # nothing can be stored under this name
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(raw(mail()))
    assert refused.value.smtp_code == 451
    (place / "files" / "files").unlink()
    send(raw(mail()))
    assert len(list_cases(database)) == 1


def test_many_servers_at_once_lose_nothing(door):
    send, database, _ = door
    letters = [raw(mail(PAPER + b"%d" % number, message_id=f"<{number}@clinic.example>")) for number in range(12)]
    threads = [threading.Thread(target=send, args=(letter,)) for letter in letters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(list_cases(database)) == 12
