"""What one file may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of a process that has one file open."""

    memory_mb: int = 2048  # address space; the reader with its model takes 390 of it before it sees a file
    page_seconds: float = 75.0  # wall clock and CPU for one page; the reader itself gives up on a page after 60
    file_seconds: float = 120.0  # wall clock and CPU for opening a file and making one PDF of it
    output_mb: int = 1024  # of the largest file it may write
    open_files: int = 128
