"""Processes we start, watch and stop: each by its own id, none outliving us."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.log import log

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_RESTART_SECONDS = (0.0, 1.0, 5.0, 15.0)  # before the first, second and later restarts
_CALM_SECONDS = 60.0  # a child that lived so long starts over without waiting


@dataclass(slots=True)
class Child:
    """One process with the command that starts it again."""

    role: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log_file: Path
    grace: float = 10.0  # seconds between SIGTERM and SIGKILL
    held: tuple[int, ...] = ()  # file descriptors it keeps open, such as the lock of the folder
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # monotonic
    restarts: int = 0
    due: float = field(default=0.0)  # monotonic; when it may be started again

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start the process in a session of its own; what it prints goes to its log."""
        with os.fdopen(os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as output:
            self.process = subprocess.Popen(
                list(self.command),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self.held,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self.started = time.monotonic()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def mend(self) -> None:
        """Start the process again where it has died, the sooner the longer it lived."""
        if self.alive():
            return
        now = time.monotonic()
        if not self.due:
            calm = now - self.started > _CALM_SECONDS
            self.restarts = 0 if calm else self.restarts
            self.due = now + _RESTART_SECONDS[min(self.restarts, len(_RESTART_SECONDS) - 1)]
            log("process died", level="warning", role=self.role, pid=self.pid or 0)
        if now >= self.due:
            self.due = 0.0
            self.restarts += 1
            self.start()

    def stop(self) -> None:
        """Ask it to end, wait, then insist."""
        if not self.process:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # and what it left behind in its session
        self.process.wait()


def stop_together(children: Sequence[Child]) -> None:
    """Stop several at once: all are asked, then each is waited for."""
    for child in children:
        if child.process:
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(signal.SIGTERM)
    for child in children:
        child.stop()


def _die_with_parent() -> None:
    """In the child, before it becomes the program: ask the kernel for SIGTERM should we be killed."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
