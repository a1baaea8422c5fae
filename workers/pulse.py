"""Each worker says in the database that it lives, so that nobody has to believe the broker about it."""

import time
from typing import Any

from celery.signals import heartbeat_sent

from pipeline.database import open_database
from pipeline.log import log
from pipeline.pulse import WORKER, feel_pulse
from pipeline.settings import read_settings
from pipeline.storage.cache import make_room

_EVERY_SECONDS = 30.0
_last = 0.0


@heartbeat_sent.connect(dispatch_uid="rebut-pulse")
def say_alive(sender: Any = None, **_: Any) -> None:
    """Called by Celery every two seconds in the worker's own process, between two turns of its loop."""
    global _last
    if time.monotonic() - _last < _EVERY_SECONDS:
        return
    _last = time.monotonic()
    settings = read_settings()
    make_room(settings.home / "cache", settings.cache_mb << 20)  # an idle worker keeps nothing for longer either
    try:
        # Opened for this alone: children that are forked later must not inherit a connection.
        database = open_database(settings.database)
        try:
            feel_pulse(database, WORKER + str(getattr(sender.eventer, "hostname", "?"))[:100])
        finally:
            database.close()
    except Exception as error:  # a worker goes on without a database; the next beat may find it
        log("pulse failed", level="warning", error=type(error).__name__)
