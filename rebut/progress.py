"""How far the work is: a bar on a terminal, plain lines elsewhere, always on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

_DOING = {
    "intake": "opening files",
    "read": "reading pages",
    "classify": "sorting documents",
    "understand": "understanding",
    "match": "matching criteria",
    "assemble": "building the packet",
}
_LINE_EVERY_SECONDS = 2.0


class Reporter(Protocol):
    """Is told how many of how many pages are read and which stages run."""

    def __call__(self, pages_read: int, pages: int, running: tuple[str, ...]) -> None: ...


@contextmanager
def reporter() -> Iterator[Reporter]:
    """Yield what to tell of progress."""
    if sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines()


class _Lines:
    """One line when something new runs, and every two seconds while pages are read."""

    def __init__(self) -> None:
        self._told: str | None = None
        self._at = 0.0

    def __call__(self, pages_read: int, pages: int, running: tuple[str, ...]) -> None:
        doing = _words(running)
        if not doing or (doing == self._told and time.monotonic() - self._at < _LINE_EVERY_SECONDS):
            return
        self._told, self._at = doing, time.monotonic()
        counted = f"{pages_read}/{pages} pages read, " if pages else ""
        print(f"rebut: {counted}{doing}", file=sys.stderr, flush=True)


@contextmanager
def _bar() -> Iterator[Reporter]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns: tuple[Any, ...] = (
        TextColumn("{task.completed}/{task.total} pages"),
        BarColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("opening files", total=None)

        def report(pages_read: int, pages: int, running: tuple[str, ...]) -> None:
            progress.update(bar, completed=pages_read, total=pages or None, description=_words(running))

        yield report


def _words(running: tuple[str, ...]) -> str:
    return ", ".join(words for stage, words in _DOING.items() if stage in running)
