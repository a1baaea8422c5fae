"""`rebut up`: the same jobs through Celery, a private Redis and HTTP, started and stopped as a person does."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pikepdf
import pytest

from tests.papers import CHART, DENIAL, MARISOL, POLICY, pdf_of

pytestmark = pytest.mark.slow

DAY = "2026-03-20"
SAMPLES = Path(__file__).parents[2] / "samples"
CANARY = MARISOL["name"].split()


class Stack:
    """A running `rebut up` and a client of it."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "rebut", "up", "--dir", str(folder), "--json", "--port", "0", "--workers", "2"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.told = json.loads(line)
        self.client = httpx.Client(
            base_url=self.told["web"], headers={"Authorization": f"Bearer {self.told['token']}"}, timeout=30
        )

    def send(self, files: dict[str, bytes]) -> str:
        parts = [("files", (name, data)) for name, data in files.items()]
        answer = self.client.post("/api/cases", files=parts, headers={"X-Rebut-Today": DAY})
        assert answer.status_code == 202, answer.text
        return answer.json()["case"]

    def wait(self, case_id: str, seconds: float = 120) -> dict:
        patience = time.monotonic() + seconds
        while time.monotonic() < patience:
            case = self.client.get(f"/api/cases/{case_id}").json()
            if case["state"] in ("ready", "failed"):
                return case
            time.sleep(0.2)
        raise AssertionError(f"not done in {seconds} s: {case['stages']}")

    def stop(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0

    def pids(self) -> list[int]:
        told = self.told["pids"]
        return [told["redis"], *told["workers"], told["reconciler"], told["web"], told["flower"]]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("up") / "home"


@pytest.fixture(scope="module")
def stack(home):
    stack = Stack(home)
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    return {
        "denial.pdf": pdf_of(DENIAL.format(**MARISOL)),
        "Marisol Ketterman chart.pdf": pdf_of(CHART.format(**MARISOL)),
        "policy.pdf": pdf_of(POLICY),
    }


def run_locally(files: dict[str, bytes], folder: Path, *options: str) -> dict:
    """The case.json that `rebut run` makes of the same files."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    command = [sys.executable, "-m", "rebut", "run", "--json", "--today", DAY, *options, *files]
    environment = {**os.environ, "REBUT_HOME": str(folder / "home")}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return json.loads((folder / "packet" / "case.json").read_text())


def without_ids(case: dict) -> dict:
    return {name: value for name, value in case.items() if name != "case"}


def test_the_stack_gives_what_the_command_gives(stack, papers, tmp_path):
    """One workflow, two ways to drive it: the same case document but for its id."""
    case = stack.wait(stack.send(papers))

    assert case["state"] == "ready", case["error"]
    assert without_ids(case["result"]) == without_ids(run_locally(papers, tmp_path / "local"))
    packet = stack.client.get(f"/api/cases/{case['case']}/packet")
    assert packet.content.startswith(b"%PDF-")
    assert stack.client.get(f"/api/cases/{case['case']}/manifest.json").json()["case"] == case["case"]


def test_a_decision_gives_the_same_through_the_stack_and_by_command(stack, papers, tmp_path):
    """A corrected date, through Celery and through the pool: the same case but for who decided when."""
    case = stack.wait(stack.send(papers))
    told = {"kind": "correct_value", "target": "denial_date", "value": "2026-02-04"}
    path, seen = f"/api/cases/{case['case']}/decisions", {"If-Match": case["revision"]}
    assert stack.client.post(path, json=told, headers=seen).status_code == 202

    case = stack.wait(case["case"])

    (tmp_path / "told.json").write_text(json.dumps([told]))
    local = run_locally(papers, tmp_path / "local", "--decisions", str(tmp_path / "told.json"))
    theirs, ours = (without_ids(one) | {"decisions": []} for one in (case["result"], local))
    assert theirs == ours
    assert theirs["denial"]["denial_date"]["value"] == "2026-02-04"


def test_the_stack_knows_who_lives(stack):
    """Workers and reconciler say so in the database, and `/metrics` believes nothing else."""
    patience = time.monotonic() + 40
    while "rebut_workers_online 2\n" not in (told := stack.client.get("/metrics").text):
        assert time.monotonic() < patience, told
        time.sleep(0.5)

    (age,) = [line.split()[1] for line in told.splitlines() if line.startswith("rebut_reconciler_age_seconds ")]
    assert float(age) < 60


def test_scanned_pages_give_the_same_too(stack, tmp_path):
    """The letter, the policy and the first pages of the sample chart, read by the OCR engine in both."""
    folder = SAMPLES / "lupus-anifrolumab"
    files = {name: (folder / name).read_bytes() for name in ("denial.pdf", "policy.pdf")}
    with pikepdf.open(folder / "chart.pdf") as chart:
        del chart.pages[6:]
        short = io.BytesIO()
        chart.save(short)
    files["chart.pdf"] = short.getvalue()

    case = stack.wait(stack.send(files))

    assert case["state"] == "ready", case["error"]
    assert without_ids(case["result"]) == without_ids(run_locally(files, tmp_path / "local"))


@pytest.mark.parity
@pytest.mark.parametrize("sample", ["lupus-anifrolumab", "migraine-step-therapy", "ra-baricitinib"])
def test_whole_samples_give_the_same_too(stack, tmp_path, sample):
    """The three sample cases, byte for byte but for the id of the case."""
    files = {name: (SAMPLES / sample / name).read_bytes() for name in ("denial.pdf", "chart.pdf", "policy.pdf")}

    case = stack.wait(stack.send(files), seconds=900)

    assert case["state"] == "ready", case["error"]
    told, local = (json.dumps(without_ids(one)) for one in (case["result"], run_locally(files, tmp_path / "local")))
    assert told == local


def test_a_dead_worker_is_replaced(stack):
    """The stack watches its processes; work goes on."""
    os.kill(stack.told["pids"]["workers"][0], signal.SIGKILL)

    case = stack.wait(stack.send({"denial.pdf": pdf_of(DENIAL.format(**MARISOL))}))

    assert case["state"] == "ready", case["error"]


@pytest.fixture(scope="module")
def worked(stack):
    """A stack that has worked on a case, whichever of these tests this process runs."""
    stack.wait(stack.send({"denial.pdf": pdf_of(DENIAL.format(**MARISOL))}))
    return stack


def test_flower_asks_for_its_password(worked):
    """And knows tasks by stage and id."""
    stack = worked
    flower = stack.told["flower"]

    assert httpx.get(f"{flower}/api/tasks").status_code == 401
    tasks = httpx.get(f"{flower}/api/tasks", auth=(stack.told["flower_user"], stack.told["flower_password"])).json()
    assert {"rebut.intake", "rebut.read", "rebut.assemble"} <= {task["name"] for task in tasks.values()}


def test_flower_changes_nothing(worked):
    """Everything that would stop, start or send something is refused, each of its own; so are the buttons."""
    stack = worked
    flower = httpx.Client(
        base_url=stack.told["flower"], auth=(stack.told["flower_user"], stack.told["flower_password"])
    )
    (worker, *_) = flower.get("/api/workers", params={"refresh": 1}).json()
    task, shown = next((uuid, told) for uuid, told in flower.get("/api/tasks").json().items())
    asked = [
        *(f"/api/worker/{what}/{worker}" for what in ("shutdown", "pool/restart", "pool/grow", "pool/shrink")),
        *(f"/api/worker/{what}/{worker}" for what in ("pool/autoscale", "queue/add-consumer", "queue/cancel-consumer")),
        *(f"/api/task/{what}/{task}" for what in ("revoke", "abort")),
        *(f"/api/task/{what}/rebut.read" for what in ("apply", "async-apply", "send-task", "timeout", "rate-limit")),
    ]

    answers = {path: flower.post(path, json={"args": ["x"]}).status_code for path in asked}

    assert answers == dict.fromkeys(asked, 403)
    assert _alive(stack.told["pids"]["workers"][1])  # the first was killed by an earlier test
    patience = time.monotonic() + 90  # the one in its place is known to Flower once it answers
    while len(flower.get("/api/workers", params={"refresh": 1}).json()) < 2:
        assert time.monotonic() < patience
        time.sleep(0.5)
    pages = [flower.get(page).text.lower() for page in (f"/worker/{worker}", f"/task/{task}", "/workers")]
    assert not [word for word in ("task-revoke", "task-terminate", "worker-shutdown") for page in pages if word in page]
    assert re.fullmatch(r"[\[(]'[0-9a-f]{24}',?[\])]", shown["args"])
    assert shown["kwargs"] == "{}"


def test_no_name_leaves_the_database_and_the_storage(stack, papers, home):
    """A patient's name goes through success and failure, and is in no log, queue, event or metric afterwards."""
    stack.wait(stack.send(papers))
    failed = stack.wait(stack.send({"Marisol Ketterman.pdf": b"%PDF-1.4 Marisol Ketterman"}))
    assert failed["error"]["message"].startswith("Marisol Ketterman.pdf is damaged")
    auth = (stack.told["flower_user"], stack.told["flower_password"])

    seen = [httpx.get(f"{stack.told['flower']}/api/tasks", auth=auth).text, stack.client.get("/metrics").text]
    for folder in ("logs", "redis", "run"):
        seen += [path.read_text(errors="replace") for path in (home / folder).rglob("*") if path.is_file()]
    seen += [str(path.relative_to(home)) for path in home.rglob("*")]

    assert len(seen) > 10
    assert not [text[:200] for text in seen if any(word.lower() in text.lower() for word in CANARY)]


def test_it_stops_in_order_and_goes_on_where_it_was(papers, tmp_path):
    """SIGTERM ends every process; a case taken in before is finished after the next start."""
    first = Stack(tmp_path / "home")
    case_id = first.send(papers)
    first.stop()
    assert not [pid for pid in first.pids() if _alive(pid)]

    second = Stack(tmp_path / "home")
    try:
        assert second.told["token"] == first.told["token"]
        assert second.wait(case_id)["state"] == "ready"
    finally:
        second.stop()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
