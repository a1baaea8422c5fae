"""The files of a case to look at: each as the PDF whose pages were read, and a page of it as a picture."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from sqlalchemy import and_, select

from extractors.errors import RebutError
from pipeline.database import Database
from pipeline.sandbox import Limits, Reader
from pipeline.storage import Storage
from pipeline.tables import document, job

_MOST_FILES = 100_000  # of a case, by far


class NoSuchPaperError(RebutError):
    """The case has no such file, or it is not opened yet (its place in the case)."""

    code = "paper-unknown"
    message = "The case has no file {0} that can be shown yet. Wait until its pages are counted, then try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file of a case as its pages were read."""

    name: str
    key: str  # of the PDF in the storage
    page_count: int


def find_paper(database: Database, storage: Storage, case_id: str, position: int) -> Paper:
    """Return the file at this place of the case (0 was given first); who may see it was asked before."""
    if not 0 <= position < _MOST_FILES:  # nor does a database take every number
        raise NoSuchPaperError(position + 1)
    taken = and_(job.c.case_id == document.c.case_id, job.c.stage == "intake", job.c.part == document.c.id)
    wanted = select(document.c.name, job.c.output_key).join(job, taken)
    with database.read() as connection:
        row = connection.execute(
            wanted.where(document.c.case_id == case_id, document.c.position == position)
        ).one_or_none()
    if row is None or row.output_key is None:
        raise NoSuchPaperError(position + 1)
    told = json.loads(storage.get(row.output_key))
    return Paper(name=row.name, key=told["pdf"], page_count=told["page_count"])


@dataclass(slots=True)
class Easel:
    """Draws pages, one at a time, in a process that holds nothing of ours; it starts with the first page."""

    limits: Limits
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _reader: Reader | None = None

    def draw(
        self, storage: Storage, paper: Paper, number: int, dpi: float, boxes: Sequence[Sequence[float]] = ()
    ) -> bytes:
        """Return the page (from 1) as PNG; raises PageNotShownError."""
        with self._lock:
            self._reader = self._reader or Reader(limits=self.limits)
            return self._reader.draw(paper.key, partial(_fetch, storage, paper.key), number, dpi, boxes)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._reader:
                self._reader.close()
                self._reader = None


def _fetch(storage: Storage, key: str, to: BinaryIO) -> None:
    pieces: Iterator[bytes] = storage.open(key)
    for piece in pieces:
        to.write(piece)
