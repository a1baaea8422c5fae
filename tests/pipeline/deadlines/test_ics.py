from pipeline.deadlines import calendar_of
from tests.pipeline.fixtures.lupus import TODAY, lupus_case


def test_the_calendar_has_the_day_to_file_by():
    """People act on the working day, not on the Saturday of the rule; no name of a patient is in it."""
    text = calendar_of(lupus_case(), TODAY).decode()

    assert "DTSTART;VALUE=DATE:20270430" in text
    assert "DTEND;VALUE=DATE:20270501" in text
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "Brannigan" not in text


def test_long_lines_are_folded_and_come_back_whole():
    """RFC 5545 3.1: at most 75 octets a line; commas and semicolons are escaped."""
    case = lupus_case()
    explanation = "Sixty days; from receipt, or – if later – from the notice. " * 8
    deadline = case.deadlines[0].model_copy(update={"explanation": explanation})
    data = calendar_of(case.model_copy(update={"deadlines": [deadline]}), TODAY)

    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    unfolded = data.decode().replace("\r\n ", "")
    assert explanation.replace(";", "\\;").replace(",", "\\,") in unfolded
    assert "\r\nBEGIN:VALARM\r\n" in unfolded
