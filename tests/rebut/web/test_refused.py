"""Uploads made to do harm: each is refused by name and leaves nothing behind, or its case fails by name."""

import gzip
import io
import socket
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import anyio
import httpx
import pytest
from sqlalchemy import delete, func, select

from pipeline import jobs
from pipeline.settings import read_settings
from pipeline.stages import WORKFLOW
from pipeline.tables import login_wait, metadata
from pipeline.work import work_on
from rebut.web import build_app
from tests.papers import pdf_of
from tests.rebut.web.signin import TOKEN, browser, signed_in
from tests.servers import free_ports, postgres_server

PDF = b"%PDF-1.4 fictional"
BEARER = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=cut"}
DOORS = ("/new", "/api/cases", "/cases/ID/files", "/api/cases/ID/documents")
SCRIPT = '"><svg onload=alert(1)><script>alert(2)</script>.pdf'


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    home = tmp_path_factory.mktemp("refused") / "home"
    return build_app(read_settings({"REBUT_TOKEN": TOKEN, "REBUT_UPLOAD_MB": "1"}, home=home))


@pytest.fixture(scope="module")
def case_id(app) -> str:
    sent = browser(app).post("/api/cases", files=[("files", ("denial.pdf", PDF))], headers=BEARER)
    return sent.json()["case"]


def part(name: str, data: bytes = PDF, kind: str = "application/pdf") -> bytes:
    head = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    return b"--cut\r\n" + head.encode("utf-8", "surrogateescape") + data + b"\r\n"


def body(*parts: bytes, end: bytes = b"--cut--\r\n") -> bytes:
    return b"".join(parts) + end


def field(name: str, value: str = "x") -> bytes:
    return f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def left(app) -> dict[str, object]:
    """Rows of every table but those that tell who asked, objects, and files on the disk."""
    home = app.state.settings.home
    with app.state.database.read() as connection:
        told = ("session", "api_token", "trail", "trail_head", "login_wait")
        tables = [table for table in metadata.tables.values() if table.name not in told]
        rows = {table.name: connection.execute(select(func.count()).select_from(table)).scalar() for table in tables}
    files = sorted(str(path.relative_to(home)) for path in home.rglob("*") if not path.name.startswith("rebut.db"))
    return {"rows": rows, "files": files}


def held_open() -> int:
    """Files this process has open; what other tests left behind may be closed meanwhile, so it can fall."""
    return len(list(Path("/proc/self/fd").iterdir()))


ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("denial.pdf", PDF * 9)

# what is sent -> status and code
REFUSED = {
    "a wrong type": (body(part("a.pdf", b"just words")), 422, "file-type-unknown"),
    "a type that lies": (body(part("a.pdf", b"<html><script>alert(1)</script>", "application/pdf")), 422, None),
    "a program": (body(part("scan.pdf.exe", b"MZ\x90\x00" + bytes(60))), 422, "file-type-unknown"),
    "a picture with script": (
        body(part("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>')),
        422,
        None,
    ),
    "a GIF with script": (body(part("a.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)")), 422, "file-type-unknown"),
    "an archive": (body(part("a.pdf", ZIP.getvalue())), 422, "file-type-unknown"),
    "nothing in it": (body(part("a.pdf", b"")), 422, "file-empty"),
    "one good, one bad": (body(part("a.pdf"), part("b.pdf", b"words")), 422, "file-type-unknown"),
    "no file": (body(field("note")), 422, "no-files"),
    "another field": (body(part("a.pdf").replace(b'"files"', b'"upload"')), 422, "no-files"),
    "10,000 fields": (body(*(field(f"f{n}", "") for n in range(10_000))), 400, "upload-broken"),
    "5,000 files": (body(*(part("a.pdf") for _ in range(5_000))), 413, "upload-too-many-files"),
    "a field of 100 kB": (body(field("note", "x" * 100_000), part("a.pdf")), 400, "upload-broken"),
    "a name of 10 kB": (body(part("a" * 10_240 + ".pdf")), 400, "upload-broken"),
    "a thousand headers": (body(b"--cut\r\n" + b"X-A: b\r\n" * 1000 + part("a.pdf")[7:]), 400, "upload-broken"),
    "no end": (body(part("a.pdf"), end=b""), 400, "upload-broken"),
    "cut in a header": (body(part("a.pdf")[:40], end=b""), 400, "upload-broken"),
    "another boundary": (body(part("a.pdf")).replace(b"--cut", b"--torn"), 400, "upload-broken"),
    "no form at all": (b"\x00\xff" * 500, 400, "upload-broken"),
    "empty": (b"", 400, "upload-broken"),
    "too large": (body(part("a.pdf", PDF + bytes(3 << 20))), 413, "upload-too-large"),
    "too large together": (body(*(part(f"{n}.pdf", PDF + bytes(200_000)) for n in range(9))), 413, "upload-too-large"),
    "packed": (gzip.compress(body(part("a.pdf"))), 400, "upload-broken"),
    "a bomb, packed": (gzip.compress(bytes(50 << 20)), 400, "upload-broken"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_by_name_and_leaves_nothing(app, case_id, what, door):
    """No row, no object, no temporary file, no open file; the next request is answered as ever."""
    data, status, code = REFUSED[what]
    packed = {"Content-Encoding": "gzip"} if "packed" in what else {}
    client, before, opened = browser(app), left(app), held_open()

    answer = client.post(door.replace("ID", case_id), content=data, headers={**BEARER, **FORM, **packed})

    assert answer.status_code == status, answer.text
    assert code in (None, answer.json()["error"]["code"])
    assert answer.json()["error"]["message"]
    assert left(app) == before
    assert held_open() <= opened


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/pdf", (415, 400)),
        ("text/html", (415, 400)),
        ("", (415, 400)),
        ("multipart/form-data", (400,)),
        ("multipart/form-data; boundary=", (400,)),
        ("multipart/form-data; boundary=" + "b" * 5000, (400,)),
        ("multipart/mixed; boundary=cut", (415, 400)),
        ("application/x-www-form-urlencoded", (415, 400)),
    ],
)
@pytest.mark.parametrize("door", DOORS)
def test_a_body_that_is_no_form_of_files_is_refused(app, case_id, kind, status, door):
    before, opened = left(app), held_open()
    answer = browser(app).post(
        door.replace("ID", case_id), content=body(part("a.pdf")), headers={**BEARER, "Content-Type": kind}
    )
    assert answer.status_code in status, answer.text
    assert left(app) == before
    assert held_open() <= opened


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("role", ["ops", "auditor", "admin"])
def test_of_who_may_not_send_no_byte_is_read(app, case_id, role, door):
    """Else whoever holds any token fills the disk of those who work."""
    client, read, told = signed_in(app, role), [], []
    headers = {**client.headers, **FORM, "Cookie": f"rebut={client.cookies['rebut']}", "Accept": "application/json"}

    async def receive():
        read.append(1)
        return {"type": "http.request", "body": bytes(1 << 14), "more_body": True}

    async def send(message):
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": door.replace("ID", case_id),
        "query_string": b"",
        "scheme": "http",
    }
    scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    anyio.run(app, {**scope, "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9)}, receive, send)

    assert told[0]["status"] == 403
    assert read == []


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.pdf", "a.pdf"),
        ("C:\\CON.pdf", "CON.pdf"),
        ("NUL", "NUL"),
        ("..", "file"),
        ("/", "file"),
        ("%2e%2e%2f%2e%2e%2fa.pdf", "%2e%2e%2f%2e%2e%2fa.pdf"),
        ("a\x00b\x07.pdf", "ab.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("x" * 3000 + ".pdf", "x" * 116 + ".pdf"),
        ("\udcff\udcfe.pdf", "\ufffd\ufffd.pdf"),
    ],
)
def test_a_name_is_a_word_to_show_and_leads_nowhere(app, told, kept):
    """Objects are stored by digest; the name loses folders, control characters and what turns the text round."""
    unique = PDF + told.encode("utf-8", "surrogateescape")
    answer = browser(app).post("/api/cases", content=body(part(told, unique)), headers={**BEARER, **FORM})
    case = browser(app).get(f"/api/cases/{answer.json()['case']}", headers=BEARER).json()

    assert [file["name"] for file in case["files"]] == [kept]
    names = {path.name for path in (app.state.settings.home / "files").rglob("*") if path.is_file()}
    assert names <= {"original"}
    assert not (app.state.settings.home.parent / "passwd").exists()


ODD = ("..", "%2e%2e", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%5c", "%00", "a%00b", "%ff", "CON", "%0d%0aX-A:b", "-1")
ODD += ("99999999999999999999", "9223372036854775808", "1e9", "x" * 10_240, "%F0%9F%98%80", "'%20or%201=1--", "{{7*7}}")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:20])
def test_an_address_leads_to_what_there_is_and_nowhere_else(app, case_id, odd):
    """In every place of every address: 4xx, and never a fault of the program."""
    client = signed_in(app, "approver", "intake", "reviewer", "admin", "auditor", "ops")
    paths = [f"/{odd}", f"/cases/{odd}", f"/cases/{odd}/live", f"/cases/{case_id}/files/{odd}.pdf"]
    paths += [f"/cases/{case_id}/files/0/{odd}.png", f"/cases/{case_id}/files/{odd}/1.png", f"/static/{odd}"]
    paths += [f"/cases/{case_id}/out/{odd}", f"/api/cases/{odd}", f"/api/cases/{case_id}/{odd}", f"/static/../{odd}"]
    paths += [f"/api/cases/{case_id}/documents/{odd}/file", f"/api/cases/{odd}/decisions", f"/api/{odd}"]
    for path in paths:
        answer = client.get(path)
        found = 200 if odd == ".." else 300  # a client takes ".." for the address above
        assert found <= answer.status_code < 500, f"{path[:80]}: {answer.status_code}"
        assert "root:" not in answer.text
    asked = [f"/cases?shelf={odd}", f"/cases?search={odd}", f"/cases?at={odd}", f"/errors?at={odd}", f"/login?to={odd}"]
    asked += [f"/cases/{case_id}?file={odd}&page={odd}&box={odd}", f"/api/audit?since={odd}", f"/new?again={odd}"]
    for path in [*asked, f"/api/audit/head?expect={odd}"]:
        assert client.get(path).status_code < 500, path[:80]
    sent = [f"/cases/{odd}/retry", f"/cases/{odd}/files", f"/account/tokens/{odd}/revoke", f"/accounts/{odd}/state"]
    sent += [
        f"/accounts/{odd}/reset",
        f"/accounts/{odd}/roles",
        f"/cases/{odd}/decisions",
        f"/api/cases/{odd}/documents",
    ]
    for path in (*sent, f"/api/cases/{odd}/documents"):
        assert 400 <= client.post(path).status_code < 500, path[:80]
    for path in (f"/api/cases/{odd}", f"/api/hooks/{odd}"):
        assert 400 <= client.delete(path).status_code < 500, path[:80]


VALUES = ("", "\x00", "-1", "99999999999999999999", "x" * 9000, "{", "[[[[", "null", SCRIPT, "٣", "1" * 5000)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value[:12]))
def test_a_form_filled_with_anything_is_refused_by_name(app, case_id, value):
    """Every field of every form; many more of them than the form has; a value where a file belongs."""
    client = signed_in(app, "approver", "intake", "reviewer", "admin", clinic="main")
    kinds = (
        "correct_value",
        "choose_candidate",
        "confirm_value",
        "overrule",
        "exclude_page",
        "include_page",
        "approve",
    )
    names = ("target", "value", "reason", "evidence", "revision", "file", "page", "count", "date", "stage")
    for kind in (*kinds, "approve", "undo", value):
        for target in ("internal_appeal_deadline", "payer", "reasons", "codes", "level", value):
            told = {**dict.fromkeys(names, value), "kind": kind, "target": target}
            answer = client.post(f"/cases/{case_id}/decisions", data=told)
            assert 400 <= answer.status_code < 500, (kind, target, answer.status_code)
    for path, fields in {
        "/accounts": ("login", "name", "roles", "of_clinic"),
        "/accounts/glass": ("of_clinic", "reason"),
        f"/accounts/{client.person_id}/roles": ("roles", "of_clinic"),
        "/account/tokens": ("name", "roles", "days"),
        "/login": ("login", "password", "to"),
    }.items():
        assert client.post(path, data=dict.fromkeys(fields, value)).status_code < 500, path
        many = {f"field{n}": "1" for n in range(10_000)}
        assert client.post(path, data=many, headers={"X-CSRF-Token": ""}).status_code == 403, path
        assert 400 <= client.post(path, content=b"\xff\x00" * 600_000, headers=FORM).status_code < 500, path
        assert client.post(path, content=b"a=" + b"b" * (2 << 20)).status_code < 500, path


def test_what_sends_no_files_is_held_small(app, case_id):
    """It is held in memory, so a megabyte is the most; by JSON and by form, told or not."""
    for path in ("/api/hooks", f"/api/cases/{case_id}/decisions"):
        answer = browser(app).post(
            path, content=b"[" * (3 << 20), headers={**BEARER, "Content-Type": "application/json"}
        )
        assert answer.status_code in (403, 413), answer.text
        deep = browser(app).post(path, content=b"[" * 900_000, headers={**BEARER, "Content-Type": "application/json"})
        assert 400 <= deep.status_code < 500


def test_names_and_reasons_are_words_on_every_page(app):
    """Nothing of a file's name, an account's or a token's becomes part of the page (stored XSS)."""
    client = signed_in(app, "approver", "intake", "reviewer", "admin", "ops")
    sent = client.post("/new", content=body(part("x", PDF + b"script")), headers=FORM)
    assert sent.status_code == 303
    told = SCRIPT.replace('"', "%22")
    other = PDF + b"other"
    case_id = client.post("/api/cases", files=[("files", (SCRIPT, other))]).json()["case"]
    client.post("/accounts", data={"login": "xss", "name": SCRIPT, "roles": "ops"})
    client.post("/account/tokens", data={"name": SCRIPT, "days": "3"})
    while taken := jobs.claim_next(app.state.database):
        work_on(app.state.database, app.state.storage, WORKFLOW, taken)

    paths = ["/cases?shelf=all", "/errors", "/new", f"/cases/{case_id}", "/account", "/accounts"]
    paths += [f"/cases?search={told}", f"/cases?shelf={told}", f"/login?to=/{told}", f"/{told}", f"/cases/{told}"]
    shown = 0
    for path in paths:
        page = client.get(path)
        assert "<svg onload" not in page.text.lower(), path
        assert "<script>alert" not in page.text.lower(), path
        assert "default-src 'none'" in page.headers["content-security-policy"]
        shown += "&lt;svg onload" in page.text
    found = client.post("/cases", data={"search": SCRIPT})
    assert "<svg onload" not in found.text.lower()
    shown += "&lt;svg onload" in found.text
    assert shown >= 3
    duplicate = client.post("/new", files=[("files", (SCRIPT, other))])
    assert duplicate.status_code == 409
    assert "<svg onload" not in duplicate.text


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


POLYGLOTS = {
    "PDF and ZIP": lambda: pdf_of("Progress note") + ZIP.getvalue(),
    "PDF and HTML": lambda: b"<html><script>alert(1)</script>\n" + pdf_of("Progress note"),
    "PNG and PDF": lambda: png(8, 8) + pdf_of("Progress note"),
    "PNG of 50,000 x 50,000": lambda: png(50_000, 50_000),
}


@pytest.mark.parametrize("what", POLYGLOTS)
def test_what_is_two_things_is_read_as_one_and_never_shown_as_the_other(app, what):
    """By its first bytes; the case reads it or fails by name, and what goes to a browser is a caged PDF."""
    client = signed_in(app, "approver")
    case_id = client.post("/api/cases", files=[("files", ("a.html", POLYGLOTS[what]()))]).json()["case"]
    while taken := jobs.claim_next(app.state.database):
        work_on(app.state.database, app.state.storage, WORKFLOW, taken)

    case = client.get(f"/api/cases/{case_id}").json()
    assert case["state"] == "failed", case["stages"]
    assert case["error"]["code"] not in ("internal", "attempts-spent")
    for path in (f"/cases/{case_id}/files/0.pdf", f"/api/cases/{case_id}/documents/{case['files'][0]['id']}/file"):
        answer = client.get(path)
        assert answer.status_code == (200 if case["files"][0]["pages"] else 404)
        if answer.status_code == 200:
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-disposition"].startswith("attachment")
            assert answer.headers["content-security-policy"].startswith("sandbox;")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The real server: what a client does to a socket, no client in this process can do."""
    home = tmp_path_factory.mktemp("socket") / "home"
    (port,) = free_ports(1)
    settings = read_settings({"REBUT_TOKEN": TOKEN * 2, "REBUT_UPLOAD_MB": "4"}, home=home)
    command = [sys.executable, "-m", "rebut", "web", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=settings.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    patience = time.monotonic() + 60
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200:
                break
        assert time.monotonic() < patience
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    yield process, port, home
    process.terminate()
    told = process.communicate(timeout=30)[1].decode()
    assert "Traceback" not in told
    assert "request failed" not in told, told


def raw(port: int, *pieces: bytes, wait: float = 20.0) -> bytes:
    """Send bytes; returns the first line of the answer, empty where the connection was closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as at:
        with suppress(ConnectionError):
            for piece in pieces:
                at.sendall(piece)
        with suppress(ConnectionError):
            return at.recv(1 << 16).partition(b"\r\n")[0]
    return b""


def request(path: str, *lines: str) -> bytes:
    told = ("Host: 127.0.0.1", f"Authorization: Bearer {TOKEN * 2}", f"Content-Type: {FORM['Content-Type']}", *lines)
    return "\r\n".join((f"POST {path} HTTP/1.1", *told, "", "")).encode()


def held(process, home) -> tuple[set[str], list[str]]:
    """Objects and temporary files of the server, those without a name too."""
    files = {str(at.relative_to(home)) for at in home.rglob("*") if at.is_file() and not at.name.startswith("rebut.db")}
    opened = []
    for at in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):
            opened.append(str(at.readlink()))
    return files, [at for at in opened if "(deleted)" in at]


CUT = body(part("a.pdf", PDF + bytes(100_000)), end=b"")
SOCKETS = {
    "a length that says less": ([request("/api/cases", "Content-Length: 50"), CUT], b" 400"),
    "a length that says too much": ([request("/api/cases", "Content-Length: 99999999999")], b" 413"),
    "a length that is none": ([request("/api/cases", "Content-Length: x")], b" 400"),
    "two lengths": ([request("/api/cases", "Content-Length: 5", "Content-Length: 6")], b" 400"),
    "chunks without end": (
        [request("/api/cases", "Transfer-Encoding: chunked"), *[b"10000\r\n" + bytes(65536) + b"\r\n"] * 100],
        b" 4",
    ),
    "chunks of one byte": (
        [request("/api/cases", "Transfer-Encoding: chunked"), b"".join(b"1\r\n%c\r\n" % at for at in CUT[:3000])],
        None,
    ),
    "a chunk that lies": ([request("/api/cases", "Transfer-Encoding: chunked"), b"zz\r\nx\r\n"], b" 400"),
    "headers of 200 kB": ([request("/api/cases", *(f"X-{n}: {'a' * 1000}" for n in range(200)))], b" 4"),
    "10,000 headers": ([request("/api/cases", *(f"X-{n}: a" for n in range(10_000)))], b" 4"),
    "cut in the middle": ([request("/api/cases", f"Content-Length: {len(CUT) + 900}"), CUT[:60_000]], None),
    "cut before the end": ([request("/api/cases", f"Content-Length: {len(CUT) + 900}"), CUT], None),
    "no request": ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10 + b"\r\n\r\n"], b" 400"),
}


@pytest.mark.parametrize("what", SOCKETS)
def test_what_a_client_does_to_the_line_leaves_nothing(server, what):
    """Answered or closed; the server lives, and of what came no file is left, with a name or without."""
    process, port, home = server
    pieces, status = SOCKETS[what]
    before = held(process, home)

    if status is None:  # the client goes away without waiting
        with socket.create_connection(("127.0.0.1", port)) as at:
            for piece in pieces:
                at.sendall(piece)
            time.sleep(0.2)
    else:
        assert status in raw(port, *pieces)

    patience = time.monotonic() + 20
    while held(process, home) != before and time.monotonic() < patience:
        time.sleep(0.05)
    assert held(process, home) == before
    assert httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
    cases = httpx.get(f"http://127.0.0.1:{port}/api/cases", headers={"Authorization": f"Bearer {TOKEN * 2}"})
    assert cases.json() == {"cases": []}


def test_guessing_at_the_door_is_slowed_down(app):
    """After a few failures a right password has to wait too; the answer says how long."""
    client = signed_in(app, "intake")
    with app.state.database.write() as connection:
        connection.execute(delete(login_wait))  # what other tests guessed
    answers = [client.post("/login", data={"login": "somebody", "password": "wrong"}) for _ in range(7)]
    assert {at.status_code for at in answers[:4]} == {403}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.slow
def test_what_postgresql_keeps_in_no_text_is_refused_too(tmp_path):
    """A NUL, in an address, a field or a header, by a stranger or by somebody signed in."""
    with postgres_server() as url:
        told = {"REBUT_TOKEN": TOKEN, "REBUT_DATABASE": url}
        app = build_app(read_settings(told, home=tmp_path / "home"))
        client = signed_in(app, "approver", "intake", "admin")
        files = [("files", ("a.pdf", PDF))]

        answers = [
            client.post("/login", data={"login": "a\0b", "password": "x"}),
            client.post("/cases", data={"search": "\0"}),
            client.post("/account/tokens", data={"name": "\0", "days": "3"}),
            client.post("/account/tokens/%00/revoke"),
            client.post("/accounts/%00/state", data={"state": "disabled"}),
            client.delete("/api/hooks/%00"),
            client.post("/new", data={"key": "\0"}, files=files),
            client.post("/api/cases", headers={"Idempotency-Key": b"\0"}, files=files),
            client.get("/api/cases/%00"),
        ]
        assert {answer.status_code for answer in answers} <= {403, 404, 422}
        app.state.database.close()
