"""Dates as US payers and clinics print them, found in running text.

Six styles: March 4, 2026; 4 March 2026; 12 Jun 2026; 03/04/2026, 3/4/26; 10-21-2026;
2026-03-04; and Spanish "4 de marzo de 2026". Month before day in numbers, as in US print.
What OCR confuses (O/0, l/1, S/5) is put right only where one valid date comes of it.
Imports the standard library and rapidfuzz only.
"""

import datetime as dt
import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from extractors import lore


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A date in a text: characters start..end (exclusive) hold it."""

    start: int
    end: int
    day: dt.date
    text: str  # as printed
    repaired: bool = False  # a misread character was put right
    short_year: bool = False  # printed with two digits of the year


_ENGLISH = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SPANISH = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
_MONTHS = {name: number for names in (_ENGLISH, _SPANISH) for number, name in enumerate(names, start=1)}
_MONTHS |= {name[:3]: number for number, name in enumerate(_ENGLISH, start=1)}
_MONTHS |= {"sept": 9, "setiembre": 9}

# What a scanner makes of a digit; a candidate needs at least four true digits to count.
_MISREAD = str.maketrans({"O": "0", "o": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "S": "5", "s": "5", "B": "8"})
_D = r"[0-9OoQIl|SsB]"

# "03/04/2026", "3/4/26", "10-21-2026", "10.21.2026"; two-digit years only with slashes: 12-34-56 is an id.
_NUMERIC = lore.regex(
    rf"(?<![\w/.\-])(?P<month>{_D}{{1,2}}) ?(?P<sep>[/.\-]) ?(?P<day>{_D}{{1,2}}) ?(?P=sep) ?(?P<year>{_D}{{4}}"
    rf"|{_D}{{2}})"
    r"(?![\w/]|-\d)"
)
_ISO = lore.regex(rf"(?<![\w/.\-])(?P<year>[12][0-9O]{_D}{{2}})-(?P<month>{_D}{{2}})-(?P<day>{_D}{{2}})(?![\w/]|-\d)")
# "March 4, 2026", "Sept. 3, 2026", "March 4th 2026"; OCR may lose the comma or print it as a period
_MONTH_FIRST = lore.regex(
    rf"(?<!\w)(?P<month>[A-Za-z0][A-Za-z0-9]{{2,9}})\.? ?(?P<day>{_D}{{1,2}})(?:st|nd|rd|th)?\s?[,.]? "
    rf"?(?P<year>{_D}{{4}})(?!\w)"
)
# "4 March 2026", "12 Jun 2026", "4 de marzo de 2026", "4th of March, 2026"
_DAY_FIRST = lore.regex(
    rf"(?<![\w/.\-])(?P<day>{_D}{{1,2}})(?:st|nd|rd|th)?[ -](?:of |de "
    rf")?(?P<month>[A-Za-z0][A-Za-z0-9]{{2,9}})\.?,?[ -](?:de )?"
    rf"(?P<year>{_D}{{4}})(?!\w)"
)
_EARLIEST, _LATEST = 1900, 2100


def find_dates(text: str, not_after: dt.date | None = None) -> list[DateMention]:
    """Return every valid date in reading order.

    `not_after` decides two-digit years: a birth date of 5/19/62 in a letter of 2026 is 1962.
    Without it they count from 2000.
    """
    found: list[DateMention] = []
    for pattern in (_ISO, _NUMERIC, _MONTH_FIRST, _DAY_FIRST):
        for match in pattern.finditer(text):
            if any(match.start() < at.end and at.start < match.end() for at in found):
                continue
            if mention := _mention(match, not_after):
                found.append(mention)
    return sorted(found, key=lambda at: at.start)


def parse_us_date(text: str, not_after: dt.date | None = None) -> dt.date | None:
    """Return the date that the text is, or None if it is not exactly one date."""
    found = find_dates(text.strip(), not_after)
    return found[0].day if len(found) == 1 else None


def _mention(match: re.Match[str], not_after: dt.date | None) -> DateMention | None:
    month, month_repaired = _month_of(match["month"])
    if month is None or sum(char.isdigit() for char in match[0]) < (4 if match["month"][:1].isdigit() else 3):
        return None
    day, year = match["day"].translate(_MISREAD), match["year"].translate(_MISREAD)
    if not (day.isdigit() and year.isdigit()):
        return None
    short = len(year) == 2
    if short and match.groupdict().get("sep") != "/":
        return None
    whole_year = _whole_year(int(year), month, int(day), not_after) if short else int(year)
    try:
        value = dt.date(whole_year, month, int(day))
    except ValueError:
        return None
    if not _EARLIEST <= value.year < _LATEST:
        return None
    repaired = month_repaired or day != match["day"] or year != match["year"]
    return DateMention(
        start=match.start(), end=match.end(), day=value, text=match[0], repaired=repaired, short_year=short
    )


def _month_of(printed: str) -> tuple[int | None, bool]:
    """Return the month and whether a misread character was put right."""
    if printed.isdigit():
        number = int(printed)
        return (number, False) if 1 <= number <= 12 else (None, False)
    name = printed.lower()
    if name in _MONTHS:
        return _MONTHS[name], False
    digits = printed.translate(_MISREAD)
    if digits.isdigit():
        return (int(digits), True) if 1 <= int(digits) <= 12 else (None, False)
    if len(name) < 5:
        return None, False
    near = {
        _MONTHS[full] for full in _ENGLISH if Levenshtein.distance(name.replace("0", "o"), full, score_cutoff=1) <= 1
    }
    return (near.pop(), True) if len(near) == 1 else (None, False)


def _whole_year(short: int, month: int, day: int, not_after: dt.date | None) -> int:
    year = 2000 + short
    if not_after and (year, month, day) > (not_after.year, not_after.month, not_after.day):
        year -= 100
    return year
