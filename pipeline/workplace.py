"""Which process holds a job, and whether it is still there, as far as that can be seen from here.

A process is seen from the same boot of the same machine and the same process namespace: that of
`rebut up`, or of one container. Elsewhere the lease says when it is gone.
"""

import os
from functools import cache
from pathlib import Path


def this_process() -> str:
    """Return "place.id.start" of this process; start is in ticks since boot, so an id used again is another."""
    return _named(os.getpid())


def is_gone(worker: str | None) -> bool:
    """Say whether the process is known to have ended; False where that cannot be seen from here."""
    if not worker:
        return False
    place, _, rest = worker.partition(":")
    pid, _, start = rest.partition(".")
    if place != _place() or not _place() or not pid.isdigit():
        return False
    return _started(int(pid)) != start


@cache
def _named(pid: int) -> str:
    return f"{_place()}:{pid}.{_started(pid)}"


@cache
def _place() -> str:
    """Return what every process that can see the same process ids has in common; empty where there is no /proc."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")[:16]
        return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when the process started; empty where it is none, or one that has ended and is not yet waited for."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[0] in "ZX" else words[19]
