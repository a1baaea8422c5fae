"""`rebut cases`, `show`, `retry`, `purge`, `schema`: looking after cases."""

import argparse
import json
import sys
from typing import Any

from pipeline.accounts import OPERATOR


def cases(arguments: argparse.Namespace) -> int:
    """List the cases, newest first."""
    from pipeline.cases import list_cases

    database, _ = open_stores()
    found = list_cases(database, actor=OPERATOR)
    if arguments.json:
        _print_json({"cases": found})
        return 0
    for case in found:
        told = [case["case"], case["created"], case["state"], case["payer"], case["service"], case["last_day"]]
        why = f"  {case['error']}" if case["error"] else ""
        print("  ".join(str(word or "-") for word in told) + why)
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print one case."""
    from pipeline.cases import show_case
    from pipeline.results import load_case

    database, storage = open_stores()
    case = show_case(database, arguments.case, OPERATOR)
    key = case.pop("result_key")
    case.pop("reviewed_key")
    case["result"] = load_case(storage, key) if key else None
    if arguments.json:
        _print_json(case)
        return 0
    print(f"{case['case']}  {case['state']}  opened {case['created']}")
    for file in case["files"]:
        print(f"  {file['name']}  {file['pages'] or '?'} pages  {file['kind'] or ''}")
    for stage in case["stages"]:
        print(f"  {stage['stage']}: " + ", ".join(f"{n} {state}" for state, n in stage.items() if state != "stage"))
    if case["error"]:
        print(f"  {case['error']['code']}: {case['error']['message']}")
    if case["result"]:
        print(f"  criteria over all: {case['result']['overall'].replace('_', ' ')}")
    return 0


def retry(arguments: argparse.Namespace) -> int:
    """Try a failed case again, here unless a broker is set."""
    from pipeline.cases import retry_case
    from pipeline.settings import read_settings
    from pipeline.stages import WORKFLOW

    settings = read_settings()
    database, _ = open_stores()
    ready = retry_case(database, WORKFLOW, arguments.case, OPERATOR)
    if settings.broker:
        from workers.publish import publish

        publish(ready)
        print(f"{len(ready)} jobs sent to the workers", file=sys.stderr)
        return 0
    from rebut.commands.run import drive, raise_fault
    from rebut.progress import reporter
    from workers.pool import Pool

    with (
        reporter() as report,
        Pool(settings.database, settings.storage, WORKFLOW, arguments.jobs or settings.jobs) as pool,
    ):
        ended = drive(pool, database, arguments.case, report)
    if ended.state != "ready":
        raise_fault(database, arguments.case)
    return show(arguments)


def purge(arguments: argparse.Namespace) -> int:
    """Remove a case with everything made from it."""
    from pipeline.cases import purge_case

    database, storage = open_stores()
    purge_case(database, storage, arguments.case, OPERATOR)
    print(f"case {arguments.case} is gone; the audit trail keeps when", file=sys.stderr)
    return 0


def schema(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of a published document."""
    from pipeline.schema import schema_of

    _print_json(schema_of(arguments.what))
    return 0


def open_stores() -> tuple[Any, Any]:
    """Return the database and the storage that the settings name."""
    from pipeline.database import open_database
    from pipeline.settings import private_folder, read_settings
    from pipeline.storage import open_storage

    settings = read_settings()
    private_folder(settings.home)
    return open_database(settings.database), open_storage(settings.storage)


def _print_json(document: Any) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    print()
