"""When the plan received the request that it denies: the day from which its criteria look back."""

import datetime as dt
import re

from extractors import lore
from extractors.dates import find_dates
from extractors.denial.reading import Letter
from extractors.evidence import Finding

# "Request came in: 06/12/2026", "Date request received 09/15/2026"
_LABEL = lore.regex(
    r"\b(?:(?:date )?(?:of )?(?:your |the |initial )?(?:prior )?(?:authorization |coverage |pa )?request (?:was )?"
    r"(?:received|came in|submitted|made)(?: on| date)?|date (?:of request|requested)|requested on|request date)"
    r"\W{0,4}$",
    re.IGNORECASE,
)
# "Dr. Straker asked us on 9 September 2026 to approve", "we received a request on 10/26/2026"
_TOLD = lore.regex(
    r"\b(?:asked|requested|wrote)(?: us| the plan)?(?: for [^.;]{1,60})?(?: on| of)\s*$"
    r"|\brequest(?: for [^.;]{1,60})?(?: that)?(?: we)?(?: was)? (?:received|got)(?: on| of)?\s*$"
    r"|\b(?:received|got|have)\b[^.;]{1,40}\brequests?\b[^.;]{0,60} (?:on|of|dated)\s*$",
    re.IGNORECASE,
)
# "On September 9, 2026 Dr. Straker asked us to approve"
_OPENS = lore.regex(r"^\W*on\s*$", re.IGNORECASE)
_ASKS = lore.regex(r"\b(?:asked|requested|received (?:a|your|the|this) (?:\w+ ){0,3}request)\b", re.IGNORECASE)
# What was received is not the request.
_OTHER = lore.regex(r"\b(?:claims?|appeals?|grievance|complaint|notice|letter|records?|notes|papers)\b", re.IGNORECASE)
_SENTENCE = lore.regex(r"(?<!\bDr)(?<!\bM[rs])(?<!\bMrs)[.;]\s|\n\n")
_LONGEST = dt.timedelta(days=120)  # no plan sits longer on a request it still decides


def find_request_received(letter: Letter, notice: dt.date | None) -> Finding[dt.date] | None:
    """Return the day the request reached the plan; None where none or two are told."""
    found: dict[dt.date, tuple[int, int, float]] = {}
    for date in find_dates(letter.text):
        if notice and not dt.timedelta(0) <= notice - date.day <= _LONGEST:
            continue
        before = letter.text[max(0, date.start - 90) : date.start]
        clause = _SENTENCE.split(before)[-1]
        after = _SENTENCE.split(letter.text[date.end : date.end + 60])[0]
        if _LABEL.search(clause):
            sure = 0.9
        elif not _OTHER.search(clause) and (_TOLD.search(clause) or (_OPENS.match(clause) and _asks(after))):
            sure = 0.8
        else:
            continue
        found.setdefault(date.day, (date.start, date.end, sure))
    if len(found) != 1:
        return None
    ((day, (start, end, sure)),) = found.items()
    return letter.cite(start, end, day, sure)


def _asks(after: str) -> bool:
    said = _ASKS.search(after)
    return bool(said) and not _OTHER.search(after[: said.end()])
