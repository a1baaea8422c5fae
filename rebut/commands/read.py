"""`rebut read` and `rebut criteria`: understanding of single files; nothing is kept."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from rebut.files import find_files
from rebut.progress import reporter
from rebut.today import today


def read(arguments: argparse.Namespace) -> int:
    """Print every document found in the files with what it says."""
    from pipeline.settings import cores
    from pipeline.spread import use_processes
    from pipeline.understanding import describe_file

    day = arguments.today or today()
    files = _read_files(arguments)
    use_processes(arguments.jobs or cores())
    documents = [document for pages in files.values() for document in describe_file(pages, day)]
    if arguments.json:
        _print_json({"documents": [document.model_dump(mode="json", by_alias=True) for document in documents]})
    else:
        from rebut.present import print_documents

        print_documents(documents)
    return 0


def criteria(arguments: argparse.Namespace) -> int:
    """Print the criteria tree of a policy."""
    from pipeline.publish import publish_policy
    from pipeline.understanding import find_policy

    arguments.files = [arguments.policy]
    (pages,) = _read_files(arguments).values()
    policy = publish_policy(find_policy(pages))
    if arguments.json:
        _print_json(policy)
    else:
        from rebut.present import print_policy

        print_policy(policy)
    return 0


def _read_files(arguments: argparse.Namespace) -> Mapping[str, list[Any]]:
    from workers.readers import read_files

    with reporter() as report:
        return read_files(find_files(arguments.files), arguments.jobs, report)


def _print_json(document: Any) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    print()
