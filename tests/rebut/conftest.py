"""The command line as a person calls it, on a home of each test's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def rebut(tmp_path: Path):
    """Run the command in a folder of its own; returns the finished process."""

    def call(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        told = {**os.environ, "REBUT_HOME": str(tmp_path / "home"), **environment}
        command = [sys.executable, "-m", "rebut", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=told, timeout=120)

    call.home = tmp_path / "home"
    return call
