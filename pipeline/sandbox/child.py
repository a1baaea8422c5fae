"""The process that opens one file, and answers what a worker asks about it.

It holds no credentials, no database and no storage: a folder with the file, a descriptor to
write to, and the channel. Its answers are pages as JSON, a page as a picture, or the code and arguments of an error.
"""

import errno
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from extractors.errors import RebutError
from pipeline.sandbox.confine import allow_seconds, confine
from pipeline.sandbox.limits import Limits
from pipeline.sandbox.wire import BrokenWireError, receive, send

# The disk is full, broken or not to be written. Not EFBIG, which is the limit on what one file may make us write.
DISK_FAILS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
SCRATCH = "scratch"  # the folder inside, the only one it may write to
_IDLE_SECONDS = 30.0  # without a question; then the file's memory is given back
_LOOKED_AT = 250  # pages at once for their pictures: the file is opened for it, 9 ms

Answer = tuple[dict[str, Any], bytes]
Tell = Callable[..., None]  # an answer, and bytes that go with it


def serve(channel: socket.socket, result: int, limits: Limits, folder: Path) -> None:
    """Answer until the worker hangs up or falls silent.

    folder: where the worker puts the file to open; result: descriptor of what a PDF made of it is written to.
    """
    confine(limits, folder, folder / SCRATCH)
    channel.settimeout(_IDLE_SECONDS)
    with suppress(BrokenWireError, TimeoutError):
        while True:
            asked, given = receive(channel)
            try:
                for told, data in _answers(asked, given, result, limits, partial(send, channel)):
                    send(channel, told, data)
            except BrokenWireError:
                raise
            except RebutError as error:
                send(channel, {"error": error.code, "args": list(error.args)})
            except OSError as error:
                if error.errno in DISK_FAILS:  # the machine's matter, and no fault of the file
                    send(channel, {"disk": error.errno})
                else:
                    send(channel, {"bug": type(error).__name__, "at": _where(error)})
            except MemoryError:
                send(channel, {"memory": True})
            except Exception as error:  # a bug of ours, or a library's word for a broken file: the worker decides
                send(channel, {"bug": type(error).__name__, "at": _where(error)})


def _answers(asked: dict[str, Any], given: bytes, result: int, limits: Limits, tell: Tell) -> Iterator[Answer]:
    if asked["do"] == "take in":
        allow_seconds(limits.file_seconds)
        yield _take_in(Path(asked["file"]), result, asked["name"]), b""
        return
    if asked["do"] in ("bind", "cut"):
        from pipeline.packet.apart import answer

        allow_seconds(asked["seconds"])
        yield answer(asked, given, result, lambda document: tell({"at": document})), b""
        return
    if asked["do"] == "draw":
        from pipeline.sandbox.picture import picture_of

        allow_seconds(limits.page_seconds)
        yield {"page": asked["page"]}, picture_of(asked["file"], asked["page"], asked["dpi"], asked["boxes"])
        return
    from pipeline.sandbox.offspring import in_offspring

    for run, may_be_scans in _runs(asked["file"], asked["pages"]):
        read = partial(_read, asked | {"pages": run}, tell)
        _readings().learn(in_offspring(read) if may_be_scans else read())


def _runs(file: str, numbers: Sequence[int]) -> Iterator[tuple[list[int], bool]]:
    """Yield the pages in runs, and whether a run is for a process of its own, so that nothing of its pages stays.

    One that may be a scan begins a run: what the typed pages before it left would be in the engine's process too. In a
    stretch of the file where none may be, all is read here: 20 ms less for each run.
    """
    pictured = {number for number in numbers if number in _pictured(file, number // _LOOKED_AT)}
    apart = any(_pictured(file, number // _LOOKED_AT) for number in numbers)
    begins = [0, *(at for at, number in enumerate(numbers[1:], 1) if number in pictured)]
    for first, end in pairwise([*begins, len(numbers)]):
        yield list(numbers[first:end]), apart


@cache
def _pictured(file: str, block: int) -> frozenset[int]:
    """Return the pages of the block that may be scans."""
    from extractors.pages import count_pages_of_pdf, pictured_pages
    from pipeline.sandbox.offspring import in_offspring

    def look() -> list[int]:
        end = 1 + (count_pages_of_pdf(file, "") or 0)
        return pictured_pages(file, range(block * _LOOKED_AT or 1, min((block + 1) * _LOOKED_AT, end)))

    return frozenset(in_offspring(look))


def _read(asked: dict[str, Any], tell: Tell) -> dict[Any, Any]:
    """Tell the pages one by one as they are read, and return the readings of pictures that were new."""
    from extractors.pages import dump_pages, each_page

    readings = _readings()
    before = readings.known().keys()
    for page in each_page(asked["file"], "", _in_time(asked["pages"], asked["seconds"]), readings):
        tell({"page": page.number}, dump_pages([page]))
    return {picture: packed for picture, packed in readings.known().items() if picture not in before}


@cache
def _readings() -> Any:
    """Return what this process has read of pictures: it has one file open in all its life."""
    from extractors.pages.readings import Readings
    from pipeline.sandbox.offspring import in_offspring

    return Readings(in_offspring)


def _in_time(numbers: Iterable[int], seconds: float) -> Iterator[int]:
    for number in numbers:
        allow_seconds(seconds)
        yield number


def _take_in(source: Path, result: int, name: str) -> dict[str, Any]:
    from extractors.pages import count_pages_of_pdf, normalize, pictured_pages

    if count := count_pages_of_pdf(str(source), name):
        pictured = pictured_pages(str(source), range(1, count + 1))
        return {"changed": False, "kind": "pdf", "page_count": count, "pictured": pictured, "parts": [], "warnings": []}
    normalized = normalize(source.read_bytes(), name)
    with os.fdopen(os.dup(result), "wb") as file:
        file.write(normalized.pdf)
    return {
        "changed": True,
        "kind": normalized.kind,
        "page_count": normalized.page_count,
        "pictured": pictured_pages(normalized.pdf, range(1, normalized.page_count + 1)),
        "parts": [
            {"name": part.name, "first_page": part.first_page, "last_page": part.last_page} for part in normalized.parts
        ],
        "warnings": list(normalized.warnings),
    }


def _where(error: BaseException) -> str:
    from pipeline.log import where

    return where(error)
