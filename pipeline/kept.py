"""What was understood of a file, kept beside its pages for the next case that holds it.

A chart is sent again with another policy, or for the plan's next letter; its facts take as long to find as a typed
chart takes to read. They are kept under the digest of the file with all that they rest on: the program, the pages and
the file's name, which each finding quotes. They are purged with the file. Of one file only: what two files tell
together would outlive one of them.
"""

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pipeline import codec
from pipeline.remade import program_mark
from pipeline.storage import MissingObjectError, digest
from pipeline.workflow import DocumentRow, Task

T = TypeVar("T")


def keep(task: Task, kind: type[T], what: str, document: DocumentRow, rests_on: object, make: Callable[[], T]) -> str:
    """Return the key in this case of what is found in a file: now by `make`, or in an earlier case.

    what: a word for it; rests_on: all that it depends on besides the document and the program, as JSON.
    """
    place = _place(task, what, document, rests_on)
    if place and (known := _known(task, place)):
        return task.store(known)
    value = make()
    data = codec.dump(kind, value)
    if place:
        task.storage.put(place, digest(data).encode() + zlib.compress(data, 1))  # 12 MB of 300 pages in 0.1 s
    return codec.remember(task, task.store(data), value)


def _place(task: Task, what: str, document: DocumentRow, rests_on: object) -> str | None:
    """Return where it is kept; None where a page was lost in this case, which another may read."""
    parts = [part for part in task.parts("read") if part.startswith(f"{document.id}:")]
    pages = [task.outputs["read", part] for part in parts]
    if not all(key and key.startswith("files/") for key in pages):
        return None
    mark = json.dumps([program_mark(), document.name, sorted(pages), rests_on])
    return f"files/{document.sha256}/{what}-{digest(mark.encode())[:32]}"


def _known(task: Task, place: str) -> bytes | None:
    """Return what is kept there; None where nothing is, or not what was put there."""
    with suppress(MissingObjectError, zlib.error):
        kept = task.storage.get(place)
        data = zlib.decompress(kept[64:])
        if digest(data).encode() == kept[:64]:
            return data
    return None
