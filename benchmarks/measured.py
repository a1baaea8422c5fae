"""What a program costs with everything it starts: CPU of all processes, wall clock, the largest process."""

import ctypes
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


class FailedRunError(Exception):
    """The program ended with another status than 0."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, all processes together
    peak: float  # MB of the largest process
    told: str = ""  # standard output


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end and that of its orphans; this process must have no other children meanwhile."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as complaint:
        child = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=told, stderr=complaint)
        cpu, peak, wall = 0.0, 0, 0.0
        while True:
            try:
                ended, code, used = os.wait4(-1, 0)
            except ChildProcessError:
                break
            cpu += used.ru_utime + used.ru_stime
            peak = max(peak, used.ru_maxrss)
            if ended == child.pid:
                wall = time.perf_counter() - started
                child.returncode = os.waitstatus_to_exitcode(code)
        if child.returncode:
            complaint.seek(0)
            raise FailedRunError(f"{command[0]} ended with {child.returncode}: {complaint.read()[-400:]}")
        told.seek(0)
        return Cost(wall, cpu, peak * 1024 / 1e6, told.read())


def seconds_to_work(command: Sequence[str], home: Path) -> float:
    """Return how long `rebut run` takes until it begins with its first file; it is stopped then. `home` is new."""
    environment = {**os.environ, "REBUT_HOME": str(home)}
    started = time.time()  # what the database holds is the time of day
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        begun = None
        while begun is None and child.poll() is None:
            time.sleep(0.02)
            with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{home}/rebut.db?mode=ro", uri=True)) as asked:
                (begun,) = asked.execute("SELECT min(started) FROM job").fetchone()
        child.terminate()
    if begun is None:
        raise FailedRunError(f"{command[0]} ended before it began")
    return begun - started
