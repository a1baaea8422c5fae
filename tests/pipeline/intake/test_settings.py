"""A slip in the file of REBUT_INTAKE is said at start, with its place."""

import pytest

from pipeline.intake import load_intake
from pipeline.intake.answers import wording
from pipeline.intake.settings import IntakeSettingsError, SecretMissingError

MAILBOX = """
[[mailbox]]
name = "desk"
host = "imap.example.org"
user = "denials@example.org"
password_env = "DESK_PASSWORD"
senders = ["*@clinic.example"]
"""


def load(tmp_path, text):
    path = tmp_path / "intake.toml"
    path.write_text(text)
    return load_intake(path)


def test_a_mailbox_has_sensible_defaults(tmp_path):
    box = load(tmp_path, MAILBOX).mailbox[0]
    assert (box.port, box.tls, box.folder, box.clinic) == (993, True, "INBOX", "main")
    assert box.lets_in("anyone@clinic.example")
    assert not box.lets_in("anyone@clinic.example.evil")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("senders =", "sender ="), "mailbox.0.sender"),
        (('["*@clinic.example"]', '["*@*"]'), "names no mail domain"),
        (('["*@clinic.example"]', "[]"), "mailbox.0.senders"),
        (('password_env = "DESK_PASSWORD"', ""), "password_file, password_env"),
        (('name = "desk"', 'name = "Mrs. Smith"'), "mailbox.0.name"),
        (("[[mailbox]]", "[[mailbox]"), "line"),
        (('host = "imap.example.org"', 'host = "imap.example.org"\nerror = "INBOX"'), "three folders"),
    ],
)
def test_a_slip_is_named(tmp_path, change, told):
    with pytest.raises(IntakeSettingsError, match=told):
        load(tmp_path, MAILBOX.replace(*change))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(IntakeSettingsError, match="no such file"):
        load_intake(tmp_path / "none.toml")


def test_a_password_is_read_when_it_is_needed(tmp_path, monkeypatch):
    box = load(tmp_path, MAILBOX).mailbox[0]
    monkeypatch.delenv("DESK_PASSWORD", raising=False)
    with pytest.raises(SecretMissingError, match=r"imap\.example\.org"):
        box.secret()
    monkeypatch.setenv("DESK_PASSWORD", "x")
    assert box.secret() == "x"
    token = load(tmp_path, MAILBOX.replace('password_env = "DESK_PASSWORD"', 'token_command = "echo a-token"'))
    assert token.mailbox[0].secret() == "a-token"


def test_each_reason_that_is_told_has_a_sentence():
    words = wording()
    assert all(len(words.reasons[code].split()) > 8 for code in words.reasons)
    assert not set(words.silent) & set(words.reasons)
