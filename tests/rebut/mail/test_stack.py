"""From the mailbox to the packet: a letter mailed through Dovecot, files saved to a folder, the whole stack running."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.mails import mail, raw
from tests.mailserver import PASSWORD
from tests.papers import CHART, DENIAL, MARISOL, POLICY, pdf_of

pytestmark = pytest.mark.slow

SETTINGS = """
[[mailbox]]
name = "desk"
host = "127.0.0.1"
port = {port}
tls = false
user = "stack@localhost"
password_env = "DESK_PASSWORD"
senders = ["*@clinic.example"]
poll_seconds = 1

[[folder]]
path = "{scans}"
quiet_seconds = 0.5
"""


@pytest.fixture(scope="module")
def stack(server, tmp_path_factory):
    """A running `rebut up` with a mailbox and a folder; its client, its process and the folder."""
    place = tmp_path_factory.mktemp("stack")
    scans = place / "scans"
    scans.mkdir()
    (place / "intake.toml").write_text(SETTINGS.format(port=server.imap, scans=scans))
    environment = {**os.environ, "REBUT_INTAKE": str(place / "intake.toml"), "DESK_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "rebut", "up", "--dir", str(place / "home"), "--json", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--workers", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    line = process.stdout.readline()
    assert line, process.stderr.read()
    told = json.loads(line)
    with httpx.Client(base_url=told["web"], headers={"Authorization": f"Bearer {told['token']}"}, timeout=30) as client:
        yield client, told, scans
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def wait_for_packets(client: httpx.Client, count: int) -> list[dict]:
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        cases = client.get("/api/cases").json()["cases"]
        if len(cases) >= count and all(case["state"] in ("ready", "failed") for case in cases):
            return cases
        time.sleep(0.3)
    raise AssertionError(cases)


def papers() -> dict[str, bytes]:
    texts = {"denial.pdf": DENIAL.format(**MARISOL), "chart.pdf": CHART.format(**MARISOL), "policy.pdf": POLICY}
    return {name: pdf_of(text) for name, text in texts.items()}


def test_a_letter_mailed_becomes_a_packet_and_files_in_a_folder_another(stack, server):
    client, told, scans = stack
    assert told["pids"]["mail"]
    letter = mail(None)
    for name, data in papers().items():
        letter.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    server.deliver(raw(letter), to="stack@localhost")
    server.deliver(raw(letter), to="stack@localhost")
    (scans / "case").mkdir()
    for name, data in papers().items():
        (scans / "case" / name).write_bytes(data)

    cases = wait_for_packets(client, 2)

    shown = [client.get(f"/api/cases/{case['case']}").json() for case in cases]
    assert [case["error"] for case in shown] == [None, None]
    for case in cases:
        assert client.get(f"/api/cases/{case['case']}/packet").content.startswith(b"%PDF")
    assert server.count("Processed", "stack@localhost") == 2
    doors = [line for line in client.get("/metrics").text.splitlines() if line.startswith("rebut_door_age_seconds{")]
    assert sorted(line.split('"')[1] for line in doors) == ["folder main", "mail desk"]


def test_nothing_of_a_message_is_in_the_log(stack):
    _, _, scans = stack
    log = (Path(scans).parent / "home" / "logs" / "mail.log").read_text()
    for word in ("clinic.example", "denial", "Denial", *MARISOL["name"].split()):
        assert word not in log
