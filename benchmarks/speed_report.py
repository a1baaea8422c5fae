"""The measured cost of reading as tables, plots and the sentence of the README."""

import os
import platform
import re
import statistics
import subprocess
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import plot
from benchmarks.marked import REPORT, write_between

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURES = REPORT.parent / "pictures"
MARKS = ("<!-- speed: written by benchmarks/speed.py -->", "<!-- /speed -->")
README_MARKS = ("<!-- speed: from `make bench` -->", "<!-- /speed -->")
NAMES = {
    "rebut": "rebut",
    "engine": "engine alone",
    "ocrmypdf": "OCRmyPDF, with PDF",
    "ocrmypdf-text": "OCRmyPDF, text only",
    "plain": "pytesseract + pdfplumber",
}
KINDS = {"scan": "scan", "fax": "fax", "digital": "typed"}
Found = dict[str, Any]


def print_report(found: Found) -> None:
    """Print what `write_report` would write."""
    print(_section(found))
    print(_sentence(found))


def write_report(found: Found) -> None:
    """Put tables and plots into docs/, the ratios into the README."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "speed-by-pages.svg").write_text(_by_pages(found), "utf-8")
    (PICTURES / "speed-accuracy.svg").write_text(_against_accuracy(found), "utf-8")
    write_between(MARKS, _section(found))
    first, last = map(re.escape, README_MARKS)
    words = "\n".join([README_MARKS[0], _sentence(found), README_MARKS[1]])
    old = README.read_text("utf-8")
    README.write_text(re.sub(f"{first}.*?{last}", lambda _: words, old, flags=re.DOTALL), "utf-8")


def main_chart(charts: Collection[str]) -> str:
    """Return the chart that the ratios are told of: mixed300 where it was read."""
    return next(chart for chart in ("mixed300", "mixed30", "mixed10") if chart in charts)


def _section(found: Found) -> str:
    parts = [
        "## Against the engine alone, and against what people use\n",
        f"{_command(found)}:\ncharts made from a seed, every word known; all sides on the same files, two processes"
        " each, a few\nseconds each in turn to the end, the others stopped meanwhile, so that a host that changes its"
        " speed changes it\nfor all; CPU seconds of every process started. Medians, and the least and the greatest"
        " ratio. The\n"
        "*engine alone* is given each page that needs it as drawn by PDFium at 300 dpi: recognise one column, words\n"
        "with boxes out; drawing the pages is not counted.\n",
        *(_reading(found, chart) for chart in found["reading"]),
        _accuracy(found),
        _rest(found),
        "![CPU by pages](pictures/speed-by-pages.svg)\n",
        "![Accuracy against cost](pictures/speed-accuracy.svg)\n",
        _machine(),
    ]
    return "\n".join(parts)


def _command(found: Found) -> str:
    return f"`python -m benchmarks.speed{found['asked']} --write`"


def _reading(found: Found, chart: str) -> str:
    sides = found["reading"][chart]
    rounds = len(sides["rebut"])
    rows = [
        f"### {chart}, {rounds} {'round' if rounds == 1 else 'rounds'}\n",
        "| | CPU s | wall s | peak MB of a process | CPU against rebut's | wall against rebut's |",
        "|---|---|---|---|---|---|",
    ]
    for side, costs in sides.items():
        cpu, wall, peak = (statistics.median(cost[key] for cost in costs) for key in ("cpu", "wall", "peak"))
        against = [_ratios(sides, side, "rebut", name) for name in ("cpu", "wall")]
        name = NAMES[side] + (f" ({len(costs)} of {rounds} rounds)" if len(costs) < rounds else "")
        least, most = min(cost["cpu"] for cost in costs), max(cost["cpu"] for cost in costs)
        spread = f" ({least:.0f}-{most:.0f})" if len(costs) > 1 else ""  # a busy machine shows
        rows.append(f"| {name} | {cpu:.1f}{spread} | {wall:.1f} | {peak:.0f} | {' | '.join(map(_spread, against))} |")
    return "\n".join(rows) + "\n"


def _ratios(sides: Found, one: str, other: str, name: str) -> list[float]:
    return [a[name] / b[name] for a, b in zip(sides[one], sides[other], strict=False)]  # rounds that both had


def _spread(ratios: list[float]) -> str:
    middle = f"{statistics.median(ratios):.2f}"
    return middle if len(ratios) == 1 or max(ratios) == 1.0 else f"{middle} ({min(ratios):.2f}-{max(ratios):.2f})"


def _accuracy(found: Found) -> str:
    rows = [
        "### Right characters and right numbers, per cent\n",
        "Characters: 100 less the character error rate in reading order. Numbers: words with a digit in them (dates,"
        " doses, laboratory values) found exactly. Means over pages. OCRmyPDF leaves typed pages as they are.\n",
        "| chart | page | pages | " + " | ".join(NAMES.values()) + " |",
        "|---|---|---|" + "---|" * len(NAMES),
    ]
    for chart, sides in found["scores"].items():
        for kind, named in KINDS.items():
            if not (ours := sides["rebut"].get(kind)):
                continue
            cells = []
            for side in NAMES:
                told = sides.get(side, {}).get(kind)
                cells.append(f"{told['characters']:.2f}, {told['digits']:.2f}" if told else "")
            rows.append(f"| {chart} | {named} | {ours['pages']} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _rest(found: Found) -> str:
    rows = ["### Everything else\n", "| | |", "|---|---|", f"| `rebut --help` | {found['help']:.2f} s |"]
    rows.append(f"| `rebut run` until it works on its first file, nothing there before | {found['at work']:.2f} s |")
    if flat := _flatness(found):
        rows.append(flat)
    layer = found["textlayer"]
    ours, theirs = (statistics.median(pair[n] for pair in layer["rounds"]) for n in (0, 1))
    rows.append(
        f"| lines and boxes of a typed page ({layer['chart']}) | {ours:.1f} ms of CPU, pdfplumber's words"
        f" {theirs:.0f} ms: {theirs / ours:.0f} times |"
    )
    if check := found.get("check"):
        cost, right = statistics.median(check["ms"]), check["pages"] - check["wrong"]
        rows.append(
            f"| whether a page needs OCR ({check['chart']}), the page opened for it | {cost:.1f} ms of CPU a page,"
            f" right on {right} of {check['pages']} |"
        )
    for key, told in found["cases"].items():
        first, again, another = (told[name] for name in ("first", "again", "another day"))
        policy = told.get("another policy")  # not among the runs of older results
        swapped = f" with another policy {policy['cpu']:.2f} CPU s, {policy['wall']:.2f} s;" if policy else ""
        rows.append(
            f"| whole case, {key} chart ({told['chart']}) | {first['cpu']:.1f} CPU s, {first['wall']:.1f} s,"
            f" {first['peak']:.0f} MB the largest process; the same"
            f" once more {again['cpu']:.2f} CPU s ({100 * again['cpu'] / first['cpu']:.1f}%);"
            f"{swapped} as of another day, so all but reading anew, {another['cpu']:.2f} CPU s,"
            f" {another['wall']:.2f} s |"
        )
    one, two = (statistics.median(found["workers"]["walls"][jobs]) for jobs in ("1", "2"))
    rows.append(f"| two processes against one ({found['workers']['chart']}, wall) | {one / two:.2f} times |")
    return "\n".join(rows) + "\n"


def _flatness(found: Found) -> str:
    """Return the row of what a page costs in charts of the same mix, short and long; empty where there is one."""
    told = []
    for chart, sides in found["reading"].items():
        if chart.startswith(("mixed", "chart")):
            pages = int(re.sub(r"\D", "", chart))
            cpu, peak = (statistics.median(cost[name] for cost in sides["rebut"]) for name in ("cpu", "peak"))
            against = _ratios(sides, "rebut", "engine", "cpu") if "engine" in sides else []
            engine = f"{statistics.median(against):.2f}" if against else "-"
            told.append((pages, f"{pages} pages {1000 * cpu / pages:.0f} ms, {engine}, {peak:.0f} MB"))
    rows = "; ".join(row for _, row in sorted(told))
    return f"| CPU a page, against the engine alone, largest process | {rows} |" if len(told) > 1 else ""


def _sentence(found: Found) -> str:
    """Return what the README says."""
    chart = main_chart(found["reading"])
    sides = found["reading"][chart]
    pages = sum(told["pages"] for told in found["scores"][chart]["rebut"].values())
    scanned = pages - found["scores"][chart]["rebut"].get("digital", {"pages": 0})["pages"]

    def times(one: str, other: str) -> str:
        return f"{statistics.median(_ratios(sides, one, other, 'cpu')):.2f}"

    layer = found["textlayer"]["rounds"]
    ours, theirs = (statistics.median(pair[n] for pair in layer) for n in (0, 1))
    peak = max(cost["peak"] for read in found["reading"].values() for cost in read["rebut"])
    cases = [told["first"]["peak"] for told in found["cases"].values()]
    whole = f",\nthe one that understands a chart of {pages} pages {max(cases):.0f} MB" if cases else ""
    engine, pdf, plain = (times(*pair) for pair in (("rebut", "engine"), ("ocrmypdf", "rebut"), ("plain", "rebut")))
    where = chart if "ocrmypdf-text" in sides else main_chart([c for c in found["reading"] if c != chart])
    text = f"{statistics.median(_ratios(found['reading'][where], 'ocrmypdf-text', 'rebut', 'cpu')):.2f}"
    of = "" if where == chart else f", on {where}"
    told = f"""
A chart of {pages} pages, {scanned} of them scanned or faxed: {engine} times the CPU of the OCR engine alone.
OCRmyPDF takes {pdf} times the CPU of rebut ({text} times for the text without a PDF{of}),
pytesseract with pdfplumber {plain} times. A typed page takes {ours:.1f} ms, {theirs / ours:.0f} times less than
pdfplumber's words. No process that reads takes more than {peak:.0f} MB{whole}. What makes these numbers:
{_command(found)}; accuracy beside cost, and cost by pages:
[docs/benchmarks.md](docs/benchmarks.md).
"""
    return told.strip()


def _by_pages(found: Found) -> str:
    series: dict[str, list[plot.Point]] = {}
    for chart, sides in found["reading"].items():
        if not chart.startswith(("mixed", "chart")):
            continue
        pages = int(re.sub(r"\D", "", chart))
        for side, costs in sides.items():
            series.setdefault(NAMES[side], []).append((pages, statistics.median(c["cpu"] for c in costs) / pages))
    title = "CPU seconds a page, 4 of 10 pages scanned or faxed"
    return plot.lines(title, "pages of the chart", "CPU s a page", {k: sorted(v) for k, v in series.items()})


def _against_accuracy(found: Found) -> str:
    chart = main_chart(found["reading"])
    series = {}
    for side, costs in found["reading"][chart].items():
        told = [s for kind, s in found["scores"][chart][side].items() if kind != "digital"]
        count = sum(one["pages"] for one in told)
        right = sum(one["digits"] * one["pages"] for one in told) / count
        series[NAMES[side]] = [(statistics.median(c["cpu"] for c in costs) / count, right)]
    lowest = min(y for placed in series.values() for _, y in placed)
    title = f"Numbers read right against cost, {chart}"
    return plot.points(
        title, "CPU s for a scanned or faxed page", "numbers right, %", series, floor=5.0 * (lowest // 5)
    )


def _machine() -> str:
    from extractors.pages.engine import open_engine

    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    told = [open_engine().version, *(f"{name} {_version(name)}" for name in ("pypdfium2", "pdfplumber"))]
    pins = (Path(__file__).parent / "peers" / "requirements.in").read_text("utf-8").split()
    cpu = model[1] if model else "unknown"
    return (
        f"{', '.join(told)}; peers: {', '.join(pin.replace('==', ' ') for pin in pins)}, {_told('tesseract')},"
        f" Ghostscript {_told('gs')}.\nPython {platform.python_version()}, {platform.machine()}, {cpu},"
        f" {os.cpu_count()} cores. Times of another machine, or of a busy one, differ; compare the ratios.\n"
    )


def _told(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return (told.stdout or told.stderr).splitlines()[0]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


if __name__ == "__main__":
    raise SystemExit("start benchmarks.speed")
