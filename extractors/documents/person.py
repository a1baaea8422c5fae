"""Whether a page is about one person: letters and charts are, policies are about nobody."""

import re

from extractors import lore
from extractors.evidence import Page

# A policy is about nobody: no birth date, no record or member number with its digits, no patient by name.
_PERSON = lore.regex(
    r"\b(?:DOB|D\.O\.B|date of birth|birth ?date|born)\b[^\n]{0,12}\d"
    r"|\b(?:MRN|medical record|chart|acct|account|member|subscriber|patient|customer)\W{0,3}(?:id|no|number|#)"
    r"\W{0,6}[A-Z]{0,4}\W?\d{3}"
    r"|^\W*(?:patient|member|re|name)(?: name)?\s*:\s*[A-Z][\w'-]+,?\s+[A-Z]",
    re.IGNORECASE | re.MULTILINE,
)


def names_a_person(page: Page) -> bool:
    """Whether a page is about one person, by birth date, number or name."""
    return bool(_PERSON.search(page.text))
