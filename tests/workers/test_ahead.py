"""What a process loads ahead while it has nothing to do."""

import os
import pickle
import subprocess
import sys

from pipeline import ahead
from pipeline.stages import WORKFLOW


def test_every_step_runs():
    """A step that fails would be skipped in silence, and the first case would wait for what it loads."""
    for step in ahead.steps():
        step()


def test_a_workflow_travels_to_its_workers():
    """By name, with the steps it loads ahead."""
    sent = pickle.loads(pickle.dumps(WORKFLOW))

    assert sent.ahead is WORKFLOW.ahead


def test_what_was_read_before_needs_no_reader():
    """The mark that cached pages are kept under is computed without loading the OCR engine."""
    code = (
        "import sys; from pipeline.reading import reader_mark; reader_mark(); print('extractors.pages' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False"


def test_a_second_start_makes_nothing_anew(tmp_path):
    """Every pattern and table is kept; none is put together in another order at each start."""
    told = []
    for seed in ("1", "2"):
        code = (
            "from extractors import lore; from pipeline.ahead import steps\n"
            "*loads, keep = steps()\n"
            "for load in loads: load()\n"
            "print(len(lore._made)); keep()"
        )
        command = [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", code]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        told.append(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)

    assert int(told[0]) > 2000
    assert int(told[1]) == 0
