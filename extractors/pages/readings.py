"""What was read of the pictures of one file: charts put together from several sources show the same sheet again.

The same pixels at the same scale give the same words, so they are not read twice. Only for pages of one file, and
as long as it is open: nothing of one patient is kept for another.
"""

import hashlib
import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

import numpy as np

from extractors.pages.ocr import Reading
from extractors.pages.packed import pack_lines, unpack_lines

KEPT = 64  # readings of pages, their words packed: as objects they would be 15 MB


_Result = TypeVar("_Result")
_Key = tuple[str, tuple[int, ...], tuple[object, ...]]


class Apart(Protocol):
    """Does a piece of work somewhere: returns what it returns, raises what it raises."""

    def __call__(self, work: Callable[[], _Result]) -> _Result: ...


def here(work: Callable[[], _Result]) -> _Result:
    """Do the work in this process."""
    return work()


class Readings:
    """The last readings of a file's pictures, by their pixels; `apart` is where they are drawn and read."""

    def __init__(self, apart: Apart = here) -> None:
        self.apart = apart
        self._found: OrderedDict[_Key, tuple[Reading, dict] | None] = OrderedDict()

    def of(
        self,
        draw: Callable[[], np.ndarray],
        how: tuple[object, ...],
        read: Callable[[np.ndarray], Reading | None],
    ) -> tuple[str, Reading | None]:
        """Return the digest of the picture that is drawn, and its reading.

        how: whatever else the reading depends on; read: makes it where the picture is new, and may change its pixels.
        """

        def work() -> tuple[_Key, Reading | None]:
            grey = draw()
            key = (hashlib.sha256(np.ascontiguousarray(grey)).hexdigest(), grey.shape, how)
            return key, None if key in self._found else read(grey)

        key, reading = self.apart(work)
        if key in self._found:
            known = self._found[key]
            return key[0], known and replace(known[0], lines=unpack_lines(known[1]))
        self._found[key] = reading and (replace(reading, lines=()), pack_lines(reading.lines))
        if len(self._found) > KEPT:
            self._found.popitem(last=False)
        return key[0], reading

    def packed(self) -> bytes:
        """Return what is kept, for another process that opens the same file."""
        return pickle.dumps(self._found, pickle.HIGHEST_PROTOCOL)

    def unpack(self, packed: bytes) -> None:
        """Keep what another process kept; whoever made the bytes has command of this one."""
        self._found = pickle.loads(packed)  # noqa: S301 - said above
