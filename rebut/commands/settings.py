"""`rebut settings`: what the program was told, and what each setting means."""

import argparse
import json
import os
import sys
from itertools import groupby
from typing import Any

from pipeline.settings import read_settings, variables


def settings(arguments: argparse.Namespace) -> int:
    """Print the settings in force, or with --reference the page that explains them."""
    if arguments.reference:
        sys.stdout.write(reference())
        return 0
    found = read_settings()
    rows = [
        {"name": at.env, "value": _shown(getattr(found, name), at.secret), "set": bool(os.environ.get(at.env))}
        for name, at in variables()
    ]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return 0
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        value = "-" if row["value"] is None else row["value"]
        print(f"{row['name']:<{width}}  {value}{'' if row['set'] else '  (not set)'}")
    return 0


def reference() -> str:
    """Return docs/settings.md: every setting under its heading."""
    lines = [
        "# Settings",
        "",
        "Environment variables; `rebut settings` prints those in force. Written by `make schema` from the program.",
        "S3 keys come from where boto3 looks for them (`AWS_ACCESS_KEY_ID` and so on).",
    ]
    for part, group in groupby((at for _, at in variables()), key=lambda at: at.part):
        lines += ["", f"## {part}", "", "| variable | meaning | where it is not set |", "|---|---|---|"]
        lines += [f"| `{at.env}` | {at.what} | {at.usual} |" for at in group]
    return "\n".join(lines) + "\n"


def _shown(value: Any, secret: bool) -> Any:
    if value is None:
        return None
    return "***" if secret else value if isinstance(value, int | float) else str(value)
