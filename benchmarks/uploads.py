"""Many large uploads at once, many pages that follow their case: what the web process holds, whether all arrive.

    python -m benchmarks.uploads [--files 50] [--mb 20] [--streams 200] [--write]

Starts `rebut web` on an empty place, with the files in a folder and then in a real S3 server. Every sender waits for
all others and then sends its file, half of them as programs do (`POST /api/cases`) and half as a browser does (`/new`).
Afterwards every case is looked up in the database, and every stored file is hashed again. `--write` puts the table into
docs/benchmarks.md.
"""

import argparse
import hashlib
import http.client
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select, update

from benchmarks.marked import write_between
from pipeline.accounts import SYSTEM
from pipeline.accounts.people import make_person
from pipeline.accounts.sessions import csrf_of, start_session
from pipeline.database import Database, open_database
from pipeline.settings import Settings
from pipeline.storage import open_storage
from pipeline.tables import document, person
from tests.servers import free_ports, s3_server

MARKS = ("<!-- uploads: written by benchmarks/uploads.py -->", "<!-- /uploads -->")
TOKEN = "kS8fn2Lq0Zx7Vb3TkS8fn2Lq0Zx7Vb3T"
BLOCK = random.Random(7).randbytes(1 << 20)
_START_SECONDS = 30.0
_LOOK_SECONDS = 10.0  # so long the streams are watched


@dataclass(frozen=True, slots=True)
class Web:
    """A running `rebut web` with one person signed in."""

    pid: int
    port: int
    settings: Settings
    database: Database
    cookie: str

    def memory_mb(self, what: str) -> float:
        """VmRSS: now; VmHWM: the most it ever was."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in told.splitlines() if line.startswith(what)) / 1024

    def cpu_seconds(self) -> float:
        told = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Told:
    """What a run of uploads came to."""

    before_mb: float
    peak_mb: float
    seconds: float
    lost: int


def main() -> None:
    options = _options()
    rows = []
    for name in ("folder", "S3"):
        with _place(name) as storage, _web(storage) as web:
            told = _upload(web, options.files, options.mb)
            rows.append((name, told))
            print(name, told, flush=True)
            if name == "folder":
                resting, watched, cpu, heard = _watch(web, options.streams)
    table = f"""## Uploads at once

`python -m benchmarks.uploads --write`: {options.files} files of {options.mb} MB sent at once to one `rebut web`, half
of them over the API and half through the upload page, then each looked up and hashed again.

| files kept in | before, MB | peak, MB | s | MB/s | lost |
|---|---|---|---|---|---|
"""
    for name, told in rows:
        speed = options.files * options.mb / told.seconds
        table += (
            f"| {name} | {told.before_mb:.0f} | {told.peak_mb:.0f} | {told.seconds:.1f} | {speed:.0f} | {told.lost} |\n"
        )
    table += f"""
{options.streams} pages following a case that waits: {watched - resting:+.0f} MB, {100 * cpu:.0f} % of a core, \
{heard} of them told its state.
Resident memory of the web process as the kernel counts it. Senders and servers share the machine.
Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores. Goal: under 300 MB, none lost.
"""
    print(table)
    if options.write:
        write_between(MARKS, table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the web process holds while many send at once.")
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--mb", type=int, default=20, help="of each file")
    parser.add_argument("--streams", type=int, default=200, help="pages that follow a case")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


@contextmanager
def _place(name: str) -> Iterator[str | None]:
    if name == "folder":
        yield None
        return
    with s3_server() as url:
        yield url


@contextmanager
def _web(storage: str | None) -> Iterator[Web]:
    """Start the server on an empty place."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="rebut-bench-"))) / "home"
        settings = Settings(
            home=home, database=f"sqlite:///{home}/rebut.db", storage=storage or f"folder:{home}/files", token=TOKEN
        )
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "rebut", "web", "--host", "127.0.0.1", "--port", str(port)]
        environment = os.environ | settings.environment()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.send_signal, signal.SIGTERM)
        _wait_for(port, process)
        database = open_database(settings.database)
        stack.callback(database.close)
        yield Web(process.pid, port, settings, database, _sign_in(database))


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < patience:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/readyz")
            if asked.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("rebut web did not start")


def _sign_in(database: Database) -> str:
    with database.write() as connection:
        person_id, _ = make_person(connection, SYSTEM, time.time(), "bench", ["reviewer"], "main")
        whole = {"must_change": False, "totp_on": True}
        connection.execute(update(person).where(person.c.id == person_id).values(whole))
        return start_session(connection, person_id, time.time(), second=True)


def _upload(web: Web, count: int, megabytes: int) -> Told:
    before, digests, together = web.memory_mb("VmRSS"), {}, threading.Barrier(count + 1)

    def send(number: int) -> int:
        head = f"%PDF-1.7 of sender {number}\n".encode()
        digest = hashlib.sha256(head)
        for _ in range(megabytes):
            digest.update(BLOCK)
        digests[number] = digest.hexdigest()
        together.wait()
        return _send(web, number, head, megabytes)

    with ThreadPoolExecutor(count) as pool:
        sent = [pool.submit(send, number) for number in range(count)]
        together.wait()
        began = time.monotonic()
        answers = [one.result() for one in sent]
        seconds = time.monotonic() - began
    found = {digest for digest in digests.values() if _is_kept(web, digest)}
    refused = sum(answer not in (202, 303) for answer in answers)
    if refused:
        print(f"{refused} refused: {sorted(set(answers))}", flush=True)
    return Told(before, web.memory_mb("VmHWM"), seconds, count - len(found))


def _send(web: Web, number: int, head: bytes, megabytes: int) -> int:
    """Send one file a megabyte at a time; returns the status of the answer."""
    path, headers, fields = "/api/cases", {"Authorization": f"Bearer {TOKEN}"}, b""
    if number % 2:
        path, headers = "/new", {"Cookie": f"rebut={web.cookie}", "Accept": "application/json"}
        token = csrf_of(web.cookie).encode()
        fields = b'--cut\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n' + token + b"\r\n"
    fields += f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{number}.pdf"\r\n\r\n'.encode() + head
    end = b"\r\n--cut--\r\n"
    size = len(fields) + len(BLOCK) * megabytes + len(end)
    asked = http.client.HTTPConnection("127.0.0.1", web.port, timeout=600)
    asked.putrequest("POST", path)
    kind = {"Content-Type": "multipart/form-data; boundary=cut", "Content-Length": str(size)}
    for name, value in {**headers, **kind}.items():
        asked.putheader(name, value)
    asked.endheaders(fields)
    for _ in range(megabytes):
        asked.send(BLOCK)
    asked.send(end)
    status = asked.getresponse().status
    asked.close()
    return status


def _is_kept(web: Web, digest: str) -> bool:
    """Whether a case holds the file, and the storage what was sent."""
    with web.database.read() as connection:
        key = connection.execute(select(document.c.key).where(document.c.sha256 == digest)).scalar()
    if key is None:
        return False
    again = hashlib.sha256()
    for piece in open_storage(web.settings.storage).open(key):
        again.update(piece)
    return again.hexdigest() == digest


def _watch(web: Web, count: int) -> tuple[float, float, float, int]:
    """Follow a case in so many pages; returns MB before and with them, cores used, and how many heard something."""
    with web.database.read() as connection:
        cases = list(connection.execute(select(document.c.case_id)).scalars())
    resting, streams = web.memory_mb("VmRSS"), []
    for number in range(count):
        stream = socket.create_connection(("127.0.0.1", web.port))
        lines = (
            f"GET /cases/{cases[number % len(cases)]}/live HTTP/1.1",
            "Host: 127.0.0.1",
            f"Cookie: rebut={web.cookie}",
        )
        stream.sendall("\r\n".join((*lines, "Accept: text/event-stream", "", "")).encode())
        streams.append(stream)
    time.sleep(_LOOK_SECONDS / 2)
    used, began = web.cpu_seconds(), time.monotonic()
    time.sleep(_LOOK_SECONDS)
    cores, watched = (web.cpu_seconds() - used) / (time.monotonic() - began), web.memory_mb("VmRSS")
    heard = sum(b"data: " in stream.recv(1 << 16) for stream in streams)
    for stream in streams:
        stream.close()
    return resting, watched, cores, heard


if __name__ == "__main__":
    main()
