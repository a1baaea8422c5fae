"""Heads in the payer's own words: "Either statement is true:", "satisfy A1 to A4", "every item 2.1 through 2.7"."""

import re

from extractors import lore

_THING = (
    r"(?:criteri(?:on|a)|statements?|items?|conditions?|requirements?|points?|scenarios?|situations?|circumstances?|"
    r"reasons?|findings?|boxe?s?|routes?|ways?|options?|alternatives?|questions?|steps?|rules?|demands?|elements?|"
    r"paragraphs?|things)"
)
# "Two preventives failed, one of which is:", "Either statement is true:", "one suffices:", "Tick one:"
ONE_DOES = lore.regex(
    rf"\b(?:any|either|one)\s+(?:one\s+|single\s+)?(?:{_THING}\s+(?:given\s+|named\s+|listed\s+|stated\s+)?"
    r"(?:here\s+|below\s+)?)?"
    r"(?:is|are|applies|apply|holds?|suffices|will do|does|must (?:apply|hold|be)|can be shown)\b"
    r"(?=[^.;]{0,60}[:.]?\s*$)|"
    rf"\b(?:any|either)\s+(?:single\s+)?{_THING}\b(?=[^.;]{{0,40}}:\s*$)|"
    r"\bone of (?:which|whom|them)\b(?=[^.;]{0,40}:\s*$)|\bat least one\b(?=[^.;]{0,40}:\s*$)|"
    r"\bone or (?:more|other|both)\b(?=\s+(?:must|is|are|apply|applies|holds?|have|has)\b[^.;]{0,60}:\s*$|\s*:\s*$)|"
    r"\b(?:any|one|either)\s*:\s*$|\b(?:satisf\w+|fulfil\w*) (?:any|one|either)\b",
    re.I,
)
EACH_DOES = lore.regex(
    rf"\b(?:each|every|all)\s+(?:single\s+)?(?:(?:one\s+)?of\b|(?:the\s+|these\s+|those\s+|\w+\s+)?{_THING}\b)"
    r"(?=[^.;]{0,90}[:.]?\s*$)|\b(?:must|should|have to|need to|are to|shall)\s+(?:all|both|each)\b|"
    r"\ball\s+(?:must|should|have to|need to|are|hold|true)\b|\bwithout exception\b",
    re.I,
)

_PART = r"(?:\d{1,2}|[IVX]{1,4}|[ivx]{1,4}|[A-Za-z])"
_PATH = rf"\(?{_PART}(?:[.–-]?\(?{_PART}\)?(?![\w%])){{0,4}}\)?"
_NAMED = lore.regex(
    r"\b(?:criteri\w+|items?|statements?|paragraphs?|requirements?|conditions?|points?|steps?|rules?|questions?|letters?|"
    r"numbers?|boxes|lines|every|both|all(?: of)?|each(?: of)?|either|any(?: of)?|one of|satisf(?:y|ies)|meets?|"
    r"fulfils?|if|when|provided that|from)\s+"
    rf"(?P<marks>{_PATH}(?:\s*,\s*{_PATH})*\s*,?\s+(?P<join>and|or|to|through|thru|[–-])\s+{_PATH})"
    r"(?:\s+(?:below|all|each|is|are|have|has|been|be|must|can|hold|holds|true|met|apply|applies|documented|satisfied|"
    r"fulfilled|present|shown|for approval|on file|answered|yes|given|kept))*\s*[.:]?\s*$",
)


def items_named(text: str) -> re.Match[str] | None:
    """Return where a text ends by naming the items it is over ("marks", "join"): "if C.1, C.2 and C.3 are met"."""
    named = _NAMED.search(text)
    return named if named and _counts(named["marks"]) else None


def _counts(marks: str) -> bool:
    """Whether these are marks of a list and no figures: "A1 to A4", "2.1 through 2.7"; "4 to 6" may be anything."""
    return re.search(r"[A-Za-z]", re.sub(r"\b(?:and|or|to|through|thru)\b", "", marks)) is not None or "." in marks
