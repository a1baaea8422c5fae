"""Sentences that announce a list of their own: "Requests for continuation may be approved if all of these are met:"."""

import re
from collections.abc import Sequence

from extractors.policy.headings import Kind, heading_kind
from extractors.policy.heads import APPROVAL, names_condition
from extractors.policy.markers import marker_of
from extractors.policy.rows import Row

_LONGEST = 4  # rows
_OPENS = re.compile(r"[A-Z][\w’'()/,®-]*(?:\s|$)")
_REFUSES = re.compile(
    r"\b(?:may|will|can|is|are|be|do(?:es)?|should)\s+not\s+(?:be\s+)?(?:consider(?:ed)?\s+)?"
    r"(?:approved|covered?|authorized?|recommended|eligible|medically necessary|provided|reimbursed)\b|"
    r"\bconsidered (?:not medically necessary|experimental|investigational|unproven)\b",
    re.I,
)
_CONTINUES = re.compile(
    r"(?:requests? for |authorization for |approval of |for )?(?:continu|renew|re-?auth|re-?approv|subsequent)", re.I
)
_BEGINS = re.compile(r"(?:requests? for |authorization for |approval of |for )?(?:an? )?(?:initial|new start)", re.I)


def announcements_of(rows: Sequence[Row]) -> dict[int, tuple[int, Kind]]:
    """Return by the `id` of its first row how many rows an announcement takes and what its list is for."""
    found: dict[int, tuple[int, Kind]] = {}
    taken = 0
    for at, row in enumerate(rows):
        if at >= taken and (said := _announcement(rows[at : at + _LONGEST + 1])):
            found[id(row)] = said
            taken = at + said[0]
    return found


def _announcement(rows: Sequence[Row]) -> tuple[int, Kind] | None:
    first = rows[0].text
    if not _OPENS.match(first) or heading_kind(first) is not None or names_condition(first):
        return None
    text = ""
    for count, row in enumerate(rows[:-1], start=1):
        if marker_of(row.text):
            return None
        text = f"{text} {row.text}".strip()
        if text.endswith(":"):
            kind = _kind_of(text)
            return (count, kind) if kind and _begins_list(rows[count]) else None
        if re.search(r"[.;]$", text):
            return None  # another sentence
    return None


def _kind_of(text: str) -> Kind | None:
    if _REFUSES.search(text):
        return "excluded"
    if not APPROVAL.search(text):
        return None
    return "continuation" if _CONTINUES.match(text) else "initial" if _BEGINS.match(text) else None


def _begins_list(row: Row) -> bool:
    marker = marker_of(row.text)
    return marker is not None and any(at.kind == "bullet" or at.value == 1 for at in marker.readings)
