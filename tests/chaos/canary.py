"""Words of a patient who does not exist, and the places where they must not be found."""

import base64
import binascii
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from rebut.stack.redis import SOCKET
from tests.chaos.papers import Papers
from tests.chaos.stack import FLOWER_PASSWORD, Stack, command_line, descendants

PERSON = {
    "name": "Zebulon Quackenbos",
    "born": "03/14/1957",
    "member": "ZQX884417726",
    "street": "4417 Wisteria Hollow Terrace",
}
FILE = "marrowbone"  # stands in the name of every file
OF_PATIENT = ("zebulon", "quackenbos", "03/14/1957", "1957-03-14", "march 14, 1957", "zqx884417726", "wisteria")
WORDS = (*OF_PATIENT, FILE)
_PACKED = re.compile(r"[A-Za-z0-9+/=_-]{16,}")


def named(papers: Papers) -> Papers:
    """The same case, a name of the patient in the name of each file."""
    return Papers(papers.kind, {f"{FILE} Quackenbos {name}": data for name, data in papers.files.items()})


def heard_in(text: str, words: tuple[str, ...] = WORDS) -> list[str]:
    """Return the canary's words in the text, those in Base64 too, as Celery packs its messages."""
    folded = text.lower()
    unpacked = " ".join(_unpacked(text)).lower()
    return [word for word in words if word in folded or word in unpacked]


def _unpacked(text: str) -> Iterator[str]:
    for run in _PACKED.findall(text):
        with suppress(binascii.Error, ValueError):
            yield base64.b64decode(run + "=" * (-len(run) % 4), altchars=b"-_").decode(errors="replace")


@dataclass(slots=True)
class Seen:
    """What each place showed: where -> text."""

    places: dict[str, str] = field(default_factory=dict)

    def add(self, where: str, text: object) -> None:
        self.places[where] = self.places.get(where, "") + "\n" + (text if isinstance(text, str) else repr(text))

    def under(self, folder: str) -> dict[str, str]:
        return {where: text for where, text in self.places.items() if where.startswith(folder + " ")}


class Titles:
    """Command lines of all our processes while the stack works: everybody on the machine can read them."""

    def __init__(self, stack: Stack) -> None:
        self.found: set[str] = set()
        self._stack, self._stop = stack, threading.Event()
        self._thread = threading.Thread(target=self._look, name="titles", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.3):
            for child in list(self._stack.roles.values()):
                for pid in descendants(child.pid or 0) if child.alive() else ():
                    self.found.add(command_line(pid))
                    with suppress(OSError):
                        self.found.add(Path(f"/proc/{pid}/comm").read_text())


def look_while_it_runs(stack: Stack, seen: Seen) -> None:
    """Redis, Flower and the metrics."""
    for where, text in _redis(stack):
        seen.add(f"redis {where}", text)
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.flower_port}", auth=("ops", FLOWER_PASSWORD)) as flower:
        tasks: Mapping[str, object] = flower.get("/api/tasks", params={"limit": 1000}).json()
        workers = list(flower.get("/api/workers", params={"refresh": 1}).json())
        pages = ["/workers", "/tasks", "/broker", "/metrics", "/api/queues/length", "/api/task/types"]
        pages += [f"/worker/{name}" for name in workers] + [f"/task/{uuid}" for uuid in list(tasks)[-20:]]
        seen.add("flower /api/tasks", json.dumps(tasks))
        for page in pages:
            seen.add(f"flower {page}", flower.get(page).text)
    for page in ("/metrics", "/readyz", "/livez", "/api/openapi.json"):
        with stack.client() as client:
            seen.add(f"web {page}", client.get(page).text)


def look_at_what_is_left(stack: Stack, seen: Seen) -> None:
    """Logs, events, Redis' own file and temporary files, once everything has ended."""
    for path in (stack.folder / "logs").iterdir():
        seen.add(f"log {path.name}", path.read_text(errors="replace"))
    seen.add("log postgres", stack.database.log.read_text(errors="replace"))
    seen.add("events of Celery", (stack.folder / "events.jsonl").read_text())
    for path in (stack.folder / "redis").rglob("*"):
        if path.is_file():
            seen.add(f"redis file {path.name}", path.read_bytes().decode(errors="replace"))
    for folder in (stack.folder / "tmp", stack.folder / "run", stack.folder / "home", stack.disk.folder):
        for path in folder.rglob("*"):
            kept = path.parent.name == "cache"  # a store, as the bucket is: bounded, an hour old at most
            if path.is_file() and kept:
                seen.add(f"left {path.relative_to(stack.folder)}", "")
            elif path.is_file():
                seen.add(f"left {path.relative_to(stack.folder)}", path.read_bytes().decode(errors="replace"))


def _redis(stack: Stack) -> Iterator[tuple[str, str]]:
    import redis

    readers = {"list": lambda c, k: c.lrange(k, 0, -1), "hash": lambda c, k: c.hgetall(k)}
    readers |= {
        "set": lambda c, k: c.smembers(k),
        "zset": lambda c, k: c.zrange(k, 0, -1),
        "string": lambda c, k: c.get(k),
    }
    with redis.Redis(unix_socket_path=str(stack.folder / "redis" / SOCKET)) as client:
        for key in client.scan_iter(count=1000):
            yield "keys", key.decode(errors="replace")
            read = readers.get(client.type(key).decode())
            yield "values", repr(read(client, key) if read else client.dump(key))
