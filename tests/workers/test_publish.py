"""Hints to the broker, on a real Redis."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.servers import redis_server
from workers.watching import ids_only

TELL = """\
import json
from pipeline.jobs import Ready
from workers.publish import ROOM, _lengths, publish_some
batch = [Ready(f"{n:024x}", "intake", "intake") for n in range(ROOM + 200)] + [Ready("a" * 24, "read", "read")]
sent = [len(publish_some(batch)), len(publish_some(batch))]
print(json.dumps([sent, ROOM, _lengths(["intake", "read"])]))
"""
AWAY = """\
from pipeline.jobs import Ready
from workers.publish import publish_some
print(publish_some([Ready("a" * 24, "read", "read")]))
"""


def run(code: str, broker: str) -> str:
    environment = {**os.environ, "REBUT_BROKER": broker}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.slow
def test_a_batch_fills_the_broker_only_so_far():
    """Ten thousand waiting cases are rows in the database, not messages in Redis; other queues are told of theirs."""
    with redis_server() as broker:
        sent, room, waiting = json.loads(run(TELL, broker))

    assert sent == [room + 1, 1]
    assert waiting == {"intake": room, "read": 2}


@pytest.mark.slow
def test_a_broker_that_is_away_holds_nobody_up():
    """The reconciler tells it later."""
    assert run(AWAY, "redis://127.0.0.1:1/0").strip() == "[]"


def test_a_task_is_shown_by_its_ids():
    """Should a message one day carry more, Flower's pages do not show it."""
    task = SimpleNamespace(
        args="['0123456789abcdef01234567', 'Marisol Ketterman']",
        kwargs="{'name': 'Marisol'}",
        result="Marisol",
        traceback="File marisol.pdf",
        exception="ValueError('Marisol')",
    )

    shown = ids_only(task)

    assert shown.args == "0123456789abcdef01234567"
    assert shown.exception == "ValueError"
    assert not any((shown.kwargs, shown.result, shown.traceback))
