"""What goes wrong at night: full disks, folders in the way, Ctrl-C, drivers that were killed, two at once."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.cases import BusyCaseError, given, open_case, retry_case, show_case, stop_case
from pipeline.database import DatabaseUnavailableError, open_database
from pipeline.packet.build import FILES
from pipeline.results import PACKET_NAMES
from pipeline.storage import UnwritableStorageError, open_storage
from rebut.today import today
from tests.papers import CHART, DENIAL, MARISOL, POLICY, encrypted, pdf_of
from tests.workflows import COUNTING
from workers.pool import Pool

DAY = ("--today", "2026-03-20")


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    return {
        "denial.pdf": pdf_of(DENIAL.format(**MARISOL)),
        "chart.pdf": pdf_of(CHART.format(**MARISOL)),
        "policy.pdf": pdf_of(POLICY),
    }


@pytest.fixture
def place(papers, tmp_path) -> Path:
    for name, data in papers.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_the_names_of_a_packet_are_known_before_it_is_built():
    """So that a folder can be checked before minutes of work."""
    assert set(PACKET_NAMES) == set(FILES.model_dump().values())


def test_the_packet_never_takes_the_place_of_a_file_it_is_made_from(rebut, place, papers):
    """A denial saved as letter.pdf, and `--out .`: the payer's letter stays what it is."""
    (place / "denial.pdf").rename(place / "letter.pdf")

    done = rebut("run", *DAY, "--out", ".", "letter.pdf", "chart.pdf")

    assert done.returncode == 3
    assert "letter.pdf" in done.stderr
    assert "--out" in done.stderr
    assert (place / "letter.pdf").read_bytes() == papers["denial.pdf"]


def test_a_locked_file_among_good_ones_stops_the_case(rebut, place):
    """The appeal would lack what it holds, so the person decides."""
    (place / "records.pdf").write_bytes(encrypted(pdf_of("Progress note")))

    done = rebut("run", *DAY, "denial.pdf", "chart.pdf", "records.pdf")

    assert done.returncode == 3
    assert done.stderr.strip().splitlines()[-1].startswith("rebut: records.pdf is password-protected")
    assert not (place / "packet").exists()


def test_a_home_that_cannot_be_made_is_named(rebut, place):
    """With the variable that moves it."""
    (place / "home").write_text("in the way")

    done = rebut("run", *DAY, "denial.pdf")

    assert done.returncode == 1
    assert "REBUT_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_named_and_leaves_nothing_half_written(place, papers):
    """Played with the limit on the size of a file that every process has."""
    command = [sys.executable, "-m", "rebut", "run", *DAY, *papers]
    done = subprocess.run(
        command,
        cwd=place,
        env={**os.environ, "REBUT_HOME": str(place / "home")},
        capture_output=True,
        text=True,
        preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        ),
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "a fault in the program" not in done.stderr
    assert "try again" in done.stderr
    assert not (place / "packet").exists()


def test_storage_says_what_the_system_says(tmp_path):
    """An object that cannot be written is no half object."""
    storage = open_storage(f"folder:{tmp_path}/files")
    (tmp_path / "files" / "cases").write_text("in the way")

    with pytest.raises(UnwritableStorageError, match=r"Make room"):
        storage.put("cases/a/b", b"data")


def test_a_database_that_cannot_be_written_is_named(tmp_path):
    """In SQLite's words, which hold nothing of a case."""
    with closing(open_database(f"sqlite:///{tmp_path}/rebut.db")):
        pass
    database = open_database(f"sqlite:///file:{tmp_path}/rebut.db?mode=ro&uri=true")
    storage = open_storage(f"folder:{tmp_path}/files")

    with pytest.raises(DatabaseUnavailableError, match="readonly"):
        open_case(database, storage, COUNTING, [given("a.txt", b"one")], today())


@pytest.mark.slow
def test_ctrl_c_is_answered_at_once_and_the_case_can_go_on(place, papers, rebut):
    """No trace, no packet, no process left; `rebut retry` takes the case up again."""
    command = [sys.executable, "-m", "rebut", "run", *DAY, *papers]
    environment = {**os.environ, "REBUT_HOME": str(place / "home")}
    process = subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a shell that starts the tests in the background hands on a deaf ear for Ctrl-C; a terminal does not
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of ours

    _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not (place / "packet").exists()
    (case,) = json.loads(rebut("cases", "--json").stdout)["cases"]
    assert case["state"] == "failed"
    assert f"`rebut retry {case['case']}`" in said
    assert _members(process.pid) == []
    again = rebut("retry", case["case"])
    assert again.returncode == 0, again.stderr


def test_a_case_whose_driver_was_killed_can_be_tried_again(tmp_path):
    """But not while somebody works on it."""
    urls = f"sqlite:///{tmp_path}/rebut.db", f"folder:{tmp_path}/files"
    database, storage = open_database(urls[0]), open_storage(urls[1])
    case_id, (ready,) = open_case(database, storage, COUNTING, [given("a.txt", b"one")], today())
    from pipeline import jobs

    taken = jobs.claim(database, ready.job_id, lease=600)
    with pytest.raises(BusyCaseError):
        retry_case(database, COUNTING, case_id)
    assert jobs.heartbeat(database, taken, lease=-1)  # ten minutes later, as far as the lease knows
    retry_case(database, COUNTING, case_id)

    assert taken is not None
    with Pool(*urls, COUNTING, 1) as pool:
        assert pool.drive(database, case_id).state == "ready"


def test_a_case_that_ended_is_not_put_down(tmp_path):
    """Ctrl-C a moment too late changes nothing."""
    urls = f"sqlite:///{tmp_path}/rebut.db", f"folder:{tmp_path}/files"
    database, storage = open_database(urls[0]), open_storage(urls[1])
    case_id, _ = open_case(database, storage, COUNTING, [given("a.txt", b"one")], today())
    with Pool(*urls, COUNTING, 1) as pool:
        pool.drive(database, case_id)

    stop_case(database, case_id)

    assert show_case(database, case_id)["state"] == "ready"


@pytest.mark.slow
def test_two_at_once_do_not_get_in_each_others_way(place, papers):
    """The same files, the same home, at the same moment: two whole packets, equal but for the case's id."""
    environment = {**os.environ, "REBUT_HOME": str(place / "home")}
    command = [sys.executable, "-m", "rebut", "run", *DAY, *papers, "--out"]
    both = [subprocess.Popen([*command, name], cwd=place, env=environment) for name in ("one", "two")]

    assert [process.wait(600) for process in both] == [0, 0]
    one, two = (json.loads((place / name / "case.json").read_text()) for name in ("one", "two"))
    assert one | {"case": ""} == two | {"case": ""}
    assert one["case"] != two["case"]


def _members(group: int) -> list[int]:
    """Processes of the group that are still there after a moment."""
    patience = time.monotonic() + 5
    while True:
        found = [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _group_of(stat) == group]
        if not found or time.monotonic() > patience:
            return found
        time.sleep(0.1)


def _group_of(stat: Path) -> int | None:
    """The group of a process by /proc: `ps` is not on every machine. None: gone, or a zombie."""
    try:
        state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state == "Z" else int(group)
