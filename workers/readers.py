"""Files read into pages without database or storage: `rebut read`.

Each thread has a reader whose processes open the files; here is only the handing out.
"""

import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from extractors.evidence import Page
from extractors.pages import load_pages
from pipeline.reading import chunks, complete
from pipeline.sandbox import Reader, TakenIn
from pipeline.settings import cores, read_settings

# Pages that one process reads sooner than a second one is loaded.
_NOT_WORTH_ANOTHER = 2
# Files so large have more: then the others load (0.35 s) while the first one takes the files in.
_SURELY_WORTH_ANOTHER = 1 << 20

Report = Callable[[int, int, tuple[str, ...]], None]
Source = bytes | Path  # a file of 200 MB need not be in memory to be handed on


def read_files(files: Mapping[str, Source], processes: int | None, report: Report) -> dict[str, list[Page]]:
    """Return the pages of every file, under its name, in order. A page that fails is a FAILED page.

    Raises the RebutError of a file that cannot be used.
    """
    found: dict[str, list[Page]] = {name: [] for name in files}
    taken: dict[str, TakenIn] = {}
    for name, pages in read_in_turn(files, processes, report, taken):
        found[name] += pages
    return {name: complete(found[name], name, one.page_count, one.parts) for name, one in taken.items()}


def read_in_turn(
    files: Mapping[str, Source], processes: int | None, report: Report, taken: dict[str, TakenIn]
) -> Iterator[tuple[str, list[Page]]]:
    """Yield name and pages of each chunk as it is read: whoever keeps none of them needs no more memory for more pages.

    taken: where to put what each file turned out to be, before the first chunk.
    """
    limits = read_settings().limits
    with ExitStack() as readers:
        first, *others = [readers.enter_context(Reader(limits=limits)) for _ in range(processes or cores())]
        for other in others[: sum(map(_size, files.values())) // _SURELY_WORTH_ANOTHER]:
            other.start()
        taken |= {name: first.take_in(_writer(source), name) for name, source in files.items()}
        pdfs = {name: one.pdf.read() if one.pdf and not one.pdf.seek(0) else files[name] for name, one in taken.items()}
        wanted = [(name, at) for name, one in taken.items() for at in chunks(one.page_count, one.pictured)]
        total = sum(one.page_count for one in taken.values())
        wide = 1 if total <= _NOT_WORTH_ANOTHER else len(wanted)
        report(0, total, ("read",))
        done = 0
        for name, pages in _read_all([first, *others][:wide], pdfs, wanted):
            done += len(pages)
            report(done, total, ("read",))
            yield name, pages
    report(total, total, ("understand",))


def _read_all(
    readers: Sequence[Reader], pdfs: Mapping[str, Source], wanted: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[tuple[str, list[Page]]]:
    """Yield what each chunk held, as the readers get through them; raises what stopped one of them."""
    waiting: queue.SimpleQueue[tuple[str, tuple[int, int]]] = queue.SimpleQueue()
    for one in wanted:
        waiting.put(one)
    read: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def work(reader: Reader) -> None:
        try:
            while True:
                name, (first, last) = waiting.get_nowait()
                read.put((name, reader.read(name, _writer(pdfs[name]), range(first, last + 1))))
        except queue.Empty:
            return
        except BaseException as error:
            read.put(error)

    for reader in readers:
        threading.Thread(target=work, args=(reader,), daemon=True).start()
    for _ in wanted:
        told = read.get()
        if isinstance(told, BaseException):
            raise told
        name, pages = told
        yield name, [replace(page, document=name) for page in load_pages(pages.dump)]


def _size(source: Source) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _writer(source: Source) -> Callable[[BinaryIO], object]:
    def write(file: BinaryIO) -> None:
        if isinstance(source, bytes):
            file.write(source)
        else:
            with source.open("rb") as stream:
                shutil.copyfileobj(stream, file, 1 << 20)

    return write
