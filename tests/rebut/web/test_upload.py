"""Sending files from a browser."""

import pytest
from playwright.sync_api import expect

from tests.rebut.web.desk import PHONE, desk_of, papers, send, serious_issues

pytestmark = pytest.mark.slow


def test_files_are_sent_and_watched_to_the_end(desk, tmp_path):
    """Chosen, sent, and each stage seen; the page turns into the result by itself."""
    page = desk.go("/new")
    assert not serious_issues(page)

    page.get_by_label("Choose files").set_input_files(papers(tmp_path))
    expect(page.get_by_role("status")).to_contain_text("3 files")
    page.get_by_role("button", name="Send").click()

    page.wait_for_url("**/cases/*")
    assert not serious_issues(page)


def test_the_same_files_are_told_not_doubled(desk, tmp_path):
    """A second letter of the same scan would go to the payer twice: said, linked, and made only when asked for."""
    files = papers(tmp_path, "Twice over.\n")
    first = send(desk, files)

    page = desk.go("/new")
    page.get_by_label("Choose files").set_input_files(files)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("already in a case")
    page.get_by_role("link", name="Open that case").click()
    assert page.url.endswith(first)
    desk.complaints.clear()  # the browser notes the 409 it was answered


def test_what_cannot_be_used_is_said_at_once(desk, tmp_path):
    """By its bytes, not its name; the other files stay chosen, so taking it away mends it."""
    bad = tmp_path / "visit.pdf"
    bad.write_bytes(b"PK\x03\x04 a Word file")
    (good,) = papers(tmp_path, "Not used yet.\n")[:1]

    page = desk.go("/new")
    page.get_by_label("Choose files").set_input_files([good, bad])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("visit.pdf is not a PDF")
    assert not serious_issues(page)
    page.get_by_role("button", name="Remove visit.pdf").click()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/cases/*")
    desk.complaints.clear()


def test_without_script_a_plain_form_does_it(browser, stack, tmp_path):
    """Sent, followed by reloads, and told of a duplicate, on a telephone."""
    with desk_of(browser, stack, java_script_enabled=False, viewport=PHONE) as desk:
        page = desk.go("/new")
        files = papers(tmp_path, "By plain form.\n")
        page.get_by_label("Choose files").set_input_files(files)
        page.get_by_role("button", name="Send").click()
        page.wait_for_url("**/cases/*")

        page = desk.go("/new")
        page.get_by_label("Choose files").set_input_files(files)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="These files are already here")).to_be_visible()
        desk.complaints.clear()


def test_photos_of_one_name_are_kept_apart(desk, tmp_path):
    """A telephone calls every photo image.jpg."""
    from PIL import Image

    page = desk.go("/new")
    data = []
    for shade in (250, 240):
        Image.new("L", (600, 800), shade).save(tmp_path / "image.jpg", dpi=(100, 100))
        data.append({"name": "image.jpg", "mimeType": "image/jpeg", "buffer": (tmp_path / "image.jpg").read_bytes()})
        data[-1]["buffer"] += b"\0" * len(data)  # of different sizes, as two photos are
    page.get_by_label("Choose files").set_input_files(data)
    page.get_by_role("button", name="Send").click()

    page.wait_for_url("**/cases/*")
    expect(page.get_by_role("listitem").filter(has_text="image (2).jpg")).to_be_visible()
