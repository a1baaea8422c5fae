"""The deadlines of a case as a calendar file (RFC 5545): a whole-day event on the day to file by."""

from datetime import date, timedelta

from pipeline.case import CaseDocument, DeadlineOut

_ALARM_DAYS = 7


def calendar_of(case: CaseDocument, today: date) -> bytes:
    """Return the .ics file. It names the case by number only: calendars are shared more widely than charts."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rebut//appeal deadlines//EN", "CALSCALE:GREGORIAN"]
    for number, deadline in enumerate(case.deadlines, start=1):
        lines += _event(case.case, number, deadline, today)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(case_id: str, number: int, deadline: DeadlineOut, today: date) -> list[str]:
    day = date.fromisoformat(deadline.file_by or deadline.last_day)
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(case_id)}-{number}@rebut",
        f"DTSTAMP:{today:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'File {deadline.what}, case {case_id}')}",
        f"DESCRIPTION:{_escaped(f'Last day {deadline.last_day} ({deadline.basis}). {deadline.explanation}')}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(f'File {deadline.what} in {_ALARM_DAYS} days')}",
        f"TRIGGER:-P{_ALARM_DAYS}D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Part a line at 73 octets; what follows begins with a space. Characters are never split."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > 73:
            parts.append(current)
            current = " "
        current += character
    return [*parts, current]
