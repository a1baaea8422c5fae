"""What a worker fetched from a bucket, kept on its disk for a while: the stages of a case read the same pages.

Objects never change, so what is kept is right for as long as it is whole: each is held to its checksum when it is
read. The folder is the owner's alone, bounded in size, and nothing in it grows older than an hour: what was purged
on another machine is gone by then. A disk that is full costs time, no case.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pipeline.storage.interface import LINK_SECONDS, Storage

_DIGEST_BYTES = 32  # stand before the content of a file
_PARTIAL = ".part"
_OLDEST_SECONDS = 3600.0
_LOOK_EVERY = 16  # files written between two looks at how much there is


class CachedStorage:
    """A storage with a bounded local cache before it; safe for several processes on one folder."""

    def __init__(self, behind: Storage, folder: Path, most_bytes: int) -> None:
        self._behind, self._folder, self._most = behind, folder, most_bytes
        self._written = 0
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_room(self._folder, self._most)

    def put(self, key: str, data: bytes) -> None:
        self.put_stream(key, BytesIO(data))

    def put_stream(self, key: str, stream: BinaryIO) -> None:
        self._behind.put_stream(key, stream)  # the next stage fetches it, often on another machine

    def get(self, key: str) -> bytes:
        return b"".join(self.open(key))

    def open(self, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
        kept = self._kept(key)
        return _pieces(kept, chunk) if kept else self._fetched(key, self._behind.open(key, chunk))

    def exists(self, key: str) -> bool:
        return self._behind.exists(key)

    def delete(self, key: str) -> None:
        with suppress(OSError):
            self._path(key).unlink(missing_ok=True)
        self._behind.delete(key)

    def link(self, key: str, name: str, media_type: str, seconds: int = LINK_SECONDS) -> str | None:
        return self._behind.link(key, name, media_type, seconds)

    def keys(self, prefix: str) -> Iterator[str]:
        return self._behind.keys(prefix)

    def _kept(self, key: str) -> BinaryIO | None:
        """Return the content, open behind its checksum, where it is here, whole and young enough."""
        path = self._path(key)
        try:
            file = path.open("rb")
        except OSError:
            return None
        told = file.read(_DIGEST_BYTES)
        if time.time() - os.fstat(file.fileno()).st_mtime < _OLDEST_SECONDS and _digest_of(file) == told:
            file.seek(_DIGEST_BYTES)
            with suppress(OSError):
                os.utime(path, (time.time(), os.fstat(file.fileno()).st_mtime))  # read now, written then
            return file
        file.close()
        with suppress(OSError):
            path.unlink()
        return None

    def _fetched(self, key: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield what comes from behind, and keep it once all of it has come."""
        partial, kept, digest, size = self._folder / f"{secrets.token_hex(8)}{_PARTIAL}", None, hashlib.sha256(), 0
        with suppress(OSError):
            kept = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            kept.write(bytes(_DIGEST_BYTES))
        try:
            for piece in pieces:
                size += len(piece)
                if kept and (size > self._most // 2 or not _written(kept, piece)):
                    kept = _dropped(kept, partial)
                digest.update(piece)
                yield piece
            if kept:
                kept = self._keep(key, kept, partial, digest.digest())
        finally:
            if kept:
                _dropped(kept, partial)

    def _keep(self, key: str, kept: BinaryIO, partial: Path, digest: bytes) -> None:
        try:
            kept.seek(0)
            kept.write(digest)
            kept.close()
            partial.replace(self._path(key))
        except OSError:
            _dropped(kept, partial)
            return
        self._written += 1
        if self._written % _LOOK_EVERY == 0:
            make_room(self._folder, self._most)

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()


def make_room(folder: Path, most_bytes: int) -> None:
    """Remove what is old, then what was not read for longest, until the cache in the folder is within its size."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            told = path.stat()
            found.append((told.st_atime, told.st_mtime, told.st_size, path))
    left = sum(size for _, _, size, _ in found)
    for _, written, size, path in sorted(found, key=lambda one: one[0]):
        if left > most_bytes or time.time() - written > _OLDEST_SECONDS:
            with suppress(OSError):
                path.unlink()
            left -= size


def _written(file: BinaryIO, piece: bytes) -> bool:
    try:
        file.write(piece)
    except OSError:  # the disk is full: the case goes on from the bucket
        return False
    return True


def _dropped(file: BinaryIO, partial: Path) -> None:
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        partial.unlink()


def _digest_of(file: BinaryIO) -> bytes:
    return hashlib.file_digest(file, "sha256").digest()


def _pieces(file: BinaryIO, chunk: int) -> Iterator[bytes]:
    with file:
        while piece := file.read(chunk):
            yield piece
