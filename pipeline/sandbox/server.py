"""The process that has the reader loaded and never sees a file: it forks one that does.

`python -m pipeline.sandbox.server FD FOLDER LIMITS`, started by `pipeline.sandbox.reader` with an
environment of its own. A fork takes 8 ms; loading the reader and its model takes 0.6 s.
"""

import gc
import json
import os
import shutil
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from extractors.errors import MissingProgramError
from pipeline.sandbox.child import SCRATCH, serve
from pipeline.sandbox.limits import Limits

FORK, END = b"F", b"E"
_PICTURE = 9_000_000  # bytes of a letter page at 300 dpi, and some
TOLD = struct.Struct("!iQ")  # a process id or wait status, and the most memory it held (KB)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    folder, limits = Path(sys.argv[2]), Limits(**json.loads(sys.argv[3]))
    (folder / SCRATCH).mkdir(mode=0o700)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the worker's to answer; when it ends, the channel closes
    _load()
    gc.freeze()  # what is loaded stays: no collection in a process forked from here goes over it, or copies it
    child = 0
    try:
        while True:
            asked, descriptors, _, _ = socket.recv_fds(control, 1, 2)
            if not asked:
                return
            ended = _end(child, folder / SCRATCH)
            child = 0
            if asked == FORK:
                child = _fork(control, descriptors, folder, limits)
            control.sendall(TOLD.pack(child, 0) if child else TOLD.pack(*ended))
            for descriptor in descriptors:
                os.close(descriptor)
    finally:
        _end(child, folder / SCRATCH)
        shutil.rmtree(folder, ignore_errors=True)


def _load() -> None:
    """Load what every file needs, so that the processes forked from here have it."""
    import extractors.pages.read
    import extractors.pages.streams  # noqa: F401
    from extractors.pages.engine import lend_engine
    from extractors.pages.native import reuse_blocks
    from extractors.pages.quality import judge_text

    judge_text("its everyday words")
    reuse_blocks(_PICTURE)
    with suppress(MissingProgramError):  # whoever needs it says so, with the command that installs it
        lend_engine()


def _fork(control: socket.socket, descriptors: list[int], folder: Path, limits: Limits) -> int:
    if child := os.fork():
        return child
    status = 1
    try:
        control.close()
        channel, result = descriptors
        serve(socket.socket(fileno=channel), result, limits, folder)
        status = 0
    finally:
        os._exit(status)


def _end(child: int, scratch: Path) -> tuple[int, int]:
    """End the process and wipe what it left; returns its wait status and peak memory (KB)."""
    if not child:
        return 0, 0
    os.kill(child, signal.SIGKILL)  # ours and not waited for: the id is still its own
    _, status, used = os.wait4(child, 0)
    for left in scratch.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return status, used.ru_maxrss


if __name__ == "__main__":
    main()
