"""What holding a long chart against a policy costs, once its pages are read.

    python -m benchmarks.matching [--pages 300] [--leaves 40] [--rounds 3] [--write]

The chart is made of the notes and the policy of the criteria in tests/pipeline/matching, so every kind of requirement
is among the leaves. Each round runs in a process of its own: CPU seconds of that process on one core, nothing kept
from the round before. `--write` puts the table into docs/benchmarks.md.
"""

import argparse
import datetime as dt
import multiprocessing
import os
import platform
import resource
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.marked import write_between

ROOT = Path(__file__).resolve().parent.parent
PAIRS = ROOT / "tests" / "pipeline" / "matching"
MARKS = ("<!-- matching: written by benchmarks/matching.py -->", "<!-- /matching -->")
LINES_PER_PAGE = 30
DAY = dt.date(2026, 9, 30)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one round took."""

    chart: float  # CPU seconds: statements and facts of the pages, and whose each page is
    match: float  # CPU seconds: every leaf
    again: float  # CPU seconds: every leaf a second time, vocabularies loaded and sentences known
    peak: int  # bytes, of the whole process
    statements: int


def main() -> None:
    """Print the table."""
    options = _options()
    costs = []
    for _ in range(options.rounds):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            costs.append(pool.apply(_round, (options.pages, options.leaves)))
    table = _table(options, costs)
    print(table)
    if options.write:
        write_between(MARKS, table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="CPU and memory of a long chart against a policy.")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--leaves", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


def _round(pages: int, leaves: int) -> Cost:
    from extractors.chart import read_chart
    from extractors.evidence import Person
    from pipeline.identity import judge_pages
    from pipeline.matching import match_criteria
    from tests.pages import pages_of

    read = pages_of(_chart(pages), "chart.pdf")
    policy, denial = _policy(leaves), _denial()
    started = time.process_time()
    chart = read_chart(read, DAY)
    verdicts = judge_pages(Person(name="Ruth Calloway", birth_date="1980-04-12"), read, chart)
    charted = time.process_time()
    match = match_criteria(policy, chart, denial, verdicts, DAY)
    matched = time.process_time()
    match_criteria(policy, chart, denial, verdicts, DAY)
    again = time.process_time()
    if len(match.criteria) != leaves:
        raise SystemExit(f"{len(match.criteria)} of {leaves} leaves were judged: {match.warnings}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Cost(charted - started, matched - charted, again - matched, peak, len(chart.statements))


def _pairs() -> list[dict[str, Any]]:
    return [
        pair
        for name in ("wider_pairs.yaml", "pairs.yaml")
        for pair in yaml.safe_load((PAIRS / name).read_text(encoding="utf-8"))
    ]


def _chart(pages: int) -> str:
    """Return notes of one patient, each page filled from the charts of the pairs and a day later than the last."""
    lines = [
        line
        for pair in _pairs()
        for line in (pair.get("says") or pair["chart"]).replace(" ¦ ", "\t").splitlines()
        if not line.startswith(("===", "Date of visit"))
    ]
    made = []
    for number in range(pages):
        day = DAY - dt.timedelta(days=pages - number)
        first = number * LINES_PER_PAGE
        body = [lines[(first + place) % len(lines)] for place in range(LINES_PER_PAGE)]
        head = [
            "Hillside Clinic",
            "Patient: Calloway, Ruth    DOB: 04/12/1980    MRN: H-20931",
            f"Date of visit: {day:%m/%d/%Y}   Dermatology   Provider: Ines Okafor, MD",
        ]
        made.append("\n".join([*head, *body]))
    return "\f".join(made)


def _policy(leaves: int) -> Any:
    from extractors.policy import Indication, Node, Policy

    texts = list(dict.fromkeys(pair["criterion"] for pair in _pairs()))
    step = max(len(texts) // leaves, 1)
    children = tuple(
        Node(op="leaf", number=f"1.{place}", text=text, evidence=())
        for place, text in enumerate(texts[::step][:leaves], start=1)
    )
    tree = Node(op="all", number="1", text="", evidence=(), children=children)
    section = Indication(name="Atopic Dermatitis", phase="any", tree=tree)
    return Policy(
        document="policy.pdf",
        title=None,
        payer=None,
        number=None,
        effective_date=None,
        drugs=(),
        indications=(section,),
    )


def _denial() -> Any:
    from extractors.denial import Codes, Denial
    from extractors.evidence import Box, Evidence, Finding

    place = Evidence(document="denial.pdf", page=1, bbox=Box(x0=0, top=0, x1=1, bottom=1), text="")

    def found(value: Any) -> Any:
        return Finding(value=value, confidence=1.0, evidence=(place,))

    return Denial(
        denial_date=found(DAY),
        service=found("dupilumab"),
        codes=found(Codes(icd10=("L20.9",))),
        prescriber=found("Ines Okafor, MD"),
        patient_dob=found(dt.date(1980, 4, 12)),
    )


def _table(options: argparse.Namespace, costs: list[Cost]) -> str:
    def median(name: str) -> float:
        return statistics.median(getattr(cost, name) for cost in costs)

    each = 1e6 * median("match") / (median("statements") * options.leaves)
    return f"""## Holding a chart against a policy

`python -m benchmarks.matching --write`: {options.pages} pages already read, {median("statements"):.0f} statements,
{options.leaves} leaves of every kind, median of {options.rounds} rounds, each in a new process on one core.

| | CPU s |
|---|---|
| statements, facts and whose page it is | {median("chart"):.1f} |
| every leaf | {median("match"):.2f} |
| every leaf again in the same process | {median("again"):.2f} |

{each:.1f} µs for a statement and leaf; peak of the process {median("peak") / 1e6:.0f} MB.
Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.
Goal: every leaf under 5 s, the process under 500 MB.
"""


if __name__ == "__main__":
    main()
