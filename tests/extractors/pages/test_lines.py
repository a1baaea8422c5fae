"""Words become lines and lines are read in the order a person reads them."""

import pytest

from extractors.evidence import Box, Word
from extractors.pages.lines import build_lines

SIZE = 11.0  # points of the type; half of it is the mean width of a character


def _words(text: str, left: float, top: float, space: float = 3.0) -> list[Word]:
    words, x = [], left
    for token in text.split(" "):
        if token:
            box = Box(x0=x, top=top, x1=x + len(token) * SIZE / 2, bottom=top + SIZE)
            words.append(Word(text=token, box=box))
            x = box.x1
        x += space
    return words


def _page(*placed: tuple[str, float, float], space: float = 3.0) -> list[str]:
    words = [word for text, left, top in placed for word in _words(text, left, top, space)]
    return [line.text for line in build_lines(words, ink=False)]


def _column(left: float, top: float, leading: float, *texts: str) -> list[tuple[str, float, float]]:
    return [(text, left, top + leading * row) for row, text in enumerate(texts)]


@pytest.mark.parametrize("space", [2.5, 4.0, 6.0])
def test_prose_stays_whole(space):
    """Justified lines have wide spaces; they are spaces all the same."""
    text = "We cannot approve the request of your doctor"

    assert _page((text, 72, 100), (text, 72, 114), (text, 72, 128), space=space) == [text] * 3


def test_two_spaces_before_a_zip_code_are_no_column():
    """The address of an appeal is one line."""
    words = [*_words("Chattanooga, TN", 72, 100), *_words("37422", 72 + 15 * SIZE / 2 + 6, 100)]

    assert [line.text for line in build_lines(words, ink=False)] == ["Chattanooga, TN 37422"]


def test_label_and_value_are_lines_of_their_own_on_one_row():
    """Even the longest label, whose value follows closely, since the values line up."""
    labels = _column(60, 100, 16, "Member", "Member ID", "Service reference", "Group")
    values = _column(162, 100, 16, "Darnell Wroblewski", "940 117 266", "A226418809", "0914435")

    rows = _page(*labels, *values)

    assert rows[:4] == ["Member", "Darnell Wroblewski", "Member ID", "940 117 266"]
    assert "Service reference" in rows
    assert "A226418809" in rows


def test_a_table_is_read_row_by_row():
    """A wrapped cell does not turn the table into columns of prose."""
    table = [
        *_column(60, 100, 30, "hydroxychloroquine", "azathioprine", "mycophenolate", "prednisone", "sumatriptan"),
        *_column(200, 100, 30, "02/06/2023", "05/10/2024", "03/03/2025", "06/01/2024", "01/01/2015"),
    ]
    for row in range(5):
        table += [("Stopped because the response was", 300, 100 + 30 * row), ("not enough", 300, 114 + 30 * row)]

    lines = _page(*table)

    assert lines[:4] == ["hydroxychloroquine", "02/06/2023", "Stopped because the response was", "not enough"]


def test_columns_of_prose_are_read_one_after_the_other():
    """Across the gutter two sentences would run into one."""
    left = [f"the left column says on line {n} that it goes on" for n in range(8)]
    right = [f"the right column says on line {n} that it goes on" for n in range(8)]

    lines = _page(*_column(40, 100, 14, *left), *_column(330, 100, 14, *right), ("A heading over both of them", 40, 70))

    assert lines == ["A heading over both of them", *left, *right]


def test_a_narrow_column_of_facts_beside_the_letter_is_read_first():
    """Labels stand above their values there, so it must not be mixed with the letter's lines."""
    facts = ["Notice date", "11/03/2026", "Customer", "Rosalind Achterberg", "Customer ID", "U40991276 03"]
    letter = [
        "This medicine can be covered only after a review your",
        "doctor starts. We have no prior authorization request",
        "on file for this drug. The pharmacy sent us the claim",
        "on the day it was filled and without any such request.",
        "The rule is in your policy under prescription benefits",
        "and in the list of drugs that need an authorization.",
    ]

    lines = _page(*_column(54, 100, 19.3, *facts), *_column(250, 104, 14.7, *letter))

    assert lines == [*facts, *letter]


def test_a_ruling_line_parts_cells_and_is_not_read():
    """The engine reads a ruling as a bar; the bar goes, the border stays."""
    bar = Word(text="|", box=Box(x0=118.5, top=96, x1=119.5, bottom=115), confidence=0.4)
    words = [*_words("Sodium", 82, 100), bar, *_words("141", 124, 100)]

    assert [line.text for line in build_lines(words, ink=True)] == ["Sodium", "141"]


def test_specks_go_and_signs_stay():
    """Dirt read as a dot is dropped; a comparison is a fact."""
    speck = Word(text=".", box=Box(x0=300, top=106, x1=301, bottom=107), confidence=0.5)
    words = [*_words("PASI ≥ 10 and BSA > 10%", 72, 100), speck]

    assert [line.text for line in build_lines(words, ink=True)] == ["PASI ≥ 10 and BSA > 10%"]


def test_nothing_makes_no_lines():
    """An empty page is an empty tuple, not an error."""
    assert build_lines([], ink=True) == ()


def test_a_small_word_in_the_box_of_its_whole_line_stays_in_that_line():
    """Tesseract gives a lone "a" now and then a box from ascender to descender; its foot is no baseline."""

    def ink(text: str, x0: float, top: float, x1: float, bottom: float) -> Word:
        return Word(text=text, box=Box(x0=x0, top=top, x1=x1, bottom=bottom), confidence=0.96)

    read = [
        ink("requires", 70.0, 254.0, 108.0, 261.8),
        ink("a", 111.1, 252.0, 114.7, 262.8),
        ink("trial", 118.0, 253.0, 136.0, 259.9),
    ]
    assert [line.text for line in build_lines(read, ink=True)] == ["requires a trial"]


@pytest.mark.parametrize("alone", ["5", "at", "12"])
def test_a_word_with_the_box_of_its_whole_line_stays_in_its_row(alone):
    """The engine gives short words such a box now and then; "a score of 5" must not lose its number to another line."""
    rows = []
    for row, text in enumerate((f"The score fell from {alone} to two", "after the course of treatment")):
        for word in _words(text, 72, 100 + 13 * row):
            box = word.box  # of the ink: from the top of capitals to the line
            whole = word.text == alone
            rows.append(
                Word(
                    text=word.text,
                    box=Box(x0=box.x0, top=box.top, x1=box.x1, bottom=box.top + (1.32 if whole else 0.75) * SIZE),
                    confidence=0.96,
                )
            )

    lines = [line.text for line in build_lines(rows, ink=True)]

    assert lines == [f"The score fell from {alone} to two", "after the course of treatment"]
