"""How work on the pages of a file is done: one after the other, or by whoever can do it sooner."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Each(Protocol):
    """Does the work on each of the pages, which changes nothing outside it, and returns what it returned, in order."""

    def __call__(self, work: Callable[[T], R], pages: Sequence[T], /) -> Iterable[R]: ...
