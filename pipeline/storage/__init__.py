"""Where files live: a folder or an S3 bucket, chosen by URL, behind one interface."""

import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.storage.folder import FolderStorage
from pipeline.storage.interface import (
    LINK_SECONDS,
    UNDERSTOOD,
    DamagedObjectError,
    MissingObjectError,
    Storage,
    StorageUnavailableError,
    UnwritableStorageError,
)

__all__ = [
    "LINK_SECONDS",
    "UNDERSTOOD",
    "DamagedObjectError",
    "FolderStorage",
    "MissingObjectError",
    "Storage",
    "StorageUnavailableError",
    "UnwritableStorageError",
    "digest",
    "open_storage",
    "open_workers_storage",
]


def open_storage(url: str) -> Storage:
    """Open `folder:/path` or `s3://bucket/prefix?endpoint=URL&region=R&sse=AES256&kms_key=ARN&downloads=URL`.

    `downloads` is the endpoint as those who download reach it, where that is not `endpoint`; `stream` hands out
    no links, for a bucket that only the servers reach.
    """
    if url.startswith("folder:"):
        return FolderStorage(Path(url.removeprefix("folder:")).expanduser().absolute())
    if url.startswith("s3://"):
        from pipeline.storage.s3 import S3Storage  # boto3 takes 0.3 s to import

        parts = urlsplit(url)
        told = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if unknown := told.keys() - {"endpoint", "region", "sse", "kms_key", "downloads"}:
            raise ValueError(f"unknown in the storage URL: {', '.join(sorted(unknown))}")
        return S3Storage(parts.netloc, parts.path, **told)
    raise ValueError("a storage URL begins with folder: or s3://")


def open_workers_storage(url: str, folder: Path, most_bytes: int) -> Storage:
    """Open the storage for a worker: a bucket with a cache of so many bytes before it; a folder is local already."""
    storage = open_storage(url)
    if isinstance(storage, FolderStorage) or not most_bytes:
        return storage
    from pipeline.storage.cache import CachedStorage

    return CachedStorage(storage, folder, most_bytes)


def digest(data: bytes) -> str:
    """Return the SHA-256 of the bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
