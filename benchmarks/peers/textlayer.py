"""Lines and words with boxes of a typed chart, rebut's reader and pdfplumber in turn: `... CHART ROUNDS`.

Prints a JSON list of [ms a page, ms a page] of CPU, one pair for each round; one process, libraries loaded.
"""

import gc
import json
import sys
import time


def main() -> None:
    import pdfplumber

    from extractors.pages import each_page

    chart, rounds = sys.argv[1], int(sys.argv[2])
    with pdfplumber.open(chart) as opened:
        count = len(opened.pages)
    numbers = range(1, count + 1)
    list(each_page(chart, "chart.pdf", [1]))
    pairs = []
    for _ in range(rounds):
        gc.collect()  # what one side leaves behind is not the other's to clear away
        started = time.process_time()
        for _ in each_page(chart, "chart.pdf", numbers):
            pass  # one at a time, as the processes that open files hand them on
        ours = time.process_time() - started
        some = numbers[:: max(1, count // 60)]  # a sample of it: 0.15 s a page
        gc.collect()
        with pdfplumber.open(chart) as opened:
            started = time.process_time()
            for number in some:
                opened.pages[number - 1].extract_words()
            theirs = time.process_time() - started
        pairs.append([1000 * ours / count, 1000 * theirs / len(some)])
    print(json.dumps(pairs))


if __name__ == "__main__":
    main()
