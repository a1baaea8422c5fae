"""What was read of the pictures of one file: charts put together from several sources show the same sheet again.

The same pixels at the same scale give the same words, so they are not read twice. Only for pages of one file, and
as long as it is open: nothing of one patient is kept for another.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from extractors.pages.ocr import Reading

KEPT = 64  # readings of pages, some 100 KB each


class Readings:
    """The last readings of a file's pictures, by their pixels."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[object, ...], Reading | None] = OrderedDict()

    def of(self, grey: np.ndarray, how: tuple[object, ...], read: Callable[[], Reading | None]) -> Reading | None:
        """Return the reading of the picture; `how`: whatever else it depends on, `read`: makes it where it is new."""
        key = (hashlib.sha256(np.ascontiguousarray(grey)).digest(), grey.shape, *how)
        if key not in self._found:
            self._found[key] = read()
            if len(self._found) > KEPT:
                self._found.popitem(last=False)
        return self._found[key]
