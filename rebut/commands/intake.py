"""`rebut mail`: mailboxes, the door for mail servers and watched folders, as the file of REBUT_INTAKE names them."""

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any

from pipeline.intake import Intake, load_intake
from pipeline.jobs import Ready
from pipeline.settings import Settings, private_folder, read_settings
from rebut.commands.roles import MissingSettingError

_ANSWER_SECONDS = 5.0


def mail(arguments: argparse.Namespace) -> int:
    """Take in what comes until told to stop; with --once look through everything one time."""
    settings = read_settings()
    if not settings.intake:
        raise MissingSettingError("REBUT_INTAKE", "the file that names mailboxes and watched folders")
    told = load_intake(settings.intake)
    private_folder(settings.home)
    for account in (*told.mailbox, *([told.answers] if told.answers else [])):
        account.secret()  # a password that is not there is said at start, not at the first mail
    counter, watches, folders = _set_up(settings, told)
    if arguments.once:
        for watch in watches:
            watch.once()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [threading.Thread(target=at.run, args=(stop,), daemon=True) for at in (*watches, *folders)]
    with ExitStack() as open_doors:
        if told.door:
            from rebut.mail.door import open_door

            open_doors.callback(open_door(told.door, counter))
        for thread in threads:
            thread.start()
        _say_ready()
        while not stop.wait(_ANSWER_SECONDS):
            if told.door:
                with suppress(Exception):  # the stores are away: the next round
                    counter.answer_all(told.door.name)
                    counter.beat(told.door.name)
        patience = time.monotonic() + 8.0
        for thread in threads:
            thread.join(max(0.0, patience - time.monotonic()))
    return 0


def _set_up(settings: Settings, told: Intake) -> tuple[Any, list[Any], list[Any]]:
    """Return the counter and what watches mailboxes and folders; a folder that is not there is said now."""
    from pipeline.accounts.vault import installation_secret
    from pipeline.database import open_database
    from pipeline.storage import open_storage
    from rebut.mail.counter import Counter, desk_of
    from rebut.mail.imap import Watch
    from rebut.watch import FolderWatch

    database, storage = open_database(settings.database), open_storage(settings.storage)
    publish = _publisher(settings)
    secret = installation_secret(settings).encode()
    counter = Counter(desk_of(database, storage, secret, told.limits), told.answers, publish)
    watches = [Watch(mailbox, counter) for mailbox in told.mailbox]
    return counter, watches, [FolderWatch(folder, database, storage, publish) for folder in told.folder]


def _publisher(settings: Settings) -> Callable[[Sequence[Ready]], object]:
    """Without a broker nothing is published: the reconciler, or whoever drives the jobs, finds them in the database."""
    if not settings.broker:
        return lambda _: []
    from workers.publish import publish_some

    return publish_some


def _say_ready() -> None:
    if path := os.environ.get("REBUT_READY_FILE"):
        with open(path, "w") as file:
            file.write("ready")
