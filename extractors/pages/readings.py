"""What was read of the pictures of one file: charts put together from several sources show the same sheet again.

The same pixels at the same scale give the same words, so they are not read twice. Only for pages of one file, and
as long as it is open: nothing of one patient is kept for another.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

import numpy as np

from extractors.pages.ocr import Reading
from extractors.pages.packed import pack_lines, unpack_lines

KEPT = 64  # readings of pages, their words packed: as objects they would be 15 MB


_Result = TypeVar("_Result")


class Apart(Protocol):
    """Does a piece of work somewhere: returns what it returns, raises what it raises."""

    def __call__(self, work: Callable[[], _Result]) -> _Result: ...


def here(work: Callable[[], _Result]) -> _Result:
    """Do the work in this process."""
    return work()


class Readings:
    """The last readings of a file's pictures, by their pixels; `apart` is where the engine is put to work."""

    def __init__(self, apart: Apart = here) -> None:
        self.apart = apart
        self._found: OrderedDict[tuple[object, ...], tuple[Reading, dict] | None] = OrderedDict()

    def of(self, grey: np.ndarray, how: tuple[object, ...], read: Callable[[], Reading | None]) -> Reading | None:
        """Return the reading of the picture; `how`: whatever else it depends on, `read`: makes it where it is new."""
        key = (hashlib.sha256(np.ascontiguousarray(grey)).digest(), grey.shape, *how)
        if key in self._found:
            return _unpacked(self._found[key])
        reading = self.apart(read)
        self._found[key] = reading and (replace(reading, lines=()), pack_lines(reading.lines))
        if len(self._found) > KEPT:
            self._found.popitem(last=False)
        return reading


def _unpacked(known: tuple[Reading, dict] | None) -> Reading | None:
    return known and replace(known[0], lines=unpack_lines(known[1]))
