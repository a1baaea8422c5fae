"""Headings that no list of known headings holds, told from the rows below them."""

import re
from collections.abc import Sequence

from extractors.policy.announced import paragraph_of, refuses
from extractors.policy.headings import heading_kind
from extractors.policy.heads import APPROVAL, is_criterion, names_condition
from extractors.policy.markers import marker_of
from extractors.policy.rows import Row
from extractors.policy.shapes import DURATION_ROW, FACT


def introduces(text: str, coming: Sequence[Row], right: float) -> bool:
    """Whether a short line names what the sentence below it approves: "Isthmic slip", "X is covered when".

    `coming` are the rows below, `right` is the margin of the text.
    """
    if not coming or len(text.split()) > 10 or text.endswith((",", ":")):
        return False
    if APPROVAL.search(text) or is_criterion(text) or FACT.search(text) or DURATION_ROW.fullmatch(text):
        return False
    first = coming[0].text
    if not re.match(r"[A-Z]", first) or marker_of(first):
        return False
    if heading_kind(first) is not None or names_condition(first):
        return False
    _, said = paragraph_of(coming, right)
    return APPROVAL.search(said) is not None and not refuses(said)


def shouts_over_list(text: str, coming: Sequence[Row]) -> bool:
    """Whether a line in capitals parts the list below it from what stands above."""
    if not text.isupper() or len(text) < 6:
        return False
    marker = coming[0].marker if coming else None
    return marker is not None and any(at.kind == "bullet" or at.value == 1 for at in marker.readings)


def stands_over_criteria(text: str, coming: Sequence[Row]) -> bool:
    """Whether a short title stands right over a heading for criteria: "Partial Hospitalization Program"."""
    words = re.findall(r"[A-Za-z]{4,}", text)
    if not coming or not words or len(text.split()) > 8 or text.endswith((".", ",", ":")) or FACT.search(text):
        return False
    if not all(word[0].isupper() for word in words) or is_criterion(text) or DURATION_ROW.fullmatch(text):
        return False
    return heading_kind(coming[0].text) in ("criteria", "initial")
