"""Findings as bytes and back, so that one stage can hand them to the next.

The types are those of the extractors: frozen dataclasses of dates, enums and tuples.
What is loaded is validated against them, so an output of an older version fails loudly.
"""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


def dump(kind: Any, value: object) -> bytes:
    """Return the value, of this type, as JSON."""
    # Warnings of the serializer would quote the value.
    return _adapter(kind).dump_json(value, warnings=False)


def load(kind: type[T], data: bytes) -> T:
    """Return the value that `dump` wrote, equal to it."""
    return _adapter(kind).validate_json(data)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
