import pytest

from pipeline.packet.placing import place
from pipeline.packet.stamps import BOTTOM, LEFT, RIGHT, TOP, text_width

# A corner of the page in its own space, and where a viewer shows it (origin top left) for each /Rotate.
CROP = (20.0, 30.0, 320.0, 430.0)  # 300 wide, 400 high, not at the origin
OWN = (50.0, 400.0)  # 30 from the left, 30 below the top
SHOWN = {0: (30, 30), 90: (370, 30), 180: (270, 370), 270: (30, 270)}


@pytest.mark.parametrize("upright", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_word_and_its_mark_land_on_the_same_spot(turn, upright):
    """Whatever /Rotate and crop box say, and however the sheet was fed, the frame stands where the words are."""
    placing = place(CROP, turn, upright)
    a, b, c, d, e, f = placing.matrix
    x, y = a * OWN[0] + c * OWN[1] + e, b * OWN[0] + d * OWN[1] + f

    mark = placing.shown([*SHOWN[turn], *SHOWN[turn]])

    assert (x, placing.height - y) == pytest.approx((mark.x0, mark.top))


@pytest.mark.parametrize(
    "size", [(612, 792), (595, 842), (792, 612), (1700, 2200), (300, 400), (612, 1008), (2000, 100)]
)
@pytest.mark.parametrize("turn", [0, 90])
def test_the_page_stays_off_the_stamps(size, turn):
    """Letter, A4, landscape, huge scan, small card, legal, a strip: all within the frame, never enlarged."""
    placing = place((0, 0, *size), turn)
    wide, high = size if turn == 0 else size[::-1]

    corner = placing.shown([wide, high, wide, high])
    assert placing.left >= LEFT - 1e-6
    assert placing.top >= TOP - 1e-6
    assert corner.x1 <= placing.width - RIGHT + 1e-6
    assert corner.bottom <= placing.height - BOTTOM + 1e-6
    assert placing.scale <= 1.0


def test_a_box_that_leaves_the_page_is_cut_to_it():
    """A frame never runs over a stamp."""
    placing = place((0, 0, 612, 792), 0)

    box = placing.shown([-50, -50, 9999, 9999])

    assert box.top == pytest.approx(placing.top)
    assert box.x1 <= placing.width - RIGHT + 1e-6


def test_stamps_know_their_own_width():
    """Helvetica-Bold as Adobe measures it."""
    assert text_width("Exhibit 3 - page 2 of 4", 10) == pytest.approx(102.8, abs=0.1)


def test_a_page_without_a_size_is_shown_on_a_letter_sheet():
    """A damaged page among good ones costs no packet."""
    import pikepdf

    from pipeline.packet.assemble import _crop

    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].obj["/MediaBox"] = pikepdf.Array([0, 0, 0, 0])
        crop = _crop(pdf.pages[0])

    assert crop == (0, 0, 612, 792)
    assert place(crop, 0).scale > 0
