"""A chart as `rebut` reads it, with the processes it opens files in.

python -m benchmarks.peers.ours CHART TEXTS JOBS
"""

import json
import sys
from pathlib import Path

from workers.readers import read_files


def main() -> None:
    chart, texts, jobs = sys.argv[1:]
    read = read_files({"chart.pdf": Path(chart).read_bytes()}, int(jobs), lambda *_: None)
    words = ["\n".join(line.text for line in page.lines) for page in read["chart.pdf"]]
    Path(texts).write_text(json.dumps(words), "utf-8")


if __name__ == "__main__":
    main()
