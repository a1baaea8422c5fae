"""Pages of strangers' files bound into a packet: in a process of its own, which may fail, hang or be made to.

The program that makes the packet asks a `Binder` and opens no source itself. `BinderHere` opens them in this
process: for tests, and for files that we made ourselves.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from extractors.evidence import Page
from extractors.pages import dump_pages
from pipeline.packet.errors import SourceBreaksPacketError
from pipeline.packet.plan import Plan, SourcePage
from pipeline.sandbox.faults import ReaderKilledError
from pipeline.sandbox.reader import DiedError, FetchFile, Reader
from pipeline.storage import digest

Span = tuple[int, int]  # first and last page of the packet
_DEATHS = {"crashed": "ends", "slow": "runs out of time", "memory": "runs out of memory"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A packet and where everything in it stands; page numbers count from 1."""

    pdf: bytes
    page_count: int
    places: dict[SourcePage, int]  # source page -> packet page
    starts: dict[str, int]  # "Letter", "Contents", "A", "1" ... -> first packet page
    parts: list[Span]  # what to send in its place where it exceeds a limit; one where it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """What a fax or a portal takes at once."""

    most_pages: int | None = None
    most_bytes: int


class Binder(Protocol):
    """Whoever opens the sources of a packet."""

    names: Collection[str]  # of the sources, as given

    def bind(self, plan: Plan, front: bytes, read: Mapping[SourcePage, Page], limits: PartLimits) -> Bound: ...

    def cut(self, span: Span, cover: bytes | None) -> bytes:
        """Return these pages of the packet bound last as a file of their own, behind a cover."""

    def page_counts(self, read: Mapping[str, int]) -> dict[str, int]:
        """Return how many pages each source has, by what was read of it where that is known."""

    def hashes(self, known: Mapping[str, str]) -> dict[str, str]:
        """Return the SHA-256 of each source; those known are of the files as they were sent."""


@dataclass(slots=True)
class BinderHere:
    """Opens the sources in this process."""

    sources: Mapping[str, bytes]
    _packet: bytes = b""

    @property
    def names(self) -> Collection[str]:
        return self.sources.keys()

    def bind(self, plan: Plan, front: bytes, read: Mapping[SourcePage, Page], limits: PartLimits) -> Bound:
        from pipeline.packet.assemble import assemble

        made = assemble(front, plan, self.sources, read)
        self._packet = made.pdf
        parts = spans_of(made.pdf, limits)
        return Bound(pdf=made.pdf, page_count=made.page_count, places=made.places, starts=made.starts, parts=parts)

    def cut(self, span: Span, cover: bytes | None) -> bytes:
        from pipeline.packet.parts import cut

        return cut(self._packet, range(span[0], span[1] + 1), cover)

    def page_counts(self, read: Mapping[str, int]) -> dict[str, int]:
        return {name: read.get(name) or _page_count(data) for name, data in self.sources.items()}

    def hashes(self, known: Mapping[str, str]) -> dict[str, str]:
        return {name: known.get(name) or digest(data) for name, data in self.sources.items()}


@dataclass(slots=True)
class BinderApart:
    """Has the sources opened by the process of a reader; close it when the packet is done."""

    reader: Reader
    sources: Mapping[str, FetchFile]
    _packet: bytes = field(default=b"", repr=False)

    @property
    def names(self) -> Collection[str]:
        return self.sources.keys()

    def bind(self, plan: Plan, front: bytes, read: Mapping[SourcePage, Page], limits: PartLimits) -> Bound:
        """Raises SourceBreaksPacketError, which names the file, and ReaderKilledError."""
        cited = dict.fromkeys(document for _, _, (document, _) in plan.sourced())
        pages = [read[source] for _, _, source in plan.sourced() if source in read]
        question = {
            "do": "bind",
            "plan": plan.as_json(),
            "names": [page.document for page in pages],
            "limits": [limits.most_pages, limits.most_bytes],
        }
        told = self._ask(question, dump_pages(pages), {"front": _writer(front)} | {n: self.sources[n] for n in cited})
        self._packet = self.reader.result()
        return Bound(
            pdf=self._packet,
            page_count=told["page_count"],
            places={(document, page): at for document, page, at in told["places"]},
            starts=told["starts"],
            parts=[(first, last) for first, last in told["parts"]],
        )

    def cut(self, span: Span, cover: bytes | None) -> bytes:
        files = {"packet": _writer(self._packet)} | ({"cover": _writer(cover)} if cover else {})
        self._ask({"do": "cut", "span": span}, b"", files)
        return self.reader.result()

    def page_counts(self, read: Mapping[str, int]) -> dict[str, int]:
        return {name: read[name] for name in self.sources}

    def hashes(self, known: Mapping[str, str]) -> dict[str, str]:
        return {name: known[name] for name in self.sources}

    def _ask(self, question: dict[str, Any], data: bytes, files: Mapping[str, FetchFile]) -> dict[str, Any]:
        """Return the answer of a new process that has these files, tried twice where it ended."""
        mine = [name for name in files if name in self.sources]
        seconds = 2 * self.reader.limits.file_seconds
        for last in (False, True):
            suspects: list[str] = mine
            try:
                paths = self.reader.open_together(list(files.values()))
                until = time.monotonic() + seconds
                told = self.reader.ask(question | {"files": dict(zip(files, paths, strict=True))}, seconds, data)
                while "at" in told:
                    suspects = [told["at"]] if told["at"] else mine
                    told = self.reader.ask(None, max(until - time.monotonic(), 0.1))
                return told
            except DiedError as died:
                death = died.args[0]
                if death == "killed":
                    raise ReaderKilledError from died
                if last or death != "crashed":
                    raise SourceBreaksPacketError(", ".join(suspects) or "The packet", _DEATHS[death]) from died
        raise AssertionError


def spans_of(packet: bytes, limits: PartLimits) -> list[Span]:
    """Return the parts of the packet that are sent in its place; itself where it is within the limits."""
    from pipeline.packet.parts import split_packet

    return [(part.first, part.last) for part in split_packet(packet, limits.most_pages, limits.most_bytes)]


def _writer(data: bytes) -> FetchFile:
    return lambda file: file.write(data)


def _page_count(pdf: bytes) -> int:
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
