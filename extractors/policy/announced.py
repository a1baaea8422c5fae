"""Sentences that announce a list of their own: "Requests for continuation may be approved if all of these are met:"."""

import re
from collections.abc import Sequence
from typing import Literal

from extractors import lore
from extractors.policy.headings import Kind, heading_kind
from extractors.policy.heads import APPROVAL, names_condition
from extractors.policy.rows import Row
from extractors.policy.shapes import DURATION_ROW
from extractors.policy.spacing import margin_of
from extractors.policy.tree import Phase
from extractors.policy.waivers import waiver_in
from extractors.policy.whom import whom_end

_LONGEST = 4  # rows
_OPENS = lore.regex(r"[A-Z][\w’'()/,®-]*:?(?:\s|$)")
_REFUSES = lore.regex(
    r"\b(?:may|will|can|is|are|be|do(?:es)?|should)\s+not\s+(?:be\s+)?(?:consider(?:ed)?\s+)?"
    r"(?:approved?|covered?|authorized?|recommended|eligible|medically necessary|provided|reimbursed)\b|"
    r"\b(?:considered|is|are)(?: \w+ and)? "
    r"(?:not (?:medically necessary|reasonable and necessary|proven)|experimental|investigational|unproven)\b|"
    r"^(?:denied|refused|rejected|not (?:approved|covered|allowed)|do not (?:approve|cover|"
    r"authorize))\s+(?:when|if|for)\b|"
    r"\b(?:coverage|approval|authorization|requests?|treatment|therapy|drug|service|surgery|procedure|it|this)\b[^.;:]{0,40}?"
    r"\b(?:is|are|will be|may be|shall be|must be)\s+(?:denied|refused|rejected|excluded|declined)\b",
    re.I,
)
# papers that the payer wants to see: "please send the following documentation to support medical necessity:"
_ASKS = lore.regex(
    r"\b(?:please|must|should)\s+(?:send|submit|provide|include|attach|fax)\b[^.;]*\bfollowing\b|"
    r"\bsubmission of the following\b|\bfollowing (?:information|documentation|documents?|records) "
    r"(?:is|are|must be|should be)(?: \w+)? (?:necessary|required|submitted|provided|needed|included)",
    re.I,
)
_CONTINUES = lore.regex(
    r"(?:requests? for |authorization for |approval of |for )?(?:continu(?!ous)|renew|re-?auth|re-?approv|subsequent)",
    re.I,
)
_BEGINS = lore.regex(r"(?:requests? for |authorization for |approval of |for )?(?:an? )?(?:initial|new start)", re.I)

# "For initial therapy, all of the following:", "Renewal: 12 months when BOTH are met:"
_WORD = r"(?:(?:of )?(?:therapy|treatment|authorizations?|approvals?|coverage|requests?|use))"
_REQUEST = r"(?:authorization|approval|request|course|prescription)s?"  # "first treatment" is no phase
_FOR_PHASE = lore.regex(
    rf"(?:for )?(?:(?:(?P<initial>initial|new starts?)|continu(?:ation|ed)|renewals?|re-?authorization|"
    rf"subsequent)(?: {_WORD})?|"
    rf"(?:(?P<first>first|new)|later|further|repeat) {_REQUEST})(?: criteria)?\s*[,:–-]\s*"
    r"[^.;]*\b(?:all|both|any|one|each|following|met)\b[^.;]*?:?$",
    re.I,
)
# "All of what follows is needed for a first course:", "A further course needs:"
_OF_COURSE = lore.regex(
    rf"(?:[^.;:]{{0,60}}\bfor )?(?:an? |the |each |any )?(?:(?P<initial>first|initial|new)|further|second|"
    rf"repeat(?:ed)?|subsequent|renewed|later|continued) {_REQUEST}\b(?: (?:needs?|requires?|is|are|may|will|"
    rf"can)\b[^.;:]*)?\s*:$",
    re.I,
)

# a sentence about the list that follows it, and no wrapped end of an item
_FURTHER = lore.regex(
    r"(?:(?:and|or),? |in addition,? |additionally,? |also,? )?(?:the following|"
    r"(?:at least )?(?:all|both|each|every one|every|any|one|"
    r"either|two|three)(?: \(\d\))?(?: or more)? of the (?:following|criteria))\b",
    re.I,
)

_NONE = lore.regex(r"(?:and |in addition,? )?none of\b", re.I)
# "Adults: all of the following", without a colon
_LISTS = lore.regex(r"\b(?:of (?:the following|these|those)|following|(?:is|are) (?:met|true)|apply|applies)$", re.I)

# "further": a list of its own that neither approves nor refuses by itself; "waiver": one that frees from criteria
Announced = Kind | Literal["further", "waiver"]


def announcements_of(rows: Sequence[Row]) -> dict[int, tuple[int, Announced]]:
    """Return by the `id` of its first row how many rows an announcement takes and what its list is for."""
    found: dict[int, tuple[int, Announced]] = {}
    taken, right = 0, margin_of(rows)
    for at, row in enumerate(rows):
        if at >= taken and (said := _announcement(rows[at : at + _LONGEST + 1], right)):
            found[id(row)] = said
            taken = at + said[0]
    return found


def _announcement(rows: Sequence[Row], right: float) -> tuple[int, Announced] | None:
    first = rows[0].text
    if not _OPENS.match(first) or heading_kind(first) is not None or names_condition(first):
        return None
    if DURATION_ROW.fullmatch(first.strip()):
        return None
    count, text = paragraph_of(rows[:-1], right)
    if not text.endswith(":") and not (_LISTS.search(text) and (phase_said(text) or whom_end(text))):
        return None
    kind = _kind_of(text)
    return (count, kind) if kind and _begins_list(rows[count]) else None


def paragraph_of(rows: Sequence[Row], right: float) -> tuple[int, str]:
    """Return how many of the rows one sentence takes, and its text; `right` is the margin of the text.

    A row that begins with a capital goes on only where the line before it had no room for its first word.
    """
    text, count = "", 0
    for above, row in zip([None, *rows], rows, strict=False):
        if row.marker or (above and not _goes_on(above, row, right)):
            break
        text, count = f"{text} {row.text}".strip(), count + 1
        if re.search(r"[.:;]$", text):
            break
    return count, text


def _goes_on(above: Row, row: Row, right: float) -> bool:
    if heading_kind(row.text) is not None:
        return False
    if re.match(r"[a-z(]", row.text):
        return True
    return above.x1 + row.lines[0].words[0].box.width + 0.02 * right >= right


def refuses(text: str) -> bool:
    """Return whether a sentence says what is not approved."""
    return _REFUSES.search(text) is not None


def _kind_of(text: str) -> Announced | None:
    if waiver_in(text):
        return "waiver"
    if _ASKS.search(text):
        return "ignored"
    if _REFUSES.search(text):
        return "excluded"
    if (spoken := phase_said(text)) is not None:
        return spoken
    if not APPROVAL.search(text):
        if _NONE.match(text):
            return "further"
        return "further" if _FURTHER.match(text) or whom_end(text) else None
    return phase_of(text) or "criteria"


def phase_of(text: str) -> Phase | None:
    """Return the phase that a sentence opens with: "Continuation of Adbry is considered medically necessary when"."""
    return "continuation" if _CONTINUES.match(text) else "initial" if _BEGINS.match(text) else None


def phase_said(text: str) -> Phase | None:
    """Return the phase that a head says its list is for: "For continuation of therapy, all of the following:"."""
    spoken = _FOR_PHASE.match(text) or _OF_COURSE.match(text)
    if spoken is None:
        return None
    return "initial" if any(spoken.groupdict().values()) else "continuation"


def _begins_list(row: Row) -> bool:
    marker = row.marker
    return marker is not None and any(at.kind == "bullet" or at.value == 1 for at in marker.readings)
