"""A case at the desk: values and their place on the page, decisions, and the packet that comes of them."""

import io
import json

import pikepdf
import pypdfium2 as pdfium
import pytest
from playwright.sync_api import expect

from extractors.evidence import Box
from extractors.pages.frame import shown_of_user
from tests.rebut.web.desk import PHONE, Desk, desk_of, ink_in, papers, send, serious_issues

pytestmark = pytest.mark.slow

MARK = (150.0, 620.0, 260.0, 650.0)  # left, bottom, right, top of what stands on each page, user space
ROTATIONS = (0, 90, 180, 270)


def turned_pages() -> bytes:
    """A page for each rotation, its crop box away from its origin, with one black bar on it."""
    with pikepdf.new() as made:
        for turn in ROTATIONS:
            made.add_blank_page(page_size=(700, 900))
            page = made.pages[-1]
            page.CropBox = pikepdf.Array([40, 60, 652, 852])
            page.Rotate = turn
            left, bottom, right, top = MARK
            page.contents_add(f"0 g {left} {bottom} {right - left} {top - bottom} re f".encode())
        kept = io.BytesIO()
        made.save(kept)
    return kept.getvalue()


@pytest.fixture(scope="module")
def case(browser, stack, tmp_path_factory) -> str:
    """A case that was worked on, with a file of turned pages."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "turned.pdf").write_bytes(turned_pages())
    with desk_of(browser, stack) as desk:
        path = send(desk, [*papers(folder, "For the review.\n"), folder / "turned.pdf"])
        expect(desk.page.get_by_role("heading", name="Marisol Ketterman")).to_be_visible(timeout=60_000)
    return path


def drawn(desk: Desk):
    sheet = desk.page.locator("#paper-sheet:not([data-busy]) .sheet-frame")
    sheet.wait_for()
    return sheet


def settled(desk: Desk) -> None:
    """Wait until the packet was made again."""
    expect(desk.page.locator(".working")).to_have_count(0, timeout=40_000)


def test_a_person_settles_a_case_from_upload_to_the_final_packet(desk, tmp_path):
    """Sends, watches, corrects a date, overrules a criterion, leaves a page out, approves, downloads."""
    send(desk, papers(tmp_path, "From end to end.\n"))
    page = desk.page
    expect(page.get_by_role("heading", name="Marisol Ketterman")).to_be_visible(timeout=60_000)

    dated = page.locator("#field-denial_date")
    dated.locator("summary").click()
    dated.get_by_role("textbox", name="Date of the denial").fill("2026-03-05")
    dated.get_by_role("button", name="Save the correction").click()
    expect(dated).to_contain_text("being worked in")

    leaf = page.locator(".leaf").last
    before = leaf.locator(".status").inner_text()
    leaf.locator("summary").click()
    leaf.get_by_label("unclear" if before != "unclear" else "not met").check()
    leaf.get_by_label("Reason").fill("The note is not signed by a rheumatologist.")
    leaf.get_by_role("button", name="Overrule").click()
    expect(leaf).to_contain_text("being worked in")
    page.get_by_text("Leave a page out").click()
    form = page.locator("#leave-out")
    form.get_by_label("File").select_option("chart.pdf")
    form.get_by_label("Page").fill("2")
    form.get_by_label("Why").select_option("irrelevant")
    form.get_by_role("button", name="Leave it out").click()
    settled(desk)
    expect(dated.locator(".value")).to_contain_text("Mar 5, 2026")
    expect(dated.locator(".value")).to_contain_text("settled by a reviewer")
    expect(page.locator(".leaf").last).to_contain_text("settled by a reviewer")
    expect(page.locator(".left-out")).to_contain_text("chart.pdf p. 2 not needed")
    expect(page.locator(".log")).to_contain_text("Ottoline Brandt")

    with page.expect_download() as waited:
        page.get_by_role("link", name="Download the draft packet").click()
    with pikepdf.open(waited.value.path()) as packet:
        assert len(packet.pages) > 3
    while page.locator(".open button").count():
        page.locator(".open button").first.click()
        settled(desk)
    page.get_by_role("button", name="Approve the packet").click()
    expect(page.get_by_text("Approved")).to_be_visible(timeout=40_000)
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download the final packet").click()
    assert waited.value.suggested_filename == "packet.pdf"
    assert not serious_issues(page)


def test_a_value_is_shown_where_it_stands(desk, case):
    """A click shows its page and outlines the words; who hears the page is told them too."""
    page = desk.go(case)
    page.locator("#field-member_id a.spot").click()
    sheet = drawn(desk)

    expect(page.get_by_role("heading", name="denial.pdf, page 1 of 1")).to_be_visible()
    expect(page.locator("#paper-said")).to_contain_text("U7320551801")
    assert sheet.locator("rect").count() == 1
    expect(page.get_by_role("img", name="outlined: U7320551801")).to_be_visible()

    page.locator(".proof a.spot").first.click()
    expect(page.locator("#paper-name")).to_contain_text("chart.pdf")


@pytest.mark.parametrize("number", range(1, len(ROTATIONS) + 1), ids=[f"rotated {turn}" for turn in ROTATIONS])
def test_boxes_sit_right_on_turned_and_cropped_pages(desk, case, number):
    """What the reader calls a place is that place on the canvas, and on the picture without script."""
    left, bottom, right, top = MARK
    with pdfium.PdfDocument(turned_pages()) as opened:
        matrix = shown_of_user(opened[number - 1])
    box = Box(x0=left, top=bottom, x1=right, bottom=top).moved_by(matrix).as_list()
    told = ",".join(map(str, box))

    page = desk.go(f"{case}?file=3&page={number}&box={told}")
    drawn(desk)
    assert ink_in(page) == pytest.approx(box, abs=1.5)

    answer = page.request.get(f"{desk.web}{case}/files/3/{number}.png?box={told}")
    found = outlined_in(answer.body())
    assert found == pytest.approx([box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2], abs=2)


def outlined_in(png: bytes) -> list[float]:
    """Return the edges of the outline on a picture, in points."""
    import numpy as np
    from PIL import Image

    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    amber = (picture[..., 0] > 180) & (picture[..., 2] < 90)
    rows, columns = np.nonzero(amber)
    points = 72 / 110
    return [edge * points for edge in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]


def test_the_keyboard_alone_does_it(desk, case):
    """From the value to its page, to its correction and back, with Tab, Enter and typing."""
    page = desk.go(case)
    drawn(desk)
    page.locator("#field-patient_name a.spot").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#paper-said")).to_contain_text("Marisol")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("Marisol A. Ketterman")
    page.keyboard.press("Enter")
    settled(desk)

    expect(page.locator("#field-patient_name .value")).to_contain_text("Marisol A. Ketterman")
    assert page.evaluate("document.activeElement.closest('.field')?.id") == "field-patient_name"


@pytest.mark.parametrize(("viewport", "scheme"), [(None, "light"), (PHONE, "dark")], ids=["desktop", "telephone"])
def test_every_page_can_be_used_by_everybody(browser, stack, case, scheme, viewport):
    """No serious issue for axe-core; nothing wider than the screen."""
    options = {"color_scheme": scheme} | ({"viewport": viewport} if viewport else {})
    with desk_of(browser, stack, **options) as desk:
        for path in ("/cases?shelf=all", "/errors", "/new", case):
            page = desk.go(path)
            if path == case and viewport is None:
                drawn(desk)
                for summary in page.locator("details.decide > summary").all()[:6]:
                    summary.click()
            assert not serious_issues(page), path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_proof_of_a_criterion_is_marked_on_the_page(desk, case):
    """A box dragged over the words goes along with the verdict, in points of the page as shown."""
    page = desk.go(f"{case}?file=1&page=1")
    drawn(desk)
    leaf = page.locator(".leaf").first
    leaf.locator("summary").click()
    leaf.get_by_role("button", name="Mark the proof on the page").click()
    over = page.locator(".sheet-frame svg").bounding_box()
    page.mouse.move(over["x"] + 60, over["y"] + 50)
    page.mouse.down()
    page.mouse.move(over["x"] + 260, over["y"] + 80)
    page.mouse.up()

    expect(leaf.get_by_text("chart.pdf p. 1 marked")).to_be_visible()
    told = json.loads(leaf.locator("[name=evidence]").input_value())
    scale = 612 / over["width"]
    assert (told["document"], told["page"]) == ("chart.pdf", 1)
    assert told["bbox"] == pytest.approx([60 * scale, 50 * scale, 260 * scale, 80 * scale], abs=1)


def test_a_search_narrows_the_list_while_it_is_typed(desk, case):
    """The patient's name finds the case, and stands in no address: those are kept in logs and histories."""
    page = desk.go("/cases?shelf=all")
    page.get_by_role("searchbox").press_sequentially("ketterman 12345", delay=5)
    expect(page.get_by_text("No case here with “ketterman 12345”")).to_be_visible()
    page.get_by_role("searchbox").fill("ketterman")
    expect(page.locator(f"a[href='{case}']")).to_contain_text("Ketterman")
    assert page.url.endswith("/cases?shelf=all")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator(".shelves").get_by_role("button", name="Failed").click()
    expect(page.get_by_text("No case here with “ketterman”")).to_be_visible()


def test_on_a_telephone_the_page_lies_over_the_findings(browser, stack, case):
    """Opened by a tap, left by a button or Escape; the reader is back where they were."""
    with desk_of(browser, stack, viewport=PHONE, has_touch=True) as desk:
        page = desk.go(case)
        link = page.locator("#field-payer a.spot")
        link.tap()
        drawn(desk)
        expect(page.get_by_role("button", name="Back to the findings")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#paper")).to_be_hidden()
        expect(link).to_be_focused()


def test_without_script_it_is_all_there(browser, stack, case):
    """The page is a picture with the value outlined; a form takes the decision, and the page says what goes on."""
    with desk_of(browser, stack, java_script_enabled=False) as desk:
        page = desk.go(case)
        page.locator("#field-member_id a.spot").click()
        expect(page.get_by_role("img", name="denial.pdf, page 1")).to_be_visible()
        field = page.locator("#field-member_id")
        field.locator("summary").click()
        field.get_by_role("textbox", name="Member ID").fill("U7320551802")
        field.get_by_role("button", name="Save the correction").click()
        expect(page.get_by_text("The packet is being made again")).to_be_visible()
