"""The command line: what there is to type, and what comes back.

Standard output carries the result alone; progress and messages go to standard error.
Each command is imported when it is called, so that `rebut --help` answers at once.
"""

import argparse
import datetime as dt
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from extractors.errors import RebutError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status.

    0 done; 2 wrong usage; 3 the input cannot be used; 4 something the program needs is missing; 130 stopped by
    Ctrl-C; 1 anything else.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # before anything loads the OCR engine
    arguments = build_parser().parse_args(argv)
    if arguments.debug:
        os.environ["REBUT_DEBUG"] = "1"
    module, _, function = arguments.call.partition(":")
    try:
        return getattr(importlib.import_module(module), function)(arguments) or 0
    except RebutError as error:
        print(f"rebut: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt as stop:
        print(f"rebut: {stop or 'Stopped.'}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # a bug: its message may quote a patient, so only its place is told
        if arguments.debug:
            raise
        from pipeline.log import where

        print(f"rebut: a fault in the program ({type(error).__name__} at {where(error)}).", file=sys.stderr)
        print(
            "rebut: `--debug` before the command shows the whole trace; mind that it may quote the documents.",
            file=sys.stderr,
        )
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="rebut", description="Turns a denial letter, a chart and the payer's policy into an appeal packet."
    )
    parser.add_argument("--debug", action="store_true", help="show the trace of a fault in the program")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_case_commands(commands)
    _add_desk_commands(commands)
    _add_upkeep_commands(commands)
    _add_account_commands(commands)
    _add_server_commands(commands)
    return parser


def _add_case_commands(commands: argparse._SubParsersAction) -> None:
    run = _command(commands, "run", "rebut.commands.run:run", "make the appeal packet of one case")
    run.add_argument("files", nargs="+", type=Path, metavar="FILE", help="denial letter, chart, policy; in any order")
    run.add_argument("--out", type=Path, default=Path("packet"), metavar="DIR", help="where the packet goes (packet)")
    run.add_argument("--decisions", type=Path, metavar="FILE", help="corrections and other decisions, as JSON")
    _read_options(run)

    read = _command(commands, "read", "rebut.commands.read:read", "say what each document is and what it says")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _read_options(read)

    verify = _command(commands, "verify", "rebut.commands.verify:verify", "check a packet against its manifest")
    verify.add_argument("packet", type=Path, metavar="PACKET", help="the folder that `rebut run --out` wrote")
    verify.add_argument("sources", nargs="*", type=Path, metavar="FILE", help="files it was made from, checked too")
    verify.add_argument("--json", action="store_true")

    criteria = _command(commands, "criteria", "rebut.commands.read:criteria", "show the criteria of a payer's policy")
    criteria.add_argument("policy", type=Path, metavar="POLICY")
    _read_options(criteria)


def _add_desk_commands(commands: argparse._SubParsersAction) -> None:
    cases = _command(commands, "cases", "rebut.commands.desk:cases", "list the cases, newest first")
    cases.add_argument("--json", action="store_true")
    for name, what in (
        ("show", "show a case, its stages and its result"),
        ("retry", "try a failed case again"),
        ("purge", "remove a case with its files; the audit trail stays"),
    ):
        command = _command(commands, name, f"rebut.commands.desk:{name}", what)
        command.add_argument("case", metavar="CASE")
        if name != "purge":
            command.add_argument("--json", action="store_true")
        if name == "retry":
            _jobs_option(command)
    _add_decide(commands)
    _command(commands, "doctor", "rebut.doctor:doctor", "check what this machine has and lacks").add_argument(
        "--json", action="store_true"
    )
    settings = _command(commands, "settings", "rebut.commands.settings:settings", "print the settings in force")
    settings.add_argument("--reference", action="store_true", help="print what each of them means (docs/settings.md)")
    settings.add_argument("--json", action="store_true")
    schema = _command(commands, "schema", "rebut.commands.desk:schema", "print the JSON Schema of a published document")
    schema.add_argument("what", nargs="?", choices=["case", "read", "criteria"], default="case")


def _add_decide(commands: argparse._SubParsersAction) -> None:
    decide = _command(
        commands, "decide", "rebut.commands.decide:decide", "correct, overrule, leave out, approve; or list decisions"
    )
    decide.add_argument("case", metavar="CASE")
    decide.add_argument("kind", nargs="?", metavar="KIND", help="correct_value, overrule, ...: see docs/review.md")
    decide.add_argument("target", nargs="?", metavar="TARGET", help="field, criterion, FILE:PAGE or decision")
    decide.add_argument("value", nargs="?", metavar="VALUE", help="text or JSON")
    decide.add_argument("--reason", metavar="TEXT", help="why; stands in the letter where a criterion is overruled")
    decide.add_argument("--at", action="append", metavar="FILE:PAGE:X0,TOP,X1,BOTTOM", help="where it stands")
    decide.add_argument("--file", type=Path, metavar="FILE", help="several decisions, as a JSON list")
    decide.add_argument("--json", action="store_true")
    _jobs_option(decide)


def _add_upkeep_commands(commands: argparse._SubParsersAction) -> None:
    call = "rebut.commands.upkeep:"
    backup = _command(commands, "backup", f"{call}backup", "write database and files of all cases into a folder")
    backup.add_argument("folder", type=Path, metavar="FOLDER", help="new or empty; with --keep, a place for several")
    backup.add_argument(
        "--keep", type=_positive, metavar="N", help="write into a folder named by the time, keep the N newest"
    )
    backup.add_argument("--every", type=_positive, metavar="HOURS", help="go on until told to stop; needs --keep")
    backup.add_argument("--json", action="store_true")
    restore = _command(commands, "restore", f"{call}restore", "bring a backup back into an empty home")
    restore.add_argument("folder", type=Path, metavar="FOLDER", help="that `rebut backup` wrote")
    restore.add_argument("--verify", action="store_true", help="read all of it back and hold it to the backup")
    restore.add_argument("--dry-run", action="store_true", help="check the backup alone, restore nothing")
    restore.add_argument("--json", action="store_true")
    hook = _command(commands, "hook", "rebut.commands.hook:hook", "tell another program of cases (webhooks)")
    hook.add_argument("what", choices=["add", "list", "remove"])
    hook.add_argument("at", nargs="?", metavar="URL|ID", help="add: an https address; remove: the id that `list` shows")
    hook.add_argument("--event", action="append", metavar="NAME", help="case.opened, case.ready, case.failed (all)")
    hook.add_argument("--clinic", metavar="ID", help="whose cases (all)")
    hook.add_argument("--json", action="store_true")
    replay = _command(commands, "replay", f"{call}replay", "make the jobs ready again that were given up")
    replay.add_argument("--dead", action="store_true", required=True, help="those of every case that failed by them")
    replay.add_argument("--dry-run", action="store_true", help="count them, and change nothing")
    reconcile = _command(commands, "reconcile", f"{call}reconcile", "do one round of what `rebut beat` does")
    reconcile.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def _add_account_commands(commands: argparse._SubParsersAction) -> None:
    call = "rebut.commands.accounts:"
    account = commands.add_parser(
        "account", help="who may sign in and what they may", description="Look after accounts."
    )
    acts = account.add_subparsers(title="commands", metavar="WHAT", required=True)
    add = _command(acts, "add", f"{call}add", "make an account and print its one-time password")
    add.add_argument("--name", default="", help="of the person")
    _command(acts, "list", f"{call}list_", "list the accounts").add_argument("--json", action="store_true")
    roles = _command(acts, "roles", f"{call}roles", "give an account other roles")
    for name, what in (
        ("disable", "end an account, its sessions and tokens"),
        ("enable", "bring a disabled account back"),
        ("reset", "print a new one-time password; the second factor is enrolled again"),
    ):
        _command(acts, name, f"{call}{name}", what).add_argument("login", metavar="LOGIN")
    token = _command(acts, "token", f"{call}token", "make a token for a program, list or revoke tokens")
    token.add_argument("login", nargs="?", metavar="LOGIN", help="whose token; without, it belongs to a service")
    token.add_argument("--name", help="of the program")
    token.add_argument("--days", type=_positive, default=90, metavar="N", help="it lives (90; 366 at most)")
    token.add_argument("--list", action="store_true", help="print those in use")
    token.add_argument("--revoke", metavar="ID", help="end the token of this id")
    for command in (add, roles):
        command.add_argument("login", metavar="LOGIN")
    for command, needed in ((add, True), (roles, True), (token, False)):
        command.add_argument("--role", action="append", required=needed, metavar="ROLE", help="may be repeated")
        command.add_argument("--clinic", metavar="ID", help="whose cases (main); * for every clinic")

    audit = commands.add_parser("audit", help="what people and tokens did", description="Look after the trail.")
    acts = audit.add_subparsers(title="commands", metavar="WHAT", required=True)
    verify = _command(acts, "verify", f"{call}verify", "check that the trail is what was written")
    verify.add_argument("--expect", metavar="DIGEST", help="the head that an earlier check printed")
    verify.add_argument("--json", action="store_true")
    export = _command(acts, "export", f"{call}export", "print the trail as lines of JSON")
    export.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="rows from this day on (UTC)")


def _add_server_commands(commands: argparse._SubParsersAction) -> None:
    up = _command(commands, "up", "rebut.stack.up:up", "run the whole stack on this machine until Ctrl-C")
    up.add_argument("--dir", type=Path, metavar="DIR", help="where its data lives (REBUT_HOME)")
    up.add_argument("--json", action="store_true", help="print the addresses as one line of JSON when ready")
    up.add_argument("--port", type=int, default=8000, help="of the web server; 0 takes free ones")
    up.add_argument("--workers", type=int, metavar="N", help="Celery workers (one per core)")
    up.add_argument("--database", metavar="URL", help="a database that runs already")
    up.add_argument("--storage", metavar="URL", help="folder:/path or s3://bucket?endpoint=URL")
    up.add_argument("--broker", metavar="URL", help="a Redis that runs already")

    web = _command(commands, "web", "rebut.commands.roles:web", "serve HTTP")
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=int, default=8000)
    worker = _command(commands, "worker", "rebut.commands.roles:worker", "work on queues")
    worker.add_argument("--queues", default="urgent,intake,read,understand,assemble", metavar="A,B")
    worker.add_argument("--concurrency", type=int, metavar="N", help="processes (one per core)")
    worker.add_argument("--name", default="worker", help="tells several workers of one machine apart")
    beat = _command(commands, "beat", "rebut.commands.roles:beat", "return expired leases and publish waiting jobs")
    beat.add_argument("--once", action="store_true", help="one round, then end")
    beat.add_argument("--dry-run", action="store_true", help="say what one round would do, and do nothing")
    mail = _command(commands, "mail", "rebut.commands.intake:mail", "take in mail and watched folders")
    mail.add_argument("--once", action="store_true", help="look through every mailbox one time, then end")
    flower = _command(commands, "flower", "rebut.commands.roles:flower", "watch the workers live, behind a password")
    flower.add_argument("--host", default="127.0.0.1")
    flower.add_argument("--port", type=int, default=5555)


def _command(commands: argparse._SubParsersAction, name: str, call: str, what: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
    command.set_defaults(call=call)
    return command


def _read_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON and nothing else on standard output")
    command.add_argument("--today", type=_day, metavar="YYYY-MM-DD", help="the date to compute from")
    _jobs_option(command)


def _jobs_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes that work at the same time (one per core)"
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date written YYYY-MM-DD") from None


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
