"""What was read of the pictures of one file: charts put together from several sources show the same sheet again.

The same pixels at the same scale give the same words, so they are not read twice. Only for pages of one file, and
as long as it is open: nothing of one patient is kept for another.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

import numpy as np

from extractors.pages.ocr import Reading
from extractors.pages.packed import pack_lines, unpack_lines

KEPT = 64  # readings of pages, their words packed: as objects they would be 15 MB


_Result = TypeVar("_Result")
_Key = tuple[str, tuple[int, ...], tuple[object, ...]]
_Packed = tuple[Reading, dict] | None


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
        self._found: OrderedDict[_Key, _Packed] = OrderedDict()

    def of(
        self, grey: np.ndarray, how: tuple[object, ...], read: Callable[[], Reading | None]
    ) -> tuple[str, Reading | None]:
        """Return the digest of the picture, and its reading.

        how: whatever else the reading depends on; read: makes it where the picture is new, and may change its pixels.
        """
        key = (hashlib.sha256(np.ascontiguousarray(grey)).hexdigest(), grey.shape, how)
        if key in self._found:
            known = self._found[key]
            return key[0], known and replace(known[0], lines=unpack_lines(known[1]))
        reading = self.apart(read)
        self.learn({key: reading and (replace(reading, lines=()), pack_lines(reading.lines))})
        return key[0], reading

    def known(self) -> dict[_Key, _Packed]:
        """Return what is kept, packed, by the picture."""
        return dict(self._found)

    def learn(self, found: Mapping[_Key, _Packed]) -> None:
        """Keep what another process read."""
        self._found |= found
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
