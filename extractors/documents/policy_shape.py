"""A policy by its shape: a title that says so, an outline, words that set conditions, and nobody it is about.

Payers word their policies in too many ways for cues of single sentences ("All statements from 1-A to 1-H must hold
true", "covers ... if the member meets every one of (a) through (i)"), and a policy tells of what is approved, denied
and not covered as a letter does. What no letter has is all four of these at once.
"""

import re
from collections.abc import Sequence

from extractors import lore
from extractors.documents.person import names_a_person
from extractors.evidence import Page

_LEAST_ITEMS = 4
_TITLE = lore.regex(
    r"\b(?:policy|policies|criteria|guidelines?|bulletin|protocol|formulary|coverage (?:determination|summary)"
    r"|program summary|prior authorization)\b",
    re.IGNORECASE,
)
_ITEM = lore.regex(
    r"^\W*(?:\d{1,2}[.)](?!\d)|[A-Za-z][.)]|\([A-Za-z0-9]{1,4}\)|[ivxIVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?(?=\s|$)"
    r"|(?:[A-Z]{1,3}|\d{1,2})-[A-Z0-9]{1,2}\b|(?:rule|criterion|requirement|step|condition)\s+[A-Z0-9]{1,2}\b|[\u2022\u25aa\u25e6\u25cf\u2013])",
    re.IGNORECASE,
)
_CONDITION = lore.regex(
    r"\b(?:is|are|be|considered)\s(?:\w+\s)?(?:approved|covered|authorized|medically\s+necessary|eligible|granted|met"
    r"|fulfilled|satisfied|shown|documented|true)\b|\bcovers\b|\bmust\s+(?:hold|be|have|meet)\b"
    r"|\b(?:all|each|every|any|one|both|either)\s+(?:one\s+)?(?:of\s+)?(?:the\s+)?(?:following|these|statements?|requirements?"
    r"|criteria|rules?|items?|conditions?|\([a-z]\))",
    re.IGNORECASE,
)
_GREETS = lore.regex(r"^\W*(?:dear|hello|hi|estimad[oa]s?|re|regarding)\b\s*:?", re.IGNORECASE | re.MULTILINE)


def shaped_as_policy(pages: Sequence[Page]) -> bool:
    """Whether the pages have the shape of a policy."""
    first = pages[0]
    text = "\n".join(page.text for page in pages)
    if any(names_a_person(page) for page in pages) or _GREETS.search(text):
        return False
    items = sum(bool(_ITEM.match(line.text)) for page in pages for line in page.lines)
    titled = any(_TITLE.search(line.text) for line in first.lines[:5])
    return titled and items >= _LEAST_ITEMS and len(_CONDITION.findall(text)) >= 2
