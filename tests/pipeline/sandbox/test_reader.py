"""A file from outside can end, fill or hold up nothing but the process that opens it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from extractors.errors import EncryptedPdfError, RebutError
from extractors.evidence import PageSource
from extractors.pages import load_pages
from pipeline import scratch
from pipeline.faults import fault_of
from pipeline.reading import chunks
from pipeline.sandbox import Limits, Reader
from pipeline.sandbox.faults import FileTooHeavyError, FileTooSlowError, ReaderKilledError, error_of, file_error
from tests.extractors.pages.sheets import picture
from tests.hostile import PATIENT, empty_pages, laughing_forms, mail, many_parts_mail, poisoned_chart
from tests.papers import encrypted, pdf_of

SHORT = Limits(page_seconds=3.0, file_seconds=20.0, memory_mb=1024)


@pytest.fixture(scope="module")
def reader():
    with Reader(limits=SHORT) as reader:
        yield reader


def writer(data: bytes):
    return lambda file: file.write(data)


def read(reader: Reader, data: bytes, numbers, key: str = ""):
    return load_pages(reader.read(key or str(hash(data)), writer(data), numbers).dump)


def test_a_file_is_read_as_it_is_without_the_process(reader):
    """The words come back with their boxes, and a PDF that needs no mending comes back not at all."""
    from extractors.pages import read_pages

    pdf = pdf_of("Progress note", "second page")

    taken = reader.take_in(writer(pdf), "chart.pdf")

    assert (taken.page_count, taken.kind, taken.pdf) == (2, "pdf", None)
    assert read(reader, pdf, [1, 2]) == read_pages(pdf, "", [1, 2])


def test_what_a_file_becomes_comes_back(reader):
    """A mail with an attachment is one PDF afterwards, its parts named."""
    message = mail([("denial.pdf", pdf_of("Denial"), "application/pdf")])

    taken = reader.take_in(writer(message), "fwd.eml")

    assert taken.kind == "eml"
    assert [part["name"] for part in taken.parts] == ["message", "denial.pdf"]
    with taken.pdf:
        taken.pdf.seek(0)
        assert taken.pdf.read(5) == b"%PDF-"


def test_what_is_wrong_with_a_file_is_said_in_the_same_words(reader):
    """The error keeps its class, its code and its sentence over the two processes."""
    with pytest.raises(EncryptedPdfError, match=r"records.pdf is password-protected"):
        reader.take_in(writer(encrypted(pdf_of("x"))), "records.pdf")
    with pytest.raises(RebutError, match=r"has 2500 pages"):
        reader.take_in(writer(empty_pages(2500)), "long.pdf")


def test_a_page_without_end_costs_itself_alone(reader):
    """The four pages around it are read, and it is named with what it did."""
    chart = poisoned_chart()

    found = reader.read("poisoned", writer(chart), range(1, 6))

    pages = load_pages(found.dump)
    assert [page.source for page in pages].count(PageSource.TEXT) == 4
    assert pages[2].source is PageSource.FAILED
    assert pages[2].problem == found.lost[3]
    assert found.lost[3] in ("page-too-slow", "page-too-large")
    assert "Page 4" in pages[4].text


def test_a_page_that_ends_its_process_is_tried_again_and_then_left_out(reader):
    """As when a library of C fails in it: twice, then it is parked."""
    ends = [0]

    def shot(pid: int) -> None:
        ends[0] += 1
        os.kill(pid, signal.SIGSEGV)

    with shooting(reader, shot):
        found = reader.read("crash", writer(laughing_forms()), [1])

    assert found.lost == {1: "page-crashed-reader"}
    assert ends[0] == 2


def test_a_picture_that_ends_the_engine_costs_its_page_alone(reader):
    """The engine works in a process forked for the picture; what ends that is told of the page as before."""
    chart = scans(2)

    with shooting(reader, lambda pid: [os.kill(one, signal.SIGSEGV) for one in children_of(pid)], again=True):
        found = reader.read("engine", writer(chart), [1])

    assert found.lost == {1: "page-crashed-reader"}
    assert read(reader, chart, [2], key="engine")[0].source is PageSource.OCR


def test_a_long_scan_takes_no_more_memory_than_a_short_one():
    """The engine's memory is gone with each picture: within 10%."""
    held = []
    for count in (2, 8):
        with Reader() as reader:
            chart = scans(count)
            for number in range(1, count + 1):
                reader.read("chart", writer(chart), [number])
            reader.release()
            held.append(reader.peak_mb)

    assert held[1] < 1.1 * held[0]


def test_a_process_ended_from_outside_is_nobodys_fault(reader):
    """As by the kernel when memory runs out: the job is tried again later, and no page is called unreadable."""
    with shooting(reader, lambda pid: os.kill(pid, signal.SIGKILL)), pytest.raises(ReaderKilledError) as told:
        reader.read("killed", writer(laughing_forms()), [1])

    assert told.value.exit_status == 1
    assert read(reader, pdf_of("after it"), [1])[0].text == "after it"


def test_a_server_that_died_is_started_again(reader):
    """The worker lives, and the next file is read, even where the dead one's folder was swept meanwhile."""
    read(reader, pdf_of("before"), [1])
    os.kill(reader._server.pid, signal.SIGKILL)
    reader._server.wait()
    scratch.sweep()

    assert read(reader, pdf_of("after"), [1])[0].text == "after"


@pytest.mark.parametrize("seconds", [0.3])
def test_a_file_that_does_not_open_in_time_is_given_up(seconds):
    """With how long it had, after a second try."""
    with Reader(limits=Limits(file_seconds=seconds)) as reader, pytest.raises(FileTooSlowError):
        reader.take_in(writer(many_parts_mail()), "slow.eml")


def test_memory_is_the_files_and_not_the_workers():
    """A file that wants more than it may have is refused with the limit; the worker goes on."""
    with Reader(limits=Limits(memory_mb=600)) as reader:
        with pytest.raises(FileTooHeavyError, match=r"600 MB"):
            reader.take_in(lambda file: file.truncate(900 << 20), "big.pdf")
        assert reader.take_in(writer(pdf_of("small")), "small.pdf").page_count == 1


@pytest.mark.slow
def test_a_chart_of_a_thousand_pages_takes_no_more_memory_than_one_of_a_hundred():
    """Pages are read one after the other, and the process that has the file is made anew now and then."""
    held = []
    for count in (100, 1000):
        chart = pdf_of(*[f"Progress note, page {n}\n{PATIENT}" for n in range(count)])
        with Reader() as reader:
            for first, last in chunks(count):
                reader.read("chart", writer(chart), range(first, last + 1))
            reader.release()
            held.append(reader.peak_mb)

    assert held[1] < held[0] + 40


def test_a_process_is_kept_for_the_chunks_of_one_file_and_no_other(reader):
    """The pages of a chart are asked of one process, those of another file of a new one."""
    one, other = pdf_of("a", "b", "c"), pdf_of("d")
    fetched = []

    def fetch(data: bytes):
        return lambda file: fetched.append(data) or file.write(data)

    reader.read("one", fetch(one), [1, 2])
    first = child_of(reader)
    reader.read("one", fetch(one), [3])
    assert child_of(reader) == first
    reader.read("other", fetch(other), [1])

    assert child_of(reader) != first
    assert fetched == [one, other]


def test_nothing_of_a_file_stays_behind(tmp_path, monkeypatch):
    """Neither its copy nor what a process that was killed had written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Reader(limits=SHORT) as reader:
        read(reader, pdf_of("page"), [1])
        (folder,) = tmp_path.iterdir()
        (folder / "scratch" / "left").write_text("words")
        read(reader, pdf_of("other"), [1])
        assert list((folder / "scratch").iterdir()) == []
        assert len(list(folder.iterdir())) == 2  # the file that is open now, and the folder to write to
    assert list(tmp_path.iterdir()) == []


def test_the_reader_ends_with_its_worker(tmp_path):
    """However the worker ends; and its folder goes."""
    code = (
        "import sys, time\nfrom pipeline.sandbox import Reader\n"
        "r = Reader()\nr.read('a', lambda f: f.write(open(sys.argv[1], 'rb').read()), [1])\n"
        "print(r._server.pid, flush=True)\ntime.sleep(60)\n"
    )
    (tmp_path / "a.pdf").write_bytes(pdf_of("page"))
    (tmp_path / "tmp").mkdir()
    worker = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "a.pdf")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )
    server = int(worker.stdout.readline())
    worker.kill()
    worker.wait()

    patience = time.monotonic() + 10
    while time.monotonic() < patience and (
        Path(f"/proc/{server}/cmdline").exists() or any((tmp_path / "tmp").iterdir())
    ):
        time.sleep(0.05)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_process_holds_no_credentials(reader, monkeypatch):
    """Its environment is made from a list, so no key, token or password is in it."""
    read(reader, pdf_of("page"), [1])

    for pid in (reader._server.pid, child_of(reader)):
        told = dict(line.split("=", 1) for line in Path(f"/proc/{pid}/environ").read_text().split("\0") if line)
        assert set(told) <= {
            *("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "TMPDIR"),
            *("HOME", "OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
        }


ATTEMPTS = """\
import json, os, socket, sys
from pathlib import Path
from pipeline.sandbox.confine import confine
from pipeline.sandbox.limits import Limits
folder = Path(sys.argv[1]); (folder / "scratch").mkdir(exist_ok=True)
held = confine(Limits(), folder, folder / "scratch")
def tried(what):
    try:
        what(); return True
    except OSError:
        return False
print(json.dumps({
    "held": held,
    "write in its folder": tried(lambda: open(folder / "scratch" / "a", "w").close()),
    "read its file": tried(lambda: open(folder / "file").read()),
    "load a module": tried(lambda: __import__("pikepdf")),
    "write beside it": tried(lambda: open(folder / "b", "w").close()),
    "write elsewhere": tried(lambda: open(sys.argv[2] + "/c", "w").close()),
    "read a home": tried(lambda: open(sys.argv[2] + "/secret").read()),
    "look into the worker": tried(lambda: open(f"/proc/{os.getppid()}/environ").read()),
    "signal the worker": tried(lambda: os.kill(os.getppid(), 0)),
    "connect": tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), 2)),
}))
"""


def test_the_process_can_reach_nothing(tmp_path):
    """Where the kernel has Landlock: no file but its own, no network, no other process."""
    import socket

    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "file").write_text("a file")
    (outside / "secret").write_text("a key")
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [str(inside), str(outside), str(server.getsockname()[1])]
        done = subprocess.run([sys.executable, "-c", ATTEMPTS, *words], capture_output=True, text=True, check=True)

    told = json.loads(done.stdout)
    allowed = {"write in its folder", "read its file", "load a module"}
    assert all(told[what] for what in allowed)
    if told.pop("held"):  # the interface grew: network with version 4, signals with version 6
        assert not [what for what in ("write beside it", "write elsewhere", "read a home") if told[what]]
        assert not told["look into the worker"]


def test_an_error_of_the_reader_is_made_only_of_words_and_numbers():
    """What comes from a process that opened a stranger's file is data: a code of ours, or none."""
    assert str(error_of("file-too-many-pages", ["a.pdf", 2500, 2000])).startswith("a.pdf has 2500 pages")
    assert error_of("os.system", ["rm"]).code == "reader-error"


@pytest.mark.parametrize("death", ["crashed", "slow", "memory"])
def test_every_end_is_told_with_what_to_do(death):
    """Which file, what happened, and what to send instead."""
    told = str(file_error(death, "chart.pdf", Limits()))

    assert told.startswith("chart.pdf ")
    assert "send that copy" in told


def child_of(reader: Reader) -> int:
    """The process that has the file open."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == reader._server.pid and words[0] != "Z":
            return int(stat.parent.name)
    raise AssertionError("no process has a file open")


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def scans(count: int) -> bytes:
    """A chart of so many scanned pages, no two alike."""
    notes = [
        [f"Visit {n}, line {k}: DAS28 {n}.{k}, on {k} mg weekly since 0{n + 1}/2025" for k in range(30)]
        for n in range(count)
    ]
    typed = pdf_of(*["\n".join(note) for note in notes])
    pages = [picture(typed, 300, n + 1) for n in range(count)]
    chart = BytesIO()
    pages[0].save(chart, "PDF", resolution=300, save_all=True, append_images=pages[1:])
    return chart.getvalue()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class shooting:
    """While it holds, every process that opens a file meets with this, once or again and again."""

    def __init__(self, reader: Reader, shoot, again: bool = False) -> None:
        self._reader, self._shoot, self._again = reader, shoot, again
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        shot = set()
        while not self._over.wait(0.01 if self._again else 0.3):
            try:
                pid = child_of(self._reader)
            except (AssertionError, AttributeError):
                continue
            if self._again or pid not in shot:
                shot.add(pid)
                self._shoot(pid)


def test_a_full_disk_is_no_fault_of_the_file(monkeypatch):
    """It passes, and the file is tried again then: /dev/full stands for the disk."""
    monkeypatch.setattr("pipeline.sandbox.reader.tempfile.TemporaryFile", lambda dir: open("/dev/full", "r+b", 0))  # noqa: SIM115
    picture = BytesIO()
    Image.new("L", (600, 800), 255).save(picture, "PNG")
    with Reader() as reader, pytest.raises(OSError, match="No space left") as full:
        reader.take_in(lambda file: file.write(picture.getvalue()), "scan.png")
    assert fault_of(full.value) == "outage"
