"""What a row of a policy looks like: a note, a duration, a line that goes on in the next."""

import re

from extractors import lore

SUPERSCRIPTS = "\u1d2c-\u1d6a\u1d9b-\u1dbf\u2070-\u209c\u00b9\u00b2\u00b3"
NOTE = lore.regex(
    r"(?:quantity(?: limits?)?|billing codes?|hcpcs(?: codes?)?|cpt(?: codes?)?)\s*:\s*\S|"
    r"(?:notes?|exceptions?|please note)\s*(?:\d{1,2}\s*)?(?:(?:to|for|on)\s[\w ().]{1,40}?)?[:.–-]\s*\S|"
    r"\*{1,3}\s?(?=[A-Z(])|[†‡§^]\s?(?=\w)",
    re.I,
)
# "a State mandates may apply": the letter was raised
FOOTNOTE = lore.regex(rf"[a-z]\s+[A-Z][a-z]+\s|[{SUPERSCRIPTS}]+\s*[A-Z]")
SMALL_NOTE = lore.regex(r"\d{1,2}\s+[A-Z]")  # "1 Treatment must be recorded", where it is set smaller than the text
DURATION_ROW = lore.regex(
    r"(?=.*(?:\d|year|lifetime))"
    r"(?:(?:initial |continuation |renewal |re-?authorization )?(?:approval|authorization|coverage) "
    r"(?:duration|period|length|time ?frame)|(?:initial |renewal )?(?:approval|authorization)\s*:\s*(?=\d|up to)|"
    r"(?:approval|authorization|coverage) (?:lasts|runs)(?: for)? (?=up to|\d)|"
    r"(?:approved |authorized )?duration\s*[:–-]?\s*(?=\d)|duration of (?:approval|authorization|coverage)|"
    r"length of (?:authorization|approval)s?|"
    r"(?:initial |re)?-?authorization (?:will be|is|may be) "
    r"(?:(?:issued|granted|approved|given) for|for (?=no more|up to|\d))|"
    r"approv(?:e|al|ed) (?:will be (?:granted )?)?for (?=\d))\b.*",
    re.I,
)
STARRED = lore.regex(r"(?<=[\w®™)])\*+(?![\w*])")  # a word that leads to a footnote: "Ajovy*"
ENDED = lore.regex(r"[.;:!?)\]]['\"”’]?\s*$")
# a line that ends so goes on in the next, however short it is
DANGLING = lore.regex(
    r"(?:[,/(–—-]|\b(?:and|or|of|the|a|an|with|for|to|in|by|at|on|than|as|is|are|least|not|no|from))\s*$", re.I
)

CAPITALS = lore.regex(r"[A-Z][A-Z /&,-]{3,60}:")  # a heading of its own kind: "PLACE OF ADMINISTRATION:"

# what stands about the policy itself on its first page
FACT = lore.regex(
    r"\b(?:effective|revised|reviewed|published?|number|reference|line of business|page|copyright|phone|fax|www)\b|"
    r"\b\d{4}\b",
    re.I,
)

# "If yes, approve for 6 months.", "If no, continue to #2."
OUTCOME = lore.regex(
    r"[\[(]?(?:if (?:yes|no)\b|(?:yes|no)\s*(?:[:=→]|[–-]+>?))[,:]?\s*(?=.*\b(?:approve|deny|denied|continue|"
    r"proceed|go to|skip|stop|no further))"
    r"(?:.*\b(?:if no\b|no\s*(?:[:=→]|[–-]+>?))[,:]?\s*)?(?P<on>(?:please )?(?:continue|proceed|go|skip)\b)?.*",
    re.I,
)

# "(continued)" after a heading that a new page repeats
CONTINUED = lore.regex(r"\s*[-–—(]*\s*\b(?:continued|cont['’.]?d?)\b\.?\)?\s*:?\s*$", re.I)

# the payer's own number before a heading: "SP-6.1: Lumbar radiculopathy", "4.2 Continued stay"
SECTION_CODE = lore.regex(r"(?:[A-Z]{2,5}-\d{1,3}(?:\.\d{1,3})*|\d{1,2}(?:\.\d{1,2})+)\s*[.:]?\s+(?=[A-Z])")

# "Initial approval: 6 months" over a list
PHASE_DURATION = lore.regex(
    r"(?P<label>(?:(?:initial|first|new|continued|renewal|continuation|subsequent|later|further|repeat)"
    r"(?: (?:approval|authorization|request|coverage|treatment|therapy)s?)?|re-?authorizations?|renewals?|"
    r"continuation of (?:therapy|treatment))(?: criteria)?)\s*[:(,–-]\s*\(?"
    r"(?:(?:approve|approval|authorize) (?:for )?)?(?P<span>\d{1,3}[ -](?:month|year|week)s?|lifetime)\)?\.?:?",
    re.I,
)
# "Renewal: documentation of improvement in pain."
PHASE_LABEL = lore.regex(
    r"(?P<label>(?:renewal|re-?authorization|continuation(?: of (?:therapy|treatment))?|continued (?:therapy|use))"
    r"(?: criteria| requests?)?)(?: \([^()]{1,40}\))?\s*:\s+(?=[A-Za-z][^:]*$)",
    re.I,
)
# "Subject: Anti-obesity medications: Wegovy (semaglutide)"
TITLE_LABEL = lore.regex(r"^(?:subject|title|topic|policy title|drug name|medication|service)\s*:\s*(?=\S)", re.I)
