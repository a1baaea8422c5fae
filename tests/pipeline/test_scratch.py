"""What is temporary is a patient's too: it is gone afterwards, even where its process was killed."""

import signal
import subprocess
import sys

import pytest

from pipeline import scratch

KILLED = """\
import os, signal
from pipeline.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "packet.pdf").write_bytes(b"a patient's")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_a_folder_is_gone_afterwards(temporary):
    """And readable by its owner alone as long as it is there."""
    with scratch.scratch_folder() as folder:
        (folder / "a").write_bytes(b"x")
        assert folder.stat().st_mode & 0o077 == 0

    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_swept(temporary):
    """By whoever needs a folder next."""
    assert subprocess.run([sys.executable, "-c", KILLED]).returncode == -signal.SIGKILL
    assert len(list(temporary.iterdir())) == 1

    with scratch.scratch_folder() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_what_somebody_holds_or_somebody_else_made_stays(temporary):
    """A folder in use, and a folder of any other name."""
    (temporary / "rebut-backup").mkdir()
    with scratch.scratch_folder() as folder:
        scratch.sweep()
        assert folder.is_dir()

    assert [path.name for path in temporary.iterdir()] == ["rebut-backup"]
