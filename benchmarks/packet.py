"""What a packet costs: a 300-page one against the bare merge of its pages, in one run.

    python -m benchmarks.packet [--rounds 3]

The merge copies the same 300 pages into a new file with pikepdf and saves it: the least any
program must do. CPU seconds of this process, both sides in turn; the ratio is what to compare.
"""

import argparse
import io
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf

from pipeline.case import CaseDocument
from pipeline.letter import build_letter, render_pdf, render_word
from pipeline.packet import build_packet
from tests.pipeline.fixtures.lupus import CHART, TODAY, Files, pdf_of
from tests.pipeline.packet.test_size import long_case

PAGES = 300


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="CPU of a 300-page packet against a bare merge.")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    sources = Files().sources | {"long.pdf": pdf_of([CHART[1]] * PAGES)}
    case = long_case(PAGES)
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        build_packet(case, sources, Path(folder) / "warm", TODAY)  # loads the libraries
        for number in range(rounds):
            ours.append(_cpu(lambda n=number: build_packet(case, sources, Path(folder) / str(n), TODAY)))
            bare.append(_cpu(lambda: _merge(sources["long.pdf"])))
    print(
        f"packet of {PAGES} pages: {statistics.median(ours):.2f} CPU s; bare merge {statistics.median(bare):.2f} CPU s"
    )
    letter = statistics.median(_cpu(lambda: _letter(case)) for _ in range(rounds))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"letter of that case, PDF and Word: {letter:.2f} CPU s; most memory of the process {peak:.0f} MB")
    print(f"ratio {statistics.median(a / b for a, b in zip(ours, bare, strict=True)):.1f}, median of {rounds} rounds")


def _letter(case: CaseDocument) -> None:
    letter = build_letter(case, TODAY)
    render_pdf(letter)
    render_word(letter)


def _cpu(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


def _merge(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as merged, pikepdf.open(io.BytesIO(data)) as source:
        merged.pages.extend(source.pages)
        merged.save(out)
    return out.getvalue()


if __name__ == "__main__":
    main()
