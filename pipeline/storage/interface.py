"""What every storage can do. Keys are digests and opaque ids: they never hold a name."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, ClassVar, Protocol

from extractors.errors import RebutError

# Lower-case words parted by slashes: no "..", no absolute path, nothing a shell or URL has to quote.
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")

_DIGEST = re.compile(r"[0-9a-f]{64}")

UNDERSTOOD = "understood-"  # how names begin, under files/SHA256/, of what quotes the name that a case has for the file

LINK_SECONDS = 300  # long enough to start a download, too short to be worth passing on


class StorageUnavailableError(RebutError):
    """The storage does not answer; trying again later may help (what was tried)."""

    code: ClassVar[str] = "storage-unavailable"
    message: ClassVar[str] = (
        "The file storage did not answer ({0}). Check that it runs and is reachable, then try again."
    )
    exit_status: ClassVar[int] = 1


class UnwritableStorageError(StorageUnavailableError):
    """The folder cannot be written, as when the disk is full (folder, what the system says)."""

    code: ClassVar[str] = "storage-unwritable"
    message: ClassVar[str] = (
        "Files cannot be kept in {0}: {1}. Make room or put the folder's rights right, or set REBUT_HOME to "
        "another place, then try again."
    )


class MissingObjectError(RebutError):
    """Nothing is stored under this key."""

    code: ClassVar[str] = "storage-missing"
    message: ClassVar[str] = "Nothing is stored under {0}. It was removed, or the storage is not the one it was put in."
    exit_status: ClassVar[int] = 1


class DamagedObjectError(RebutError):
    """What came back is not what was put."""

    code: ClassVar[str] = "storage-damaged"
    message: ClassVar[str] = "The object {0} is not what was stored (its checksum differs). Restore it from the backup."
    exit_status: ClassVar[int] = 1


class Storage(Protocol):
    """Bytes under keys. An object is written once: putting the same key again keeps the first content."""

    def put(self, key: str, data: bytes) -> None: ...

    def put_stream(self, key: str, stream: BinaryIO) -> None:
        """Store all that the seekable stream holds from its start."""

    def get(self, key: str) -> bytes:
        """Return the bytes; raises MissingObjectError."""

    def open(self, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
        """Return the bytes in pieces of at most `chunk`; raises MissingObjectError at once."""

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""

    def link(self, key: str, name: str, media_type: str, seconds: int = LINK_SECONDS) -> str | None:
        """Return a URL that gives this one object to whoever holds it, as a download under this name.

        None: this storage hands nothing out itself, so the caller streams it.
        """

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield every key that begins with the prefix, sorted."""


def checked(key: str) -> str:
    """Return the key, refusing one that could leave its place."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def digest_in(key: str) -> str | None:
    """Return the SHA-256 that the key says its object has; None where it says none."""
    whole, _, last = key.rpartition("/")
    if last == "original":
        last = whole.rpartition("/")[2]
    elif whole.startswith("files/"):
        return None  # what was read of a file is kept under the digest of the reader
    return last if _DIGEST.fullmatch(last) else None


def held(key: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of an object; raises DamagedObjectError at the end of one that is not what its key says."""
    told = digest_in(key)
    measured = hashlib.sha256()
    for piece in pieces:
        if told:
            measured.update(piece)
        yield piece
    if told and measured.hexdigest() != told:
        raise DamagedObjectError(key)
