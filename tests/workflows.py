"""A small real workflow for tests: files of lines are counted, line by line, then added up."""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace

from pipeline.storage import MissingObjectError
from pipeline.workflow import Outcome, Stage, Successor, Task, Workflow
from tests.errors import UnusableError


def intake(task: Task) -> Outcome:
    document = next(d for d in task.documents if d.id == task.job.part)
    lines = task.storage.get(document.key).decode().splitlines()
    if "unusable" in lines:
        raise UnusableError(document.name)
    parts = [f"{document.id}:{n}-{min(n + 1, len(lines))}" for n in range(1, len(lines) + 1, 2)]
    learnt = {"id": document.id, "kind": "pdf", "page_count": len(lines)}
    return Outcome(
        output_key=task.store(json.dumps(lines).encode()),
        successors=tuple(Successor(stage="read", part=part) for part in parts),
        document=learnt,
    )


def read(task: Task) -> Outcome:
    document_id, _, run = task.job.part.partition(":")
    first, last = map(int, run.split("-"))
    lines = json.loads(task.load("intake", document_id) or b"")[first - 1 : last]
    if "poison" in lines:
        os.kill(os.getpid(), signal.SIGKILL)
    if "bug" in lines:
        raise ValueError("a line of the file")
    if "flaky" in lines:
        mark = f"cases/{task.case.id}/mark"
        try:
            task.storage.get(mark)
        except MissingObjectError:
            task.storage.put(mark, b"seen")
            raise OSError("try again") from None
    return Outcome(output_key=task.store(json.dumps([len(line.split()) for line in lines]).encode()))


def total(task: Task) -> Outcome:
    counts = [json.loads(data) for part in task.parts("read") if (data := task.load("read", part))]
    told = {"words": sum(map(sum, counts)), "lines": sum(map(len, counts))}
    return Outcome(output_key=task.store(json.dumps(told).encode()), summary={"payer": "Test"})


def pieces(part: str) -> list[str]:
    document_id, _, run = part.partition(":")
    first, last = map(int, run.split("-"))
    return [f"{document_id}:{n}-{n}" for n in range(first, last + 1)] if last > first else []


COUNTING = Workflow(
    stages={
        "intake": Stage(name="intake", queue="intake", run=intake),
        "read": Stage(name="read", queue="read", run=read, expendable=True, pieces=pieces, attempts=2),
        "total": Stage(name="total", queue="assemble", run=total),
    },
    joins={"total": ("intake", "read")},
    last="total",
)


def with_total(workflow: Workflow, run: Callable[[Task], Outcome]) -> Workflow:
    """The same workflow with another last stage."""
    return replace(workflow, stages={**workflow.stages, "total": replace(workflow.stages["total"], run=run)})
