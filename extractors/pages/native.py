"""Functions of C: of PDFium with as little ceremony as ctypes allows (a page takes 1,500 such calls), and of libc."""

import ctypes
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def plainly(function: Any, gives: Any, *takes: Any) -> Callable[..., Any]:
    """Return the function with other types: addresses as numbers (c_void_p), a third of the time of typed pointers.

    Without `takes` it is given objects of ctypes and ints as they are: a fifth of the time.
    """
    return ctypes.PYFUNCTYPE(gives, *takes)(ctypes.cast(function, ctypes.c_void_p).value)


def give_back_memory() -> None:
    """Give what was freed back to the system, where libc can (glibc): 5 ms."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def reuse_blocks(size: int) -> None:
    """Let libc (glibc) use blocks up to this size again, here and in processes forked from here.

    It maps a block anew where none so large was freed before: in a process for one picture every step's was, and the
    kernel's zeroing took 1.5% of the time.
    """
    bytearray(size)
