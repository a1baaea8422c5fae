"""Files to pages of lines and words, each with its box on the page."""

from extractors.pages.read import (
    READER_VERSION,
    Normalized,
    dump_pages,
    load_pages,
    name_parts,
    normalize,
    read_pages,
)

__all__ = ["READER_VERSION", "Normalized", "dump_pages", "load_pages", "name_parts", "normalize", "read_pages"]
