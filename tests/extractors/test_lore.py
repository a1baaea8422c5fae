"""What is kept from one start to the next is what would be worked out anew, and without it nothing is missing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from extractors import lore

PATTERNS = [
    (r"\b(?P<n>\d{1,3})\s+(?:mg|mcg)\b", re.IGNORECASE),
    (r"(?i)(?P<a>x)?(?P<b>y)(z)|\1", 0),
    (r"[^\W_]+|[À-ÿ]{2,}+(?>ab|a)", re.MULTILINE | re.IGNORECASE),
    (r"^a.c$", re.DOTALL),
    (r"(?:)", 0),
]
TEXT = "Took 15 MG and 20 mcg; xyz Émile ééab\na\nc"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Kept things of this test's own."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "compiled"))
    monkeypatch.setattr(lore, "_made", {})
    monkeypatch.setattr(lore, "_used", set())
    _start_again()
    yield lore.where()
    _start_again()


@pytest.mark.parametrize(("pattern", "flags"), PATTERNS)
def test_a_kept_pattern_is_the_one_that_is_compiled(place, pattern, flags):
    """Equal in all that it is made of, and it finds the same."""
    _keep_all()
    kept, anew = lore.regex(pattern, flags), re.compile(pattern, flags)

    assert len(lore._used) == 1
    assert (kept, kept.flags, kept.groupindex, kept.groups) == (anew, anew.flags, anew.groupindex, anew.groups)
    assert [(at.span(), at.groupdict()) for at in kept.finditer(TEXT)] == [
        (at.span(), at.groupdict()) for at in anew.finditer(TEXT)
    ]


def test_a_kept_value_is_its_askers_own():
    """Who changes it changes nothing for who asks next, now or at the next start."""
    with lore.keeping():
        lore.recall(("made", "list"), lambda: ["a"]).append("b")
    lore.keep()
    _start_again()

    lore.recall(("made", "list"), list).append("c")

    assert lore.recall(("made", "list"), list) == ["a"]


def test_a_pattern_of_a_case_is_not_kept(place):
    """What is asked for while a case is worked on may be of its texts."""
    lore.regex(r"Ann Sample")
    _keep_all()

    assert all("Ann Sample" not in key for key in lore._file().places)
    assert lore._file().places


@pytest.mark.parametrize(
    "spoil", [lambda held: b"", lambda held: held[:40], lambda held: held[:-40], lambda held: b"?" * 999]
)
def test_a_damaged_file_costs_time_only(place, spoil):
    """An empty, cut or overwritten file gives what there would be without it, and is mended at the next start."""
    _keep_all()
    place.write_bytes(spoil(place.read_bytes()))
    _start_again()
    assert all(lore.regex(*at) == re.compile(*at) for at in PATTERNS)

    _keep_all()

    assert all(lore.regex(*at) == re.compile(*at) for at in PATTERNS)
    assert len(lore._used) == len(PATTERNS)


def test_every_single_byte_counts(place):
    """A file in which one bit is another gives right patterns or none."""
    _keep_all()
    whole = place.read_bytes()
    for at in range(0, len(whole), 7):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        _start_again()
        assert all(lore.regex(*one) == re.compile(*one) for one in PATTERNS)


def test_other_code_or_another_python_uses_nothing_of_it(place, monkeypatch):
    """The needed words of a pattern are those that this code finds."""
    _keep_all()
    _start_again()
    monkeypatch.setattr(lore, "_stamp", lambda: "another")

    assert not lore._file().places


def test_where_nothing_may_be_written_nothing_is(tmp_path, monkeypatch):
    """A read-only installation works, and leaves no error."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "file"))

    _keep_all()

    assert lore.regex("a") == re.compile("a")
    assert (tmp_path / "file").read_bytes() == b""


def test_two_processes_may_keep_at_once(place):
    """The file is whole at every moment, of the one or of the other; nothing is left beside it."""
    script = "from extractors import lore\nfor n in range(60):\n with lore.keeping(): lore.regex(f'a{n}')\n lore.keep()"
    command = [sys.executable, "-X", f"pycache_prefix={sys.pycache_prefix}", "-c", script]
    writers = [subprocess.Popen(command, cwd=Path(lore.__file__).parents[1]) for _ in range(2)]

    assert [at.wait(30) for at in writers] == [0, 0]
    assert lore._file().places
    assert not [at for at in place.parent.iterdir() if at.suffix not in (".bin", ".pyc")]


def _keep_all() -> None:
    with lore.keeping():
        for pattern, flags in PATTERNS:
            lore.regex(pattern, flags)
    lore.keep()
    _start_again()


def _start_again() -> None:
    lore._file.cache_clear()
    lore._used.clear()
