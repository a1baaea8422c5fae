"""Storage in a folder of this machine, for one person or one server."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pipeline.storage.interface import LINK_SECONDS, MissingObjectError, UnwritableStorageError, checked, held

# A half-written object has this suffix, which no key ends with.
_PARTIAL = ".part"


class FolderStorage:
    """Objects as files. A file appears whole or not at all, and only its owner can read it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with self._named_errors():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, key: str, data: bytes) -> None:
        self.put_stream(key, BytesIO(data))

    def put_stream(self, key: str, stream: BinaryIO) -> None:
        path = self._path(key)
        if path.exists():
            return
        partial = path.with_name(f".{secrets.token_hex(8)}{_PARTIAL}")
        stream.seek(0)
        with self._named_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    shutil.copyfileobj(stream, file, 1 << 20)
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        try:
            return b"".join(held(key, [self._path(key).read_bytes()]))
        except FileNotFoundError:
            raise MissingObjectError(key) from None

    def open(self, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise MissingObjectError(key) from None
        return held(key, _pieces(file, chunk))

    def exists(self, key: str) -> bool:
        return self._path(key).exists()

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        for folder in path.relative_to(self.root).parents[:-1]:
            try:
                (self.root / folder).rmdir()
            except OSError:  # not empty, or gone already
                return

    def link(self, key: str, name: str, media_type: str, seconds: int = LINK_SECONDS) -> str | None:
        return None

    def keys(self, prefix: str) -> Iterator[str]:
        start = self.root / prefix.rpartition("/")[0]
        found = (path for path in start.rglob("*") if path.is_file() and path.suffix != _PARTIAL)
        for key in sorted(path.relative_to(self.root).as_posix() for path in found):
            if key.startswith(prefix):
                yield key

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """What the system says of the disk, as an error that names the folder."""
        try:
            yield
        except OSError as error:
            if error.errno is None:  # the stream that was to be stored, not the disk
                raise
            raise UnwritableStorageError(self.root, os.strerror(error.errno).lower()) from error

    def _path(self, key: str) -> Path:
        return self.root / checked(key)


def _pieces(file: BinaryIO, chunk: int) -> Iterator[bytes]:
    with file:
        while piece := file.read(chunk):
            yield piece
