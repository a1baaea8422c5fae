"""Every setting of the program, in one place: environment variables that begin with REBUT_.

Each is declared once, with its meaning; reading them, handing them to a child process, `rebut settings` and
docs/settings.md follow from that. S3 keys come from where boto3 looks for them (AWS_ACCESS_KEY_ID and so on).
"""

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractors.errors import RebutError
from pipeline.sandbox.limits import Limits

_USUAL = Limits()


class HomeFolderError(RebutError):
    """The folder for our data cannot be made (folder, what the system says)."""

    code = "home-unwritable"
    message = "The folder {0} cannot be made: {1}. Set REBUT_HOME to a place that this user may write."
    exit_status = 1


class SettingError(RebutError):
    """A variable holds what cannot be used (variable, why)."""

    code = "setting-invalid"
    message = "{0} cannot be used: {1}. Mend it in the environment and start again; docs/settings.md tells them all."
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What is known of one setting."""

    env: str
    part: str  # heading under which people look for it
    what: str
    usual: str  # what holds where it is not set, in words
    read: Callable[[str], Any]
    secret: bool = False


def _setting(
    env: str,
    part: str,
    what: str,
    usual: str,
    *,
    read: Callable[[str], Any] = str,
    default: Any = dataclasses.MISSING,
    secret: bool = False,
) -> Any:
    variable = Variable(env=env, part=part, what=what, usual=usual, read=read, secret=secret)
    return field(default=default, metadata={"variable": variable})


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _number(least: float, kind: type[int] | type[float] = int) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            raise ValueError(f"{text!r} is no {'whole ' if kind is int else ''}number") from None
        if number < least:
            raise ValueError(f"{text} is less than {least}")
        return number

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is none of {', '.join(words)}")
        return text

    return read


_STORES, _ACCESS, _PROVIDER, _SOURCES, _LIMITS = (
    "Where data lies",
    "Who gets in",
    "Signing in elsewhere (OpenID Connect)",
    "The clinic's own papers and programs",
    "Limits",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and how many of them run."""

    home: Path = _setting(
        "REBUT_HOME", _STORES, "folder for database, files and servers' data", "~/.local/state/rebut", read=_path
    )
    database: str = _setting("REBUT_DATABASE", _STORES, "SQLAlchemy URL of the database", "SQLite under REBUT_HOME")
    storage: str = _setting(
        "REBUT_STORAGE",
        _STORES,
        "`folder:/path` or `s3://bucket?endpoint=URL&region=R&sse=AES256`",
        "folder under REBUT_HOME",
    )
    broker: str | None = _setting(
        "REBUT_BROKER",
        _STORES,
        "Redis that carries the job ids to Celery",
        "none: only `rebut up` and `rebut run` work without",
        default=None,
        secret=True,
    )
    token: str | None = _setting(
        "REBUT_TOKEN",
        _ACCESS,
        "bearer token of the HTTP interface, for programs of clinic `main`",
        "none: `rebut web` refuses to start",
        default=None,
        secret=True,
    )
    flower_password: str | None = _setting(
        "REBUT_FLOWER_PASSWORD",
        _ACCESS,
        "password of Flower's user `ops`",
        "none: `rebut flower` refuses to start",
        default=None,
        secret=True,
    )
    secret: str | None = _setting(
        "REBUT_SECRET",
        _ACCESS,
        "seals second factors and webhooks; 32 characters at least, one for all processes",
        "made, in REBUT_HOME/secret.key",
        default=None,
        secret=True,
    )
    public_url: str | None = _setting(
        "REBUT_PUBLIC_URL",
        _ACCESS,
        "address people type, as https://appeals.example.org",
        "none: people sign in on this machine only",
        default=None,
    )
    proxies: str | None = _setting(
        "REBUT_PROXIES",
        _ACCESS,
        "addresses of proxies whose X-Forwarded-For and -Proto are believed, with commas",
        "none",
        default=None,
    )
    mfa: str = _setting(
        "REBUT_MFA",
        _ACCESS,
        "`required`: everybody has a second factor; `optional`: who wants to",
        "required",
        read=_one_of("required", "optional"),
        default="required",
    )
    oidc_issuer: str | None = _setting(
        "REBUT_OIDC_ISSUER",
        _PROVIDER,
        "the provider, as https://login.example.org/realm",
        "none: people sign in here",
        default=None,
    )
    oidc_client: str | None = _setting("REBUT_OIDC_CLIENT", _PROVIDER, "what we are called there", "none", default=None)
    oidc_secret: str | None = _setting(
        "REBUT_OIDC_SECRET", _PROVIDER, "our secret there", "none", default=None, secret=True
    )
    oidc_claim: str = _setting(
        "REBUT_OIDC_CLAIM", _PROVIDER, "claim that holds the groups of a person", "groups", default="groups"
    )
    oidc_roles: str | None = _setting(
        "REBUT_OIDC_ROLES",
        _PROVIDER,
        "which group has which roles, as `nurses=intake+reviewer, doctors=approver`",
        "none",
        default=None,
    )
    clinic: Path | None = _setting(
        "REBUT_CLINIC",
        _SOURCES,
        "folder with letterhead, wording and limits of the clinic (docs/clinic.md)",
        "none",
        read=_path,
        default=None,
    )
    intake: Path | None = _setting(
        "REBUT_INTAKE",
        _SOURCES,
        "file that names mailboxes and watched folders (docs/intake.md)",
        "none: `rebut mail` refuses to start",
        read=_path,
        default=None,
    )
    hook_networks: str | None = _setting(
        "REBUT_HOOK_NETWORKS",
        _SOURCES,
        "private networks webhooks may go to, with commas, as 10.1.0.0/16",
        "none: public addresses",
        default=None,
    )
    jobs: int = _setting(
        "REBUT_JOBS", _LIMITS, "processes that read pages at the same time", "one per core", read=_number(1), default=1
    )
    upload_mb: int = _setting(
        "REBUT_UPLOAD_MB", _LIMITS, "largest upload of one request, in megabytes", "300", read=_number(1), default=300
    )
    cache_mb: int = _setting(
        "REBUT_CACHE_MB",
        _LIMITS,
        "what a worker keeps of a bucket on its disk, in megabytes; 0: nothing",
        "256",
        read=_number(0),
        default=256,
    )
    reader_mb: int = _setting(
        "REBUT_READER_MB",
        _LIMITS,
        "address space of a process that has a file open, in megabytes",
        "2048",
        read=_number(512),
        default=_USUAL.memory_mb,
    )
    page_seconds: float = _setting(
        "REBUT_PAGE_SECONDS",
        _LIMITS,
        "most time for reading one page, wall clock and CPU",
        "75",
        read=_number(1, float),
        default=_USUAL.page_seconds,
    )
    file_seconds: float = _setting(
        "REBUT_FILE_SECONDS",
        _LIMITS,
        "most time for opening one file",
        "120",
        read=_number(1, float),
        default=_USUAL.file_seconds,
    )
    log: str = _setting(
        "REBUT_LOG",
        _LIMITS,
        "least severe log line that is printed: debug, info, warning, error",
        "warning",
        read=_one_of("debug", "info", "warning", "error"),
        default="warning",
    )

    @property
    def limits(self) -> Limits:
        """What one file may cost."""
        return Limits(memory_mb=self.reader_mb, page_seconds=self.page_seconds, file_seconds=self.file_seconds)

    def environment(self) -> dict[str, str]:
        """Return the variables that give a child process these same settings."""
        found = ((variable.env, getattr(self, name)) for name, variable in variables())
        return {
            env: f"{value:g}" if isinstance(value, float) else str(value) for env, value in found if value is not None
        }


def variables() -> Iterator[tuple[str, Variable]]:
    """Yield each setting's field with what is known of it, as people look for them."""
    for one in dataclasses.fields(Settings):
        yield one.name, one.metadata["variable"]


def read_settings(environment: Mapping[str, str] | None = None, home: Path | None = None) -> Settings:
    """Read the settings from the environment; `home` overrides REBUT_HOME. Raises SettingError."""
    told = os.environ if environment is None else environment
    found: dict[str, Any] = {}
    for name, variable in variables():
        if text := told.get(variable.env):
            try:
                found[name] = variable.read(text)
            except ValueError as error:
                raise SettingError(variable.env, error) from None
    home = (home or found.get("home") or Path.home() / ".local" / "state" / "rebut").expanduser().absolute()
    usual = {"database": f"sqlite:///{home}/rebut.db", "storage": f"folder:{home}/files", "jobs": cores()}
    return Settings(**{**usual, **found, "home": home})


def cores() -> int:
    """Cores that this process may use, which a container can make fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def private_folder(path: Path) -> Path:
    """Make the folder with its parents, readable by its owner alone."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeFolderError(path, (error.strerror or "unwritable").lower()) from error
    return path
