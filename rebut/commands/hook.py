"""`rebut hook`: programs that are told of cases."""

import argparse
import json
import sys
from dataclasses import asdict

from extractors.errors import RebutError
from pipeline.accounts.actor import OPERATOR
from pipeline.accounts.vault import open_vault
from pipeline.database import open_database
from pipeline.hooks import add_hook, list_hooks, remove_hook
from pipeline.hooks.book import EVENTS
from pipeline.settings import private_folder, read_settings


class HookUsageError(RebutError):
    """The address or id is missing (what was asked for)."""

    code = "usage"
    message = "`rebut hook {0}` needs {1} after it."
    exit_status = 2


def hook(arguments: argparse.Namespace) -> int:
    """Add, list or remove webhooks."""
    settings = read_settings()
    private_folder(settings.home)
    database = open_database(settings.database)
    if arguments.what == "list":
        found = [asdict(one) for one in list_hooks(database)]
        lines = [f"{one['id']}  {one['url']}  {', '.join(one['events'])}  {one['clinic'] or 'all'}" for one in found]
        print(json.dumps(found) if arguments.json else "\n".join(lines))
        return 0
    if not arguments.at:
        raise HookUsageError(arguments.what, "an https address" if arguments.what == "add" else "an id")
    if arguments.what == "remove":
        remove_hook(database, arguments.at, OPERATOR)
        return 0
    events = arguments.event or EVENTS
    added, secret = add_hook(database, open_vault(settings), arguments.at, events, OPERATOR, arguments.clinic)
    if arguments.json:
        print(json.dumps({**asdict(added), "secret": secret}))
        return 0
    print(added.id)
    print(f"rebut: calls are signed with {secret}; it is shown this once.", file=sys.stderr)
    return 0
