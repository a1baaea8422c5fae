"""Servers and roles of the product for benchmarks: real Redis and PostgreSQL, `rebut worker`, `beat` and `web`."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from pipeline.settings import Settings
from tests.servers import postgres_server, redis_server

_READY_SECONDS = 60.0


@dataclass(slots=True)
class Servers:
    """A broker, a database server and a folder, and the roles started on them."""

    folder: Path
    broker: str
    database_server: str  # URL of its first database
    settings: Settings | None = None
    _made: int = 0
    _roles: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self) -> Settings:
        """Return settings with an empty database and an empty storage, and a broker that holds nothing."""
        self._made += 1
        name = f"bench{self._made}"
        engine = create_engine(self.database_server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        redis_of(self.broker).flushall()
        home = self.folder / name
        home.mkdir()
        database = engine.url.set(database=name).render_as_string(hide_password=False)
        token = secrets.token_urlsafe(32)
        self.settings = Settings(
            home=home, database=database, storage=f"folder:{home}/files", broker=self.broker, token=token
        )
        return self.settings

    def start(self, *words: str, module: Sequence[str] = ("-m", "rebut"), ready: Path | None = None) -> int:
        """Start a role and wait until it leaves its mark; returns its process id."""
        assert self.settings
        environment = os.environ | self.settings.environment() | {"OMP_THREAD_LIMIT": "1"}
        if ready:
            environment["REBUT_READY_FILE"] = str(ready)
        process = subprocess.Popen(
            [sys.executable, *module, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._roles.append(process)
        patience = time.monotonic() + _READY_SECONDS
        while ready and not ready.exists():
            if process.poll() is not None or time.monotonic() > patience:
                raise SystemExit(f"{' '.join(words)} did not start")
            time.sleep(0.05)
        return process.pid

    def workers(self, count: int, module: Sequence[str] = ("-m", "rebut")) -> None:
        """Start workers of one process each, on every queue, and wait until they take jobs."""
        assert self.settings
        for number in range(count):
            mark = self.settings.home / f"{number}.ready"
            queues = ("--queues", "urgent,intake,read,understand,assemble")
            self.start("worker", *queues, "--name", f"w{number}", "--concurrency", "1", module=module, ready=mark)

    def stop(self) -> None:
        """Stop every role."""
        for process in self._roles:
            process.send_signal(signal.SIGTERM)
        for process in self._roles:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._roles.clear()


@contextmanager
def servers() -> Iterator[Servers]:
    """Start Redis and PostgreSQL; stop them and every role at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rebut-bench-")))
        broker, database = stack.enter_context(redis_server()), stack.enter_context(postgres_server())
        found = Servers(folder, broker, database)
        stack.callback(found.stop)
        yield found


def redis_of(broker: str) -> "object":
    """Return a client of the broker."""
    import redis

    return redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://").partition("?")[0])


def memory_mb(pid: int) -> float:
    """Resident memory of a process, its children counted too (shared pages in part)."""
    total = 0.0
    for at in family([pid]):
        told = Path(f"/proc/{at}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return total / 1024


def family(pids: Sequence[int]) -> list[int]:
    """Return the processes and all that they started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = list(pids)
    for pid in found:  # grows as we go
        found += [child for child, parent in parents.items() if parent == pid]
    return found
