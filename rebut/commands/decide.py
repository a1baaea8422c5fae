"""`rebut decide`: what a person decides on a case, and what has been decided."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractors.errors import RebutError
from pipeline.accounts import OPERATOR
from rebut.commands.desk import open_stores
from rebut.files import open_files


class DecisionsFileError(RebutError):
    """A file of decisions cannot be used (path, why)."""

    code = "decisions-file"
    message = (
        "{0} holds no decisions that can be used: {1}. It is a JSON list of objects with kind, target, value and "
        "reason; docs/review.md shows one of each kind."
    )
    exit_status = 2


def decide(arguments: argparse.Namespace) -> int:
    """Take decisions on a case and work it through again; without any, list what was decided and what stands open."""
    from pipeline.decisions import take_decisions, wanted_of
    from pipeline.settings import read_settings
    from pipeline.stages import WORKFLOW

    database, storage = open_stores()
    if not arguments.kind and not arguments.file:
        return _show(database, storage, arguments)
    wanted = open_decisions(arguments.file) if arguments.file else []
    if arguments.kind:
        wanted.append(wanted_of(_told(arguments)))
    ready = take_decisions(database, storage, WORKFLOW, arguments.case, wanted, OPERATOR)
    settings = read_settings()
    if settings.broker:
        from workers.publish import publish

        publish(ready)
        print(f"{len(ready)} jobs sent to the workers", file=sys.stderr)
        return 0
    from rebut.commands.run import drive, raise_fault
    from rebut.progress import reporter
    from workers.pool import Pool

    jobs = arguments.jobs or settings.jobs
    with reporter() as report, Pool(settings.database, settings.storage, WORKFLOW, jobs) as pool:
        ended = drive(pool, database, arguments.case, report)
    if ended.state != "ready":
        raise_fault(database, arguments.case)
    return _show(database, storage, arguments)


def open_decisions(path: Path) -> list[Any]:
    """Return the decisions of a JSON file; raises DecisionsFileError."""
    from pipeline.decisions import wanted_of

    (data,) = open_files([path]).values()
    try:
        told = json.loads(data)
        if not isinstance(told, list) or not told:
            raise DecisionsFileError(path, "it is no list, or an empty one")
        return [wanted_of(one) for one in told]
    except ValueError:
        raise DecisionsFileError(path, "it is not JSON") from None
    except RebutError as error:
        raise error if isinstance(error, DecisionsFileError) else DecisionsFileError(path, str(error)) from None


def _told(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the decision of the command line; a value that is JSON is taken as such, any other as text."""
    value: Any = arguments.value
    if value is not None:
        try:
            value = json.loads(value)
        except ValueError:
            value = arguments.value
    if arguments.kind == "correct_value" and isinstance(value, int | float) and not isinstance(value, bool):
        value = arguments.value  # a member number, not a count
    told = {"kind": arguments.kind, "target": arguments.target or "", "value": value, "reason": arguments.reason or ""}
    return told | {"evidence": [_place(at) for at in arguments.at or ()]}


def _place(told: str) -> dict[str, Any]:
    """ "chart.pdf:3:72,100,300,120" as evidence; what is none is refused where the decision is read."""
    name, _, box = told.rpartition(":")
    name, _, page = name.rpartition(":")
    return {"document": name, "page": page, "bbox": box.split(",")}


def _show(database: Any, storage: Any, arguments: argparse.Namespace) -> int:
    from pipeline.cases import show_case
    from pipeline.decisions import list_decisions
    from pipeline.results import load_case

    case = show_case(database, arguments.case, OPERATOR)
    key = case["result_key"]
    review = load_case(storage, key)["review"] if key else None
    taken = list_decisions(database, arguments.case, OPERATOR)
    if arguments.json:
        told = {"case": case["case"], "state": case["state"], "revision": case["revision"]}
        json.dump(told | {"review": review, "decisions": taken}, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    for one in taken:
        mark = " " if one["in_force"] else "-"
        print(f"{one['number']:3} {mark} {one['by']}  {one['kind']} {one['target']}  {one['reason']}".rstrip())
    for point in _open(review):
        print(point)
    return 0


def _open(review: dict[str, Any] | None) -> Sequence[str]:
    if review is None:
        return ["There is no result yet."]
    if review["final"]:
        return [f"Final: approved by {review['approved_by']}."]
    points = [f"open: {at['target']}: {at['why']}" for at in review["open"]]
    return points or ["Nothing stands open: an approver may approve it."]
