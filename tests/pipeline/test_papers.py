"""Files of a case to look at: a page as a picture, drawn where strangers' files may be opened."""

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.papers import Easel, Paper
from pipeline.sandbox import Limits, PageNotShownError
from pipeline.storage.folder import FolderStorage
from tests.papers import pdf_of


@pytest.fixture(scope="module")
def easel():
    easel = Easel(Limits())
    yield easel
    easel.close()


@pytest.fixture
def storage(tmp_path):
    return FolderStorage(tmp_path / "files")


def paper(storage, key: str, data: bytes) -> Paper:
    storage.put(key, data)
    return Paper(name="a.pdf", key=key, page_count=1)


def test_a_page_is_drawn_with_its_boxes(easel, storage):
    """At the dots asked for; the outline where it was asked for, outside the words."""
    found = easel.draw(storage, paper(storage, "one", pdf_of("Member ID: U7320551801")), 1, 72, [(100, 200, 300, 220)])

    picture = np.asarray(Image.open(io.BytesIO(found)).convert("RGB")).astype(int)
    assert picture.shape == (792, 612, 3)
    amber = (picture[..., 0] > 180) & (picture[..., 2] < 90)
    rows, columns = np.nonzero(amber)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (98, 198, 302, 222)
    assert not amber[210, 200]  # nothing is painted over


@pytest.mark.parametrize("data", [b"%PDF-1.7 and nothing else", b"no PDF at all"])
def test_what_cannot_be_drawn_is_said_and_costs_no_other_page(easel, storage, data):
    with pytest.raises(PageNotShownError):
        easel.draw(storage, paper(storage, "bad", data), 1, 72)

    assert easel.draw(storage, paper(storage, "good", pdf_of("A page.")), 1, 72).startswith(b"\x89PNG")


def test_a_page_that_the_file_has_not_is_not_shown(easel, storage):
    with pytest.raises(PageNotShownError):
        easel.draw(storage, paper(storage, "short", pdf_of("A page.")), 7, 72)
