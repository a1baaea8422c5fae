"""The same work on each page of a long chart, in this process and in ones forked from it.

What a chart says is told from its pages one by one and takes seconds where there are hundreds; while a case is at that
stage, the cores that read it have nothing to do. Queue workers do without: there other cases wait for the cores.
"""

import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from pipeline.sandbox.offspring import begin

T = TypeVar("T")
R = TypeVar("R")

_LEAST = 16  # pages for each process: 0.2 s of work, against 0.02 s to fork and to take over what was found
_PATIENCE = (5.0, 5.0)  # seconds, and times what this process took: a core that others need may be so much slower
_processes = 1


@dataclass(slots=True)
class _Share:
    """A process at work on some of the pages, and where it will tell what it found."""

    pid: int
    pipe: int


def use_processes(number: int) -> None:
    """Say how many processes may work at once; one until this is said."""
    global _processes
    _processes = number if sys.platform == "linux" else 1


def each(work: Callable[[T], R], pages: Sequence[T]) -> list[R]:
    """Return what `work` returns for each of the pages, in order: as `map`, only sooner.

    For pure work: it may be done twice. A process that fails or hangs costs time alone, since what it owes is worked
    out here then, and what went wrong there is raised here. Threads of this process do not go on in the others; `work`
    waits for none.
    """
    count = max(1, min(_processes, len(pages) // _LEAST))
    first, *others = [range(len(pages) * at // count, len(pages) * (at + 1) // count) for at in range(count)]
    shares: list[_Share] = []
    begun = time.monotonic()
    try:
        with suppress(OSError):  # no more processes are to be had
            for share in others:
                shares.append(_Share(*begin(partial(_all, work, pages, share))))
        found = _all(work, pages, first)
        patient_until = time.monotonic() + _PATIENCE[0] + _PATIENCE[1] * (time.monotonic() - begun)
        for number, share in enumerate(others):
            told = _told(shares[number], patient_until) if number < len(shares) else None
            found += _all(work, pages, share) if told is None else told
        return found
    finally:
        for share in shares:
            _end(share)


def _all(work: Callable[[T], R], pages: Sequence[T], share: range) -> list[R]:
    return [work(pages[at]) for at in share]


def _told(share: _Share, until: float) -> list[R] | None:
    """Return what the process found; None where it said nothing, or not all, or not in time."""
    told = bytearray()
    waiting = select.poll()
    waiting.register(share.pipe, select.POLLIN)
    while waiting.poll(max(0.0, until - time.monotonic()) * 1000):
        if not (piece := os.read(share.pipe, 1 << 20)):
            with suppress(EOFError, pickle.UnpicklingError):
                done, found = pickle.loads(told)  # noqa: S301 - written by a process of ours, from what this one holds
                return found if done else None
            return None
        told += piece
    return None


def _end(share: _Share) -> None:
    os.close(share.pipe)
    with suppress(ProcessLookupError):
        os.kill(share.pid, signal.SIGKILL)
    with suppress(ChildProcessError):  # whoever started this process had the system wait for its children
        os.waitpid(share.pid, 0)
