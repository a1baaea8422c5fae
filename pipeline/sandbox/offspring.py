"""A piece of work in a process forked for it, so that what it takes of memory is gone with it.

Freed, the engine's pieces still lie between others: after 30 pages of a chart the process that read them held 20 MB
more than after one, and after 1,000 pages 34. Forked for each picture, the largest one is the one with the heaviest
picture, however long the chart; that costs 0.8% of the time. What reads a run of pages is forked too: the file's
process, from which all are forked, then stays as small as it was (it grew by 7 MB over 200 pages).
"""

import gc
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TypeVar

from extractors.pages.native import give_back_memory
from pipeline.log import where
from pipeline.sandbox.confine import end_with_parent

_Result = TypeVar("_Result")


def in_offspring(work: Callable[[], _Result]) -> _Result:
    """Return what the work returns, raise what it raises, and die as it dies: of the same signal.

    For a process without threads. What comes back is unpickled: this process is confined as that one is and has the
    same file, so that whoever is in command there gains nothing here. The limit on CPU time holds for the new process
    from its own beginning.
    """
    give_back_memory()  # what it does not get, it cannot hold: 16 MB after a fax
    child, ours = begin(work)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        _die_of(os.WTERMSIG(status))
    if not told:
        raise RuntimeError("the process ended without a word")
    done, result = pickle.loads(told)  # noqa: S301 - see above
    if not done:
        raise result
    return result


def begin(work: Callable[[], object]) -> tuple[int, int]:
    """Start the work in a process forked for it, which ends with this one.

    Return its id and the pipe that tells (True, what came of it) or (False, what was raised), pickled, and then ends;
    nothing where it died. Raises OSError where no process is to be had.
    """
    ours, theirs = os.pipe()
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        raise
    if not child:
        os.close(ours)
        _work(work, theirs, parent)
    os.close(theirs)
    return child, ours


def _work(work: Callable[[], object], result: int, parent: int) -> NoReturn:
    """Do the work, tell what came of it and end; nothing of this process's parent is run on the way out."""
    status = 1
    try:
        end_with_parent()
        if os.getppid() != parent:  # it ended before that was asked for
            os._exit(status)
        gc.disable()  # what it makes is gone before it would be worth a look
        told = _told(work)
        with os.fdopen(result, "wb") as pipe:
            pipe.write(told)
        status = 0
    finally:
        os._exit(status)


def _told(work: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps((True, work()), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        with suppress(Exception):
            error.__dict__["raised_at"] = where(error)
            return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        return pickle.dumps((False, RuntimeError(type(error).__name__)), pickle.HIGHEST_PROTOCOL)


def _die_of(number: int) -> NoReturn:
    """End as the other process did: whoever waits for this one reads from it what the page does."""
    with suppress(OSError):  # SIGKILL, which has no other answer
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(1)
