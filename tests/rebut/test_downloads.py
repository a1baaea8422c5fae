"""A packet in a bucket is fetched from the bucket, by a link that ends after five minutes."""

import json
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from pipeline import jobs
from pipeline.settings import read_settings
from pipeline.work import work_on
from pipeline.workflow import Outcome, Task
from rebut.web import build_app
from tests.servers import s3_server
from tests.workflows import COUNTING, with_total

AUTHORIZED = {"Authorization": "Bearer secret"}
PACKET = b"%PDF-1.7 as it was made"

pytestmark = pytest.mark.slow


def small_packet(task: Task) -> Outcome:
    files = {"packet.pdf": task.store(PACKET), "case.json": task.store(b"{}")}
    return Outcome(output_key=task.store(json.dumps({"files": files}).encode()))


WORKFLOW = with_total(COUNTING, small_packet)


@pytest.fixture(scope="module")
def s3_url():
    with s3_server() as url:
        yield url


@pytest.fixture
def packet_at(tmp_path, monkeypatch):
    """Make a case on this storage and ask for its packet."""
    monkeypatch.setattr("rebut.web.cases.WORKFLOW", WORKFLOW)

    def ask(storage_url: str):
        settings = read_settings({"REBUT_TOKEN": "secret", "REBUT_STORAGE": storage_url}, home=tmp_path / "home")
        with TestClient(build_app(settings), follow_redirects=False) as client:
            case = client.post("/api/cases", files=[("files", ("a.txt", b"%PDF-one"))], headers=AUTHORIZED).json()[
                "case"
            ]
            state = client.app.state
            while taken := jobs.claim_next(state.database):
                work_on(state.database, state.storage, WORKFLOW, taken)
            return client.get(f"/api/cases/{case}/packet", headers=AUTHORIZED)

    return ask


def test_the_link_gives_the_packet_and_nothing_else(packet_at, s3_url):
    """To its holder without the token, as a download, for 300 seconds; a changed link gives nothing."""
    answer = packet_at(s3_url)
    link = urlsplit(answer.headers["location"])
    fetched = httpx.get(answer.headers["location"])
    other = urlunsplit(link._replace(path=link.path[:-4] + "0000"))

    assert (answer.status_code, answer.content) == (302, b"")
    assert parse_qs(link.query)["X-Amz-Expires"] == ["300"]
    assert (fetched.status_code, fetched.content) == (200, PACKET)
    assert fetched.headers["content-disposition"] == 'attachment; filename="packet.pdf"'
    assert fetched.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert httpx.get(other).status_code == 403
    assert httpx.get(urlunsplit(link._replace(query=""))).status_code == 403


def test_a_link_that_is_too_old_gives_nothing(s3_url):
    """Signed for one second, asked for after two."""
    import time

    from pipeline.storage import open_storage

    storage = open_storage(s3_url)
    storage.put("cases/a/b", PACKET)
    link = storage.link("cases/a/b", "packet.pdf", "application/pdf", seconds=1)
    time.sleep(2.1)

    assert httpx.get(link).status_code == 403


def test_links_are_signed_for_the_host_that_downloads_go_to(packet_at, s3_url):
    """Browsers seldom reach the bucket under the name that servers use."""
    answer = packet_at(f"{s3_url}&downloads=https://files.clinic.example")

    assert answer.headers["location"].startswith("https://files.clinic.example/rebut/cases/")


@pytest.mark.parametrize("hidden", [True, False])
def test_what_browsers_cannot_reach_is_streamed(packet_at, s3_url, tmp_path, hidden):
    """A bucket inside a private network, and a folder."""
    answer = packet_at(f"{s3_url}&downloads=stream" if hidden else f"folder:{tmp_path}/files")

    assert (answer.status_code, answer.content) == (200, PACKET)
    assert answer.headers["content-disposition"] == 'attachment; filename="packet.pdf"'
