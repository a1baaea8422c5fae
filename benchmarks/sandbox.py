"""What it costs that files are opened in processes of their own.

    python -m benchmarks.sandbox [--chart FILE] [--pages 300] [--write]

The chart is repeated until it has the pages asked for, and read chunk by chunk twice over, in turn:
by `read_pages` in this process, and by a `Reader` whose processes open it. Compared is the CPU
time of all processes, which a busy machine changes least. `--write` puts the table into docs/benchmarks.md.
"""

import argparse
import io
import os
import platform
import resource
import time
from pathlib import Path

from benchmarks.marked import write_between

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "samples" / "ra-baricitinib" / "chart.pdf"
MARKS = ("<!-- sandbox: written by benchmarks/sandbox.py -->", "<!-- /sandbox -->")


def main() -> None:
    options = _options()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    pdf = _long_chart(options.chart, options.pages)
    here, apart, started, forked = _compare(pdf, options.pages)
    ratio = 100 * (apart / here - 1)
    table = f"""## Files in processes of their own

`python -m benchmarks.sandbox --write` on `{options.chart.name}` repeated to {options.pages} pages, chunks of a worker
in turn: CPU seconds of all processes.

| | CPU s |
|---|---|
| `read_pages` in the worker | {here:.1f} |
| in a process of its own | {apart:.1f} |
| added | {ratio:+.1f} % |

Once per worker {started:.2f} s to load the reader beside it; {forked * 1000:.0f} ms to open a file in a new process.
Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores. Goal: under 3 %.
"""
    print(table)
    if options.write:
        write_between(MARKS, table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The cost of reading in processes of their own.")
    parser.add_argument("--chart", type=Path, default=CHART)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


def _long_chart(chart: Path, pages: int) -> bytes:
    import pikepdf

    with pikepdf.open(chart) as source, pikepdf.new() as long:
        while len(long.pages) < pages:
            long.pages.extend(source.pages)
        del long.pages[pages:]
        out = io.BytesIO()
        long.save(out)
        return out.getvalue()


def _compare(pdf: bytes, count: int) -> tuple[float, float, float, float]:
    """Return CPU seconds of both sides, of loading a reader, and wall seconds of a fork."""
    from extractors.pages import dump_pages, read_pages
    from pipeline.reading import chunks
    from pipeline.sandbox import Reader

    def fetch(to: io.BufferedIOBase) -> object:
        return to.write(pdf)

    read_pages(pdf, "", [1, 2])  # both sides with everything loaded
    here = apart = 0.0
    reader = Reader()
    reader.read("warm", fetch, [1, 2])
    first = _cpu_of(reader)
    opening = time.perf_counter()
    reader._opened("chart", fetch)
    forked = time.perf_counter() - opening
    spent = 0.0
    for number, (start, end) in enumerate(chunks(count)):
        pages = range(start, end + 1)
        for side in ("here", "apart") if number % 2 else ("apart", "here"):
            began = time.process_time()
            if side == "here":
                dump_pages(read_pages(pdf, "", pages))
                here += time.process_time() - began
            else:
                reader.read("chart", fetch, pages)
                spent += time.process_time() - began
    apart = spent + _cpu_of(reader) - first
    reader.close()
    return here, apart, _load_seconds(), forked


def _cpu_of(reader: object) -> float:
    """CPU seconds of a reader's server and of all it forked, by /proc: user, system, and those of ended children."""
    server = reader._server.pid
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == server:
            total += sum(map(int, words[11:15]))
        elif int(words[1]) == server:
            total += sum(map(int, words[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _load_seconds() -> float:
    """CPU seconds of a server that loads the reader and opens nothing."""
    from pipeline.sandbox import Reader

    before = _children_cpu()
    Reader().start().close()
    return _children_cpu() - before


if __name__ == "__main__":
    main()
