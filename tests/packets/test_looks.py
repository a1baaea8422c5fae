"""What the pages look like: held to pictures that a person has looked at (`make golden` renews them)."""

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter

from pipeline.packet import build_packet
from tests.pipeline.fixtures.lupus import TODAY, Files, lupus_case

REVIEWED = Path(__file__).parents[1] / "golden" / "packet"
SCALE = 0.75  # 54 dpi: words are legible enough to look at, and a shift by a point shows


def pictures(folder: Path) -> dict[str, Image.Image]:
    """Make the packet of the fixed case and draw every page of it, and of the sheets beside it."""
    build_packet(lupus_case(), Files().sources, folder, TODAY)
    drawn = {}
    for name in ("packet", "next-steps", "fax-cover"):
        for number, page in enumerate(pypdfium2.PdfDocument(folder / f"{name}.pdf"), start=1):
            drawn[f"{name}-{number:02d}.png"] = page.render(scale=SCALE, grayscale=True).to_pil()
    return drawn


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return pictures(tmp_path_factory.mktemp("looks") / "packet")


def differs(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ plainly, once both are blurred a little."""
    if one.size != other.size:
        return 1.0
    soft = (at.convert("L").filter(ImageFilter.GaussianBlur(1)) for at in (one, other))
    histogram = ImageChops.difference(*soft).histogram()
    return sum(histogram[48:]) / sum(histogram)


def test_every_page_looks_as_reviewed(drawn):
    """Letter, contents, checklist, exhibits with stamp and marks, next steps, fax cover."""
    assert sorted(path.name for path in REVIEWED.glob("*.png")) == sorted(drawn)
    for name, picture in drawn.items():
        with Image.open(REVIEWED / name) as reviewed:
            assert differs(picture, reviewed) < 0.002, name


def test_a_shifted_or_missing_stamp_would_show(drawn):
    """The tolerance forgives another anti-aliasing, not another page."""
    page = drawn["packet-07.png"]
    moved = ImageChops.offset(page, 3, 3)
    without = page.copy()
    without.paste(255, (int(page.width * 0.72), 0, page.width, int(page.height * 0.05)))

    assert differs(page, moved) > 0.002
    assert differs(page, without) > 0.002
