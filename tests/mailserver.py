"""A real Dovecot for tests: IMAP and LMTP on loopback, one password, mailboxes made at the first delivery."""

import getpass
import imaplib
import os
import shutil
import smtplib
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_ports, running

PASSWORD = "correct-horse"

_CONFIG = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{place}/mbox/%u
first_valid_uid = 1
{users}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={place}/home/%u allow_all_users=yes
}}
protocol lmtp {{
  postmaster_address = postmaster@localhost
}}
"""

# Without root the server's parts cannot change user or root folder, so all of them are this user's.
_ONE_USER = """
default_internal_user = {me}
default_internal_group = {group}
default_login_user = {me}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
"""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where it listens, and what tests do with it."""

    imap: int
    lmtp: int

    def deliver(self, raw: bytes, to: str = "intake@localhost", sender: str = "nurse@clinic.example") -> None:
        with smtplib.LMTP("127.0.0.1", self.lmtp) as server:
            server.sendmail(sender, [to], raw)

    def count(self, folder: str, user: str = "intake@localhost") -> int:
        """Return how many messages lie in the folder; 0 where it is not there."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as box:
            box.login(user, PASSWORD)
            state, data = box.select(folder, readonly=True)
            return int(data[0]) if state == "OK" else 0

    def empty(self, folder: str, user: str = "intake@localhost") -> None:
        """Delete every message of the folder, as a person may."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as box:
            box.login(user, PASSWORD)
            box.select(folder)
            box.store("1:*", "+FLAGS", "\\Deleted")
            box.expunge()

    def copy_back(self, folder: str, user: str = "intake@localhost") -> None:
        """Put every message of the folder into the inbox once more, under new UIDs."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as box:
            box.login(user, PASSWORD)
            box.select(folder, readonly=True)
            box.copy("1:*", "INBOX")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run Dovecot and yield where it listens."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        raise AssertionError("dovecot is not installed: run infra/setup.sh dev")
    place = Path(tempfile.mkdtemp(prefix="dc-"))  # short: its sockets lie in it
    try:
        place.chmod(0o755)
        for name in ("run", "state", "mbox", "home"):
            (place / name).mkdir()
        root = os.getuid() == 0
        me = "mail" if root else getpass.getuser()
        if root:
            for name in ("mbox", "home"):
                shutil.chown(place / name, "mail", "mail")
        group = "mail" if root else str(os.getgid())
        imap, lmtp = free_ports(2)
        users = "" if root else _ONE_USER.format(me=me, group=group) + "}"
        told = {"place": place, "imap": imap, "lmtp": lmtp, "password": PASSWORD, "owner": me, "group": group}
        (place / "d.conf").write_text(_CONFIG.format(users=users, **told))
        with running([program, "-F", "-c", place / "d.conf"], place / "out.log"):
            _wait(imap, place)
            _wait(lmtp, place)
            yield MailServer(imap=imap, lmtp=lmtp)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _wait(port: int, place: Path) -> None:
    patience = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
                assert client.recv(3)
                return
        except OSError:
            if time.monotonic() > patience:
                said = [at.read_text() for at in (place / "out.log", place / "dovecot.log") if at.exists()]
                raise AssertionError(f"dovecot does not answer: {said}") from None
            time.sleep(0.05)
