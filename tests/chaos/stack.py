"""The roles of an installation, each a process of its own under a supervisor, on real servers that can be hurt."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from rebut.stack.children import Child, stop_together
from rebut.stack.redis import SOCKET, broker_url, redis_command
from tests.chaos.proxy import TiredProxy
from tests.servers import Postgres, free_ports, postgres, s3_server

TOKEN = "chaos-0123456789abcdef"
FLOWER_PASSWORD = "lens-0123456789abcdef"
_DISK_MB = 64
_READER_MB = 1024  # a page that fills its reader does so sooner
_READY_SECONDS = 90.0
_TINY_FILE = 4096  # bytes that a file may have on a full disk, where none can be mounted


@dataclass(slots=True)
class SmallDisk:
    """Where the workers keep what is temporary: a disk of its own where one may be mounted."""

    folder: Path
    mounted: bool = False

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700)
        command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m,mode=700", "rebut-chaos", str(self.folder)]
        with suppress(OSError):
            self.mounted = subprocess.run(command, capture_output=True).returncode == 0

    def fill(self, processes: Sequence[int]) -> None:
        """Leave no room; without a mount, by the limit on the size of a file that each process has."""
        if not self.mounted:
            _limit_files(processes, _TINY_FILE)
            return
        with suppress(OSError), (self.folder / "ballast").open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass

    def empty(self, processes: Sequence[int]) -> None:
        if self.mounted:
            (self.folder / "ballast").unlink(missing_ok=True)
        else:
            _limit_files(processes, resource.RLIM_INFINITY)

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)


@dataclass(slots=True)
class Stack:
    """Two workers, reconciler, web and Redis, watched and started again when they die."""

    folder: Path
    database: Postgres
    proxy: TiredProxy
    bucket: str  # storage URL of the real server, for who looks afterwards
    disk: SmallDisk
    level: str = "warning"  # of the logs
    extra: Sequence[str] = ()  # more of "flower", "events"
    roles: dict[str, Child] = field(default_factory=dict)
    web_port: int = 0
    flower_port: int = 0
    _held: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for name in ("logs", "run", "home", "tmp", "redis"):
            (self.folder / name).mkdir(mode=0o700)
        self.web_port, self.flower_port = free_ports(2)
        rebut = (sys.executable, "-m", "rebut")
        self._add("redis", redis_command(self.folder / "redis"))
        self.roles["redis"].start()
        self._wait(self._redis_answers)
        self._add("web", (*rebut, "web", "--port", str(self.web_port)))
        self.roles["web"].start()
        self._wait(self._web_answers)  # its tables are there before the others ask for them
        for name in ("worker-1", "worker-2"):
            self._add(name, (*rebut, "worker", "--concurrency", "1", "--name", name))
        self._add("beat", (*rebut, "beat"))
        if "flower" in self.extra:
            self._add("flower", (*rebut, "flower", "--port", str(self.flower_port)))
        if "events" in self.extra:
            self._add("events", (sys.executable, "-m", "tests.chaos.listen", str(self.folder / "events.jsonl")))
        for name, child in self.roles.items():
            if name not in ("redis", "web"):
                child.start()
        self._wait(lambda: all((self.folder / "run" / f"worker-{n}").exists() for n in (1, 2)))
        threading.Thread(target=self._supervise, name="supervisor", daemon=True).start()

    def stop(self) -> None:
        self._held.set()
        stop_together([child for name, child in self.roles.items() if name != "redis"])
        self.roles["redis"].stop()

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.web_port}", headers=headers, timeout=60)

    def environment(self, role: str = "hand") -> dict[str, str]:
        """Return what a role is told; the temporary files of workers are on the small disk."""
        small = role.startswith("worker")
        scratch = (self.disk.folder if small else self.folder / "tmp") / role
        scratch.mkdir(mode=0o700, exist_ok=True)
        return {
            "REBUT_HOME": str((self.disk.folder if small else self.folder) / "home"),
            "REBUT_DATABASE": self.database.url,
            "REBUT_STORAGE": self.storage,
            "REBUT_BROKER": self.broker,
            "REBUT_TOKEN": TOKEN,
            "REBUT_FLOWER_PASSWORD": FLOWER_PASSWORD,
            "REBUT_LOG": self.level,
            "REBUT_READER_MB": str(_READER_MB),
            "REBUT_CACHE_MB": str(_DISK_MB // 4),
            "REBUT_READY_FILE": str(self.folder / "run" / role),
            "TMPDIR": str(scratch),
            "C_FORCE_ROOT": "1",
            "OMP_THREAD_LIMIT": "1",
        }

    @property
    def broker(self) -> str:
        return broker_url(self.folder / "redis")

    @property
    def storage(self) -> str:
        bucket, _, _ = self.bucket.partition("?")
        return f"{bucket}?endpoint={self.proxy.url}&downloads=stream"

    def workers(self) -> list[Child]:
        return [child for name, child in self.roles.items() if name.startswith("worker")]

    def family(self) -> list[int]:
        """Return every process of the workers, themselves included."""
        return [pid for child in self.workers() if child.alive() for pid in descendants(child.pid or 0)]

    def _add(self, role: str, command: Sequence[str]) -> None:
        log = self.folder / "logs" / f"{role}.log"
        self.roles[role] = Child(role, command, self.environment(role), log, grace=30.0)

    def _supervise(self) -> None:
        """Start again what died, after a second, as a supervisor does."""
        while not self._held.wait(1.0):
            for child in self.roles.values():
                if not child.alive() and not self._held.is_set():
                    child.start()

    def _redis_answers(self) -> bool:
        import redis

        try:
            with redis.Redis(unix_socket_path=str(self.folder / "redis" / SOCKET)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _web_answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.web_port}/readyz", timeout=5).status_code == 200
        return False

    def _wait(self, ready: object) -> None:
        patience = time.monotonic() + _READY_SECONDS
        while not ready():  # type: ignore[operator]
            if time.monotonic() > patience or not all(child.alive() for child in self.roles.values() if child.pid):
                logs = "\n".join(path.read_text()[-2000:] for path in (self.folder / "logs").glob("*.log"))
                raise AssertionError(f"a role did not come up:\n{logs}")
            time.sleep(0.1)


@contextmanager
def running_stack(seed: int, level: str = "warning", extra: Sequence[str] = ()) -> Iterator[Stack]:
    """Start servers and roles in a temporary folder; all of it is stopped and removed afterwards."""
    with ExitStack() as things:
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True)))
        bucket = things.enter_context(s3_server())
        database = things.enter_context(postgres())
        proxy = TiredProxy(upstream=bucket.partition("endpoint=")[2], seed=seed)
        things.callback(proxy.close)
        disk = SmallDisk(folder / "disk")
        things.callback(disk.close)
        stack = Stack(folder=folder, database=database, proxy=proxy, bucket=bucket, disk=disk, level=level, extra=extra)
        things.callback(lambda: stack.stop() if stack.roles else None)
        stack.start()
        yield stack


def descendants(pid: int) -> list[int]:
    """Return the process and all that it or its children started and that still live."""
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        for path in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            with suppress(OSError):
                left += map(int, path.read_text().split())
    return found


def command_line(pid: int) -> str:
    """Return the process's title as everybody on the machine can read it."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def kill(pid: int | None, number: int = signal.SIGKILL) -> bool:
    with suppress(ProcessLookupError):
        if pid:
            os.kill(pid, number)
            return True
    return False


def _limit_files(processes: Sequence[int], size: int) -> None:
    for pid in processes:
        with suppress(OSError):
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size if most == -1 else min(size, most), most))
