"""Files to pages of lines and words, each with its box on the page.

What opens files (0.4 s of libraries) is loaded by the first name that needs it: most of the
program only loads pages that were read before, in a process of their own.
"""

from typing import TYPE_CHECKING, Any

from extractors.pages.normalized import Normalized
from extractors.pages.store import dump_pages, load_pages

if TYPE_CHECKING:
    from extractors.pages.read import (
        READER_VERSION,
        count_pages_of_pdf,
        each_page,
        name_parts,
        normalize,
        pictured_pages,
        read_pages,
    )

__all__ = [
    "READER_VERSION",
    "Normalized",
    "count_pages_of_pdf",
    "dump_pages",
    "each_page",
    "load_pages",
    "name_parts",
    "normalize",
    "pictured_pages",
    "read_pages",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from extractors.pages import read

        return getattr(read, name)
    raise AttributeError(name)
