"""Work in a process forked for it looks like work done here, and leaves nothing behind."""

import os
import re
import resource
import signal
import subprocess
import sys
import time

import pytest

from extractors.pages.problems import PageProblem
from pipeline.log import where
from pipeline.sandbox.offspring import in_offspring
from tests.pipeline.sandbox.test_reader import alive

FORK = "import os, time, signal\nfrom pipeline.sandbox.offspring import in_offspring\n"


class StubbornError(Exception):
    """One that cannot be handed over."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)


def test_what_the_work_returns_comes_back():
    """However much of it there is, and from another process."""
    pid, words = in_offspring(lambda: (os.getpid(), "word " * 300_000))
    assert (pid == os.getpid(), len(words)) == (False, 1_500_000)


def test_what_the_work_raises_is_raised():
    """In its own class with its own words: the page's problem is told by them."""

    def fail():
        raise PageProblem("page-too-slow")

    with pytest.raises(PageProblem) as told:
        in_offspring(fail)
    assert told.value.code == "page-too-slow"


def test_what_the_work_raises_says_where():
    """The operator is told the line that failed, not the one that waited for it."""

    def fail():
        raise KeyError("word of a page")

    with pytest.raises(KeyError) as told:
        in_offspring(fail)
    assert re.fullmatch(r"test_offspring\.py:\d+ fail", where(told.value))


def test_an_error_that_cannot_be_handed_over_is_one_all_the_same():
    def fail():
        raise StubbornError("one", "other")

    with pytest.raises((StubbornError, RuntimeError, TypeError)):
        in_offspring(fail)


def test_a_process_that_ends_without_a_word_is_an_error():
    with pytest.raises(RuntimeError, match="without a word"):
        in_offspring(lambda: os._exit(0))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU, signal.SIGKILL])
def test_its_death_is_ours(number):
    """Whoever waits for the process that has the file open is told what the page did."""
    code = f"{FORK}in_offspring(lambda: (os.kill(os.getpid(), {int(number)}), time.sleep(20)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -number


def test_it_ends_with_the_process_that_it_works_for():
    """One that reads on for nobody would hold the patient's page."""
    code = f"{FORK}in_offspring(lambda: (print(os.getpid(), flush=True), time.sleep(60)))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
        patience = time.monotonic() + 10
        while alive(child) and time.monotonic() < patience:
            time.sleep(0.02)
    assert not alive(child)


def test_its_memory_is_not_ours():
    """200 MB that the work took are neither held nor counted here."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert in_offspring(lambda: len(bytes(200 << 20).replace(b"\0", b"\1"))) == 200 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + (50 << 10)
