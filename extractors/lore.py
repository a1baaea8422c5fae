"""What follows from patterns and data files alone, kept from one start of the program to the next.

Parsing and compiling the 4,000 patterns took 2.5 s of CPU at every start and the YAML 0.4 s; taking them from here
takes 0.1 s. The file lies where Python keeps its own compiled modules and is trusted as they are. What it holds is
found by the very text that it follows from, so nothing in it can be out of date; it is dropped as a whole where Python
or the code that makes it is another. Without it, or with one that is damaged, everything is worked out anew.

Texts of a case never come here: what is asked for is written only within `keeping`, around what loads the program.
"""

import marshal
import os
import re
import sys
import tempfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, NamedTuple

try:  # the insides of `re`; without them patterns are compiled at every start
    import _sre
    from re import _compiler, _parser
except ImportError:  # pragma: no cover
    _sre = _compiler = _parser = None  # type: ignore[assignment]

_MAKERS = (
    "lore.py",
    "vocabulary/needs.py",
    "vocabulary/load.py",
)  # what the kept things follow from, but for their key
_LENGTH = 4  # bytes before the head that say how long it is

Key = tuple[str | int, ...]


class _File(NamedTuple):
    """The kept things as they lie in the file: each packed by itself, and where."""

    places: dict[Key, tuple[int, int]]
    body: bytes

    def find(self, key: Key) -> Any:
        """Return what is kept under a key; KeyError without one, ValueError and others where it is damaged."""
        start, end = self.places[key]
        return marshal.loads(zlib.decompress(self.body[start:end]))  # noqa: S302  ours; the checksum is compared


_made: dict[Key, Any] = {}  # what the file lacked, within `keeping`
_used: set[Key] = set()  # what it had
_keeps = False


def recall(key: Key, make: Callable[[], Any]) -> Any:
    """Return what `make` returns, which follows from the key alone; plain values and code that `marshal` knows.

    Each caller gets a value of its own.
    """
    try:
        value = _file().find(key)
    except (KeyError, ValueError, EOFError, TypeError, zlib.error):
        value = make()
        _note(key, value)
    else:
        _used.add(key)
    return value


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern of the program, compiled: one that stands in a module or follows from a data file."""
    key = ("regex", pattern, int(flags))
    try:
        compiled = _sre.compile(pattern, *_unpacked(_file().find(key)))
    except (KeyError, ValueError, EOFError, TypeError, AttributeError, RuntimeError, zlib.error):
        compiled = re.compile(pattern, flags)
        _note(key, compiled)
    else:
        _used.add(key)
    return compiled


def _note(key: Key, value: Any) -> None:
    if _keeps:
        with suppress(ValueError):  # a kind of value that is not kept
            # packed before the caller, whose own it is, can change it; a pattern only where it is to be written
            _made[key] = value if isinstance(value, re.Pattern) else marshal.dumps(value)


@contextmanager
def keeping() -> Iterator[None]:
    """Remember what is asked for inside, for `keep`; what is asked for elsewhere is never kept."""
    global _keeps
    _keeps = True
    try:
        yield
    finally:
        _keeps = False


def keep() -> None:
    """Write what this process asked for, once all is loaded, if the file lacked any of it.

    Another process that does so at the same time writes the same. Where nothing may be written, nothing is.
    """
    if _made:
        with suppress(OSError):
            where().parent.mkdir(parents=True, exist_ok=True)
            _write()
    _made.clear()


def _pack(key: Key, value: Any) -> bytes | None:
    """Return a value as it is kept; None for a pattern that this Python makes in another way."""
    with suppress(ValueError, TypeError, AttributeError):
        return zlib.compress(marshal.dumps(_insides(key, value)) if isinstance(value, re.Pattern) else value)
    return None


def _insides(key: Key, compiled: re.Pattern[str]) -> tuple[Any, ...]:
    """Return what a compiled pattern is made of; ValueError unless it makes an equal one."""
    _, pattern, flags = key
    parsed = _parser.parse(pattern, flags)
    names: list[str | None] = [None] * parsed.state.groups
    for name, number in parsed.state.groupdict.items():
        names[number] = name
    code = array("I", _compiler._code(parsed, flags)).tobytes()
    held = (flags | parsed.state.flags, code, parsed.state.groups - 1, dict(parsed.state.groupdict), tuple(names))
    if _sre.compile(pattern, *_unpacked(held)) != compiled:
        raise ValueError(pattern)
    return held


def _unpacked(held: tuple[Any, ...]) -> tuple[Any, ...]:
    flags, code, groups, names, by_number = held
    return flags, memoryview(code).cast("I").tolist(), groups, names, by_number


def _write() -> None:
    """Write a new file of what was made and of what was used of the old one; none where nothing made can be kept."""
    handle, name = tempfile.mkstemp(dir=where().parent)  # first: packing takes longer than all the loading
    try:
        with os.fdopen(handle, "wb") as file:
            if packed := {key: held for key, value in _made.items() if (held := _pack(key, value))}:
                file.writelines(_parts(packed))
                os.fchmod(file.fileno(), 0o644)  # as compiled modules are, for those who run what another installed
        if packed:
            os.replace(name, where())
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _parts(packed: dict[Key, bytes]) -> tuple[bytes, ...]:
    before = _file()
    packed |= {key: before.body[slice(*before.places[key])] for key in _used}
    places, at = {}, 0
    for key, held in packed.items():
        places[key] = (at, at := at + len(held))
    head = zlib.compress(marshal.dumps((_stamp(), places)))
    return len(head).to_bytes(_LENGTH, "big"), head, *packed.values()


@cache
def _file() -> _File:
    """Return the file as it is now; an empty one where it is missing, damaged or of other code."""
    try:
        content = where().read_bytes()
        start = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
        stamp, places = marshal.loads(zlib.decompress(content[_LENGTH:start]))  # noqa: S302
        if stamp == _stamp():
            return _File(places, content[start:])
    except (OSError, ValueError, EOFError, TypeError, zlib.error):
        pass
    return _File({}, b"")


def where() -> Path:
    """Return the path of the file."""
    return Path(cache_from_source(__file__)).with_suffix(".bin")


@cache
def _stamp() -> str:
    """Return what names this Python and the code that makes what is kept."""
    made = blake2b(f"{sys.version} {getattr(_sre, 'MAGIC', None)} {array('I').itemsize} {sys.byteorder}".encode())
    for name in _MAKERS:
        made.update((Path(__file__).parent / name).read_bytes())
    return made.hexdigest()
