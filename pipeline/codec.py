"""Findings as bytes and back, so that one stage can hand them to the next.

The types are those of the extractors: frozen dataclasses of dates, enums and tuples.
What is loaded is validated against them, so an output of an older version fails loudly.
"""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from pipeline.lately import LATELY
from pipeline.workflow import Task

T = TypeVar("T")


def dump(kind: Any, value: object) -> bytes:
    """Return the value, of this type, as JSON."""
    # Warnings of the serializer would quote the value.
    return _adapter(kind).dump_json(value, warnings=False)


def load(kind: type[T], data: bytes) -> T:
    """Return the value that `dump` wrote, equal to it."""
    return _adapter(kind).validate_json(data)


def store(task: Task, kind: Any, value: object) -> str:
    """Store what a stage found and return its key."""
    return remember(task, task.store(dump(kind, value)), value)


def remember(task: Task, key: str, value: object) -> str:
    """Have the value at hand for the next stage; returns the key it is stored under."""
    LATELY.keep(task.case.id, key, value)
    return key


def fetch(task: Task, kind: type[T], stage: str, part: str = "") -> T | None:
    """Return what a stage of this case stored; None where there is none."""
    key = task.outputs.get((stage, part))
    return None if key is None else LATELY.recall(task.case.id, key, lambda: load(kind, task.storage.get(key)))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
