"""Both storages keep the same promises; S3 is a real server."""

import io
from contextlib import closing, suppress

import boto3
import pytest
from botocore.config import Config

from pipeline.storage import (
    DamagedObjectError,
    FolderStorage,
    MissingObjectError,
    StorageUnavailableError,
    digest,
    open_storage,
)
from tests.chaos.proxy import ILLS, TiredProxy
from tests.servers import S3_KEYS, free_ports, s3_server


@pytest.fixture(scope="module")
def s3_url():
    with s3_server() as url:
        yield url


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def storage(request, tmp_path):
    if request.param == "folder":
        return FolderStorage(tmp_path / "files")
    url = request.getfixturevalue("s3_url")
    bucket, _, query = url.partition("?")
    return open_storage(f"{bucket}/{tmp_path.name}?{query}")


def test_what_is_put_comes_back(storage):
    """Whole or in pieces, an empty object too."""
    storage.put("a/b.json", b"0123456789")
    storage.put("empty", b"")

    assert storage.get("a/b.json") == b"0123456789"
    assert b"".join(storage.open("a/b.json", chunk=3)) == b"0123456789"
    assert storage.get("empty") == b""
    assert storage.exists("a/b.json")
    assert not storage.exists("a/c.json")


def test_a_stream_is_stored_from_its_start(storage):
    """Whatever was read of it before."""
    stream = io.BytesIO(b"the whole file")
    stream.read(4)

    storage.put_stream("file", stream)

    assert storage.get("file") == b"the whole file"


def test_the_first_content_of_a_key_stays(storage):
    """Two workers that made the same thing do not fight over it."""
    storage.put("key", b"first")
    storage.put("key", b"second")

    assert storage.get("key") == b"first"


def test_what_is_not_what_its_key_says_is_refused(storage):
    """Wherever it went bad: read whole, and at the end of the pieces."""
    whole, name = b"0123456789", digest(b"0123456789")
    for key in (f"cases/a/{name}", f"files/{name}/original"):
        storage.put(key, whole[:-1] + b"8")
        with pytest.raises(DamagedObjectError):
            storage.get(key)
        with pytest.raises(DamagedObjectError):
            list(storage.open(key, chunk=3))
    storage.put(f"cases/b/{name}", whole)
    assert storage.get(f"cases/b/{name}") == whole


def test_nothing_is_a_named_error(storage):
    """Not found is not unreachable."""
    with pytest.raises(MissingObjectError):
        storage.get("cases/none")
    with pytest.raises(MissingObjectError):
        storage.open("cases/none")


def test_keys_are_listed_by_prefix_and_deleted(storage):
    """Deleting what is not there is no error."""
    for key in ("cases/a/1", "cases/a/2", "cases/ab/3", "files/x"):
        storage.put(key, b"x")

    assert list(storage.keys("cases/a/")) == ["cases/a/1", "cases/a/2"]
    storage.delete("cases/a/1")
    storage.delete("cases/a/1")
    assert list(storage.keys("cases/")) == ["cases/a/2", "cases/ab/3"]
    assert list(storage.keys("nothing/")) == []


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a//b", "A name", "a/../b", "", "a/.b", "x\n"])
def test_a_key_cannot_leave_its_place(storage, key):
    """Keys are made of digests and ids; anything else is refused."""
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, b"x")


def test_a_folder_is_readable_by_its_owner_alone(tmp_path):
    """Files and folders hold patients' records."""
    storage = FolderStorage(tmp_path / "files")
    storage.put("a/b", b"x")

    modes = [path.stat().st_mode & 0o077 for path in [tmp_path / "files", *(tmp_path / "files").rglob("*")]]

    assert modes == [0, 0, 0]


def test_a_half_written_object_is_no_object(tmp_path):
    """A stream that breaks leaves nothing behind."""

    class Broken(io.BytesIO):
        def read(self, *_):
            raise OSError("gone")

    storage = FolderStorage(tmp_path / "files")
    with pytest.raises(OSError, match="gone"):
        storage.put_stream("a/b", Broken(b"x"))

    assert list(storage.keys("")) == []


@pytest.mark.slow
def test_objects_are_encrypted_when_asked(s3_url):
    """`sse=AES256` in the URL reaches the server."""
    storage = open_storage(f"{s3_url}&sse=AES256")
    storage.put("secret", b"x")

    told = storage._client.head_object(Bucket="rebut", Key="secret")

    assert told["ServerSideEncryption"] == "AES256"
    assert storage.get("secret") == b"x"


def test_a_server_that_is_not_there_is_a_named_error(monkeypatch):
    """Not found is not unreachable."""
    for name, value in S3_KEYS.items():
        monkeypatch.setenv(name, value)
    (port,) = free_ports(1)
    storage = open_storage(f"s3://rebut?endpoint=http://127.0.0.1:{port}")
    storage._client.meta.config.retries["total_max_attempts"] = 1
    storage._client.meta.events.unregister("needs-retry.s3")
    with pytest.raises(StorageUnavailableError):
        storage.get("x")


@pytest.mark.parametrize("url", ["ftp://x", "s3://b?endpiont=x", "/tmp/x"])
def test_a_mistyped_url_is_refused(url):
    """Rather than a wrong place used."""
    with pytest.raises(ValueError, match="storage URL"):
        open_storage(url)


@pytest.fixture
def tired(s3_url):
    """The same bucket behind a server that fails as it is told, without the client's own patience."""
    with closing(TiredProxy(upstream=s3_url.partition("endpoint=")[2])) as proxy:
        storage = open_storage(f"{s3_url.partition('?')[0]}/tired?endpoint={proxy.url}")
        once = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=5)
        storage._client = boto3.client("s3", endpoint_url=proxy.url, region_name="us-east-1", config=once)
        yield storage, proxy


@pytest.mark.slow
@pytest.mark.parametrize("ill", ILLS)
@pytest.mark.parametrize("call", ["get", "open", "exists", "put", "put_stream", "delete", "keys"])
def test_whatever_s3_does_is_a_named_error_or_done(tired, call, ill, monkeypatch):
    """Errors, answers cut off and silence: never a word of the library underneath, which may quote a request."""
    storage, proxy = tired
    storage.put("cases/a/b", b"0123456789" * 20_000)
    monkeypatch.setattr("tests.chaos.proxy.ILLS", (ill,))
    monkeypatch.setattr("tests.chaos.proxy.SLOW_SECONDS", 0.1)
    calls = {
        "get": lambda: storage.get("cases/a/b"),
        "open": lambda: b"".join(storage.open("cases/a/b")),
        "exists": lambda: storage.exists("cases/a/b"),
        "put": lambda: storage.put("cases/a/c", b"x"),
        "put_stream": lambda: storage.put_stream("cases/a/d", io.BytesIO(b"x")),
        "delete": lambda: storage.delete("cases/a/none"),
        "keys": lambda: list(storage.keys("cases/")),
    }

    proxy.share = 1.0
    with suppress(StorageUnavailableError):
        calls[call]()
    proxy.share = 0.0

    assert sum(proxy.ills.values())
    assert storage.get("cases/a/b") == b"0123456789" * 20_000
    storage.delete("cases/a/c")
    storage.delete("cases/a/d")


@pytest.mark.slow
def test_an_answer_cut_off_is_asked_for_again(tired, monkeypatch):
    """The client does not do so by itself once the answer has begun."""
    storage, proxy = tired
    storage.put("cases/a/b", b"0123456789" * 20_000)
    monkeypatch.setattr("tests.chaos.proxy.ILLS", ("cut",))
    proxy.share, proxy.once = 1.0, True

    assert storage.get("cases/a/b") == b"0123456789" * 20_000
    assert proxy.ills["cut"] == 1
