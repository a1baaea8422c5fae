"""Hurt a whole installation while it works, and count what is lost: `make chaos`.

    python -m tests.chaos [--cases 300] [--seed N] [--minutes 60] [--pace 1.0] [--keep DIR]

Real Redis, PostgreSQL and S3 servers, two workers, reconciler and web, each started again when it dies. At random,
from the printed seed: workers, their children, readers, reconciler and web are killed, Redis is killed, emptied and
stopped, PostgreSQL ends all connections and is away, S3 answers errors or not at all, the workers' disk is full.
Exit status 1 where a case is lost, a packet lacks a page, is made twice, or is not the bytes of an undisturbed run.
"""

import argparse
import secrets
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.monkey import KINDS, Monkey
from tests.chaos.papers import make_papers
from tests.chaos.run import Run, send_and_judge
from tests.chaos.stack import Stack, running_stack
from tests.chaos.verdict import undisturbed

_SENT_AGAIN = 5  # cases of the same content


def main() -> int:
    options = _options()
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    print(f"seed {seed}, {options.cases} cases", flush=True)
    papers = make_papers(max(8, options.cases // _SENT_AGAIN), seed)
    began = time.monotonic()
    wanted = undisturbed(papers)
    calm = time.monotonic() - began
    print(f"undisturbed: {len(papers)} different cases in {calm:.0f} s", flush=True)
    with running_stack(seed) as stack:
        disk = "a disk of its own" if stack.disk.mounted else "a limit on file sizes: no disk may be mounted here"
        print(f"the disk that fills is {disk}", flush=True)
        monkey = Monkey(stack=stack, seed=seed, pace=options.pace)
        try:
            run = send_and_judge(stack, monkey, papers, wanted, options.cases, options.minutes, _say)
        finally:
            if options.keep:
                _keep(stack, options.keep)
    return _tell(run, monkey.done, stack.proxy.ills)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, help="of what is sent and what is hurt; printed (random)")
    parser.add_argument("--minutes", type=float, default=60, help="after which what has not ended counts as lost")
    parser.add_argument("--pace", type=float, default=1.0, help="1: something is hurt every 4 to 12 seconds")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the logs there")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, flush=True)


def _keep(stack: Stack, folder: Path) -> None:
    shutil.copytree(stack.folder / "logs", folder, dirs_exist_ok=True)
    shutil.copy(stack.database.log, folder / "postgres.log")


def _tell(run: Run, hurt: Mapping[str, int], ills: Counter[str]) -> int:
    """Print the counts; returns the exit status."""
    verdict = run.verdict
    assert verdict
    print(f"\n{run.cases} cases in {run.minutes:.1f} minutes; {run.refused} requests sent again")
    print(f"hurt {sum(hurt.values())} times: " + ", ".join(f"{hurt.get(kind, 0)} {kind}" for kind in KINDS))
    print("requests to S3 treated ill: " + (", ".join(f"{n} {ill}" for ill, n in ills.most_common()) or "none"))
    print(f"attempts given back: {sum(verdict.codes.values())}" + _counts(verdict.codes))
    print(f"leases that expired or whose process was gone: {verdict.codes['worker-lost']}")
    print(f"ended: {verdict.packets} packets with {verdict.pages} pages of sources, ", end="")
    print(f"{sum(verdict.failures.values())} named failures{_counts(verdict.failures)}")
    print(f"violations: {len(verdict.violations)}")
    for violation in verdict.violations:
        print(f"  {violation}")
    return 1 if verdict.violations else 0


def _counts(counter: Counter[str]) -> str:
    return f" ({', '.join(f'{n} {what}' for what, n in counter.most_common())})" if counter else ""


if __name__ == "__main__":
    sys.exit(main())
