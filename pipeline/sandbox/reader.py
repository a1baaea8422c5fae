"""The worker's side: a file is handed to a process of its own, and what becomes of that process is told in our words.

One `Reader` per worker process. Its server (`pipeline.sandbox.server`) starts once; a process is
forked from it for each file and kept while the file's pages are asked for, one chunk after the
other. A page that ends its process is tried again in a new one and then left out; the pages
around it are read.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from extractors.evidence import Page, PageSource
from pipeline.sandbox.faults import (
    PAGE_PROBLEMS,
    Death,
    PageNotShownError,
    ReaderKilledError,
    error_of,
    file_error,
)
from pipeline.sandbox.limits import Limits
from pipeline.sandbox.place import environment_in
from pipeline.sandbox.server import END, FORK, TOLD
from pipeline.sandbox.wire import BrokenWireError, receive, send
from pipeline.scratch import new_folder

_TRIES = {"crashed": 2, "slow": 2, "memory": 1}  # of one page or file; what a file needs of memory it always needs
_HASTE = 4  # so much less time have the other pages of a chunk with one that hangs: the chunk ends within its limit
_START_SECONDS = 60.0  # for the server to load the reader on a busy machine
_PAGES_PER_PROCESS = 200  # then a new one: what libraries leak in a long chart stays bounded
FetchFile = Callable[[BinaryIO], object]  # writes the file's bytes into what it is given


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A file as one PDF: what `extractors.pages.anyfile` says of it."""

    kind: str
    page_count: int
    pictured: list[int]  # pages that may be scans
    parts: list[dict[str, Any]]  # {"name", "first_page", "last_page"}
    warnings: list[str]
    pdf: BinaryIO | None  # None: the file is that PDF already


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPages:
    """Pages of one file as stored JSON, those that could not be read among them as FAILED."""

    dump: bytes
    lost: Mapping[int, str]  # page -> problem, of those whose process did not survive them


class DiedError(Exception):
    """The process that had the file open is gone (a Death): what that means is for whoever asked to say."""


@dataclass(slots=True)
class _Open:
    """The process that has a file open."""

    key: str
    channel: socket.socket
    source: Any  # a named temporary file
    result: BinaryIO
    more: list[Any] = field(default_factory=list)  # files that it has besides
    pages: int = 0  # asked of it so far


@dataclass(slots=True)
class Reader:
    """Reads files in processes of their own, one file at a time; not for two threads at once."""

    limits: Limits = field(default_factory=Limits)
    peak_mb: float = 0.0  # the most memory that a process of ours held
    _server: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None
    _folder: Path | None = None
    _open: _Open | None = None

    def start(self) -> "Reader":
        """Start the server, which loads while we go on; without this the first file starts it."""
        if self._server and self._server.poll() is not None:
            self.close()  # it was killed, and its folder may be swept: nobody holds it any more
        if self._server is None:
            self._folder, lock = new_folder()
            self._control, theirs = socket.socketpair()
            self._control.settimeout(_START_SECONDS)
            words = (str(theirs.fileno()), str(self._folder), json.dumps(asdict(self.limits)))
            self._server = subprocess.Popen(
                [sys.executable, "-m", "pipeline.sandbox.server", *words],
                env=environment_in(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # libraries quote what they stumble over
                pass_fds=(theirs.fileno(), lock),
                start_new_session=True,  # Ctrl-C is the worker's to answer
            )
            theirs.close()
            os.close(lock)
        return self

    def take_in(self, fetch: FetchFile, name: str) -> TakenIn:
        """Return the file as one PDF; raises the RebutError that says what is wrong with it.

        A process that the file ends, holds up or fills is the file's fault after the last try;
        one that was ended from outside raises ReaderKilledError, which passes.
        """
        tries = 0
        while True:
            tries += 1
            try:
                opened = self._opened("", fetch)
                told, _ = self._ask(
                    opened, {"do": "take in", "file": opened.source.name, "name": name}, self.limits.file_seconds
                )
                break
            except DiedError as died:
                death: Death = died.args[0]
                if death == "killed":
                    raise ReaderKilledError from died
                if tries >= _TRIES[death]:
                    raise file_error(death, name, self.limits) from died
        self._open = None
        self._hang_up(opened, keep_result=bool(told["changed"]))
        with suppress(DiedError):
            self._end()
        return TakenIn(
            kind=told["kind"],
            page_count=told["page_count"],
            pictured=told["pictured"],
            parts=told["parts"],
            warnings=told["warnings"],
            pdf=opened.result if told["changed"] else None,
        )

    def read(self, key: str, fetch: FetchFile, numbers: Sequence[int], seconds: float | None = None) -> ReadPages:
        """Return these pages of the PDF that `fetch` writes; `key` names it, so that it is fetched once.

        seconds: for one page, where that is to be less than usual; each page then has one try. Raises
        ReaderKilledError where a process was ended from outside.
        """
        from extractors.pages.store import dump_pages, join_dumps

        found: dict[int, bytes] = {}
        lost: dict[int, str] = {}
        tries = dict.fromkeys(numbers, 0)
        slow = seconds is not None  # a file with one page that hangs has more: they get one try, and a short one
        seconds = seconds or self.limits.page_seconds
        while left := [number for number in numbers if number not in found]:
            tries[left[0]] += 1
            try:
                self._read_on(key, fetch, left, found, seconds)
            except DiedError as died:
                death: Death = died.args[0]
                if death == "killed":
                    raise ReaderKilledError from died
                at = next(number for number in left if number not in found)
                tries[at] += at != left[0]
                if tries[at] >= (1 if slow else _TRIES[death]):
                    lost[at] = PAGE_PROBLEMS[death]
                    found[at] = dump_pages([_lost(at, PAGE_PROBLEMS[death])])
                    if death == "slow" and not slow:
                        slow, seconds = True, seconds / _HASTE
        return ReadPages(dump=join_dumps([found[number] for number in numbers]), lost=lost)

    def open_together(self, fetches: Sequence[FetchFile]) -> list[str]:
        """Give these files to a new process and return their paths, for what it is asked; raises DiedError."""
        opened = self._opened("", fetches[0])
        for fetch in fetches[1:]:
            opened.more.append(tempfile.NamedTemporaryFile(dir=self._folder))  # noqa: SIM115
            fetch(opened.more[-1])
            opened.more[-1].flush()
        return [file.name for file in (opened.source, *opened.more)]

    def ask(self, question: dict[str, Any] | None, seconds: float, data: bytes = b"") -> dict[str, Any]:
        """Ask the process of `open_together`, or wait for its next answer; raises DiedError, or what it says is wrong.

        seconds: wall clock and CPU for all of its answers to this question.
        """
        assert self._open
        told, _ = self._ask(self._open, question and question | {"seconds": seconds}, seconds, data)
        return told

    def result(self) -> bytes:
        """Return what the process wrote for its last answer, and end it."""
        assert self._open
        self._open.result.seek(0)
        written = self._open.result.read()
        self.release()
        return written

    def draw(self, key: str, fetch: FetchFile, number: int, dpi: float, boxes: Sequence[Sequence[float]] = ()) -> bytes:
        """Return a page of the PDF that `fetch` writes as PNG; raises PageNotShownError where it cannot be drawn."""
        try:
            opened = self._opened(key, fetch)
            opened.pages += 1
            question = {"do": "draw", "file": opened.source.name, "page": number, "dpi": dpi}
            _, data = self._ask(opened, {**question, "boxes": [list(box) for box in boxes]}, self.limits.page_seconds)
        except DiedError as died:
            raise PageNotShownError(number) from died
        return data

    def release(self) -> None:
        """End the process that has a file open: its memory is given back."""
        if self._open:
            self._forget()
            with suppress(DiedError):
                self._end()

    def close(self) -> None:
        """End the processes; one at work is killed."""
        self._forget()
        if self._control:
            self._control.close()
            self._control = None
        if self._server:
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_on(
        self, key: str, fetch: FetchFile, numbers: Sequence[int], found: dict[int, bytes], seconds: float
    ) -> None:
        """Ask for the pages in turn and put each where the others are, until the process dies."""
        opened = self._opened(key, fetch)
        opened.pages += len(numbers)
        told_to = {"do": "read", "file": opened.source.name, "pages": list(numbers), "seconds": seconds}
        question: dict[str, Any] | None = told_to
        for number in numbers:
            told, data = self._ask(opened, question, seconds)
            if told.get("page") != number:
                self._bury("crashed")
            found[number] = data
            question = None

    def _ask(
        self, opened: _Open, question: dict[str, Any] | None, seconds: float, sent: bytes = b""
    ) -> tuple[dict[str, Any], bytes]:
        """Send the question, if any, and return the next answer; raises DiedError, OSError, or what it says."""
        try:
            if question:
                send(opened.channel, question, sent)
            opened.channel.settimeout(1.25 * seconds + 1.0)  # its own limit of CPU time comes first, unless it sleeps
            told, data = receive(opened.channel)
        except TimeoutError:
            self._bury("slow")
        except BrokenWireError:
            self._bury(None)
        if told.get("memory"):
            self._bury("memory")
        if "bug" in told:
            self._bury("crashed", f"{told['bug']} at {told.get('at')}")
        if "disk" in told:
            self.release()
            raise OSError(told["disk"], os.strerror(told["disk"]))
        if "error" in told:
            raise error_of(str(told["error"]), told.get("args"))
        return told, data

    def _opened(self, key: str, fetch: FetchFile) -> _Open:
        """Return the process that has this file open: the one there is, or a new one."""
        at = self._open
        if at and key and at.key == key and at.pages < _PAGES_PER_PROCESS and _is_open(at.channel):
            return at
        self._forget()
        self.start()
        # Named, since PDFium reads a large file piece by piece only where it has a path; gone when closed.
        source = tempfile.NamedTemporaryFile(dir=self._folder)  # noqa: SIM115 - open for as long as the process is
        result = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        try:
            fetch(source)
            source.flush()
            channel, theirs = socket.socketpair()
            with theirs:
                self._command(FORK, [theirs.fileno(), result.fileno()])
        except BaseException:
            _close(source, result)
            raise
        self._open = _Open(key=key, channel=channel, source=source, result=result)
        return self._open

    def _command(self, what: bytes, descriptors: Sequence[int] = ()) -> tuple[int, int]:
        """Tell the server what to do and return what it says; raises DiedError where it is gone."""
        assert self._control
        try:
            socket.send_fds(self._control, [what], list(descriptors))
            told = self._control.recv(TOLD.size, socket.MSG_WAITALL)
            if len(told) == TOLD.size:
                return TOLD.unpack(told)
        except (OSError, TimeoutError):
            pass
        with suppress(ProcessLookupError):
            if self._server:
                self._server.kill()
        self.close()
        raise DiedError("killed")

    def _end(self) -> tuple[int, int]:
        """End the process; returns its wait status and the most memory it held (KB)."""
        status, peak_kb = self._command(END)
        self.peak_mb = max(self.peak_mb, peak_kb / 1024)
        return status, peak_kb

    def _bury(self, death: Death | None, what: str = "") -> None:
        """End the process and raise what it died of; None: its wait status says it."""
        from pipeline.log import log

        status, peak_kb = self._end()
        self._forget()
        told = death or _death_of(status)
        # A library that gets no memory aborts, or calls the file broken; one that held most of it did so for that.
        if told == "crashed" and peak_kb > self.limits.memory_mb * 1024 // 2:
            told = "memory"
        seen = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {status >> 8}"
        log("reader ended", level="warning", code=told, signal=seen, error=what)
        raise DiedError(told)

    def _forget(self) -> None:
        if at := self._open:
            self._open = None
            self._hang_up(at)

    def _hang_up(self, at: _Open, keep_result: bool = False) -> None:
        """Close our ends: the process sees it and ends by itself."""
        at.channel.close()
        _close(at.source, *at.more, *(() if keep_result else (at.result,)))


def _close(*files: Any) -> None:
    for file in files:
        with suppress(FileNotFoundError):  # its folder went with the server
            file.close()


def _death_of(status: int) -> Death:
    """Return what a process died of that nobody here ended."""
    if not os.WIFSIGNALED(status):
        return "crashed"
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return "slow"
    if number == signal.SIGKILL:  # the kernel, out of memory, or a person: not by what we know of the file
        return "killed"
    return "crashed"


def _is_open(channel: socket.socket) -> bool:
    """Whether the other side still listens: it ends by itself when it was not asked for a while."""
    channel.settimeout(0.0)
    try:
        return channel.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _lost(number: int, problem: str) -> Page:
    return Page(
        document="", number=number, width=612.0, height=792.0, lines=(), source=PageSource.FAILED, problem=problem
    )
