"""Send cases into a stack while it is hurt, wait until all have ended, and judge."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from sqlalchemy import func, select

from pipeline.database import Database, DatabaseUnavailableError, open_database
from pipeline.storage import open_storage
from pipeline.tables import case
from tests.chaos.monkey import Monkey
from tests.chaos.papers import Papers
from tests.chaos.stack import Stack
from tests.chaos.verdict import DAY, Ending, Verdict, judge

_SUBMITTERS = 5
_OPEN = 12  # most cases under way: so that cases are sent in for as long as things are broken


@dataclass(slots=True)
class Run:
    """One run and what came of it."""

    cases: int
    minutes: float = 0.0
    sent: dict[str, int] = field(default_factory=dict)  # case id -> which papers
    refused: int = 0  # requests that were answered with an error, or not at all, and sent again
    ended: int = 0  # cases, as last seen
    restarts: int = 0
    broken: BaseException | None = None  # what ended the sending
    verdict: Verdict | None = None


def send_and_judge(
    stack: Stack,
    monkey: Monkey,
    papers: Sequence[Papers],
    wanted: Sequence[Ending],
    cases: int,
    minutes: float,
    report: Callable[[str], object] = lambda _: None,
) -> Run:
    """Send each of the papers in turn until there are so many cases; the rest of what is hurt comes first."""
    run, began = Run(cases=cases), time.monotonic()
    ends = began + 60 * minutes
    giver = threading.Thread(target=_give, args=(stack, papers, run, ends), name="sender", daemon=True)
    monkey.start()
    giver.start()
    database = open_database(stack.database.url)
    try:
        _wait(database, monkey, run, ends, report)
        monkey.stop()
        giver.join()
        stack.proxy.share = 0.0
        run.minutes = (time.monotonic() - began) / 60
        run.verdict = judge(database, open_storage(stack.bucket), run.sent, wanted, cases)
    finally:
        monkey.stop()
        database.close()
    return run


def _give(stack: Stack, papers: Sequence[Papers], run: Run, ends: float) -> None:
    try:
        _send_all(stack, papers, run, ends)
    except BaseException as error:  # said by whoever waits: a thread that ends in silence looks like a slow one
        run.broken = error


def _send_all(stack: Stack, papers: Sequence[Papers], run: Run, ends: float) -> None:
    """As a client does that wants its case taken: the same key again until it is answered 202."""
    with stack.client() as client:
        for number in range(run.cases):
            while time.monotonic() < ends and len(run.sent) - run.ended >= _OPEN:
                time.sleep(0.2)
            while time.monotonic() < ends:
                if case_id := _send(client, papers[number % len(papers)], number):
                    run.sent[case_id] = number % len(papers)
                    break
                run.refused += 1
                time.sleep(1.0)


def _send(client: httpx.Client, papers: Papers, number: int) -> str | None:
    parts = [("files", (name, data)) for name, data in papers.files.items()]
    headers = {
        "X-Rebut-Today": DAY.isoformat(),
        "Idempotency-Key": f"chaos-{number}",
        "X-Rebut-Submitter": f"clinic-{number % _SUBMITTERS}",
    }
    try:
        answer = client.post("/api/cases", files=parts, headers=headers)
    except httpx.HTTPError:
        return None
    if answer.status_code == 202:
        return answer.json()["case"]
    if answer.status_code < 500:
        raise AssertionError(f"refused for good: {answer.status_code} {answer.text}")
    return None


def _wait(database: Database, monkey: Monkey, run: Run, ends: float, report: Callable[[str], object]) -> None:
    said = time.monotonic()
    while time.monotonic() < ends:
        time.sleep(0.5)
        if run.broken:
            raise run.broken
        with suppress(DatabaseUnavailableError), database.read() as connection:
            states = dict(connection.execute(select(case.c.state, func.count()).group_by(case.c.state)).all())
            ended = run.ended = states.get("ready", 0) + states.get("failed", 0)
            if time.monotonic() - said > 30:
                said = time.monotonic()
                report(f"{len(run.sent)} of {run.cases} sent, {ended} ended, {sum(monkey.done.values())} times hurt")
            if len(run.sent) == run.cases == ended and monkey.all_once.is_set():
                return
