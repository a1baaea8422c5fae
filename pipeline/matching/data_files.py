"""The data files of this folder, checked against shapes.yaml when they are first read."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from extractors.lore import recall
from extractors.vocabulary.load import VocabularyError, digest_of, read_yaml

_FOLDER = "pipeline.matching"
_SINGLE: dict[str, Any] = {"text": str, "string": str, "number": (int, float), "flag": bool, "pattern": str}
_LISTS = {"texts": "string", "names": "text", "patterns": "pattern", "numbers": "number"}


@cache
def data(name: str) -> dict[str, Any]:
    """Return pipeline/matching/<name>.yaml; VocabularyError names the file and the key that is not as it should be."""
    file, shapes = f"{name}.yaml", "shapes.yaml"
    # found in order once, it is not looked at again: the patterns alone take 0.4 s
    key = ("matching", name, digest_of(file, _FOLDER), digest_of(shapes, _FOLDER))
    return recall(key, lambda: _checked(name, read_yaml(file, _FOLDER), read_yaml(shapes, _FOLDER)))


def _checked(name: str, content: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    if name not in shapes:
        raise VocabularyError(f"pipeline/matching/{name}.yaml: shapes.yaml does not say what it must hold")
    check(content, shapes[name], f"pipeline/matching/{name}.yaml")
    return content


def check(content: Any, shape: Any, place: str) -> None:
    """Raise VocabularyError for the first thing that a file holds otherwise than its shape says."""
    if fault := next(_faults(content, shape, place), None):
        raise VocabularyError(fault)


def _faults(held: Any, shape: Any, place: str) -> Iterator[str]:
    if isinstance(shape, dict):
        yield from _of_mapping(held, shape, place)
    elif shape in _LISTS:
        if not isinstance(held, list):
            yield f"{place}: must be a list"
            return
        if shape == "names" and not held:
            yield f"{place}: is empty"
        for number, at in enumerate(held, start=1):
            yield from _faults(at, _LISTS[shape], f"{place}, entry {number}")
    elif shape in _SINGLE:
        yield from _of_single(held, shape, place)
    elif shape != "any":
        yield f"shapes.yaml asks {place} for the unknown {shape!r}"


def _of_mapping(held: Any, shape: dict[str, Any], place: str) -> Iterator[str]:
    if not isinstance(held, dict) or not held:
        yield f"{place}: must be a mapping"
        return
    fields = {key.removesuffix("?"): value for key, value in shape.items() if key != "*"}
    for key in shape:
        if key != "*" and not key.endswith("?") and key not in held:
            yield f"{place}: lacks {key}"
    for key, value in held.items():
        if not isinstance(key, str):
            yield f"{place}: the key {key!r} is no text"
        elif key in fields or "*" in shape:
            yield from _faults(value, fields.get(key, shape.get("*")), f"{place}, {key}")
        else:
            yield f"{place}: has the unknown field {key}"


def _of_single(held: Any, shape: str, place: str) -> Iterator[str]:
    if not isinstance(held, _SINGLE[shape]) or (shape == "number" and isinstance(held, bool)):
        yield f"{place}: must be a {shape}, and is {held!r}"
    elif shape == "pattern":
        try:
            re.compile(held)
        except re.error as error:
            yield f"{place}: is no regular expression ({error})"
    elif shape == "text" and not held.strip():
        yield f"{place}: is empty"
