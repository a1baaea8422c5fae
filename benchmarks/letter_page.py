"""What a scanned letter page costs beside the bare engine's time for its final pass.

    python -m benchmarks.letter_page [--rounds 3] [--write]

The one-page clean scans of samples/letters, each read by `read_pages` and, right before or
after it in the same process, by the bare engine (pixels in, recognise, words out) given the
very picture of the page's last full pass. CPU seconds, so that other work on the machine
counts little. `--write` puts the table into docs/benchmarks.md.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.marked import write_between

ROOT = Path(__file__).resolve().parent.parent
LETTERS = ROOT / "samples" / "letters"
CLEAN = ("scan200", "scan300")
MARKS = ("<!-- letter page: written by benchmarks/letter_page.py -->", "<!-- /letter page -->")
FULL_PAGE = 1_000_000  # pixels: smaller pictures are words read again


@dataclass(frozen=True, slots=True)
class Pass:
    """One full pass of the engine as the reader asked for it."""

    grey: np.ndarray
    dpi: int
    mode: int


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU seconds of one letter, one value a round."""

    name: str
    passes: int
    ours: Sequence[float]
    bare: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]


def main() -> None:
    os.environ["OMP_THREAD_LIMIT"] = "1"
    parser = argparse.ArgumentParser(description="A letter page against the OCR engine's own time for it.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    table = _table([_measure(path, options.rounds) for path in _clean_letters()])
    print(table)
    if options.write:
        _write(table)


def _clean_letters() -> list[Path]:
    """Return the one-page letters of the samples that came from a scanner."""
    chosen = []
    for truth in sorted(LETTERS.glob("*.json")):
        said = json.loads(truth.read_text("utf-8"))
        pdf = truth.with_suffix(".pdf")
        if said.get("pages") == 1 and said.get("rendering") in CLEAN and pdf.exists():
            chosen.append(pdf)
    return chosen


def _measure(path: Path, rounds: int) -> Costs:
    """Return the costs of both sides in turn; the first reading, which loads the model, is not counted."""
    from extractors.pages import engine, normalize, read_pages

    pdf = normalize(path.read_bytes(), path.name).pdf
    passes = _passes_of(pdf)
    last = passes[-1]
    real = engine.open_engine()
    sides: list[Callable[[], object]] = [
        lambda: read_pages(pdf, path.name, [1]),
        lambda: real.recognise(last.grey, last.dpi, last.mode, 120.0),
    ]
    costs: list[list[float]] = [[], []]
    for number in range(rounds):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            started = time.process_time()
            sides[side]()
            costs[side].append(time.process_time() - started)
    return Costs(path.stem, len(passes), costs[0], costs[1])


def _passes_of(pdf: bytes) -> list[Pass]:
    """Read the page once, keeping what the engine was given for each full pass."""
    from extractors.pages import engine, read

    real, passes = engine.open_engine(), []

    class Keeping:
        version = real.version
        find_turn = staticmethod(real.find_turn)

        @staticmethod
        def recognise(grey: np.ndarray, dpi: int, mode: int, seconds: float) -> list[engine.Mark]:
            if grey.size > FULL_PAGE:
                passes.append(Pass(grey.copy(), dpi, mode))
            return real.recognise(grey, dpi, mode, seconds)

    opener = read.open_engine
    read.open_engine = lambda: Keeping
    try:
        read.read_pages(pdf, "letter.pdf", [1])
    finally:
        read.open_engine = opener
    return passes


def _table(letters: Sequence[Costs]) -> str:
    from extractors.pages.engine import open_engine

    every = [ratio for letter in letters for ratio in letter.ratios]
    rows = "\n".join(
        f"| {letter.name} | {letter.passes} | {statistics.median(letter.ours):.2f} | "
        f"{statistics.median(letter.bare):.2f} | {_spread(letter.ratios)} |"
        for letter in letters
    )
    return f"""## Reading a letter page

`python -m benchmarks.letter_page --write`: the one-page clean scans of `samples/letters`, {len(letters[0].ours)} rounds
in turn in one process, CPU seconds (median). The bare engine is given the picture of the page's last full pass.

| letter | full passes | `read_pages` | bare engine | ratio (least-greatest) |
|---|---|---|---|---|
{rows}
| all | | | | {_spread(every)} |

{open_engine().version}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.
Goal: at most 1.3.
"""


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def _write(table: str) -> None:
    """Put the table between its marks; the rest of the report is others'."""
    write_between(MARKS, table)


if __name__ == "__main__":
    main()
