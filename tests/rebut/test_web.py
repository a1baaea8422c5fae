"""The HTTP interface, on a real application with its stores; what the workers do is played by this process."""

import pytest
from fastapi.testclient import TestClient

from pipeline import jobs
from pipeline.settings import read_settings
from pipeline.work import work_on
from rebut.web import build_app
from tests.workflows import COUNTING

AUTHORIZED = {"Authorization": "Bearer secret"}


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setattr("rebut.web.cases.WORKFLOW", COUNTING)
    settings = read_settings({"REBUT_TOKEN": "secret", "REBUT_UPLOAD_MB": "1"}, home=tmp_path / "home")
    with TestClient(build_app(settings), raise_server_exceptions=False) as client:
        yield client


def post(client, *texts: bytes, path: str = "/api/cases", **headers: str):
    files = [("files", (f"{n}.txt", b"%PDF-\n" + text)) for n, text in enumerate(texts)]
    return client.post(path, files=files, headers={**AUTHORIZED, **headers})


def work(client) -> None:
    state = client.app.state
    while taken := jobs.claim_next(state.database):
        work_on(state.database, state.storage, COUNTING, taken)


def test_a_case_is_taken_in_and_followed(client):
    """202 once it is durable; then state, stages and the list."""
    answer = post(client, b"one two\nthree", b"four")
    case_id = answer.json()["case"]

    assert answer.status_code == 202
    queued = client.get(f"/api/cases/{case_id}", headers=AUTHORIZED).json()
    assert (queued["state"], queued["result"], queued["error"]) == ("queued", None, None)
    assert queued["stages"] == [{"stage": "intake", "ready": 2}]
    (listed,) = client.get("/api/cases", headers=AUTHORIZED).json()["cases"]
    assert listed["case"] == case_id
    assert {"state", "payer", "service", "last_day"} <= set(listed)


def test_a_failed_case_says_why(client):
    """The message for the person, the code for the program."""
    case_id = post(client, b"unusable").json()["case"]

    work(client)

    case = client.get(f"/api/cases/{case_id}", headers=AUTHORIZED).json()
    assert case["state"] == "failed"
    assert case["error"] == {"code": "test-unusable", "message": "0.txt cannot be used. Send another."}


def test_a_request_sent_twice_opens_one_case(client):
    """A client that did not hear the answer may ask again."""
    first = post(client, b"one", **{"Idempotency-Key": "k1"}).json()

    assert post(client, b"one", **{"Idempotency-Key": "k1"}).json() == first
    assert post(client, b"two", **{"Idempotency-Key": "k1"}).status_code == 409


def test_files_can_be_added_and_a_case_removed(client):
    """204, and then it is not found."""
    case_id = post(client, b"one").json()["case"]
    more = client.post(
        f"/api/cases/{case_id}/documents", files=[("files", ("more.txt", b"%PDF-two"))], headers=AUTHORIZED
    )

    assert more.status_code == 202
    assert client.delete(f"/api/cases/{case_id}", headers=AUTHORIZED).status_code == 204
    gone = client.get(f"/api/cases/{case_id}", headers=AUTHORIZED)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "case-unknown")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/cases/none", 404, "case-unknown"),
        ("GET", "/api/cases/none/packet", 404, "case-unknown"),
        ("GET", "/api/cases/%00", 404, "case-unknown"),
        ("GET", "/api/cases/none/passwords", 404, "not-found"),
        ("GET", "/nothing", 404, "not-found"),
        ("PUT", "/api/cases", 405, "method-not-allowed"),
        ("POST", "/api/cases", 415, "media-type"),
    ],
)
def test_errors_have_one_shape(client, method, path, status, code):
    """Code and message, whatever went wrong."""
    answer = client.request(method, path, headers=AUTHORIZED)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


def test_a_packet_that_is_not_there_yet_is_not_found(client):
    """Rather than an empty file; the message says how to find out when it is."""
    case_id = post(client, b"one").json()["case"]

    answer = client.get(f"/api/cases/{case_id}/packet", headers=AUTHORIZED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "packet-not-ready")


def test_too_large_an_upload_is_refused(client):
    """With the limit in the message; nothing is kept of it."""
    answer = post(client, b"x" * (2 << 20))

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "upload-too-large")
    assert client.get("/api/cases", headers=AUTHORIZED).json() == {"cases": []}


def test_an_upload_is_cut_off_while_it_arrives(client):
    """A client that never says how much it sends cannot fill the disk."""
    sent = 0

    def endless():
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        for _ in range(100):
            sent += 1 << 18
            yield b"x" * (1 << 18)

    headers = {**AUTHORIZED, "Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/api/cases", content=endless(), headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "upload-too-large")


def test_a_body_that_is_no_form_is_refused(client):
    """With the status that says so."""
    answer = client.post("/api/cases", content=b"%PDF-", headers={**AUTHORIZED, "Content-Type": "application/pdf"})

    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "media-type"


def test_names_of_files_lose_their_folders(client):
    """What a browser sends as a name cannot point anywhere."""
    answer = client.post("/api/cases", files=[("files", ("..\\up/../a.pdf", b"%PDF-one"))], headers=AUTHORIZED)

    case = client.get(f"/api/cases/{answer.json()['case']}", headers=AUTHORIZED).json()
    assert [file["name"] for file in case["files"]] == ["a.pdf"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic secret"}])
@pytest.mark.parametrize("path", ["/api/cases", "/api/cases/any", "/api/cases/any/packet"])
def test_without_the_token_nothing_is_told(client, path, header):
    """Not even whether a case exists."""
    answer = client.get(path, headers=header)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


def test_probes_are_open_and_hold_no_patient(client):
    """They say whether it lives, whether its stores answer, and counts."""
    post(client, b"one")

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").json() == {"ready": True, "database": "ok", "storage": "ok"}
    metrics = client.get("/metrics").text
    assert 'rebut_jobs{queue="intake",state="ready"} 1' in metrics
    assert 'rebut_events_total{event="opened"} 1' in metrics
    assert "0.txt" not in metrics


def test_the_interface_describes_itself(client):
    """OpenAPI, for who writes a client."""
    paths = client.get("/api/openapi.json").json()["paths"]

    assert {"/api/cases", "/api/cases/{case_id}", "/api/cases/{case_id}/documents"} <= set(paths)
