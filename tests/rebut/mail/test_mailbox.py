"""A mailbox on a real Dovecot: every letter becomes one case, whatever is killed, sent twice or sent to harm."""

import multiprocessing
import os
import pkgutil
import signal
import threading
import time
from email import message_from_string
from unittest import mock

import pytest
from sqlalchemy import select

from pipeline.cases import list_cases, purge_case, show_case
from pipeline.intake.settings import Limits
from pipeline.storage import FolderStorage
from pipeline.tables import letter_in
from tests.mails import PAPER, mail, nested, raw


def states(database):
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(letter_in.c.verdict, letter_in.c.state))]


def test_a_letter_becomes_a_case_and_moves_on(desk, outbox):
    desk.deliver(raw(mail()))
    database = desk.look()
    assert len(list_cases(database)) == 1
    assert (desk.lies("INBOX"), desk.lies("Processed"), desk.lies("Error")) == (0, 1, 0)
    assert states(database) == [("take", "done")]
    assert len(outbox[0].messages) == 1


def test_the_answer_holds_nothing_of_the_message(desk, outbox):
    desk.deliver(raw(mail(name="Calloway denial.pdf", text="About Ruth Calloway, member W123456789, as discussed.")))
    case = list_cases(desk.look())[0]["case"]
    answer = message_from_string(outbox[0].messages[0])
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == "<first@clinic.example>"
    assert case in answer.get_payload()
    for word in ("Calloway", "W123456789", "Denial", "discussed"):
        assert word not in outbox[0].messages[0]


def test_the_same_mail_twice_makes_one_case(desk, outbox):
    desk.deliver(raw(mail()))
    desk.look()
    desk.deliver(raw(mail()))  # with other boundaries between its parts, as when it is sent again
    database = desk.look()
    assert len(list_cases(database)) == 1
    assert sorted(states(database)) == [("repeat", "done"), ("take", "done")]
    assert desk.lies("Processed") == 2


def test_the_same_bytes_twice_are_a_repeat_and_said_so(desk, outbox):
    letter = raw(mail())
    desk.deliver(letter)
    desk.deliver(letter)
    database = desk.look()
    assert len(list_cases(database)) == 1
    assert sorted(states(database)) == [("repeat", "done"), ("take", "done")]
    assert "received before" in outbox[0].messages[1]


def test_a_message_that_comes_back_under_a_new_uid_is_known(desk):
    desk.deliver(raw(mail()))
    desk.look()
    desk.server.copy_back("Processed", desk.mailbox.user)
    database = desk.look()
    assert len(list_cases(database)) == 1
    assert desk.lies("INBOX") == 0


def test_another_paper_under_the_same_message_id_is_another_case(desk):
    desk.deliver(raw(mail()))
    desk.deliver(raw(mail(paper=PAPER + b"% page two")))
    assert len(list_cases(desk.look())) == 2


def test_a_repeat_of_a_purged_case_is_a_case_again(desk):
    letter = raw(mail())
    desk.deliver(letter)
    database = desk.look()
    purge_case(database, FolderStorage(desk.place / "files"), list_cases(database)[0]["case"])
    desk.deliver(letter)
    assert len(list_cases(desk.look())) == 1


def test_a_reply_to_the_address_of_a_case_adds_to_it(desk, outbox):
    desk.deliver(raw(mail()))
    case = list_cases(desk.look())[0]["case"]
    address = message_from_string(outbox[0].messages[0])["Reply-To"]
    desk.deliver(raw(mail(paper=PAPER + b"% chart", message_id="<second@clinic.example>", to=address)))
    database = desk.look()
    assert len(list_cases(database)) == 1
    assert len(show_case(database, case)["files"]) == 2


def test_an_address_that_we_did_not_make_adds_to_no_case(desk):
    desk.deliver(raw(mail()))
    case = list_cases(desk.look())[0]["case"]
    forged = f"intake+{case}-0123456789abcdef@clinic.example"
    desk.deliver(raw(mail(paper=PAPER + b"% chart", message_id="<second@clinic.example>", to=forged)))
    database = desk.look()
    assert len(list_cases(database)) == 2
    assert len(show_case(database, case)["files"]) == 1


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (mail(b"x", "winmail.dat"), "winmail.dat"),
        (mail(paper=None, text="fyi"), "neither a PDF"),
        (mail(paper=b"PK\x03\x04", name="letter.docx", text="see"), "Word files"),
    ],
)
def test_what_cannot_be_read_is_refused_with_an_answer_that_says_what_to_send(desk, outbox, message, told):
    desk.deliver(raw(message))
    database = desk.look()
    assert list_cases(database) == []
    assert (desk.lies("INBOX"), desk.lies("Error")) == (0, 1)
    assert told in " ".join(outbox[0].messages[0].split())
    assert list(FolderStorage(desk.place / "files").keys("files/")) == []


@pytest.mark.parametrize("message", [mail(sender="x@elsewhere.example"), mail(Auto_Submitted="auto-replied")])
def test_strangers_and_machines_are_not_answered(desk, outbox, message):
    desk.deliver(raw(message))
    assert list_cases(desk.look()) == []
    assert desk.lies("INBOX") == 0
    assert outbox[0].messages == []


def test_a_message_that_is_too_large_is_refused_unread(desk, outbox):
    desk.limits = Limits(size_mb=1)
    desk.deliver(raw(mail(paper=PAPER + b"%" * (2 << 20))))
    assert list_cases(desk.look()) == []
    assert "larger than 1 MB" in " ".join(outbox[0].messages[0].split())


@pytest.mark.parametrize(
    "letter",
    [
        nested(2000),
        raw(mail()).replace(b"utf-8", b"martian"),
        raw(mail(name="../../etc/passwd")),
        raw(mail(name="a" * 10_000 + ".pdf")),
        raw(mail(name="x\x01y.pdf")),
        b"From: nurse@clinic.example\r\n\r\n" + b"\xff" * 5000,
    ],
)
def test_mail_made_to_harm_is_survived_and_the_next_one_is_taken(desk, letter):
    desk.deliver(letter)
    desk.deliver(raw(mail(message_id="<next@clinic.example>", paper=PAPER + b"% next")))
    database = desk.look()
    assert desk.lies("INBOX") == 0
    assert all(state == "done" for _, state in states(database))
    names = [file["name"] for case in list_cases(database) for file in show_case(database, case["case"])["files"]]
    assert names
    assert all(name.startswith("e-mail-") and name.endswith(".eml") for name in names)


def test_a_flood_of_one_sender_waits_in_the_mailbox(desk):
    desk.limits = Limits(per_hour=2)
    for number in range(4):
        desk.deliver(raw(mail(paper=PAPER + b"%d" % number, message_id=f"<{number}@clinic.example>")))
    assert len(list_cases(desk.look())) == 2
    assert desk.lies("INBOX") == 2


# After each of these the process is killed; together they are every step of taking a message in.
STEPS = [
    "rebut.mail.imap._fetch",
    "pipeline.storage.folder.FolderStorage.put_stream",
    "pipeline.intake.ledger.enter",
    "pipeline.intake.take.open_case",
    "pipeline.intake.ledger.settle",
    "rebut.mail.imap._move",
    "pipeline.intake.ledger.advance",
    "rebut.mail.counter.send",
    "rebut.mail.counter.finish",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_after_any_step_loses_nothing_and_makes_nothing_twice(desk, outbox, step):
    desk.deliver(raw(mail()))
    _look_and_die(desk, step)
    database = desk.look()
    assert len(list_cases(database)) == 1
    assert (desk.lies("INBOX"), desk.lies("Processed")) == (0, 1)
    assert states(database) == [("take", "done")]
    answers = {message_from_string(at)["Message-ID"] for at in outbox[0].messages}
    assert len(answers) == 1, "an answer may go out twice, but as the same message"


@pytest.mark.parametrize(
    "step", ["rebut.mail.imap._move", "pipeline.intake.take.add_files", "pipeline.intake.ledger.settle"]
)
def test_a_process_killed_while_it_adds_to_a_case_adds_once(desk, outbox, step):
    desk.deliver(raw(mail()))
    case = list_cases(desk.look())[0]["case"]
    address = message_from_string(outbox[0].messages[0])["Reply-To"]
    desk.deliver(raw(mail(paper=PAPER + b"% chart", message_id="<second@clinic.example>", to=address)))
    _look_and_die(desk, step)
    database = desk.look()
    assert len(show_case(database, case)["files"]) == 2
    assert len(list_cases(database)) == 1
    assert desk.lies("INBOX") == 0


def test_a_letter_that_was_claimed_and_then_deleted_by_somebody_is_taken_all_the_same(desk):
    desk.deliver(raw(mail()))
    _look_and_die(desk, "pipeline.intake.ledger.enter")
    desk.server.empty("INBOX", desk.mailbox.user)
    assert len(list_cases(desk.look())) == 1


def test_news_come_by_idle(desk):
    watch, database = desk.open()
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,), daemon=True)
    thread.start()
    try:
        desk.deliver(raw(mail()))
        patience = time.monotonic() + 20
        while not list_cases(database):
            assert time.monotonic() < patience, "the letter was not taken in"
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def _look_and_die(desk, step: str) -> None:
    """Look through the mailbox in a process that is killed right after the step."""
    child = multiprocessing.get_context("fork").Process(target=_die_after, args=(desk, step))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, f"never came to {step}"


def _die_after(desk, step: str) -> None:
    module, _, name = step.rpartition(".")
    target = pkgutil.resolve_name(module)
    original = getattr(target, name)

    def last(*arguments, **named):
        original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    with mock.patch.object(target, name, last):
        desk.look()
