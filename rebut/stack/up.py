"""`rebut up`: Redis, workers, reconciler, web and Flower on this machine, until told to stop."""

import argparse
import fcntl
import json
import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from extractors.errors import RebutError
from pipeline.accounts.vault import check_secrets
from pipeline.settings import Settings, cores, private_folder, read_settings
from rebut.commands.accounts import tell_first_admin
from rebut.commands.run import check_settings
from rebut.stack.children import Child, stop_together
from rebut.stack.redis import SOCKET, broker_url, redis_command

_READY_SECONDS = 90.0
_HELD_SECONDS = 60.0
_WATCH_SECONDS = 0.5
_FLOWER_PORT = 5555


class NotReadyError(RebutError):
    """A part of the stack did not come up in time (role, log file)."""

    code = "stack-not-ready"
    message = "The part `{0}` did not come up. Its log says why: {1}"
    exit_status = 1


class FolderInUseError(RebutError):
    """Another stack runs on the folder (folder)."""

    code = "folder-in-use"
    message = "Another `rebut up` runs on {0}. Stop it first, or give another folder with --dir."
    exit_status = 1


@dataclass(slots=True)
class Stack:
    """The processes of one `rebut up`, in the order they start."""

    settings: Settings
    web_port: int
    flower_port: int
    redis: Child | None
    workers: list[Child]
    reconciler: Child
    web: Child
    flower: Child
    mail: Child | None = None

    @property
    def children(self) -> list[Child]:
        optional = [child for child in (self.redis, self.mail) if child]
        return [*optional, *self.workers, self.reconciler, self.web, self.flower]

    def start(self) -> None:
        """Start everything and wait until each part answers; raises NotReadyError."""
        if self.redis:
            self.redis.start()
            _wait(self.redis, lambda: _answers_on(_redis_folder(self.settings) / SOCKET))
        for child in self.children:
            if child is not self.redis:
                child.start()
        _wait(self.web, lambda: _answers(f"{self.web_url}/readyz"))
        for worker in self.workers:
            _wait(worker, _ready_file(self.settings, worker.role).exists)
        if self.mail:
            _wait(self.mail, _ready_file(self.settings, self.mail.role).exists)
        _wait(self.flower, lambda: _answers(f"{self.flower_url}/healthcheck"))

    def stop(self) -> None:
        """Stop in order: no new requests, then no new work, then the broker."""
        stop_together([self.web, self.flower, *([self.mail] if self.mail else [])])
        self.reconciler.stop()
        stop_together(self.workers)
        if self.redis:
            self.redis.stop()

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def flower_url(self) -> str:
        return f"http://127.0.0.1:{self.flower_port}"

    def told(self) -> dict[str, Any]:
        """Return what is printed when everything is ready."""
        return {
            "web": self.web_url,
            "flower": self.flower_url,
            "token": self.settings.token,
            "flower_user": "ops",
            "flower_password": self.settings.flower_password,
            "pids": {
                "redis": self.redis and self.redis.pid,
                "workers": [worker.pid for worker in self.workers],
                "reconciler": self.reconciler.pid,
                "web": self.web.pid,
                "flower": self.flower.pid,
                "mail": self.mail and self.mail.pid,
            },
        }


def up(arguments: argparse.Namespace) -> int:
    """Start the stack, say where it is, and keep it running until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    check_settings()
    stack = build_stack(arguments)
    try:
        print("rebut: starting", file=sys.stderr, flush=True)
        stack.start()
        _tell(stack, arguments.json)
        while not stop.wait(_WATCH_SECONDS):
            for child in stack.children:
                child.mend()
    finally:
        print("rebut: stopping", file=sys.stderr, flush=True)
        stack.stop()
    return 0


def build_stack(arguments: argparse.Namespace) -> Stack:
    """Prepare folder, secrets, ports and commands; nothing is started yet."""
    settings = _settings(arguments)
    check_secrets(settings)
    private_folder(settings.home)
    for name in ("logs", "run"):
        private_folder(settings.home / name)
    held = hold_folder(settings.home)
    for mark in (settings.home / "run").glob("*.ready"):
        mark.unlink()
    from pipeline.database import open_database

    database = open_database(settings.database)  # tables are there before anybody asks for them
    web_port, flower_port = _ports(arguments.port)
    tell_first_admin(database, settings.public_url or f"http://127.0.0.1:{web_port}")  # here: the web writes a log
    database.close()
    rebut = (sys.executable, "-m", "rebut")

    def child(role: str, command: Sequence[str], grace: float = 10.0) -> Child:
        environment = settings.environment() | {
            "OMP_THREAD_LIMIT": "1",
            "C_FORCE_ROOT": "1",
            "REBUT_READY_FILE": str(_ready_file(settings, role)),
        }
        return Child(role, command, environment, settings.home / "logs" / f"{role}.log", grace, (held,))

    redis = None if arguments.broker else child("redis", redis_command(_redis_folder(settings)))
    workers = [
        child(role, [*rebut, "worker", "--concurrency", "1", "--name", role], grace=30.0)
        for role in (f"worker-{number}" for number in range(1, settings.jobs + 1))
    ]
    return Stack(
        settings=settings,
        web_port=web_port,
        flower_port=flower_port,
        redis=redis,
        workers=workers,
        reconciler=child("reconciler", [*rebut, "beat"]),
        web=child("web", [*rebut, "web", "--port", str(web_port)]),
        flower=child("flower", [*rebut, "flower", "--port", str(flower_port)]),
        mail=child("mail", [*rebut, "mail"], grace=15.0) if settings.intake else None,
    )


def hold_folder(home: Path) -> int:
    """Wait until no other stack runs on this folder and hold it; returns the descriptor of the lock.

    Our processes inherit it, so what a killed `rebut up` left behind is waited for too.
    """
    lock = os.open(private_folder(home / "run") / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    patience = time.monotonic() + _HELD_SECONDS
    said = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > patience:
                raise FolderInUseError(home) from None
            if not said:
                print("rebut: waiting for another `rebut up` on this folder to end", file=sys.stderr, flush=True)
            said = True
            time.sleep(0.2)


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = read_settings(home=arguments.dir)
    kept = _secrets(settings.home)
    return replace(
        settings,
        database=arguments.database or settings.database,
        storage=arguments.storage or settings.storage,
        broker=arguments.broker or broker_url(_redis_folder(settings)),
        token=settings.token or kept["token"],
        flower_password=settings.flower_password or kept["flower_password"],
        jobs=arguments.workers or cores(),
    )


def _secrets(home: Path) -> dict[str, str]:
    """Return the token and password of this folder, made at the first start."""
    path = private_folder(home) / "secrets.json"
    if not path.exists():
        made = {"token": secrets.token_urlsafe(32), "flower_password": secrets.token_urlsafe(16)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
    return json.loads(path.read_text())


def _redis_folder(settings: Settings) -> Path:
    return settings.home / "redis"


def _ready_file(settings: Settings, role: str) -> Path:
    return settings.home / "run" / f"{role}.ready"


def _ports(wanted: int) -> tuple[int, int]:
    """Return the ports of web and Flower: free ones where 0 is wanted."""
    if wanted:
        return wanted, _FLOWER_PORT if wanted != _FLOWER_PORT else _FLOWER_PORT + 1
    with socket.socket() as one, socket.socket() as other:
        for at in (one, other):
            at.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _wait(child: Child, ready: Any) -> None:
    """Wait until the part answers; raise NotReadyError where it dies or takes too long."""
    patience = time.monotonic() + _READY_SECONDS
    while not ready():
        if not child.alive() or time.monotonic() > patience:
            raise NotReadyError(child.role, child.log_file)
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _answers_on(path: Path) -> bool:
    """Whether Redis says PONG on its socket: it does so once its data is loaded."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _tell(stack: Stack, as_json: bool) -> None:
    told = stack.told()
    if as_json:
        print(json.dumps(told), flush=True)
        return
    print(f"web      {told['web']}   token {told['token']}")
    print(f"flower   {told['flower']}   user {told['flower_user']}, password {told['flower_password']}")
    print(f"data     {stack.settings.home}   Ctrl-C stops everything", flush=True)
