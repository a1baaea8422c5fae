"""What the queue costs, what a second worker brings, and whether ten thousand waiting cases take memory.

    python -m benchmarks.throughput [--cases 12] [--waiting 10000] [--write]

On real Redis and PostgreSQL servers, with `rebut worker`, `beat` and `web` as they are deployed. Three parts:

* the queue's own cost: jobs whose stages do nothing, one worker: wall and CPU of all of them over their number;
* throughput: cases of a scanned letter, a chart, scanned records from elsewhere and a policy, all different, through
  one worker and through two, in turn, the workers warm. Needs two cores with nothing else on them: the load before
  it is printed beside it;
* memory of web, reconciler and Redis with 100 cases waiting, and with ten thousand.

Takes about six minutes on two free cores. `--write` puts the tables into docs/benchmarks.md.
"""

import argparse
import os
import platform
import statistics
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from benchmarks.marked import write_between
from benchmarks.queue import fill
from benchmarks.roles import Servers, memory_mb, redis_of, servers
from pipeline.cases import Given, given, open_case
from pipeline.database import Database, open_database
from pipeline.reconcile import REPUBLISH_SECONDS
from pipeline.settings import Settings
from pipeline.storage import open_storage
from pipeline.workflow import Outcome, Stage, Successor, Task, Workflow

MARKS = ("<!-- throughput: written by benchmarks/throughput.py -->", "<!-- /throughput -->")
_PARTS = 8  # read jobs of a case that does nothing
_EMPTY_CASES = 60
_TAKEN = 3  # rounds with one worker and with two, in turn
_NAMES = ("Marisol Ketterman", "Darnell Ostrowski", "Odalys Brannigan", "Ines Farquharson", "Ansel Okoro")


def main() -> None:
    options = _options()
    load = os.getloadavg()[0]
    with servers() as bench:
        cost, cpu, jobs = _queue_cost(bench)
        print(f"queue: {cost:.1f} ms wall, {cpu:.1f} ms CPU a job ({jobs} jobs)", flush=True)
        took = {1: [], 2: []}
        for number in range(options.rounds):
            for workers in (1, 2) if number % 2 == 0 else (2, 1):
                took[workers].append(_throughput(bench, workers, options.cases, number))
                print(f"{workers} worker(s): {took[workers][-1]:.1f} s", flush=True)
        held = [_waiting(bench, cases) for cases in (100, options.waiting)]
    table = _report(options, load, (cost, cpu, jobs), took, held)
    print(table)
    if options.write:
        write_between(MARKS, table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The cost of the queue, two workers against one, memory of waiting.")
    parser.add_argument("--cases", type=int, default=12, help="of one round of throughput")
    parser.add_argument("--rounds", type=int, default=_TAKEN, help="with one worker and with two")
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser.parse_args()


# The queue's own cost: a workflow with the product's stages, none of which does anything.


def _nothing(task: Task) -> Outcome:
    return Outcome(output_key=task.store(task.job.stage.encode()))


def _divide(task: Task) -> Outcome:
    parts = tuple(Successor(stage="read", part=f"{n}-{n}") for n in range(_PARTS))
    return Outcome(output_key=task.store(b"intake"), successors=parts)


def _understand(task: Task) -> Outcome:
    return Outcome(output_key=task.store(b"classify"), successors=(Successor(stage="understand"),))


EMPTY = Workflow(
    stages={
        "intake": Stage(name="intake", queue="intake", run=_divide),
        "read": Stage(name="read", queue="read", run=_nothing),
        "classify": Stage(name="classify", queue="understand", run=_understand),
        "understand": Stage(name="understand", queue="understand", run=_nothing),
        "match": Stage(name="match", queue="understand", run=_nothing),
        "assemble": Stage(name="assemble", queue="assemble", run=_nothing),
    },
    joins={"classify": ("intake", "read"), "match": ("understand",), "assemble": ("match",)},
    last="assemble",
)
_WORKER = """\
import sys, pipeline.stages, benchmarks.throughput
pipeline.stages.WORKFLOW = pipeline.stages.SERVED = benchmarks.throughput.EMPTY
from rebut.cli import main
sys.exit(main())
"""


def _queue_cost(bench: Servers) -> tuple[float, float, int]:
    """Return milliseconds of wall and CPU for one job that does nothing, and how many there were."""
    settings = bench.begin()
    database = open_database(settings.database)
    bench.workers(1, module=("-c", _WORKER))
    _send(database, settings, EMPTY, [[given("a.txt", b"x")]] * 5)
    _wait(database, 5)
    before, began = _cpu_of(bench), time.monotonic()
    _send(database, settings, EMPTY, [[given("a.txt", b"x")]] * _EMPTY_CASES)
    _wait(database, 5 + _EMPTY_CASES)
    wall, cpu = time.monotonic() - began, _cpu_of(bench) - before
    database.close()
    bench.stop()
    jobs = _EMPTY_CASES * (_PARTS + 5)
    return 1000 * wall / jobs, 1000 * cpu / jobs, jobs


def _throughput(bench: Servers, workers: int, cases: int, number: int) -> float:
    """Return the seconds that so many workers take for the cases, once they are warm."""
    from pipeline.stages import WORKFLOW

    settings = bench.begin()
    database = open_database(settings.database)
    bench.start("beat")
    bench.workers(workers)
    warm = 2 * workers
    _send(database, settings, WORKFLOW, [_files(1000 * number + at) for at in range(warm)])
    _wait(database, warm)
    wanted = [_files(1000 * number + 100 + at) for at in range(cases)]
    began = time.monotonic()
    _send(database, settings, WORKFLOW, wanted)
    _wait(database, warm + cases)
    took = time.monotonic() - began
    database.close()
    bench.stop()
    return took


def _files(number: int) -> list[Given]:
    """Return a case of its own: a scanned letter, a chart, outside records as scans, a policy; no two share bytes."""
    from tests.papers import CHART, DENIAL, POLICY, pdf_of

    told = {
        "name": _NAMES[number % len(_NAMES)],
        "born": f"05/{1 + number % 28:02}/19{50 + number % 40}",
        "member": f"U{7_320_000_000 + number}",
    }
    chart = [CHART.format(**told) + f"Visit {at} of {number}\n" for at in range(4)]
    outside = [CHART.format(**told) + f"Outside visit {at} of {number}\n" for at in range(3)]
    files = {
        "denial.pdf": _scanned(pdf_of(DENIAL.format(**told))),
        "records.tif": _scanned(pdf_of(*outside)),
        "chart.pdf": pdf_of(*chart),
        "policy.pdf": pdf_of(POLICY + f"Revision {number}\n"),
    }
    return [given(name, data) for name, data in files.items()]


def _scanned(pdf: bytes) -> bytes:
    """Return the pages as pictures of 200 dpi, so that OCR has to read them."""
    import io

    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as opened:
        pictures = [page.render(scale=200 / 72, grayscale=True).to_pil().convert("1") for page in opened]
    out = io.BytesIO()
    pictures[0].save(out, "TIFF", compression="group4", dpi=(200, 200), save_all=True, append_images=pictures[1:])
    return out.getvalue()


def _send(database: Database, settings: Settings, workflow: Workflow, cases: Sequence[list[Given]]) -> None:
    import datetime as dt

    os.environ["REBUT_BROKER"] = settings.broker or ""
    from workers.publish import publish

    storage = open_storage(settings.storage)
    for files in cases:
        _, ready = open_case(database, storage, workflow, files, dt.date(2026, 3, 20))
        publish(ready)


def _wait(database: Database, cases: int, seconds: float = 300.0) -> None:
    """Wait until so many cases are ready."""
    from sqlalchemy import func, select

    from pipeline.tables import case

    patience = time.monotonic() + seconds
    while True:
        with database.read() as connection:
            states = dict(connection.execute(select(case.c.state, func.count()).group_by(case.c.state)).all())
        if states.get("failed") or time.monotonic() > patience:
            raise SystemExit(f"the cases did not end well: {states}")
        if states.get("ready", 0) >= cases:
            return
        time.sleep(0.05)


def _waiting(bench: Servers, cases: int) -> dict[str, float]:
    """Return what web, reconciler and Redis hold (MB) with so many cases waiting, and what a claim takes (ms)."""
    from benchmarks.queue import claim_seconds

    settings = bench.begin()
    database = open_database(settings.database)
    hint = fill(database, cases)
    time.sleep(REPUBLISH_SECONDS + 2)  # so that the reconciler has loaded what sends hints, few or many
    (port,) = _free_ports()
    pids = {"reconciler": bench.start("beat"), "web": bench.start("web", "--port", str(port))}
    for _ in range(8):  # rounds of the reconciler, lists and metrics
        time.sleep(2)
        for path in ("/metrics", "/api/cases"):
            _get(f"http://127.0.0.1:{port}{path}", settings.token or "")
    held = {role: memory_mb(pid) for role, pid in pids.items()}
    held["Redis"] = redis_of(bench.broker).info("memory")["used_memory"] / (1 << 20)
    held["claim"] = 1000 * statistics.median(claim_seconds(database, hint) for _ in range(60))
    database.close()
    bench.stop()
    return held


def _get(url: str, token: str) -> None:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    for patience in range(100):
        try:
            urllib.request.urlopen(request, timeout=20).read()
            return
        except urllib.error.HTTPError:
            raise
        except OSError:
            if patience == 99:
                raise
            time.sleep(0.2)


def _free_ports() -> list[int]:
    from tests.servers import free_ports

    return free_ports(1)


def _cpu_of(bench: Servers) -> float:
    """CPU seconds of the roles and their children so far, those that ended among them."""
    from benchmarks.roles import family

    total = 0
    for pid in family([process.pid for process in bench._roles]):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(ticks) for ticks in words[11:15])
    return total / os.sysconf("SC_CLK_TCK")


def _report(options, load, cost, took, held) -> str:
    one, two = (statistics.median(took[workers]) for workers in (1, 2))
    few, many = held
    rows = "\n".join(f"| {role}, MB | {few[role]:.0f} | {many[role]:.0f} |" for role in ("web", "reconciler", "Redis"))
    return f"""## The queue and its workers

`python -m benchmarks.throughput --write`: real Redis and PostgreSQL, `rebut worker` with one process each.

| | |
|---|---|
| the queue's own cost of a job, wall | {cost[0]:.1f} ms ({cost[2]} jobs that do nothing, one worker) |
| its CPU in the worker | {cost[1]:.1f} ms |
| {options.cases} cases, one worker | {one:.1f} s (of {len(took[1])} rounds: {_each(took[1])}) |
| the same, two workers | {two:.1f} s ({_each(took[2])}) |
| two against one | {one / two:.2f} |

A case is a scanned letter, a chart of four pages, three scanned pages from elsewhere and a policy. Load of the
machine before: {load:.1f}.

| cases waiting | 100 | {options.waiting} |
|---|---|---|
{rows}
| claim, median ms | {few["claim"]:.1f} | {many["claim"]:.1f} |

Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores. Goals: under 20 ms a job, 1.8 times
with two workers where two cores are free, memory flat, a claim under 5 ms.
"""


def _each(seconds: Sequence[float]) -> str:
    return ", ".join(f"{at:.1f}" for at in seconds)


if __name__ == "__main__":
    sys.exit(main())
