"""The product's workflow: which stage runs which function, on which queue, after what.

Imports of the stages stand inside the functions: a worker that only reads pages loads no
matcher, and the command line starts without any of them.
"""

from collections.abc import Callable
from dataclasses import replace

from pipeline.workflow import Outcome, Stage, Task, Workflow


def intake(task: Task) -> Outcome:
    from pipeline import reading

    return reading.intake(task)


def read(task: Task) -> Outcome:
    from pipeline import reading

    return reading.read(task)


def classify(task: Task) -> Outcome:
    from pipeline import understanding

    return understanding.classify(task)


def understand(task: Task) -> Outcome:
    from pipeline import understanding

    return understanding.understand(task)


def match(task: Task) -> Outcome:
    from pipeline import deciding

    return deciding.match(task)


def assemble(task: Task) -> Outcome:
    from pipeline import deciding

    return deciding.assemble(task)


def smaller_parts(part: str) -> list[str]:
    from pipeline import reading

    return reading.smaller_parts(part)


def start_reader() -> None:
    from pipeline import reading

    reading.start_reader()


def load_ahead() -> list[Callable[[], object]]:
    from pipeline import ahead

    return ahead.steps()


WORKFLOW = Workflow(
    stages={
        "intake": Stage(name="intake", queue="intake", run=intake, seconds=300.0),
        # A page has 60 s of its own in the reader and is killed after 75; the longest chunk is 8 pages.
        "read": Stage(name="read", queue="read", run=read, seconds=600.0, expendable=True, pieces=smaller_parts),
        "classify": Stage(name="classify", queue="understand", run=classify, thinks=True),
        "understand": Stage(name="understand", queue="understand", run=understand, thinks=True),
        "match": Stage(name="match", queue="understand", run=match, thinks=True),
        "assemble": Stage(name="assemble", queue="assemble", run=assemble, thinks=True),
    },
    joins={"classify": ("intake", "read"), "match": ("understand",), "assemble": ("match",)},
    last="assemble",
    # A page that is left out or let in may be one of the letter, the policy or the chart: all of them are read again.
    again={
        "exclude_page": "classify",
        "include_page": "classify",
        "correct_value": "match",
        "choose_candidate": "match",
        "confirm_value": "match",
        "overrule": "match",
        "approve": "assemble",
    },
    begin=start_reader,
    ahead=load_ahead,
)
# For workers under a supervisor. A person who waits for `rebut run` is told soon that the disk is full.
SERVED = replace(WORKFLOW, patient=True)
QUEUES = ("urgent", "intake", "read", "understand", "assemble")
