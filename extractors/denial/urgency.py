"""Whether the plan handled the request as expedited."""

import re

from extractors import lore
from extractors.denial.labels import Labelled
from extractors.denial.reading import Letter
from extractors.denial.roles import Said
from extractors.evidence import Finding

_FAST = r"(?:expedited|urgent|fast|rush|emergent|stat)"
_HANDLED = lore.regex(
    rf"\b(?:got|received|reviewed|processed|handled|completed|have|is|for|your|this|an?"
    rf"|our)\b[^.]{{0,40}}\b{_FAST}\b(?:\s*\({_FAST}\))?\s*(?:care |pre-?service |concurrent |prior authorization "
    rf"|coverage |organization |initial )*(?:request|decision|review|determination|case|claim)\b"
    rf"|\b(?:handled|processed|reviewed|treated|decided|submitted|considered) (?:\w+ )?(?:as|on) (?:an? )?{_FAST}\b"
    rf"|\b{_FAST} (?:organization|coverage) determination\b"
    rf"|\bas (?:an )?{_FAST} (?:request|review|case)\b",
    re.IGNORECASE,
)
_HEADING = lore.regex(
    rf"\W*(?:notice of |re: ?|your )?{_FAST}(?: (?:pre-?service|concurrent|prior authorization|coverage|organization"
    r"|clinical|utilization|medical))*(?: (?:request|review|decision|determination|case|denial|notice))\b",
    re.IGNORECASE,
)
_DOWNGRADED = lore.regex(
    r"\b(?:did|do|does) not (?:agree|find|consider|think|believe)[^.]{0,40}\b(?:urgent|expedited|emergent)\b"
    r"|\b(?:handled|processed|reviewed|decided|treated) (?:it |this |your request |the request )?(?:as|under|within|in)"
    r" (?:an? |the )?(?:standard|non-?urgent|routine)\b"
    r"|\bchanged (?:it |the request |your request )?(?:to|into) (?:an? )?(?:standard|routine|non-?urgent)\b"
    r"|\bdid not (?:meet|qualify)[^.]{0,40}\b(?:expedited|urgent|fast) (?:review|request|decision|criteria)\b",
    re.IGNORECASE,
)
_NOT_HANDLED = lore.regex(
    r"\bif\b|\byou (?:can|may|have the right|could)\b|\bask for\b|\bnot\b|\bappeal|\bunless\b|\bstandard\b|\bgrievance"
    r"|\b(?:hours|days) for an?\b|\b(?:external|independent|outside) review|\basked for at\b"
    r"|\bredetermination|\bwhen\b|\bneed an?\b|\bto (?:ask|request|get)\b",
    re.IGNORECASE,
)


def find_urgency(letter: Letter, labels: list[Labelled], said: list[Said]) -> Finding[bool] | None:
    """Return True where the letter says that the request itself was expedited; offers of a fast appeal do not count."""
    for label in labels:
        if label.field == "request_type" and label.firm:
            for span in label.values[:1]:
                value = letter.text[span.start : span.end]
                if match := re.match(rf"\W*{_FAST}\b", value, re.IGNORECASE):
                    return letter.cite(span.start, span.start + match.end(), True, 0.95)
                if re.match(r"\W*(?:standard|routine|non-?urgent|regular)\b", value, re.IGNORECASE):
                    return letter.cite(span.start, span.end, False, 0.95)
    for one in said:
        # asked as urgent, handled as standard
        if match := _DOWNGRADED.search(letter.text, one.start, one.end):
            return letter.cite(match.start(), match.end(), False, 0.8, prose=True)
    for place in letter.places:
        # a heading of the first page: "EXPEDITED REQUEST - DECISION IN 24 HOURS"
        line = letter.text[place.start : place.end]
        if place.page is letter.pages[0] and place.line.box.top < 0.33 * place.page.height and len(line) < 70:
            match = _HEADING.match(line)
            if match and not _NOT_HANDLED.search(line):
                return letter.cite(place.start, place.start + match.end(), True, 0.9, prose=True)
    for one in said:
        text = letter.text[one.start : one.end]
        match = _HANDLED.search(text)
        if match and not _NOT_HANDLED.search(text):
            return letter.cite(one.start + match.start(), one.start + match.end(), True, 0.9, prose=True)
    return None
