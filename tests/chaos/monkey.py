"""What is done to the stack: each kind once, and then at random, as the seed says."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from rebut.stack.redis import SOCKET
from tests.chaos.stack import Stack, command_line, descendants, kill


@dataclass(slots=True)
class Monkey:
    """Hurts a stack until told to stop. `pace` 1.0: something every 4 to 12 seconds, for 2 to 10."""

    stack: Stack
    seed: int
    pace: float = 1.0
    once: bool = False  # each kind once, and then no more: on a slow machine nothing would ever come up again
    done: Counter[str] = field(default_factory=Counter)  # what was done, by kind
    all_once: threading.Event = field(default_factory=threading.Event)  # every kind happened
    _chance: random.Random = field(default_factory=random.Random)
    _stop: threading.Event = field(default_factory=threading.Event)
    _at_work: dict[str, threading.Thread] = field(default_factory=dict)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._chance.seed(self.seed)
        self._thread = threading.Thread(target=self._go, name="monkey", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let what is under way end, and leave everything whole."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        for thread in list(self._at_work.values()):
            thread.join()

    def _go(self) -> None:
        kinds = list(_KINDS)
        self._chance.shuffle(kinds)
        first = list(kinds)
        while not self._stop.wait(self._chance.uniform(4.0, 12.0) * self.pace):
            if self.once and not first:
                return
            kind = first.pop() if first else self._chance.choice(kinds)
            if kind in self._at_work and self._at_work[kind].is_alive():
                continue
            seconds = self._chance.uniform(2.0, 10.0) * self.pace
            draw = self._chance.random()
            thread = threading.Thread(target=self._hurt, args=(kind, seconds, draw), name=kind, daemon=True)
            self._at_work[kind] = thread
            thread.start()

    def _hurt(self, kind: str, seconds: float, draw: float) -> None:
        while not _KINDS[kind](self.stack, seconds, draw):  # nobody there to hurt just now
            if self._stop.wait(0.1):
                return
        self.done[kind] += 1
        if len(self.done) == len(_KINDS):
            self.all_once.set()


def _worker(stack: Stack, seconds: float, draw: float) -> bool:
    """A whole worker, SIGKILL."""
    return kill(_one(stack.workers(), draw).pid)


def _child(stack: Stack, seconds: float, draw: float) -> bool:
    """The process of a worker that has a job, SIGKILL."""
    parent = _one(stack.workers(), draw)
    if not parent.alive():
        return False
    children = [pid for pid in descendants(parent.pid or 0)[1:] if "rebut worker" in command_line(pid)]
    return bool(children) and kill(_one(children, draw))


def _reader(stack: Stack, seconds: float, draw: float) -> bool:
    """A process that has a patient's file open, SIGKILL, as the kernel does when memory is short."""
    readers = [pid for pid in stack.family() if "pipeline.sandbox.server" in command_line(pid)]
    return bool(readers) and kill(_one(readers, draw))


def _beat(stack: Stack, seconds: float, draw: float) -> bool:
    return kill(stack.roles["beat"].pid)


def _web(stack: Stack, seconds: float, draw: float) -> bool:
    return kill(stack.roles["web"].pid)


def _redis_killed(stack: Stack, seconds: float, draw: float) -> bool:
    return kill(stack.roles["redis"].pid)


def _redis_emptied(stack: Stack, seconds: float, draw: float) -> bool:
    import redis

    with suppress(redis.RedisError), redis.Redis(unix_socket_path=str(stack.folder / "redis" / SOCKET)) as client:
        return bool(client.flushall())
    return False


def _redis_stopped(stack: Stack, seconds: float, draw: float) -> bool:
    pid = stack.roles["redis"].pid
    if not kill(pid, signal.SIGSTOP):
        return False
    time.sleep(seconds)
    kill(pid, signal.SIGCONT)
    return True


def _postgres(stack: Stack, seconds: float, draw: float) -> bool:
    stack.database.restart(away=seconds / 4)
    return True


def _s3_errors(stack: Stack, seconds: float, draw: float) -> bool:
    """A third of all requests fail in one way or another."""
    return _tire(stack, seconds, 0.35)


def _s3_away(stack: Stack, seconds: float, draw: float) -> bool:
    """None succeeds."""
    return _tire(stack, seconds * 1.5, 1.0)


def _disk(stack: Stack, seconds: float, draw: float) -> bool:
    hurt = stack.family()
    stack.disk.fill(hurt)
    time.sleep(seconds)
    stack.disk.empty(hurt)
    return True


def _tire(stack: Stack, seconds: float, share: float) -> bool:
    stack.proxy.share = max(stack.proxy.share, share)
    time.sleep(seconds)
    stack.proxy.share = 0.0
    return True


_KINDS: dict[str, Callable[[Stack, float, float], bool]] = {
    "worker killed": _worker,
    "worker child killed": _child,
    "reader killed": _reader,
    "reconciler killed": _beat,
    "web killed": _web,
    "redis killed": _redis_killed,
    "redis emptied": _redis_emptied,
    "redis stopped": _redis_stopped,
    "postgres restarted": _postgres,
    "s3 errors": _s3_errors,
    "s3 away": _s3_away,
    "disk full": _disk,
}
KINDS = tuple(_KINDS)


def _one(among: list, draw: float):
    return among[int(draw * len(among))]
