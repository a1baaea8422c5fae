"""Files of the person at the terminal: read whole, and written whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from extractors.errors import RebutError, SameNameTwiceError


class NoSuchFileError(RebutError):
    """A file given on the command line is not there or cannot be read (path, why)."""

    code = "file-not-found"
    message = "{0} cannot be opened: {1}. Check the name and the place, then start again."


class OutputFolderError(RebutError):
    """The folder for the packet cannot be written (path, why)."""

    code = "output-unwritable"
    message = "The packet cannot be written to {0}: {1}. Give another folder with --out."


def open_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """Return the content of each file under its bare name, in the order given."""
    return _named(paths, Path.read_bytes)


def find_files(paths: Sequence[Path]) -> dict[str, bytes | Path]:
    """Return each file under its bare name, in the order given: where it lies, or its content if it is a pipe."""
    return _named(paths, _found)


def _named(paths: Sequence[Path], found: Callable[[Path], Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for path in paths:
        if path.name in named:
            raise SameNameTwiceError(path.name)
        try:
            named[path.name] = found(path)
        except OSError as error:
            raise NoSuchFileError(path, (error.strerror or "unreadable").lower()) from None
    return named


def _found(path: Path) -> bytes | Path:
    if not path.is_file():
        return path.read_bytes()
    with path.open("rb"):  # whether this user may read it
        return path


class OverwritesInputError(RebutError):
    """A file of the packet would take the place of a file it is made from (path, folder)."""

    code = "output-overwrites-input"
    message = "The packet would overwrite {0}, a file it is made from. Give another folder than {1} with --out."


def check_folder(folder: Path, sources: Sequence[Path], names: Sequence[str]) -> None:
    """Raise now rather than after minutes of work: OutputFolderError, OverwritesInputError.

    `sources`: files of the case; `names`: files of a packet.
    """
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise OutputFolderError(folder, f"{place} is a file")
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputFolderError(folder, f"{place} may not be written by this user")
    for source in sources:
        if source.resolve() in {(folder / name).resolve() for name in names}:
            raise OverwritesInputError(source, folder)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into the folder: they appear together once all are whole.

    Files of these names that are there already are replaced; others are left alone.
    """
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        aside.mkdir(mode=0o700, parents=True)
        for name, data in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if not folder.exists():
            aside.rename(folder)
            return
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (aside / name).replace(folder / name)
        for part in (*folder.glob("packet-part-*.pdf"), *folder.glob("final/*")):
            if part.relative_to(folder).as_posix() not in files:  # of an earlier packet, and so of other pages
                part.unlink()
    except OSError as error:
        raise OutputFolderError(folder, (error.strerror or "unwritable").lower()) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
