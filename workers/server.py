"""The process that forks our children: started early, since it loads its modules while we load ours."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running


def start_server(*preload: str) -> ForkServerContext:
    """Start the server, with these modules loaded, unless it runs already; return its context.

    It and its children ignore Ctrl-C from birth: that is the parent's to answer.
    """
    os.environ["OMP_THREAD_LIMIT"] = "1"  # one page per core beats four threads per page
    context = get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    with _deaf_to_interrupts():
        ensure_running()
    return context


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
