"""What this process wrote or decoded a moment ago, for the next stage of the same case.

The stages of a case follow each other in one process of `rebut run`, and often in one worker. Pages are decoded for
three of them and facts are validated for one: 0.6 s of CPU on a chart of 300 pages, for values that are at hand. An
object never changes under its key and the values are frozen, so what is kept is what the storage holds. One case at
a time, and nothing after `match`, the last stage that needs it whole.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Lately:
    """Values of one case by the key of the object they are stored in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._case = ""
        self._values: dict[str, Any] = {}

    def keep(self, case_id: str, key: str, value: object) -> None:
        """Remember a value; those of any other case are forgotten."""
        with self._lock:
            if case_id != self._case:
                self._case, self._values = case_id, {}
            self._values[key] = value

    def recall(self, case_id: str, key: str, make: Callable[[], T]) -> T:
        """Return the value that is remembered under the key, or that `make` makes: it is remembered then."""
        with self._lock:
            if case_id == self._case and key in self._values:
                return self._values[key]
        value = make()
        self.keep(case_id, key, value)
        return value

    def forget(self) -> None:
        """Drop all of it."""
        with self._lock:
            self._case, self._values = "", {}


LATELY = Lately()
