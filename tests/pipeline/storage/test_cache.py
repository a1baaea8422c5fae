"""A worker's cache saves fetching, never changes what is read, and stays within its size."""

import os
import stat
import time

import pytest

from pipeline.storage import FolderStorage, MissingObjectError, open_workers_storage
from pipeline.storage.cache import CachedStorage


@pytest.fixture
def behind(tmp_path):
    return FolderStorage(tmp_path / "bucket")


@pytest.fixture
def cached(tmp_path, behind):
    return CachedStorage(behind, tmp_path / "cache", most_bytes=10_000)


def files(cached) -> list:
    return sorted(cached._folder.iterdir())


def test_what_was_fetched_once_is_not_fetched_again(cached, behind):
    """Whole or in pieces, an empty object too."""
    behind.put("cases/a/1", b"0123456789")
    behind.put("cases/a/2", b"")
    assert (cached.get("cases/a/1"), cached.get("cases/a/2")) == (b"0123456789", b"")
    behind.delete("cases/a/1")

    assert b"".join(cached.open("cases/a/1", chunk=3)) == b"0123456789"
    assert not cached.exists("cases/a/1")  # asked of the bucket: what was purged is not there


def test_what_was_half_read_is_not_kept(cached, behind):
    """Nor does the part lie around."""
    behind.put("key", b"0123456789")
    pieces = cached.open("key", chunk=4)
    next(pieces)
    pieces.close()

    assert files(cached) == []


def test_a_rotten_file_is_fetched_again(cached, behind):
    """One bit is enough."""
    behind.put("key", b"0123456789")
    cached.get("key")
    (file,) = files(cached)
    file.write_bytes(file.read_bytes()[:-1] + b"8")

    assert cached.get("key") == b"0123456789"
    assert cached.get("key") == b"0123456789"


def test_the_cache_stays_within_its_size(tmp_path, cached, behind):
    """What was not read for longest goes first; an object that would fill it is not kept at all."""
    for number in range(40):
        behind.put(f"key/{number}", bytes([number]) * 1000)
        cached.get(f"key/{number}")
        cached.get("key/0")
    behind.put("large", bytes(6000))
    cached.get("large")
    CachedStorage(behind, tmp_path / "cache", most_bytes=10_000)

    assert sum(file.stat().st_size for file in files(cached)) <= 10_000
    behind.delete("key/0")
    assert cached.get("key/0") == bytes(1000)


def test_what_is_old_is_gone(tmp_path, cached, behind):
    """A case that was purged on another machine must not stay here."""
    behind.put("key", b"0123456789")
    cached.get("key")
    (file,) = files(cached)
    os.utime(file, (time.time(), time.time() - 4000))
    behind.delete("key")

    with pytest.raises(MissingObjectError):
        cached.get("key")
    assert files(cached) == []


def test_what_is_deleted_here_is_gone_here(cached, behind):
    """With the object itself."""
    behind.put("key", b"0123456789")
    cached.get("key")
    cached.delete("key")

    assert files(cached) == []
    assert not behind.exists("key")


def test_a_cache_that_cannot_be_written_costs_no_case(tmp_path, behind):
    """As when its disk is full."""
    (tmp_path / "file").write_text("in the way")
    cached = CachedStorage(behind, tmp_path / "file" / "cache", most_bytes=10_000)
    behind.put("key", b"0123456789")

    assert cached.get("key") == cached.get("key") == b"0123456789"


def test_nobody_else_reads_the_cache(cached, behind):
    """It holds patients' records; its names are digests."""
    behind.put("key", b"0123456789")
    cached.get("key")

    assert stat.S_IMODE(cached._folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in files(cached)] == [0o600]


def test_a_folder_needs_no_cache(tmp_path):
    """It is on this machine already."""
    storage = open_workers_storage(f"folder:{tmp_path}/files", tmp_path / "cache", 1000)

    assert isinstance(storage, FolderStorage)
