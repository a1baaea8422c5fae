"""Where papers come from beside the web page: mailboxes, a door for LMTP, folders. One file, named by REBUT_INTAKE.

    [[mailbox]]                       an IMAP mailbox that is looked through
    name = "front-desk"               shown in logs and metrics, so nothing of a patient
    host = "imap.example.org"         port = 993, tls = true
    user = "denials@example.org"      password_file or password_env; or token_command (OAuth2 access token)
    folder = "INBOX"                  processed = "Processed", error = "Error"
    senders = ["*@clinic.example"]    who may send; nobody else is answered or read
    devices = ["copier@clinic.example"]   of them, whose automatic mail is taken too
    authserv = "mx.clinic.example"    when set, only mail that this server found to pass DMARC
    clinic = "main"                   whose cases they become

    [door]                            a door that a mail server delivers to
    listen = "127.0.0.1:2424"         protocol = "lmtp" or "smtp"; senders, devices, authserv, clinic as above

    [answers]                         where acknowledgements go out; without it nothing is answered
    host = "smtp.example.org"         port = 587, tls = true, user, password_file or password_env
    sender = "denials@example.org"    the address of the mailbox; cases have addresses under it

    [[folder]]                        a folder that is watched
    path = "/srv/scans"               clinic = "main", quiet_seconds = 5

Limits of one message: size_mb = 50, attachments = 25, per_hour = 60 (of one sender), in [limits].
"""

import os
import shlex
import subprocess
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from extractors.errors import RebutError

_TOKEN_SECONDS = 30
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class IntakeSettingsError(RebutError):
    """The file of REBUT_INTAKE cannot be used (file, why)."""

    code = "intake-settings"
    message = "{0} cannot be used: {1}. Mend it and start again; docs/intake.md shows one that works."
    exit_status = 2


class SecretMissingError(RebutError):
    """A password or token that the settings point at is not there (of what, why)."""

    code = "intake-secret-missing"
    message = "The password or token of {0} cannot be had: {1}. Mend the file, variable or command it comes from."
    exit_status = 2


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Account(_Row):
    host: str
    user: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    token_command: str | None = None  # prints an OAuth2 access token

    def secret(self) -> str | None:
        """Return the password, or the access token of this moment; raises SecretMissingError."""
        try:
            if self.token_command:
                return _printed_by(self.token_command)
            if self.password_file:
                return self.password_file.read_text().strip()
            return os.environ[self.password_env] if self.password_env else None
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            raise SecretMissingError(self.host, type(error).__name__) from None


class _Listed(_Row):
    """Whose mail is taken, and whose case it becomes."""

    senders: tuple[str, ...] = Field(min_length=1)
    devices: tuple[str, ...] = ()
    authserv: str | None = None
    clinic: Name = "main"

    def lets_in(self, address: str) -> bool:
        return any(fnmatchcase(address, pattern.lower()) for pattern in self.senders)

    def is_device(self, address: str) -> bool:
        return any(fnmatchcase(address, pattern.lower()) for pattern in self.devices)

    @model_validator(mode="after")
    def _addresses(self) -> "_Listed":
        for pattern in (*self.senders, *self.devices):
            if pattern.count("@") != 1 or pattern.endswith("@*"):
                raise ValueError(f"{pattern!r} names no mail domain: write name@domain or *@domain")
        return self


class Mailbox(_Account, _Listed):
    """An IMAP mailbox."""

    name: Name
    port: int = 993
    tls: bool = True
    folder: str = "INBOX"
    processed: str = "Processed"
    error: str = "Error"
    poll_seconds: float = Field(default=120, ge=1, le=1500)  # IDLE is renewed as often

    @model_validator(mode="after")
    def _can_log_in(self) -> "Mailbox":
        if not self.user or not (self.password_file or self.password_env or self.token_command):
            raise ValueError(f"mailbox {self.name}: user and one of password_file, password_env, token_command")
        if len({self.folder, self.processed, self.error}) < 3:
            raise ValueError(f"mailbox {self.name}: folder, processed and error must be three folders")
        return self


class Door(_Listed):
    """A door for a mail server."""

    name: Name = "door"
    protocol: Literal["lmtp", "smtp"] = "lmtp"
    listen: str = Field(pattern=r"^[^:\s]+:\d{1,5}$")

    @property
    def place(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host, int(port)


class Answers(_Account):
    """Where acknowledgements go out."""

    port: int = 587
    tls: bool | Literal["implicit"] = True  # STARTTLS; "implicit" for port 465
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


class WatchedFolder(_Row):
    """A folder where files are saved to."""

    path: Path
    clinic: Name = "main"
    quiet_seconds: float = Field(default=5.0, ge=0.1)  # size and time of change must hold so long


class Limits(_Row):
    """What one message may be, and how many of one sender are taken in an hour."""

    size_mb: int = Field(default=50, ge=1)
    attachments: int = Field(default=25, ge=1)
    per_hour: int = Field(default=60, ge=1)


class Intake(_Row):
    """All of it."""

    mailbox: tuple[Mailbox, ...] = ()
    door: Door | None = None
    answers: Answers | None = None
    folder: tuple[WatchedFolder, ...] = ()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _names(self) -> "Intake":
        names = [box.name for box in self.mailbox]
        if len(names) != len(set(names)):
            raise ValueError("two mailboxes have one name")
        return self


def load_intake(path: Path) -> Intake:
    """Read the file; raises IntakeSettingsError with the place of what is wrong."""
    try:
        return Intake.model_validate(tomllib.loads(path.read_text()))
    except OSError as error:
        raise IntakeSettingsError(path, (error.strerror or "unreadable").lower()) from None
    except tomllib.TOMLDecodeError as error:
        raise IntakeSettingsError(path, str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(at) for at in first["loc"])
        raise IntakeSettingsError(path, f"{place}: {first['msg']}" if place else first["msg"]) from None


def _printed_by(command: str) -> str:
    """Run the command that gets an access token; what it says to standard error is not shown."""
    done = subprocess.run(shlex.split(command), capture_output=True, timeout=_TOKEN_SECONDS, check=True)
    return done.stdout.decode().strip()
