"""What else goes wrong around a case, each on purpose and once: what callers, operators and broken files do."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from pipeline.storage import Storage, open_storage
from tests.chaos.canary import FILE, OF_PATIENT, PERSON, Seen, heard_in
from tests.chaos.papers import Papers, filling_its_reader
from tests.chaos.stack import Stack

_WRONG = PERSON["name"].replace(" ", "-")


def ask_wrongly(client: httpx.Client, papers: Papers, seen: Seen) -> None:
    """Requests that are refused, the patient's words in every part of them. The answers are kept."""
    files = [("files", (name, data)) for name, data in papers.files.items()]
    twice = [files[0], files[0]]
    asked = {
        "no form": client.post("/api/cases", content=PERSON["name"].encode(), headers={"Content-Type": "text/plain"}),
        "broken form": client.post(
            "/api/cases", content=PERSON["name"].encode(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        ),
        "no files": client.post("/api/cases", files=[("other", (f"{FILE}.pdf", b"x"))]),
        "one name twice": client.post("/api/cases", files=twice),
        "wrong day": client.post("/api/cases", files=files, headers={"X-Rebut-Today": PERSON["born"]}),
        "wrong sender": client.post("/api/cases", files=files, headers={"X-Rebut-Submitter": PERSON["name"]}),
        "unknown case": client.get(f"/api/cases/{_WRONG}"),
        "unknown file": client.get(f"/api/cases/abc/{FILE}.pdf"),
        "unknown page": client.get(f"/{_WRONG}", params={"name": PERSON["name"]}),
        "wrong method": client.put(f"/api/cases/{_WRONG}"),
        "purge of none": client.delete("/api/cases/abc"),
        "wrong token": client.get(f"/api/cases/{_WRONG}", headers={"Authorization": f"Bearer {PERSON['member']}"}),
    }
    for what, answer in asked.items():
        assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text)
        seen.add(f"answer {what}", answer.text)


def fill_a_reader(stack: Stack, client: httpx.Client) -> str:
    """A page of the chart fills its reader: the case ends, that page is named. Returns the case."""
    case_id = _sent(client, filling_its_reader(PERSON))
    case = _ended(client, case_id)
    assert case["state"] == "ready", case["error"]
    assert any("could not be read" in line for line in case["result"]["warnings"])
    return case_id


def break_a_result(stack: Stack, client: httpx.Client, case_id: str, papers: Papers, seen: Seen) -> None:
    """What was read of a file is no longer what it was: a bug, a dead job; replayed, retried, dead again."""
    storage = open_storage(stack.bucket)
    for key in _pages_of(client, storage, case_id):
        storage.delete(key)
        storage.put(key, f'[{{"{PERSON["name"]}": "{PERSON["member"]}"}}]'.encode())
    for kept in (stack.disk.folder / "home" / "cache").glob("*"):  # or the workers would not look
        kept.unlink(missing_ok=True)
    added = {f"{FILE} more.pdf": next(iter(papers.files.values()))}
    answer = client.post(f"/api/cases/{case_id}/documents", files=[("files", one) for one in added.items()])
    assert answer.status_code == 202, answer.text
    assert _ended(client, case_id)["state"] == "failed"
    for words in (("replay", "--dead"), ("retry", case_id)):
        _by_hand(stack, seen, *words)
        assert _ended(client, case_id)["state"] == "failed"


def look_after_cases(stack: Stack, client: httpx.Client, case_id: str, folder: Path, seen: Seen) -> None:
    """Back up, check, and purge: while the storage is away, and once it is back."""
    _by_hand(stack, seen, "backup", str(folder))
    _by_hand(stack, seen, "restore", str(folder), "--dry-run")
    _by_hand(stack, seen, "reconcile", "--dry-run")
    stack.proxy.share = 1.0
    refused = client.delete(f"/api/cases/{case_id}", timeout=180)
    stack.proxy.share = 0.0
    assert refused.status_code in (204, 503), refused.text
    seen.add("answer purge while the storage is away", refused.text)
    if refused.status_code == 503:
        assert client.delete(f"/api/cases/{case_id}").status_code == 204
    assert client.get(f"/api/cases/{case_id}").status_code == 404


def run_at_a_terminal(folder: Path, papers: Papers, locked: Papers, seen: Seen) -> None:
    """`rebut run` and `rebut read` on files that cannot be used, and on none."""
    for command, at in (("run", papers), ("read", locked)):
        for name, data in at.files.items():
            (folder / name).write_bytes(data)
        _terminal(folder, seen, command, *at.files)
    _terminal(folder, seen, "run", f"{FILE} is not here.pdf")
    _terminal(folder, seen, "show", _WRONG.lower())


def told_too_much(seen: Seen) -> dict[str, list[str]]:
    """Return what answers and the terminal told beyond what they may: the sender's own file name, in a message."""
    return {
        where: words
        for where, text in {**seen.under("answer"), **seen.under("terminal")}.items()
        if (words := heard_in(_without_own_names(text), OF_PATIENT))
        or (words := heard_in("\n".join(line for line in text.splitlines() if line.startswith('{"event'))))
    }


def _without_own_names(text: str) -> str:
    """Take out what may be told: the names of files, and the id that was asked for, as they were given."""
    for mine in (f"{FILE} Quackenbos", _WRONG, _WRONG.lower()):
        text = text.replace(mine, "")
    return text


def _terminal(folder: Path, seen: Seen, *words: str) -> None:
    environment = {**os.environ, "REBUT_HOME": str(folder / "home"), "REBUT_LOG": "debug", "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "rebut", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode in (2, 3), (words, done.stderr)
    seen.add(f"terminal {words[0]}", done.stdout + done.stderr)


def _by_hand(stack: Stack, seen: Seen, *words: str) -> None:
    environment = {**os.environ, **stack.environment(), "REBUT_LOG": "debug"}
    done = subprocess.run([sys.executable, "-m", "rebut", *words], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    seen.add(f"operator {words[0]}", done.stdout + done.stderr)


def _pages_of(client: httpx.Client, storage: Storage, case_id: str) -> list[str]:
    files = client.get(f"/api/cases/{case_id}").json()["files"]
    return [key for file in files for key in storage.keys(f"files/{file['sha256']}/pages-")]


def _sent(client: httpx.Client, papers: Papers) -> str:
    files = [("files", (name, data)) for name, data in papers.files.items()]
    answer = client.post("/api/cases", files=files)
    assert answer.status_code == 202, answer.text
    return answer.json()["case"]


def _ended(client: httpx.Client, case_id: str) -> Mapping:
    patience = time.monotonic() + 180
    while time.monotonic() < patience:
        case = client.get(f"/api/cases/{case_id}").json()
        if case["state"] in ("ready", "failed"):
            return case
        time.sleep(0.2)
    raise AssertionError(f"case {case_id} has not ended")
