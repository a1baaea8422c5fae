"""What becomes of hostile files, each in a process of its own.

    python -m benchmarks.hostile [--more FOLDER] [--write]

Goes through every file of tests/hostile.py, and the PDFs of a folder of one's own. `--write` puts the table
into docs/hostile-files.md; with `--more`, of those files only the counts.
"""

import argparse
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from extractors.errors import RebutError
from extractors.pages import load_pages
from pipeline.sandbox import Limits, Reader
from tests.hostile import FILES

REPORT = Path(__file__).resolve().parent.parent / "docs" / "hostile-files.md"
MARKS = ("<!-- written by benchmarks/hostile.py -->", "<!-- /hostile -->")
LIMITS = Limits(page_seconds=10.0, file_seconds=30.0, memory_mb=1024)
_PAGES = 3  # of one file; what the others hold is the same


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one file."""

    outcome: str
    seconds: float
    peak_mb: float


def main() -> None:
    options = _options()
    with Reader(limits=LIMITS).start() as reader:
        server = reader._server.pid
        fates = {}
        for one in FILES:
            fates[one.name] = _fate(reader, one.name, one.make())
            print(one.name, fates[one.name], flush=True)
        others = {}
        for path in sorted(options.more.glob("*.pdf")) if options.more else ():
            others[path.name] = _fate(reader, path.name, path.read_bytes())
            print(path.name, others[path.name], flush=True)
        alive = reader._server.pid == server and reader._server.poll() is None
    text = _report(fates, others, alive)
    if options.write:
        old = REPORT.read_text("utf-8")
        pattern = re.compile(re.escape(MARKS[0]) + ".*" + re.escape(MARKS[1]), re.DOTALL)
        REPORT.write_text(pattern.sub(lambda _: f"{MARKS[0]}\n{text}{MARKS[1]}", old), "utf-8")
    else:
        print(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What becomes of hostile files.")
    parser.add_argument("--more", type=Path, metavar="FOLDER", help="PDFs to go through besides")
    parser.add_argument("--write", action="store_true", help="put the table into docs/hostile-files.md")
    return parser.parse_args()


def _fate(reader: Reader, name: str, data: bytes) -> Fate:
    began, reader.peak_mb = time.monotonic(), 0.0
    try:
        taken = reader.take_in(lambda file: file.write(data), name)
        pdf = data
        if taken.pdf:
            taken.pdf.seek(0)
            pdf = taken.pdf.read()
        numbers = range(1, min(taken.page_count, _PAGES) + 1)
        pages = load_pages(reader.read(name, lambda file: file.write(pdf), numbers).dump)
        told = Counter(f"`{page.problem}`" if page.problem else page.source.value for page in pages)
        outcome = ", ".join(f"{count} {what}" for what, count in told.items())
        outcome = f"{taken.page_count} page{'s' * (taken.page_count > 1)}: {outcome}"
    except RebutError as error:
        outcome = f"`{error.code}`"
    reader.release()
    return Fate(outcome, time.monotonic() - began, reader.peak_mb)


def _report(fates: dict[str, Fate], others: dict[str, Fate], alive: bool) -> str:
    rows = [
        f"| {one.name} | {one.attack} | {fates[one.name].outcome} "
        f"| {fates[one.name].seconds:.1f} | {fates[one.name].peak_mb:.0f} |"
        for one in FILES
    ]
    every = [*fates.values(), *others.values()]
    counts = Counter(_kind(fate.outcome) for fate in every)
    most = max(fate.peak_mb for fate in every)
    named = REPORT.read_text("utf-8").partition(MARKS[0])[0]  # the codes that the docs explain
    unnamed = [code for fate in every for code in re.findall(r"`[a-z-]+`", fate.outcome) if code not in named]
    lines = [
        f"{len(every)} files, {len(fates)} of them made by `tests/hostile.py`"
        + (f" and {len(others)} from a collection of damaged PDFs" if others else "")
        + f": {counts['refused']} refused by name, {counts['partly']} read without the pages that cannot be, "
        f"{counts['read']} read. Outcomes that are not in the table above: {len(unnamed)}. "
        f"The reader's server {'lived' if alive else 'DIED'}; "
        f"the largest process held {most:.0f} MB.",
        "",
        f"Limits of this run: {LIMITS.page_seconds:.0f} s a page (two tries), {LIMITS.file_seconds:.0f} s a file, "
        f"{LIMITS.memory_mb} MB of address space; the first {_PAGES} pages of each file.",
        "",
        "| file | attack | outcome | s | peak MB |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]
    if others:
        told = Counter(re.sub(r"^\d+ pages?: ", "", fate.outcome) for fate in others.values())
        told = Counter(re.sub(r"^\d+ (\w+)$", r"\1", outcome) for outcome in told.elements())
        lines += ["The damaged PDFs:", "", "| outcome (first pages) | files |", "|---|---|"]
        lines += [f"| {outcome} | {count} |" for outcome, count in told.most_common()]
        lines += [""]
    return "\n".join(lines)


def _kind(outcome: str) -> str:
    if outcome.startswith("`"):
        return "refused"
    return "partly" if "`" in outcome else "read"


if __name__ == "__main__":
    main()
