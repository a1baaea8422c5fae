import pytest

from extractors.policy.markers import marker_of


@pytest.mark.parametrize(
    ("text", "core", "kind", "value"),
    [
        ("1. Rheumatoid arthritis", "1", "digit", 1),
        ("A) Initial therapy", "A", "upper", 1),
        ("iv. Patient", "iv", "roman", 4),
        ("IX. Appendix", "IX", "ROMAN", 9),
        ("(2) More than one event", "2", "digit", 2),
        ("d) Patient", "d", "lower", 4),
        ("1.2.3 Member", "1.2.3", "path", 3),
        ("• Member", "•", "bullet", 0),
        ("o Member", "o", "bullet", 0),
        ("A)Patient", "A", "upper", 1),
        ("ll. Patient", "ll", "roman", 2),  # as OCR reads ii
    ],
)
def test_a_marker_is_read_as_printed(text, core, kind, value):
    """Every style of marker that payers use has a reading."""
    marker = marker_of(text)

    assert marker is not None
    assert marker.core == core
    assert (kind, value) in [(reading.kind, reading.value) for reading in marker.readings]


@pytest.mark.parametrize("text", ["i and v are letters", "e.g. methotrexate", "2.5 mg daily", "AND", "18 years"])
def test_running_text_has_no_marker(text):
    """A number or letter that opens a wrapped line is text."""
    assert marker_of(text) is None


def test_a_letter_that_is_also_a_numeral_has_both_readings():
    """Only the list it stands in can tell i the ninth letter from i the first numeral."""
    readings = {(reading.kind, reading.value) for reading in marker_of("i. Patient").readings}

    assert {("roman", 1), ("lower", 9)} <= readings
