"""Photograph the pages of the browser at real work: `make pictures`.

Runs the three samples through `rebut up` and takes the pictures of docs/clinic-guide.md. Everybody in them is made up.
"""

import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.rebut.web.desk import FLAGS, PHONE, Desk, Running, desk_of, running_stack, send  # noqa: E402

SAMPLES = ROOT / "samples"
PICTURES = ROOT / "docs" / "pictures"
WINDOW = {"width": 1200, "height": 800}
CASES = ("lupus-anifrolumab", "ra-baricitinib", "migraine-step-therapy")
# The faces of the samples, so that the pictures are the same wherever they are taken.
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match><edit name="family" mode="append_last"><string>Liberation Sans</string></edit></match></fontconfig>"""


def main() -> int:
    """Write the pictures."""
    with (
        tempfile.TemporaryDirectory() as place,
        running_stack(Path(place) / "home") as stack,
        browser(place) as chromium,
    ):
        with desk_of(chromium, stack, "reviewer", "approver", "intake", viewport=WINDOW) as desk:
            photograph_upload(desk)
            photograph_list(desk, stack, Path(place))
            photograph_review(desk)
        options = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}
        with desk_of(chromium, stack, **options) as desk:
            photograph_telephone(desk)
    return 0


def photograph_upload(desk: Desk) -> None:
    page = desk.go("/new")
    page.get_by_label("Choose files").set_input_files(files_of(CASES[0]))
    keep(page, "web-upload", height=620)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/cases/*")
    page.locator(".steps .working").first.wait_for()
    page.locator("[data-step=read]").filter(has_text="33 pages").wait_for(timeout=60_000)
    time.sleep(8)  # some of them are read
    keep(page, "web-progress", height=560)


def photograph_list(desk: Desk, stack: Running, place: Path) -> None:
    first = desk.page.url
    for name in CASES[1:]:
        send(desk, files_of(name))
        expect(desk.page.locator("#findings")).to_be_visible(timeout=300_000)
    locked = place / "records from the hospital.pdf"
    with pikepdf.open(SAMPLES / CASES[0] / "denial.pdf") as letter:
        letter.save(locked, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    send(desk, [locked])
    expect(desk.page.get_by_role("alert")).to_be_visible(timeout=60_000)
    desk.page.goto(f"{stack.web}/errors")
    keep(desk.page, "web-errors", height=300)
    desk.page.goto(f"{stack.web}/cases?shelf=all")
    keep(desk.page, "web-cases", height=500)
    desk.page.goto(first)
    expect(desk.page.locator("#findings")).to_be_visible(timeout=300_000)


def photograph_review(desk: Desk) -> None:
    page = desk.page
    drawn(page)
    page.locator("#field-denial_date a.spot").click()
    drawn(page)
    keep(page, "web-review")
    dated = page.locator("#field-internal_appeal_deadline")
    dated.locator("summary").click()
    dated.locator("a.spot").first.click()
    drawn(page)
    dated.evaluate("row => scrollBy(0, row.getBoundingClientRect().top - 60)")
    keep(page, "web-correct")
    dated.locator("summary").click()
    leaf = page.locator("[id='criterion-1.A.iii.a']")
    leaf.locator(".proof a.spot").first.click()
    drawn(page)
    leaf.evaluate("row => scrollBy(0, row.getBoundingClientRect().top - 120)")
    keep(page, "web-criteria")
    page.locator(".pages").evaluate("row => scrollBy(0, row.getBoundingClientRect().top - 20)")
    keep(page, "web-pages")


def photograph_telephone(desk: Desk) -> None:
    page = desk.go("/cases?shelf=all")
    keep(page, "web-telephone-cases")
    page.get_by_role("link", name="Imogen Valderrama").click()
    page.locator("#findings").wait_for()
    keep(page, "web-telephone-case")
    page.locator("#field-member_id a.spot").tap()
    drawn(page)
    keep(page, "web-telephone-page")


def files_of(name: str) -> list[Path]:
    return [SAMPLES / name / f"{what}.pdf" for what in ("denial", "chart", "policy")]


def drawn(page: Page) -> None:
    page.locator("#paper-sheet:not([data-busy]) .sheet-frame").wait_for()
    page.mouse.move(0, 0)
    time.sleep(0.3)


def keep(page: Page, name: str, height: int | None = None) -> None:
    """Store what the window shows, or the upper part of it, as a small PNG."""
    path = PICTURES / f"{name}.png"
    size = page.viewport_size or WINDOW
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(height or size["height"], size["height"])}
    page.screenshot(path=path, clip=clip)
    with Image.open(path) as shot:
        shot.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


@contextmanager
def browser(place: str):
    """Chromium with the faces of the samples."""
    fonts = Path(place) / "fonts.conf"
    fonts.write_text(_FONTS.format(fonts=SAMPLES / "fonts", cache=Path(place) / "fontcache"))
    with sync_playwright() as play:
        program = next(at for at in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(at).exists())
        chromium = play.chromium.launch(
            executable_path=program, args=list(FLAGS), env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
        )
        yield chromium
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
