"""Signs of life: when each long-lived process was last seen, as the database knows it."""

import time

from sqlalchemy import delete, select

from pipeline.database import Database
from pipeline.tables import pulse

RECONCILER = "reconciler"
WORKER = "worker "  # followed by the name of the worker
DOORS = ("mail ", "folder ")  # followed by the name of the mailbox, or the clinic of the folder
ALIVE_SECONDS = 90.0  # a worker says so every 30
_FORGET_SECONDS = 86_400.0


def feel_pulse(database: Database, role: str) -> None:
    """Note that this process lives."""
    now = time.time()
    with database.write() as connection:
        connection.execute(delete(pulse).where((pulse.c.role == role) | (pulse.c.at < now - _FORGET_SECONDS)))
        connection.execute(pulse.insert().values(role=role, at=now))


def read_pulses(database: Database) -> dict[str, float]:
    """Return when each was seen last, in seconds since 1970."""
    with database.read() as connection:
        return dict(connection.execute(select(pulse.c.role, pulse.c.at)).all())
