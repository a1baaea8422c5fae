"""How near reading comes to the OCR engine's own time.

    python -m benchmarks.reading [--chart FILE] [--rounds 3] [--write]

Both sides run in the same two processes, round by round in turn: `read_pages` over the whole
chart, and the bare engine (pixels in, recognise, words out) over the very pictures that the
reader hands to it, prepared beforehand. `--write` puts the table into docs/benchmarks.md.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.marked import write_between

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "samples" / "ra-baricitinib" / "chart.pdf"
PROCESSES = 2
MARKS = ("<!-- reading: written by benchmarks/reading.py -->", "<!-- /reading -->")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one side of one round took."""

    wall: float  # seconds
    cpu: float  # seconds, all processes together
    peak: int  # bytes, of the largest process


def main() -> None:
    options = _options()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "chart.pdf"
        pages = _normalized(options.chart, pdf)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            read = pool.apply(_keep_pictures, (str(pdf), folder, pages))
        pictures = sorted(str(path) for path in Path(folder).glob("*.npy"))
        ours, bare = _rounds(options.rounds, str(pdf), pages, pictures)
    table = _table(options.chart, read, len(pictures), ours, bare)
    print(table)
    if options.write:
        _write(table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reading time against the OCR engine's own.")
    parser.add_argument("--chart", type=Path, default=CHART)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


def _normalized(chart: Path, to: Path) -> int:
    from extractors.pages import normalize

    normalized = normalize(chart.read_bytes(), chart.name)
    to.write_bytes(normalized.pdf)
    return normalized.page_count


def _keep_pictures(pdf: str, folder: str, pages: int) -> dict[str, int]:
    """Read once, keeping the last full-page picture that the engine was given for each page."""
    from extractors.pages import engine, read

    real = engine.open_engine()
    given: list[np.ndarray] = []

    class Keeping:
        version = real.version
        find_turn = staticmethod(real.find_turn)

        @staticmethod
        def recognise(grey: np.ndarray, dpi: int, mode: int, seconds: float) -> list[engine.Mark]:
            if mode == engine.COLUMN and grey.size > 1_000_000:
                given[:] = [grey]
            return real.recognise(grey, dpi, mode, seconds)

    read.open_engine = lambda: Keeping
    sources: dict[str, int] = {}
    for number in range(1, pages + 1):
        given.clear()
        [page] = read.read_pages(pdf, "chart.pdf", [number])
        sources[page.source.value] = sources.get(page.source.value, 0) + 1
        if given:
            np.save(Path(folder) / f"{number:04}.npy", given[0])
    return sources


def _rounds(rounds: int, pdf: str, pages: int, pictures: Sequence[str]) -> tuple[list[Cost], list[Cost]]:
    """Measure both sides in turn, each in fresh processes with the model already loaded."""
    from pipeline.reading import chunks as parts_of  # as `rebut run` gives them out

    chunks = [(pdf, list(range(first, last + 1))) for first, last in parts_of(pages)]
    ours, bare = [], []
    for number in range(rounds):
        for side in ("ours", "bare") if number % 2 == 0 else ("bare", "ours"):
            if side == "ours":
                ours.append(_measure(_read_chunk, chunks))
            else:
                bare.append(_measure(_recognise, [(path,) for path in pictures]))
    return ours, bare


def _measure(task: Callable[..., tuple[float, int]], jobs: Sequence[tuple]) -> Cost:
    with multiprocessing.get_context("spawn").Pool(PROCESSES, initializer=_warm) as pool:
        pool.starmap(_nothing, [()] * PROCESSES * 4, chunksize=1)
        started = time.perf_counter()
        done = pool.starmap(task, jobs, chunksize=1)
        wall = time.perf_counter() - started
    return Cost(wall, sum(cpu for cpu, _ in done), max(peak for _, peak in done))


def _warm() -> None:
    """Load what a worker loads once: libraries, model, and the memory that a page takes."""
    from extractors.pages.engine import COLUMN, open_engine

    open_engine().recognise(np.full((3300, 2550), 255, np.uint8), 300, COLUMN, 60.0)


def _nothing() -> None:
    time.sleep(0.1)  # long enough that every process takes one and is warm


def _read_chunk(pdf: str, numbers: list[int]) -> tuple[float, int]:
    from extractors.pages import read_pages

    started = time.process_time()
    read_pages(pdf, "chart.pdf", numbers)
    return time.process_time() - started, _peak()


def _recognise(path: str) -> tuple[float, int]:
    from extractors.pages.engine import COLUMN, open_engine

    grey = np.load(path)
    started = time.process_time()
    open_engine().recognise(grey, 300, COLUMN, 120.0)
    return time.process_time() - started, _peak()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _table(chart: Path, read: dict[str, int], pictures: int, ours: list[Cost], bare: list[Cost]) -> str:
    from extractors.pages.engine import open_engine

    def median(costs: list[Cost], name: str) -> float:
        return statistics.median(getattr(cost, name) for cost in costs)

    def ratio(name: str) -> str:
        each = [getattr(a, name) / getattr(b, name) for a, b in zip(ours, bare, strict=True)]
        return f"{statistics.median(each):.2f} ({min(each):.2f}-{max(each):.2f})"

    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(read.items()))
    return f"""## Reading a chart

`python -m benchmarks.reading --write` on `{_shown(chart)}`:
{sum(read.values())} pages ({kinds}), {PROCESSES} processes, median
of {len(ours)} rounds in turn. The bare engine is given the {pictures} pictures that the reader prepared.

| | wall s | CPU s | peak MB of a process |
|---|---|---|---|
| `read_pages` | {median(ours, "wall"):.1f} | {median(ours, "cpu"):.1f} | {median(ours, "peak") / 1e6:.0f} |
| bare engine | {median(bare, "wall"):.1f} | {median(bare, "cpu"):.1f} | {median(bare, "peak") / 1e6:.0f} |
| ratio (least-greatest) | {ratio("wall")} | {ratio("cpu")} | |

{open_engine().version}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.
Times of another machine, or of a busy one, differ; the ratio is what to compare.
Goal: at most 1.3 times the engine, under 250 MB.
"""


def _shown(path: Path) -> str:
    return str(path.resolve().relative_to(ROOT)) if path.resolve().is_relative_to(ROOT) else path.name


def _write(table: str) -> None:
    """Put the table between its marks; the rest of the report is others'."""
    write_between(MARKS, table)


if __name__ == "__main__":
    main()
