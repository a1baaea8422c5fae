"""The benchmark of reading counts what it says it counts."""

import json
import os
import subprocess
import sys
from itertools import pairwise

import pytest

from benchmarks import corpus, measured, plot
from benchmarks.score import score
from benchmarks.speed import _sidecar

BURN = "import time; t = time.process_time()\nwhile time.process_time() - t < 0.2: pass"


def test_the_same_name_makes_the_same_chart(tmp_path):
    """So that ratios of two machines speak of the same pages; one of them holds the words it is scored by."""
    one, other = (corpus.make("letter3", tmp_path / folder) for folder in ("one", "other"))
    assert one.with_suffix(".json").read_bytes() == other.with_suffix(".json").read_bytes()
    assert one.read_bytes() == other.read_bytes()
    pages = json.loads(one.with_suffix(".json").read_text())
    assert [page["kind"] for page in pages] == ["scan"] * 3
    assert all(len(page["text"]) > 2000 for page in pages)


def test_processes_that_a_program_leaves_behind_count():
    """A reader hands work to processes of its own: their time is its time."""
    spawn = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"
    assert measured.run([sys.executable, "-c", spawn]).cpu > 0.2


def test_who_measures_may_have_other_children():
    """They are not waited for: a reader's server ends with whoever started it."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        assert measured.run([sys.executable, "-c", BURN]).cpu > 0.2
        assert other.poll() is None
        other.kill()


def test_programs_in_turn_never_work_at_once(monkeypatch):
    """What one costs is its own: while it works the others stand still, with all that they started."""
    monkeypatch.setattr(measured, "SLICE", 0.05)
    log = (
        "import time, sys; d = time.process_time\nwhile d() < 0.5: print(time.monotonic()) if d() % 0.01 < 1e-4 else 0"
    )
    spawn = f"import subprocess, sys; subprocess.run([sys.executable, '-uc', {log!r}])"
    one, other = measured.run_in_turn([measured.Runner([sys.executable, "-c", spawn], {}, share) for share in (1, 2)])

    times = sorted([(float(at), who) for who, cost in enumerate((one, other)) for at in cost.told.split()])
    turns = sum(before[1] != after[1] for before, after in pairwise(times))
    assert 4 < turns < 40
    assert all(0.5 <= cost.cpu < 1.5 for cost in (one, other))


def test_a_program_that_fails_in_its_turn_ends_the_others():
    """Nothing is left stopped."""
    before = measured._below(os.getpid())
    sleeper = measured.Runner([sys.executable, "-c", "import time; time.sleep(60)"], {}, 0.1)
    with pytest.raises(measured.FailedRunError, match="broken"):
        measured.run_in_turn([sleeper, measured.Runner([sys.executable, "-c", "raise SystemExit('broken')"], {}, 1)])
    assert sleeper._process.returncode is not None
    assert measured._below(os.getpid()) == before


def test_a_program_that_fails_gives_no_number():
    with pytest.raises(measured.FailedRunError, match="broken"):
        measured.run([sys.executable, "-c", "raise SystemExit('broken')"])


@pytest.mark.parametrize(
    ("read", "characters", "digits"),
    [
        ("dose 5 mg on 01/02/2026", 100.0, 100.0),
        ("dose  5 mg\non 01/02/2026", 100.0, 100.0),
        ("dose 5 mg on 01/02/2028", pytest.approx(95.65, abs=0.1), 50.0),
        ("", 0.0, 0.0),
    ],
)
def test_a_wrong_digit_is_a_wrong_number(read, characters, digits):
    found = score(["scan"], ["dose 5 mg on 01/02/2026"], [read])["scan"]
    assert (found.characters, found.digits) == (characters, digits)


def test_pages_that_a_reader_left_alone_are_not_scored():
    assert score(["digital"], ["words"], [None]) == {}


def test_the_pages_that_ocrmypdf_skips_are_told_from_those_it_read():
    pages = [{"kind": kind} for kind in ("scan", "digital", "digital", "fax")]
    text = "first\n\f[OCR skipped on page(s) 2-3]\fsecond\n\f"
    assert _sidecar(text, pages) == ["first\n", None, None, "second\n"]


def test_plots_name_every_side():
    drawn = plot.lines("Cost", "pages", "s", {"ours": [(10, 1.0), (1000, 0.9)], "theirs": [(10, 2.0)]})
    assert "ours" in drawn
    assert "theirs" in drawn
    assert drawn.count("<circle") == 3
