"""Files read into pages by a few processes, without database or storage: `rebut read`."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from tempfile import NamedTemporaryFile

from extractors.evidence import Page
from pipeline.reading import complete
from pipeline.settings import cores
from workers.server import start_server

# One or two pages are read sooner by this process than by children that must start first.
_NOT_WORTH_A_CHILD = 2

Report = Callable[[int, int, tuple[str, ...]], None]


def read_files(files: Mapping[str, bytes], processes: int | None, report: Report) -> dict[str, list[Page]]:
    """Return the pages of every file, under its name, in order. A page that fails is a FAILED page.

    Raises the RebutError of a file that cannot be used.
    """
    from extractors.pages import normalize

    normalized = {name: normalize(data, name) for name, data in files.items()}
    wanted = [(name, number) for name, one in normalized.items() for number in range(1, one.page_count + 1)]
    found: dict[str, list[Page]] = {name: [] for name in files}
    report(0, len(wanted), ("read",))
    reading = _here if len(wanted) <= _NOT_WORTH_A_CHILD else _apart
    for done, page in enumerate(
        reading({n: one.pdf for n, one in normalized.items()}, wanted, processes or cores()), 1
    ):
        found[page.document].append(page)
        report(done, len(wanted), ("read",))
    report(len(wanted), len(wanted), ("understand",))
    return {
        name: complete(
            found[name],
            name,
            one.page_count,
            [{"name": p.name, "first_page": p.first_page, "last_page": p.last_page} for p in one.parts],
        )
        for name, one in normalized.items()
    }


def _here(pdfs: Mapping[str, bytes], wanted: Sequence[tuple[str, int]], _: int) -> Iterator[Page]:
    from extractors.pages import read_pages

    os.environ["OMP_THREAD_LIMIT"] = "1"
    for name, number in wanted:
        yield from read_pages(pdfs[name], name, [number])


def _apart(pdfs: Mapping[str, bytes], wanted: Sequence[tuple[str, int]], processes: int) -> Iterator[Page]:
    """Read in child processes; when one dies, its page and those in flight are tried one by one."""
    context = start_server("extractors.pages", "workers.readers")
    with _as_files(pdfs) as paths:
        left = dict.fromkeys(wanted)
        alone = 0
        while left:
            batch = list(left)[:1] if alone else list(left)
            with _hasty(ProcessPoolExecutor(1 if alone else processes, mp_context=context)) as pool:
                try:
                    futures = {
                        pool.submit(_read_one, paths[name], name, number): (name, number) for name, number in batch
                    }
                    for future in as_completed(futures):
                        yield future.result()
                        left.pop(futures[future])
                except BrokenProcessPool:
                    if alone:  # this very page kills its reader: `complete` puts a FAILED page in its place
                        left.pop(batch[0])
                    alone = 2 * processes
                    continue
            alone = max(0, alone - 1)


@contextmanager
def _hasty(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """On an error or Ctrl-C drop the pages that wait: the pool itself would read them all first."""
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read_one(path: str, name: str, number: int) -> Page:
    from extractors.pages import read_pages

    (page,) = read_pages(path, name, [number])
    return page


@contextmanager
def _as_files(pdfs: Mapping[str, bytes]) -> Iterator[dict[str, str]]:
    """Put the PDFs where children can open them; readable by us alone, gone afterwards."""
    files = {}
    try:
        for name, pdf in pdfs.items():
            with NamedTemporaryFile(prefix="rebut-", suffix=".pdf", delete=False) as file:
                file.write(pdf)
            files[name] = file.name
        yield files
    finally:
        for path in files.values():
            os.unlink(path)
