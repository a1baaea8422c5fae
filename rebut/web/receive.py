"""Files as they arrive: from the socket to a nameless temporary file, measured and hashed on the way.

A form is read piece by piece, so that a request holds a megabyte in memory whatever it sends. What it sent vanishes
with it: the temporary files have no name, so neither a fault nor a power cut leaves one behind.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import Any, BinaryIO, ParamSpec, TypeVar

from anyio import to_thread
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from extractors.errors import EmptyFileError, RebutError, UnknownFileTypeError
from extractors.pages.normalized import sniff
from pipeline.cases import Given
from rebut.web.actor import check_form

P = ParamSpec("P")
R = TypeVar("R")

STORED_AT_ONCE = 4  # requests whose files go to the storage; more would only share its line, and run into its limits
_BUFFER = 1 << 20  # bytes held before they are written
_HEAD = 4096  # bytes that tell what a file is
_FIELD = 8192  # most bytes of a field that is no file
_MOST_FIELDS, _MOST_FILES = 40, 100
_LONGEST_NAME = 120


class TooLargeError(RebutError):
    """The files of one request are larger together than accepted (megabytes)."""

    code = "upload-too-large"
    message = "The files are larger than {0} MB together. Send the records that this case needs, or raise the limit."


class TooManyFilesError(RebutError):
    """More files than one request may have (limit)."""

    code = "upload-too-many-files"
    message = "More than {0} files came at once. Send those of one case together, and another case on its own."


class NoFilesError(RebutError):
    """A request without any file."""

    code = "no-files"
    message = "No file came with the request. Send each as a part named `files` of multipart/form-data."


class BrokenFormError(RebutError):
    """The body is no form, or ends in the middle of one."""

    code = "upload-broken"
    message = "The upload broke off or is not a form of files, so nothing was kept. Send the files again."


@dataclass(slots=True)
class Form(AbstractContextManager["Form"]):
    """What a form held; its temporary files vanish at the end."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Given] = field(default_factory=list)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the temporary files vanish."""
        for file in self.files:
            file.stream.close()


async def receive_files(request: Request) -> Form:
    """Return the files that a request sends, and its fields; raises a RebutError and keeps nothing of a refused one."""
    settings = request.app.state.settings
    return await receive_form(
        request, settings.upload_mb, settings.home, lambda fields: check_form(request, fields.get("form_token"))
    )


async def store(request: Request, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run what stores files, few at a time: the others wait without a thread, which pages are answered by."""
    return await to_thread.run_sync(partial(call, *args, **kwargs), limiter=request.app.state.storing)


async def receive_form(request: Request, limit_mb: int, place: Path, allow: Callable[[dict[str, str]], object]) -> Form:
    """Return the fields and files of a multipart form; raises a RebutError and keeps nothing where one is refused.

    place: the folder whose disk holds what is being received.
    allow: is asked with the fields before the first file, and raises where the sender may not send it.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BrokenFormError
    incoming = _Incoming(limit_mb, place, allow)
    try:
        parser = MultipartParser(options[b"boundary"], incoming.callbacks())
        async for piece in request.stream():
            parser.write(piece)
            if incoming.held >= _BUFFER:
                await run_in_threadpool(incoming.write_down)
        parser.finalize()
        await run_in_threadpool(incoming.write_down)
        if not incoming.ended:
            raise BrokenFormError
        _check(incoming.form.files, incoming.heads)
    except (FormParserError, ClientDisconnect) as error:
        incoming.form.close()
        raise BrokenFormError from error
    except BaseException:
        incoming.form.close()
        raise
    return incoming.form


def base_name(told: str) -> str:
    """Return the name of a file without folders and control characters, its end kept where it is cut."""
    name = PurePath(told.replace("\\", "/")).name
    name = "".join(at for at in name if at.isprintable()).strip()
    name = name if name.strip(".") else "file"
    stem, dot, end = name.rpartition(".")
    if len(name) <= _LONGEST_NAME or not dot or len(end) > 8:
        return name[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(end) - 1]}.{end}"


def distinct(files: Sequence[Given], taken: Sequence[str] = ()) -> list[Given]:
    """Return the files under names of their own: a telephone calls every photo image.jpg."""
    used, found = set(taken), []
    for file in files:
        name, count = file.name, 1
        stem, dot, end = name.rpartition(".") if "." in name else (name, "", "")
        while name in used:
            count += 1
            name = f"{stem} ({count}){dot}{end}"
        used.add(name)
        found.append(replace(file, name=name))
    return found


class _Incoming:
    """A form while it arrives: called by the parser, which waits for nothing; `write_down` does the slow part."""

    def __init__(self, limit_mb: int, place: Path, allow: Callable[[dict[str, str]], object]) -> None:
        self.form, self.heads, self.ended = Form(), [], False
        self._limit_mb, self._left, self._place, self._allow = limit_mb, limit_mb << 20, place, allow
        self._headers: dict[bytes, bytes] = {}
        self._header_name = self._header_value = b""
        self._field: tuple[str, bytearray] | None = None
        self._open: tuple[str, BinaryIO, Any, bytearray] | None = None  # name, stream, digest, first bytes
        self._piece = bytearray()  # of the file that is open, not written yet

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_name,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._start,
            "on_part_data": self._data,
            "on_part_end": self._finish,
            "on_end": self._end,
        }

    @property
    def held(self) -> int:
        """Bytes that are not written yet."""
        return len(self._piece)

    def write_down(self) -> None:
        """Hash and write what is held."""
        if self._open and self._piece:
            _, stream, sha256, _ = self._open
            sha256.update(self._piece)
            stream.write(self._piece)
        self._piece = bytearray()

    def _begin(self) -> None:
        self._headers, self._field, self._open = {}, None, None

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _start(self) -> None:
        _, told = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = told.get(b"name", b"").decode("utf-8", "replace")
        given = told.get(b"filename")
        if given is None:
            if len(self.form.fields) >= _MOST_FIELDS:
                raise BrokenFormError
            self._field = name, bytearray()
        elif given and name != "files":
            raise NoFilesError  # left out, a page that the appeal needs would be missing without a word
        elif given:  # a browser sends a nameless file where none was chosen
            self._allow(self.form.fields)
            if len(self.form.files) >= _MOST_FILES:
                raise TooManyFilesError(_MOST_FILES)
            stream: Any = tempfile.TemporaryFile(dir=self._place)  # noqa: SIM115 - the caller closes it
            self._open = base_name(given.decode("utf-8", "replace")), stream, hashlib.sha256(), bytearray()
            self.form.files.append(Given(name=self._open[0], sha256="", size=0, stream=stream))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._left -= end - start
        if self._left < 0:
            raise TooLargeError(self._limit_mb)
        if self._field:
            if len(self._field[1]) + end - start > _FIELD:
                raise BrokenFormError
            self._field[1].extend(data[start:end])
        elif self._open:
            head = self._open[3]
            if len(head) < _HEAD:
                head.extend(data[start : min(end, start + _HEAD - len(head))])
            self._piece += memoryview(data)[start:end]

    def _finish(self) -> None:
        if self._field:
            self.form.fields[self._field[0]] = self._field[1].decode("utf-8", "replace")
        elif self._open:
            name, stream, sha256, head = self._open
            self.write_down()
            size = stream.tell()
            self.form.files[-1] = Given(name=name, sha256=sha256.hexdigest(), size=size, stream=stream)
            self.heads.append(bytes(head))

    def _end(self) -> None:
        self.ended = True


def _check(files: list[Given], heads: list[bytes]) -> None:
    """Refuse at once what the readers would refuse later."""
    if not files:
        raise NoFilesError
    for file, head in zip(files, heads, strict=True):
        if not file.size:
            raise EmptyFileError(file.name)
        if sniff(head) is None:
            raise UnknownFileTypeError(file.name)
