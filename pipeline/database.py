"""The database: SQLite in WAL mode on one machine, PostgreSQL by URL elsewhere.

Every write of the workflow is one transaction. SQLite takes its write lock at BEGIN, so
that reading and then deciding is safe there too; on PostgreSQL the case row is locked.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from extractors.errors import RebutError

# The newest migration; a test compares it with the folder. Knowing it here spares a start the import of Alembic.
HEAD = "0007"
PATIENCE_SECONDS = 60.0  # for a server that restarts; shorter than a lease
_AGAIN_SECONDS = 1.0

R = TypeVar("R")


class DatabaseUnavailableError(RebutError):
    """The database does not answer, or cannot write (what the driver says, or its class of error)."""

    code = "database-unavailable"
    message = "The database did not answer ({0}). Check that it runs and that REBUT_DATABASE names it, then try again."
    exit_status = 1


class Database:
    """An engine and the two kinds of transaction we use."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def write(self, durable: bool = True) -> Iterator[Connection]:
        """One transaction: all of it or nothing. Not durable: a server that dies may forget it a moment later.

        For what costs nothing to lose (a heartbeat, a note that a hint was sent): the wait for the disk is most of
        what such a transaction takes. Not for a claim: the attempts of a job that takes the machine with it count.
        """
        with _named_errors(), self.engine.begin() as connection:
            if not durable and connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that holds up nobody's writes."""
        with _named_errors(), self.engine.connect().execution_options(rebut_read=True) as connection:
            yield connection

    def check(self) -> None:
        """Raise DatabaseUnavailableError unless a query comes back."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at the SQLAlchemy URL and bring its tables up to date."""
    place = make_url(url)
    if place.drivername in ("postgres", "postgresql"):
        place = place.set(drivername="postgresql+psycopg")
    try:
        engine = _sqlite(place) if place.get_backend_name() == "sqlite" else _server(place)
    except OSError as error:
        raise DatabaseUnavailableError((error.strerror or type(error).__name__).lower()) from error
    with _named_errors():
        if _version(engine) != HEAD:
            migrate(engine)
    return Database(engine)


@contextmanager
def _named_errors() -> Iterator[None]:
    """Tell what a database that is away, locked or out of disk says; any other error of ours stays as it is."""
    try:
        yield
    except OperationalError as error:
        # SQLite's messages are words of its own ("database or disk is full"); a server's may quote a statement.
        ours = type(error.orig).__module__ == "sqlite3"
        raise DatabaseUnavailableError(str(error.orig) if ours else type(error.orig).__name__) from error


def patiently(database: Database, do: Callable[[], R], seconds: float = PATIENCE_SECONDS) -> R:
    """Return what `do` returns; a database server that is away is asked again for a while, as when it restarts.

    Nobody restarts a file: on SQLite the first DatabaseUnavailableError is raised.
    """
    ends = time.monotonic() + (seconds if database.engine.dialect.name != "sqlite" else 0.0)
    while True:
        try:
            return do()
        except DatabaseUnavailableError:
            if time.monotonic() > ends:
                raise
            time.sleep(_AGAIN_SECONDS)


def migrate(engine: Engine, to: str = "head") -> None:
    """Run the migrations up to `to`, or down to it where it is older."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    # One transaction, write lock first: of several processes that start at once, the others find the work done.
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if to in ("head", HEAD):
            command.upgrade(config, "head")
        else:
            command.downgrade(config, to)


def _version(engine: Engine) -> str | None:
    with engine.connect().execution_options(rebut_read=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _server(place: URL) -> Engine:
    # The text of an error would hold the values of its statement, names of files among them.
    return create_engine(place, pool_pre_ping=True, hide_parameters=True)


def _sqlite(place: URL) -> Engine:
    # a "file:" database is a URI for SQLite to open, not a path of ours to make
    if place.database and place.database != ":memory:" and not place.database.startswith("file:"):
        path = Path(place.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(place, connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # our own BEGIN below, in place of the driver's late one
        for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("rebut_read")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
