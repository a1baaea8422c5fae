"""What was understood of a file, kept beside its pages for the next case that holds it.

A chart is sent again with another policy, or for the plan's next letter; where it is typed, its facts take as long to
find as its pages to read. They are kept under the digest of the file with all that they rest on: the program, what
intake and readers made of the file, the pages that a person left out, and the file's name, which each finding quotes.
So they go when a case that gave the file its name is purged, whoever holds the file besides. Of one file only: what two
files tell together would outlive one of them.
"""

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pipeline import codec
from pipeline.remade import program_mark
from pipeline.storage import UNDERSTOOD, DamagedObjectError, MissingObjectError, digest
from pipeline.workflow import DocumentRow, Task

T = TypeVar("T")


def find(task: Task, kind: type[T], what: str, document: DocumentRow, rests_on: object, make: Callable[[], T]) -> T:
    """Return what is found in a file: now by `make`, or in an earlier case.

    what: a word for it; rests_on: all that it depends on besides the document and the program, as JSON.
    """
    data, value = _found(task, kind, _place(task, what, document, rests_on), make)
    return codec.load(kind, data) if value is None else value


def store(task: Task, kind: type[T], what: str, document: DocumentRow, rests_on: object, make: Callable[[], T]) -> str:
    """Store for this case what `find` returns, and return the key; what an earlier case found is not even decoded."""
    data, value = _found(task, kind, _place(task, what, document, rests_on), make)
    key = task.store(data)
    return key if value is None else codec.remember(task, key, value)


def _found(task: Task, kind: type[T], place: str | None, make: Callable[[], T]) -> tuple[bytes, T | None]:
    """Return it as JSON, and what `make` made where it had to."""
    if place and (known := _known(task, place)):
        return known, None
    value = make()
    data = codec.dump(kind, value)
    if place:
        task.storage.put(place, digest(data).encode() + zlib.compress(data, 1))  # 17 MB of 300 pages in 0.06 s
    return data, value


def _place(task: Task, what: str, document: DocumentRow, rests_on: object) -> str | None:
    """Return where it is kept; None where a page was lost in this case, which another may read."""
    parts = [part for part in task.parts("read") if part.startswith(f"{document.id}:")]
    made = [task.outputs.get(("intake", document.id)), *(task.outputs["read", part] for part in parts)]
    if not all(key and key.startswith("files/") for key in made):
        return None
    mark = json.dumps([program_mark(), document.name, made, rests_on])
    return f"files/{document.sha256}/{UNDERSTOOD}{what}-{digest(mark.encode())[:32]}"


def _known(task: Task, place: str) -> bytes | None:
    """Return what is kept there; None where nothing is. What is not as it was put there is removed."""
    with suppress(DamagedObjectError, zlib.error):
        try:
            kept = task.storage.get(place)
        except MissingObjectError:
            return None
        data = zlib.decompress(kept[64:])
        if digest(data).encode() == kept[:64]:
            return data
    task.storage.delete(place)
    return None
