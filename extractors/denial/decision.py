"""When the payer decided: the date of the notice that the appeal clock starts from."""

import datetime as dt
import re

from extractors import lore
from extractors.dates import find_dates
from extractors.denial.fields import StatedDeadline
from extractors.denial.labels import Labelled, values_of
from extractors.denial.reading import Letter, Place, Span
from extractors.evidence import Finding

# From the surest to the least: a notice's own date, then the day it was mailed, then the day it was worked on.
_RANKS = ("notice_date", "statement_date", "mailed_date", "decision_date", "processed_date")
# Said without a colon, these still are labels. The day a letter was written comes after the day it decides on.
_BARE = {"written", "decided", "decided on", "determined on", "decision made on", "issued"}
_BY_ANCHOR = {
    "decision": "decision_date",
    "mailing": "mailed_date",
    "statement": "statement_date",
    "notice": "notice_date",
}
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?\.?,?\s+)"
_ALONE = lore.regex(rf"^\W*{_WEEKDAY}?$", re.IGNORECASE)
# A fax header or a footer carries dates of its own: "10/30/2026 14:02 FROM: ... P.001/002"
_MACHINE = lore.regex(
    r"\b\d{1,2}:\d{2}\b|\bp(?:age|g)?\.?\s?\d+\s?(?:/|of)\s?\d+|\bfrom:|\bto:|received|printed|rev(?:ised|\.)|form\b"
    r"|exp(?:ires|\.)|omb\b|effective|fax",
    re.IGNORECASE,
)


def find_notice_dates(letter: Letter, labels: list[Labelled]) -> list[tuple[str, Span, dt.date, bool]]:
    """Return every date the letter gives for itself: kind of label, where, the day, whether repaired.

    Kind "alone" is a date that stands by itself above the salutation.
    """
    found: list[tuple[str, Span, dt.date, bool]] = []

    def read(text: str, firm: bool) -> tuple[int, int, dt.date] | None:
        mentions = find_dates(text[:40])
        if mentions and not re.sub(r"\W", "", re.sub(_WEEKDAY, "", text[: mentions[0].start], flags=re.IGNORECASE)):
            return mentions[0].start, mentions[0].end, mentions[0].day
        return None

    for rank in _RANKS:
        for label, span, value in values_of(labels, letter, rank, read):
            printed = label.label.lower()
            if label.firm or rank in ("mailed_date", "processed_date") or printed in _BARE:
                found.append(("written_date" if printed == "written" else rank, span, value, False))  # type: ignore[arg-type]
    taken = {span.start for _, span, _, _ in found}
    found.extend(one for one in _said_of_itself(letter) if one[1].start not in taken)
    taken = {span.start for _, span, _, _ in found}
    salutation = re.search(r"\b(?:Dear|Hello|Hi|Estimad[oa])\s+[A-Z]", letter.text)
    above = salutation.start() if salutation else len(letter.text) // 2
    for place in letter.places:
        line = letter.text[place.start : place.end]
        for mention in find_dates(line):
            start = place.start + mention.start
            rest = line[mention.end :].strip(" .,")
            if (
                start in taken
                or start > above
                or not _ALONE.match(line[: mention.start])
                or rest
                or _MACHINE.search(line)
                or _of_another_day(letter, place)
                or _among_amounts(letter, place)
            ):
                continue
            found.append(("alone", Span(start=start, end=place.start + mention.end), mention.day, mention.repaired))
    return found


# "Letter of 14 January 2026", "Written on: 05/23/2026 (Saturday)", "Decision rendered: May 4, 2026", "Print date: ..."
_OF_ITSELF = lore.regex(
    r"\W*(?:(?:this|our|the) )?(?:"
    r"(?P<decided>(?:(?:coverage |appeal |our )?(?:decision|determination)s? )?(?:was )?"
    r"(?:rendered|reached|decided|determined)"
    r"|(?:decision|determination) (?:was )?(?:made|taken|of|from|entered))"
    r"|(?P<printed>print(?:ed|ing)?(?: date)?|date printed|(?:run|report|eob) date|date of (?:this )?(?:eob|report))"
    r"|(?P<written>(?:(?:letter|notice|denial) )?(?:was )?(?:written|typed|drawn up|prepared|signed|composed))"
    r"|(?P<notice>(?:letter|notice|denial|statement)(?: of| dated| from| (?:was )?(?:sent|issued))?"
    r"|issued|dated|sent out|given|released))(?: on| at)?\W*",
    re.IGNORECASE,
)
_KINDS_OF_ITSELF = {
    "decided": "decision_date",
    "printed": "printed_date",
    "written": "written_date",
    "notice": "notice_date",
}
_DAY_NAMED = lore.regex(rf"[\s(,]*{_WEEKDAY}?[\s).,]*$", re.IGNORECASE)


def _said_of_itself(letter: Letter) -> list[tuple[str, Span, dt.date, bool]]:
    """Return the dates of lines or cells that say no more than that: what the paper is, or was, and the day."""
    found: list[tuple[str, Span, dt.date, bool]] = []
    for index, place in enumerate(letter.places):
        start = place.start
        line = letter.text[start : place.end]
        date = next(iter(find_dates(line)), None)
        if date is None:
            continue
        head = line[: date.start]
        if _ALONE.match(head) and index and letter.places[index - 1].block == place.block:
            above = letter.places[index - 1]
            head = letter.text[above.start : above.end]  # the label stands right above
        named = _OF_ITSELF.fullmatch(re.sub(_WEEKDAY, "", head, flags=re.IGNORECASE))
        if named and _DAY_NAMED.match(line[date.end :].replace(")", " ") + " "):
            kind = next(_KINDS_OF_ITSELF[name] for name, text in named.groupdict().items() if text)
            span = Span(start=start + date.start, end=start + date.end)
            found.append((kind, span, date.day, date.repaired))
    return found


def _among_amounts(letter: Letter, place: Place) -> bool:
    """Whether amounts stand beside the date: a line of the claim, and the date its day of service."""
    row = next((row for row in place.page.rows if any(line is place.line for line in row)), ())
    return any(_AMOUNT.search(line.text) for line in row if line is not place.line)


_AMOUNT = lore.regex(r"\$ ?\d|\b\d+[.,]\d\d\b")


_ANOTHER_DAY = lore.regex(
    r"\b(?:birth|birthday|born|d\.?o\.?b|service|serviced|received|effective|claim|filled|fill|through|from|print(?:ed)?|rev"
    r"|due|request(?:ed)?|asked|admi(?:t|ssion)|discharge|start(?:s|ed)?|ends?|ended|paid|expires?|surgery|procedure|planned"
    r"|scheduled|appeal|respond|review|terminat\w+|coverage)\b",
    re.IGNORECASE,
)

_NAMES_A_DATE = lore.regex(r"\b(?:dates?|day|d\.?o\.?b|born|birth\w*|received|effective|expires?|due)\b", re.IGNORECASE)


def _of_another_day(letter: Letter, place: Place) -> bool:
    """Whether the cell to the left of a date that stands alone, or the one right above it, names another day."""
    box = place.line.box
    for other in letter.places:
        at = other.line.box
        if other.page is not place.page or other is place or len(other.line.words) > 5:
            continue
        shared = min(at.bottom, box.bottom) - max(at.top, box.top)
        beside = shared > 0.5 * min(at.height, box.height) and at.x1 <= box.x0 + 2
        over = min(at.x1, box.x1) - max(at.x0, box.x0) > 0.4 * min(at.width, box.width)
        above = over and -0.3 * box.height < box.top - at.bottom < 0.8 * box.height
        cell = letter.text[other.start : other.end]
        if _ANOTHER_DAY.search(cell) and (beside or (above and _NAMES_A_DATE.search(cell))):
            return True
    return False


_FROM_PRINT = lore.regex(r"\b(?:from|of|after|following) (?:the )?(?:print|run|report) date\b", re.IGNORECASE)


def choose_denial_date(
    letter: Letter, found: list[tuple[str, Span, dt.date, bool]], stated: StatedDeadline | None, labels: list[Labelled]
) -> Finding[dt.date] | None:
    """Return the date the clock runs from.

    Where the letter says from which date the time to appeal runs, that date; else the
    best labelled; else the one that stands alone above the salutation. Two different
    dates with equal claim are offered, not asserted.
    """
    others = {span.start for label in labels if label.field in ("other_date", "patient_dob") for span in label.values}
    found = [one for one in found if one[0] != "alone" or one[1].start not in others]
    anchor = _BY_ANCHOR.get(stated.anchor or "") if stated else None
    order = [anchor] if anchor else []
    order += [
        "notice_date",
        "statement_date",
        "alone",
        "mailed_date",
        "decision_date",
        "written_date",
        "printed_date",
        "processed_date",
    ]
    for rank in order:
        mine = [one for one in found if one[0] == rank]
        if not mine:
            continue
        days = {day for _, _, day, _ in mine}
        _, span, day, repaired = mine[0]
        sure = 0.97 if rank != "alone" else 0.95
        if len(days) > 1:
            sure = 0.5
        if rank == "printed_date" and not _FROM_PRINT.search(letter.text):
            sure = 0.55
        if repaired or any(at.repaired for at in find_dates(letter.text[span.start : span.end])):
            sure = min(sure, 0.85)
        return letter.cite(span.start, span.end, day, sure)
    return None
