"""Every setting of the program, in one place: environment variables that begin with REBUT_.

| variable | meaning | default |
|---|---|---|
| REBUT_HOME | folder for the database, files and servers' data of this machine | ~/.local/state/rebut |
| REBUT_DATABASE | SQLAlchemy URL of the database | SQLite file under REBUT_HOME |
| REBUT_STORAGE | `folder:/path` or `s3://bucket?endpoint=URL&region=R&sse=AES256` | folder under REBUT_HOME |
| REBUT_BROKER | Redis that carries the job ids to Celery | none: only `rebut up` and `rebut run` work without |
| REBUT_TOKEN | bearer token of the HTTP interface, for programs of clinic `main` | none: `rebut web` refuses to start |
| REBUT_SECRET | seals second factors; 32 characters at least, one for all | made, in REBUT_HOME/secret.key |
| REBUT_PUBLIC_URL | address people type, as https://appeals.example.org | none: people sign in on this machine only |
| REBUT_PROXIES | addresses of proxies whose X-Forwarded-For and -Proto are believed, with commas | none |
| REBUT_MFA | `required`: everybody has a second factor; `optional`: who wants to | required |
| REBUT_FLOWER_PASSWORD | password of Flower's user `ops` | none: `rebut flower` refuses to start |
| REBUT_OIDC_ISSUER | OpenID provider at which people sign in, as https://login.example.org/realm | none |
| REBUT_OIDC_CLIENT | what we are called there | none |
| REBUT_OIDC_SECRET | our secret there | none |
| REBUT_OIDC_CLAIM | claim that holds the groups of a person | groups |
| REBUT_OIDC_ROLES | which group has which roles, as `nurses=intake+reviewer, doctors=approver` | none |
| REBUT_JOBS | processes that read pages at the same time | one per core |
| REBUT_CLINIC | folder with letterhead, wording and limits of the clinic (docs/clinic.md) | none |
| REBUT_HOOK_NETWORKS | private networks webhooks may go to, with commas, as 10.1.0.0/16 | none: public addresses |
| REBUT_INTAKE | file that names mailboxes and watched folders (docs/intake.md) | none: `rebut mail` refuses to start |
| REBUT_UPLOAD_MB | largest upload accepted in one request, in megabytes | 300 |
| REBUT_CACHE_MB | what a worker keeps of a bucket on its disk, under REBUT_HOME, in megabytes; 0: nothing | 256 |
| REBUT_READER_MB | address space of a process that has a file open, in megabytes | 2048 |
| REBUT_PAGE_SECONDS | most time for reading one page, wall clock and CPU | 75 |
| REBUT_FILE_SECONDS | most time for opening one file | 120 |
| REBUT_LOG | least severe log line that is printed: debug, info, warning, error | warning |

S3 keys come from where boto3 looks for them (AWS_ACCESS_KEY_ID and so on).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from extractors.errors import RebutError
from pipeline.sandbox.limits import Limits


class HomeFolderError(RebutError):
    """The folder for our data cannot be made (folder, what the system says)."""

    code = "home-unwritable"
    message = "The folder {0} cannot be made: {1}. Set REBUT_HOME to a place that this user may write."
    exit_status = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and how many of them run."""

    home: Path
    database: str  # SQLAlchemy URL
    storage: str  # folder:... or s3://...
    broker: str | None = None  # Celery broker URL
    token: str | None = None
    flower_password: str | None = None
    secret: str | None = None
    public_url: str | None = None
    proxies: str | None = None
    mfa: str = "required"
    oidc_issuer: str | None = None
    oidc_client: str | None = None
    oidc_secret: str | None = None
    oidc_claim: str = "groups"
    oidc_roles: str | None = None
    clinic: Path | None = None
    intake: Path | None = None
    hook_networks: str | None = None
    jobs: int = 1
    upload_mb: int = 300
    cache_mb: int = 256
    limits: Limits = field(default_factory=Limits)
    log: str = "warning"

    def environment(self) -> dict[str, str]:
        """Return the variables that give a child process these same settings."""
        told = {
            "REBUT_HOME": str(self.home),
            "REBUT_DATABASE": self.database,
            "REBUT_STORAGE": self.storage,
            "REBUT_BROKER": self.broker,
            "REBUT_TOKEN": self.token,
            "REBUT_FLOWER_PASSWORD": self.flower_password,
            "REBUT_SECRET": self.secret,
            "REBUT_PUBLIC_URL": self.public_url,
            "REBUT_PROXIES": self.proxies,
            "REBUT_MFA": self.mfa,
            "REBUT_OIDC_ISSUER": self.oidc_issuer,
            "REBUT_OIDC_CLIENT": self.oidc_client,
            "REBUT_OIDC_SECRET": self.oidc_secret,
            "REBUT_OIDC_CLAIM": self.oidc_claim,
            "REBUT_OIDC_ROLES": self.oidc_roles,
            "REBUT_CLINIC": self.clinic and str(self.clinic),
            "REBUT_HOOK_NETWORKS": self.hook_networks,
            "REBUT_INTAKE": self.intake and str(self.intake),
            "REBUT_JOBS": str(self.jobs),
            "REBUT_UPLOAD_MB": str(self.upload_mb),
            "REBUT_CACHE_MB": str(self.cache_mb),
            "REBUT_READER_MB": str(self.limits.memory_mb),
            "REBUT_PAGE_SECONDS": f"{self.limits.page_seconds:g}",
            "REBUT_FILE_SECONDS": f"{self.limits.file_seconds:g}",
            "REBUT_LOG": self.log,
        }
        return {name: value for name, value in told.items() if value}


def read_settings(environment: Mapping[str, str] | None = None, home: Path | None = None) -> Settings:
    """Read the settings from the environment; `home` overrides REBUT_HOME."""
    told = os.environ if environment is None else environment
    home = home or Path(told.get("REBUT_HOME") or Path.home() / ".local" / "state" / "rebut")
    home = home.expanduser().absolute()
    return Settings(
        home=home,
        database=told.get("REBUT_DATABASE") or f"sqlite:///{home}/rebut.db",
        storage=told.get("REBUT_STORAGE") or f"folder:{home}/files",
        broker=told.get("REBUT_BROKER") or None,
        token=told.get("REBUT_TOKEN") or None,
        flower_password=told.get("REBUT_FLOWER_PASSWORD") or None,
        secret=told.get("REBUT_SECRET") or None,
        public_url=told.get("REBUT_PUBLIC_URL") or None,
        proxies=told.get("REBUT_PROXIES") or None,
        mfa=told.get("REBUT_MFA") or "required",
        oidc_issuer=told.get("REBUT_OIDC_ISSUER") or None,
        oidc_client=told.get("REBUT_OIDC_CLIENT") or None,
        oidc_secret=told.get("REBUT_OIDC_SECRET") or None,
        oidc_claim=told.get("REBUT_OIDC_CLAIM") or "groups",
        oidc_roles=told.get("REBUT_OIDC_ROLES") or None,
        clinic=Path(told["REBUT_CLINIC"]).expanduser().absolute() if told.get("REBUT_CLINIC") else None,
        hook_networks=told.get("REBUT_HOOK_NETWORKS") or None,
        intake=Path(told["REBUT_INTAKE"]).expanduser().absolute() if told.get("REBUT_INTAKE") else None,
        jobs=int(told.get("REBUT_JOBS") or cores()),
        upload_mb=int(told.get("REBUT_UPLOAD_MB") or 300),
        cache_mb=int(told.get("REBUT_CACHE_MB") or 256),
        limits=_limits(told),
        log=told.get("REBUT_LOG") or "warning",
    )


def _limits(told: Mapping[str, str]) -> Limits:
    usual = Limits()
    return Limits(
        memory_mb=int(told.get("REBUT_READER_MB") or usual.memory_mb),
        page_seconds=float(told.get("REBUT_PAGE_SECONDS") or usual.page_seconds),
        file_seconds=float(told.get("REBUT_FILE_SECONDS") or usual.file_seconds),
    )


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
