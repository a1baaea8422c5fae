"""What a program costs with everything it starts: CPU of all processes, wall clock, the largest process."""

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

SLICE = 2.5  # seconds that a program of share 1 works before the next one does
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
    """Run a program to its end and that of its orphans."""
    told = subprocess.run(_counted(command, environment or {}), capture_output=True, text=True, check=False)
    if told.returncode:
        raise FailedRunError(told.stderr[-400:])
    return Cost(**json.loads(told.stdout))


def _counted(command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Return the command that runs it in a process of its own, which knows no other children than the program's."""
    return [sys.executable, "-m", "benchmarks.measured", json.dumps([list(command), dict(environment)])]


def _count(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run it here: until every child and orphan of this process has ended, whoever started them."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as complaint:
        child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=told, stderr=complaint)
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


@dataclass(slots=True)
class Runner:
    """A program that takes turns with others."""

    command: Sequence[str]
    environment: Mapping[str, str]
    share: float  # of the time: by what it is longer than others, so that all end together

    wall: float = 0.0  # seconds that it had, or could have had
    cost: Cost | None = None
    _process: subprocess.Popen[str] | None = None

    def work(self) -> None:
        """Let it work for its share and stop it, with everything it started; `cost` says when it is done."""
        started = time.perf_counter()
        if self._process is None:
            command = _counted(self.command, self.environment)
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        else:
            _signal_below(self._process.pid, signal.SIGCONT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.share * SLICE)
        self.wall += time.perf_counter() - started
        if self._process.poll() is None:
            _signal_below(self._process.pid, signal.SIGSTOP)
            return
        told, complaint = self._process.communicate()
        if self._process.returncode:
            raise FailedRunError(complaint[-400:])
        self.cost = replace(Cost(**json.loads(told)), wall=self.wall)

    def end(self) -> None:
        """Kill it, with everything it started."""
        if self._process and self._process.poll() is None:
            _signal_below(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.communicate()


def run_in_turn(runners: Sequence[Runner]) -> list[Cost]:
    """Run the programs at the same time and yet never two at once: a few seconds one, then the next, to their ends.

    A host that is shared changes its speed by two fifths within minutes, and a program of five minutes that runs after
    another one meets with another machine. In turns of seconds all meet with the same. While one works the others are
    stopped (SIGSTOP); their memory is not given away.
    """
    try:
        while any(runner.cost is None for runner in runners):
            for runner in runners:
                if runner.cost is None:
                    runner.work()
    finally:
        for runner in runners:
            runner.end()
    return [runner.cost for runner in runners if runner.cost]


def _signal_below(pid: int, number: signal.Signals) -> None:
    """Send a signal to everything that the process started, parents first, until no new one is found."""
    reached: set[int] = set()
    while new := _below(pid) - reached:
        for one in sorted(new):
            with suppress(ProcessLookupError):
                os.kill(one, number)
        reached |= new


def _below(pid: int) -> set[int]:
    """Return the processes that this one and those it started have started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found, above = set(), {pid}
    while above := {one for one, parent in parents.items() if parent in above} - found:
        found |= above
    return found


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


if __name__ == "__main__":
    print(json.dumps(asdict(_count(*json.loads(sys.argv[1])))))
