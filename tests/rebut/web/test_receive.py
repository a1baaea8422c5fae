"""Files from the socket: measured, hashed, refused in time, and gone when the request is."""

import asyncio
import hashlib
import os
from contextlib import suppress

import pytest

from extractors.errors import EmptyFileError, UnknownFileTypeError
from pipeline.cases import Given
from rebut.web.actor import ForgedFormError
from rebut.web.receive import (
    BrokenFormError,
    NoFilesError,
    TooLargeError,
    TooManyFilesError,
    base_name,
    distinct,
    receive_form,
)

PDF = b"%PDF-1.7\n" + b"x" * 3_000_000


class Asked:
    """What a request is for the parser: its type and its body, in pieces of any length."""

    def __init__(self, body: bytes, piece: int = 65_536, kind: str = "multipart/form-data; boundary=cut"):
        self.headers = {"content-type": kind}
        self.body, self.piece, self.taken = body, piece, 0

    async def stream(self):
        for at in range(0, len(self.body), self.piece):
            self.taken = min(at + self.piece, len(self.body))
            yield self.body[at : at + self.piece]


def form(*parts: tuple[str, str | None, bytes], end: bytes = b"--cut--\r\n") -> bytes:
    told = b""
    for name, file, data in parts:
        named = f'; filename="{file}"' if file is not None else ""
        told += f'--cut\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + data + b"\r\n"
    return told + end


def receive(asked, place, limit_mb=10, allow=lambda fields: None):
    return asyncio.run(receive_form(asked, limit_mb, place, allow))


def open_files(place) -> int:
    """How many of our descriptors are files of the folder, named or not."""
    found = 0
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the one that listed them
            found += os.readlink(f"/proc/self/fd/{descriptor}").startswith(str(place))
    return found


@pytest.mark.parametrize("piece", [1 << 20, 65_536, 1009, 7])
def test_files_come_whole_however_they_are_cut(tmp_path, piece):
    """Digest, size and bytes are those that were sent; fields beside them too."""
    short = PDF[:20_000]
    asked = Asked(form(("form_token", None, b"abc"), ("files", "a.pdf", short), ("files", "b.pdf", short[:99])), piece)
    found = receive(asked, tmp_path)

    assert found.fields == {"form_token": "abc"}
    assert [(at.name, at.size) for at in found.files] == [("a.pdf", 20_000), ("b.pdf", 99)]
    assert found.files[0].sha256 == hashlib.sha256(short).hexdigest()
    found.files[0].stream.seek(0)
    assert found.files[0].stream.read() == short
    assert list(tmp_path.iterdir()) == []
    assert open_files(tmp_path) == 2
    found.close()
    assert open_files(tmp_path) == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (form(("files", "a.pdf", PDF), ("files", "b.pdf", PDF)), TooLargeError),
        (form(("files", "a.pdf", b"")), EmptyFileError),
        (form(("files", "a.pdf", b"MZ\x90 a program")), UnknownFileTypeError),
        (form(("files", "a.pdf", PDF[:99]), ("files", "b.pdf", b"PK\x03\x04")), UnknownFileTypeError),
        (form(), NoFilesError),
        (form(("files", "", b"")), NoFilesError),  # nothing was chosen
        (form(("files", "a.pdf", PDF[:99]), end=b""), BrokenFormError),  # the connection broke
        (form(("a", None, b"x" * 10_000), ("files", "a.pdf", PDF[:99])), BrokenFormError),
        (b"no form at all", BrokenFormError),
        (form(*(("files", f"{n}.pdf", PDF[:99]) for n in range(101))), TooManyFilesError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path, body, error):
    """No file, no descriptor."""
    with pytest.raises(error):
        receive(Asked(body), tmp_path, limit_mb=4)

    assert list(tmp_path.iterdir()) == []
    assert open_files(tmp_path) == 0


def test_too_much_is_refused_while_it_comes(tmp_path):
    """Not after the last byte of it, and whatever length it was said to have."""
    asked = Asked(form(("files", "a.pdf", b"%PDF-" + b"x" * 20_000_000)))
    with pytest.raises(TooLargeError) as refused:
        receive(asked, tmp_path, limit_mb=1)

    assert asked.taken < 2_000_000
    assert "1 MB" in str(refused.value)


def test_nothing_is_written_for_who_may_not_send(tmp_path):
    """Asked with the fields before the first file: a token that comes after it is none."""

    def allow(fields):
        if fields.get("form_token") != "right":
            raise ForgedFormError

    asked = Asked(form(("files", "a.pdf", PDF), ("form_token", None, b"right")))
    with pytest.raises(ForgedFormError):
        receive(asked, tmp_path, allow=allow)
    assert asked.taken < 200_000

    receive(Asked(form(("form_token", None, b"right"), ("files", "a.pdf", PDF))), tmp_path, allow=allow).close()


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("denial.pdf", "denial.pdf"),
        ("C:\\Users\\nurse\\denial.pdf", "denial.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("", "file"),
        ("/", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Überweisung Müller.pdf", "Überweisung Müller.pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(told, name):
    assert base_name(told) == name


def test_files_of_one_name_are_told_apart():
    """Also from those that the case has."""
    files = [Given(name=name, sha256="", size=1, stream=None) for name in ("image.jpg", "image.jpg", "notes")]

    found = distinct(files, taken=["image.jpg", "notes"])

    assert [at.name for at in found] == ["image (2).jpg", "image (3).jpg", "notes (2)"]
