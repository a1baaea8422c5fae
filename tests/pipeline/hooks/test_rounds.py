"""Programs are told of cases by signed calls without patient data, once more after a failure, in the end not at all."""

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import ssl
import threading

import pytest

from pipeline import jobs
from pipeline.accounts.vault import Vault
from pipeline.cases import given, open_case
from pipeline.database import open_database
from pipeline.hooks import add_hook, go_round, remove_hook
from pipeline.hooks.address import parse_networks
from pipeline.hooks.post import post
from pipeline.hooks.rounds import WAITS
from pipeline.storage import FolderStorage
from pipeline.work import work_on
from tests.certificates import self_signed
from tests.workflows import COUNTING

DAY = dt.date(2026, 3, 20)
VAULT = Vault("a secret of this test that is long enough")
LOOPBACK = parse_networks("127.0.0.0/8,::1/128")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent and answers what the test says."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "https://localhost/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    certificate, key = self_signed(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.calls, server.status = [], 200
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"https://localhost:{server.server_port}/hook"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def stores(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    yield database, FolderStorage(tmp_path / "files")
    database.close()


def run_case(stores, lines: str = "one\ntwo") -> str:
    case_id, _ = open_case(*stores, COUNTING, [given("Marisol Ketterman.txt", lines.encode())], DAY)
    while taken := jobs.claim_next(stores[0]):
        work_on(*stores, COUNTING, taken)
    return case_id


def tell(stores, at: float = 0.0, networks=LOOPBACK):
    import time

    return go_round(stores[0], VAULT, COUNTING.last, post, networks, lambda: time.time() + at)


def test_a_program_is_told_that_a_case_is_open_and_ready_and_nothing_of_the_patient(stores, receiver):
    _, secret = add_hook(stores[0], VAULT, receiver.url)
    case_id = run_case(stores)

    tell(stores)
    tell(stores)

    told = [json.loads(body) for _, body in receiver.calls]
    assert [(call["type"], call["data"]) for call in told] == [
        ("case.opened", {"case": case_id}),
        ("case.ready", {"case": case_id}),
    ]
    assert b"Marisol" not in b"".join(body for _, body in receiver.calls)
    headers, body = receiver.calls[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_only_what_was_asked_for_is_told(stores, receiver):
    add_hook(stores[0], VAULT, receiver.url, events=["case.failed"])
    run_case(stores)
    failed = run_case(stores, "unusable")
    tell(stores)
    assert [json.loads(body)["data"]["case"] for _, body in receiver.calls] == [failed]


def test_a_receiver_of_one_clinic_hears_nothing_of_another(stores, receiver):
    add_hook(stores[0], VAULT, receiver.url, clinic="north")
    run_case(stores)
    tell(stores)
    assert receiver.calls == []


def test_what_happened_before_a_hook_was_there_is_not_told(stores, receiver):
    run_case(stores)
    add_hook(stores[0], VAULT, receiver.url)
    tell(stores)
    assert receiver.calls == []


def test_a_call_that_failed_is_made_again_with_the_same_id_and_in_the_end_given_up(stores, receiver):
    add_hook(stores[0], VAULT, receiver.url, events=["case.ready"])
    run_case(stores)
    receiver.status = 500
    at = 0.0
    for wait in (*WAITS, 0.0):
        assert tell(stores, at).failed == 1
        assert tell(stores, at).failed == 0, "not before it is due again"
        at += wait + 61
    assert tell(stores, at + 1e6).failed == 0
    assert len(receiver.calls) == len(WAITS) + 1
    assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 1


def test_a_redirect_is_a_failure_and_not_followed(stores, receiver):
    add_hook(stores[0], VAULT, receiver.url, events=["case.ready"])
    run_case(stores)
    receiver.status = 307
    assert tell(stores).failed == 1
    assert len(receiver.calls) == 1


def test_nothing_is_sent_inwards_unless_the_operator_allowed_it(stores, receiver):
    add_hook(stores[0], VAULT, receiver.url, events=["case.ready"])
    run_case(stores)
    assert tell(stores, networks=()).failed == 1
    assert receiver.calls == []


def test_a_receiver_without_a_good_certificate_is_told_nothing(stores, receiver, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    add_hook(stores[0], VAULT, receiver.url, events=["case.ready"])
    run_case(stores)
    assert tell(stores).failed == 1
    assert receiver.calls == []


def test_a_hook_that_was_removed_hears_no_more(stores, receiver):
    added, _ = add_hook(stores[0], VAULT, receiver.url)
    run_case(stores)
    remove_hook(stores[0], added.id)
    tell(stores)
    assert receiver.calls == []
