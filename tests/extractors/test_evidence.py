import pytest

from extractors.evidence import IDENTITY, Box, Page, enclose
from tests.pages import line_of, page_of, pages_of


def test_a_citation_encloses_the_words_and_not_the_whole_line():
    """A reviewer who looks into the box sees the value, not its neighbours."""
    page = page_of("Member ID: U61840273 02 Group: 3345502")
    line = page.lines[0]

    found = page.cite(line, "U61840273 02", "U6184027302")

    box = found.evidence[0].bbox
    assert box.x0 == line.words[2].box.x0
    assert box.x1 == line.words[3].box.x1
    assert found.evidence[0].text == "U61840273 02"


def test_a_value_is_never_surer_than_its_worst_word():
    """OCR that doubts a word makes the value doubtful too."""
    page = page_of("Case ID: CR2609 441827", confidence=0.71)

    assert page.cite(page.lines[0], "CR2609", "CR2609", confidence=0.98).confidence == 0.71


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        (IDENTITY, [10.0, 20.0, 30.0, 25.0]),
        ((0.0, 1.0, -1.0, 0.0, 612.0, 0.0), [587.0, 10.0, 592.0, 30.0]),  # content that lies on its side
        ((-1.0, 0.0, 0.0, -1.0, 612.0, 792.0), [582.0, 767.0, 602.0, 772.0]),  # upside down
    ],
)
def test_boxes_point_to_the_page_as_shown(matrix, shown):
    """However the page was turned to be read, the box stands where a viewer shows the words."""
    box = Box(x0=10.0, top=20.0, x1=30.0, bottom=25.0)

    assert box.moved_by(matrix).as_list() == shown


def test_cells_of_a_table_row_share_a_row():
    """A row that was parted into cells can be read as a row again, left to right."""
    page = page_of("Medication\tStart\tStop\nmethotrexate\t03/05/2024\t-")

    assert [[line.text for line in row] for row in page.rows] == [
        ["Medication", "Start", "Stop"],
        ["methotrexate", "03/05/2024", "-"],
    ]


def test_text_of_several_lines_is_cited_as_one_box():
    """A sentence that wraps is one citation around both its lines."""
    page = page_of("no prior authorization\nis on file")

    evidence = page.evidence(page.lines)

    assert evidence.text == "no prior authorization is on file"
    assert evidence.bbox == enclose(line.box for line in page.lines)


def test_pages_are_counted_from_one():
    """Page numbers are those a person counts in the file."""
    assert [page.number for page in pages_of("first\fsecond")] == [1, 2]
    assert isinstance(page_of("x"), Page)
    assert line_of("a b").words_at(2, 3)[0].text == "b"
