"""What reading a chart costs, against the OCR engine alone and against what people use today.

    python -m benchmarks.speed [--quick | --charts NAMES] [--rounds 3] [--folder build/bench] [--write]
                               [--table] [--resume]

Makes its charts from a seed (`benchmarks.corpus`) and its peers' environment (`benchmarks/peers/setup.sh`), runs all
sides on the same files, two processes each and a few seconds each in turn (`benchmarks.measured.run_in_turn`), and
counts the CPU of every process they start. The whole takes
74 minutes of a quiet machine with two cores; `--quick` takes four minutes on a small chart, and
`--charts mixed10,mixed30` reads these alone. `--write` puts table and plots into docs/ and the ratios into README.md;
`--table` only shows again what the last run measured; `--resume` goes on with a run that was stopped.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pikepdf

from benchmarks import corpus, measured
from benchmarks.score import score
from benchmarks.speed_report import main_chart, print_report, write_report
from pipeline.storage import UNDERSTOOD

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "samples" / "lupus-anifrolumab"
PEERS = Path(__file__).parent / "peers"
ROUNDS = 3
# With how much longer each takes, about: all are to end together.
SIDES = {"rebut": 1.0, "engine": 1.1, "ocrmypdf": 2.0, "ocrmypdf-text": 1.9, "plain": 2.2}
LONG = ("rebut", "engine", "ocrmypdf", "plain")  # of a long chart: 14 minutes a round
# chart -> (sides of the first round, those of every other round)
WHOLE = {
    "letter3": (tuple(SIDES), ("rebut", "engine")),
    "mixed10": (tuple(SIDES), ("rebut", "engine")),
    "mixed30": (tuple(SIDES), ()),
    "mixed300": (LONG, LONG),
    "mixed100": (("rebut", "engine"), ()),
    "fax40": (("rebut", "engine"), ()),
    "chart1000": (("rebut", "engine"), ()),
}
QUICK = {"mixed10": (tuple(SIDES), tuple(SIDES))}


class Bench:
    """One run of the benchmark: where it works and what it found so far."""

    def __init__(self, folder: Path, rounds: int, asked: str, resume: bool) -> None:
        self.folder, self.rounds = folder, rounds
        self.charts = folder / "charts"
        self.found: dict = {"asked": asked, "rounds": rounds, "reading": {}, "scores": {}}
        if resume:
            self.found = json.loads((folder / "results.json").read_text("utf-8"))

    def read(self, chart: str, sides: tuple[str, ...], others: tuple[str, ...]) -> None:
        """Run the sides on one chart in turn, in every round after the first the `others`."""
        if chart in self.found["scores"]:
            return
        costs = self.found["reading"].setdefault(chart, {side: [] for side in sides})
        for number in range(self.rounds):
            now = sides if number == 0 else others[:: 1 if number % 2 == 0 else -1]
            missing = [side for side in now if len(costs[side]) <= number]  # others: of a run that was stopped
            for side, cost in zip(missing, self._in_turn(missing, chart), strict=True):
                costs[side].append(asdict(cost))
                note(f"{chart} {side}: {cost.cpu:.1f} CPU s, {cost.wall:.1f} s, {cost.peak:.0f} MB")
            self._keep()
        self.found["scores"][chart] = {side: self._score(side, chart) for side in sides}
        self._keep()

    def _in_turn(self, sides: Sequence[str], chart: str) -> list[measured.Cost]:
        costs = measured.run_in_turn([self._runner(side, chart) for side in sides])
        return [_of_engine(cost) if side == "engine" else cost for side, cost in zip(sides, costs, strict=True)]

    def _runner(self, side: str, chart: str) -> measured.Runner:
        pdf, texts = str(self.charts / f"{chart}.pdf"), str(self.folder / f"{chart}-{side}.txt")
        python, peers = sys.executable, self.folder / "peers" / "bin"
        theirs = {"PATH": f"{peers}:{os.environ['PATH']}", "PYTHONPATH": ""}
        ocrmypdf = [str(peers / "ocrmypdf"), "--quiet", "--skip-text", "--jobs", "2"]
        command, environment = {
            "rebut": ([python, "-m", "benchmarks.peers.ours", pdf, texts, "2"], {}),
            "engine": ([python, "-m", "benchmarks.peers.bare", pdf, texts, str(self.charts / f"{chart}.json")], {}),
            "ocrmypdf": ([*ocrmypdf, "--sidecar", texts, pdf, f"{texts}.pdf"], theirs),
            "ocrmypdf-text": ([*ocrmypdf, "--sidecar", texts, "--output-type", "none", pdf, "-"], theirs),
            "plain": ([str(peers / "python"), str(PEERS / "plain.py"), pdf, texts], theirs),
        }[side]
        return measured.Runner(command, environment, SIDES[side])

    def _score(self, side: str, chart: str) -> dict:
        pages = json.loads((self.charts / f"{chart}.json").read_text("utf-8"))
        texts = (self.folder / f"{chart}-{side}.txt").read_text("utf-8")
        read = _sidecar(texts, pages) if side.startswith("ocrmypdf") else json.loads(texts)
        told = score([page["kind"] for page in pages], [page["text"] for page in pages], read)
        return {kind: asdict(one) for kind, one in told.items()}

    def read_text_layer(self, chart: str) -> None:
        """Time lines and boxes of a typed chart, both sides in one process."""
        if "textlayer" in self.found:
            return
        pdf = str(corpus.make(chart, self.charts))
        told = measured.run([sys.executable, "-m", "benchmarks.peers.textlayer", pdf, str(max(3, self.rounds))]).told
        self.found["textlayer"] = {"chart": chart, "rounds": json.loads(told)}
        note(f"{chart}: {told.strip()} ms a page, rebut and pdfplumber")
        self._keep()

    def check_pages(self, chart: str) -> None:
        """Time the question whether a page needs OCR."""
        if "check" in self.found:
            return
        pdf, truth = self.charts / f"{chart}.pdf", self.charts / f"{chart}.json"
        command = [sys.executable, "-m", "benchmarks.peers.check", str(pdf), str(truth), str(max(3, self.rounds))]
        self.found["check"] = {"chart": chart} | json.loads(measured.run(command).told)
        note(f"whether a page needs OCR: {self.found['check']}")
        self._keep()

    def run_case(self, chart: str, key: str) -> None:
        """Run a whole case, the same once more, with another policy, as of another day: then all but reading is new."""
        if "another policy" in self.found.get("cases", {}).get(key, {}):  # it was not always among the runs
            return
        home, out = self.folder / "home", self.folder / "packet"
        shutil.rmtree(home, ignore_errors=True)
        other = self.folder / "other-policy.pdf"
        with pikepdf.open(CASE / "policy.pdf") as policy:
            policy.add_blank_page()
            policy.save(other)
        told = {"chart": chart}
        for name, policy, day in (
            ("first", CASE / "policy.pdf", "2026-11-20"),
            ("again", CASE / "policy.pdf", "2026-11-20"),
            ("another policy", other, "2026-11-20"),
            ("another day", CASE / "policy.pdf", "2026-11-21"),
        ):
            files = [str(CASE / "denial.pdf"), str(self.charts / f"{chart}.pdf"), str(policy)]
            shutil.rmtree(out, ignore_errors=True)
            if name == "another day":  # what was understood of a file before is to be found again
                for kept in list(home.rglob(f"{UNDERSTOOD}*")):
                    kept.unlink()
            command = [sys.executable, "-m", "rebut", "run", *files, "--out", str(out), "--today", day, "--jobs", "2"]
            told[name] = asdict(measured.run(command, {"REBUT_HOME": str(home)}))
            note(f"case of {chart}, {name}: {told[name]['cpu']:.2f} CPU s, {told[name]['wall']:.2f} s")
        self.found.setdefault("cases", {})[key] = told
        self._keep()

    def compare_workers(self, chart: str) -> None:
        """Read with one process and with two, in turn."""
        if "workers" in self.found:
            return
        pdf, texts = str(self.charts / f"{chart}.pdf"), str(self.folder / "workers.txt")
        walls = {"1": [], "2": []}
        for _ in range(self.rounds):
            for jobs, found in walls.items():
                command = [sys.executable, "-m", "benchmarks.peers.ours", pdf, texts, jobs]
                found.append(measured.run(command).wall)
        self.found["workers"] = {"chart": chart, "walls": walls}
        note(f"workers on {chart}: {walls}")
        self._keep()

    def start_up(self) -> None:
        """Time the help, and `rebut run` until it works on its first file; the program's files are in memory."""
        walls = [measured.run([sys.executable, "-m", "rebut", "--help"]).wall for _ in range(5)]
        self.found["help"] = sorted(walls)[2]
        begun = []
        for number in range(5):
            home = self.folder / f"start{number}"
            shutil.rmtree(home, ignore_errors=True)
            time.sleep(2.0)  # what was stopped before is gone by then
            command = [sys.executable, "-m", "rebut", "run", str(CASE / "denial.pdf"), "--out", f"{home}-packet"]
            begun.append(measured.seconds_to_work(command, home))
        self.found["at work"] = sorted(begun)[2]
        self._keep()

    def _keep(self) -> None:
        (self.folder / "results.json").write_text(json.dumps(self.found, indent=1), "utf-8")


def main() -> None:
    """Measure, print, and where asked write."""
    options = _options()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    if not options.table:
        _measure(options)
    found = json.loads((options.folder / "results.json").read_text("utf-8"))
    print_report(found)
    if options.write:
        write_report(found)


def _measure(options: argparse.Namespace) -> None:
    charts = QUICK if options.quick else WHOLE
    if options.charts:
        charts = {chart: WHOLE[chart] for chart in options.charts.split(",")}
    main = main_chart(charts)
    bench = Bench(options.folder.resolve(), options.rounds, _asked(options), options.resume)
    bench.folder.mkdir(parents=True, exist_ok=True)
    measured.run([str(PEERS / "setup.sh"), str(bench.folder / "peers")], {"PYTHON": sys.executable})
    for chart in charts:
        note(f"chart {corpus.make(chart, bench.charts).name}")
    bench.start_up()
    typed = "digital30" if options.quick else "digital300"
    bench.read_text_layer(typed)
    bench.check_pages(main)
    bench.run_case(typed, "typed")
    for chart, (sides, others) in charts.items():
        bench.read(chart, sides, others)
    bench.run_case(main, "mixed")
    bench.compare_workers("mixed100" if "mixed100" in charts else main)


def _of_engine(cost: measured.Cost) -> measured.Cost:
    """Return what the engine alone cost of a run that drew the pages too."""
    engine = float(cost.told)
    return measured.Cost(cost.wall * engine / cost.cpu, engine, cost.peak)


def _asked(options: argparse.Namespace) -> str:
    """Return the options that make the numbers what they are."""
    told = " --quick" if options.quick else f" --charts {options.charts}" if options.charts else ""
    return told + (f" --rounds {options.rounds}" if options.rounds != ROUNDS else "")


def _sidecar(text: str, pages: list[dict]) -> list[str | None]:
    """Return the text of each page that OCRmyPDF read; it leaves out those that had some."""
    read = iter(part for part in text.split("\f") if not part.startswith("[OCR skipped on page"))
    return [None if page["kind"] == "digital" else next(read, "") for page in pages]


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small chart only")
    parser.add_argument("--charts", metavar="NAMES", help=f"of {', '.join(WHOLE)}, with commas between; all otherwise")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="charts, peers and results")
    parser.add_argument("--write", action="store_true", help="put table, plots and ratios into docs/ and README.md")
    parser.add_argument("--table", action="store_true", help="measure nothing: show what was measured last")
    parser.add_argument("--resume", action="store_true", help="measure what a run that was stopped has not")
    return parser.parse_args()


if __name__ == "__main__":
    main()
