"""A desk for tests: the running stack, a browser before it, and papers to send, all fictional."""

import itertools
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import update

from pipeline.accounts import SYSTEM
from pipeline.accounts.people import make_person
from pipeline.accounts.sessions import start_session
from pipeline.database import open_database
from pipeline.tables import person
from tests.papers import CHART, DARNELL, DENIAL, MARISOL, POLICY, pdf_of

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parent / "axe" / "axe.min.js"
expect.set_options(timeout=15_000)


@dataclass(slots=True)
class Running:
    """`rebut up` with one worker."""

    process: subprocess.Popen
    told: dict[str, Any]
    folder: Path

    @property
    def web(self) -> str:
        return self.told["web"]


@contextmanager
def running_stack(folder: Path) -> Iterator[Running]:
    """Run the stack on a folder of its own."""
    command = [sys.executable, "-m", "rebut", "up", "--dir", str(folder), "--json", "--port", "0", "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield Running(process, json.loads(line), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run the distribution's Chromium without a screen."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is not installed: run infra/setup.sh dev."
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Desk:
    """A page of the browser, signed in, with what it complained about and where it went."""

    page: Page
    web: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # addresses that are not ours

    def listen(self) -> "Desk":
        self.page.on("console", lambda at: at.type in ("error", "warning") and self.complaints.append(at.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._seen)
        return self

    def _seen(self, request: Any) -> None:
        if not request.url.startswith((self.web, "data:", "blob:")):
            self.strangers.append(request.url)

    def go(self, path: str) -> Page:
        self.page.goto(self.web + path)
        return self.page


@contextmanager
def desk_of(browser: Browser, stack: Running, *roles: str, **options: Any) -> Iterator[Desk]:
    """Open a window as a new person, and hold what it says at the end: no complaint, no request to a stranger."""
    context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
    context.add_cookies([{"name": "rebut", "value": session_of(stack, *roles), "url": stack.web}])
    desk = Desk(context.new_page(), stack.web).listen()
    try:
        yield desk
        assert desk.complaints == [], desk.complaints
        assert desk.strangers == [], desk.strangers
    finally:
        context.close()


_numbers = itertools.count(1)


def session_of(stack: Running, *roles: str) -> str:
    """Return the cookie of a new person with these roles, past password and second factor; signin tests type them."""
    database, now = open_database(f"sqlite:///{stack.folder}/rebut.db"), time.time()
    try:
        with database.write() as connection:
            name = f"desk{next(_numbers)}"
            person_id, _ = make_person(connection, SYSTEM, now, name, roles or ("reviewer", "approver"), "main")
            whole = {"must_change": False, "totp_on": True, "name": "Ottoline Brandt"}
            connection.execute(update(person).where(person.c.id == person_id).values(whole))
            return start_session(connection, person_id, now, second=True)
    finally:
        database.close()


def serious_issues(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical on the page as it is."""
    page.evaluate(AXE.read_text())  # not as a script of the page: its own policy would refuse it
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{at['id']}: {node['target']} {node['failureSummary']}"
        for at in found["violations"]
        if at["impact"] in ("serious", "critical")
        for node in at["nodes"][:3]
    ]


def papers(folder: Path, extra: str = "") -> list[Path]:
    """Write one patient's denial, chart with a page of somebody else, and policy."""
    chart = [CHART.format(**MARISOL) + extra, CHART.format(**DARNELL)]
    found = {
        "denial.pdf": pdf_of(DENIAL.format(**MARISOL) + extra),
        "chart.pdf": pdf_of(*chart),
        "policy.pdf": pdf_of(POLICY),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in found.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in found]


def send(desk: Desk, files: list[Path]) -> str:
    """Send the files; returns the path of their case."""
    page = desk.go("/new")
    page.get_by_label("Choose files").set_input_files(files)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/cases/*")
    return "/cases/" + page.url.rpartition("/")[2]


def ink_in(page: Page) -> list[float]:
    """Return the edges of what is drawn dark on the canvas, in the coordinates of the boxes over it."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector('.sheet-frame canvas');
            const over = document.querySelector('.sheet-frame svg').viewBox.baseVal;
            const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let [x0, y0, x1, y1] = [width, height, 0, 0];
            for (let y = 0; y < height; y++) for (let x = 0; x < width; x++)
                if (data[4 * (y * width + x)] < 128) {
                    x0 = Math.min(x0, x); x1 = Math.max(x1, x + 1); y0 = Math.min(y0, y); y1 = Math.max(y1, y + 1);
                }
            const [across, down] = [over.width / width, over.height / height];
            return [x0 * across, y0 * down, x1 * across, y1 * down];
        }"""
    )
