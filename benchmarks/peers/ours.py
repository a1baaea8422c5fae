"""A chart as `rebut` reads it, with the processes it opens files in.

python -m benchmarks.peers.ours CHART TEXTS JOBS
"""

import json
import sys
from pathlib import Path

from workers.readers import read_in_turn


def main() -> None:
    chart, texts, jobs = sys.argv[1:]
    taken = {}
    words = {}  # of a page, and no page is kept, as a worker keeps none
    for _, pages in read_in_turn({"chart.pdf": Path(chart)}, int(jobs), lambda *_: None, taken):
        words |= {page.number: "\n".join(line.text for line in page.lines) for page in pages}
    numbers = range(1, taken["chart.pdf"].page_count + 1)
    Path(texts).write_text(json.dumps([words.get(number, "") for number in numbers]), "utf-8")


if __name__ == "__main__":
    main()
