"""Criteria that stand under their head line by line without a marker, or open with a run-in head: "Age. The member"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.headings import heading_kind
from extractors.policy.heads import is_criterion, names_condition
from extractors.policy.markers import Marker, Reading
from extractors.policy.quantifiers import connector_of, is_head, split_end
from extractors.policy.rows import Row
from extractors.policy.shapes import DANGLING, DURATION_ROW, NOTE
from extractors.policy.spacing import margin_of

_DEMANDS = lore.regex(
    r"\b(?:met|true|hold|holds|appl(?:y|ies)|criteri\w+|requirements?|conditions?|following|satisf\w+|fulfill?\w*|these|"
    r"when|if|provided)\b",
    re.I,
)
# "Prior treatment. An oral antibiotic was taken", "Age: 18 years or older"
RUN_IN = lore.regex(r"(?P<label>[A-Z][A-Za-z/’'-]*(?: (?:[A-Za-z/’'-]+|&)){0,3})[.:]\s+(?=[A-Z\d≥≤<>])")
_VERB = lore.regex(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|will|must|may|can|cannot|meets?|failed|tried|shows?)\b", re.I
)
# "ADMISSION, ALL:", "Risk, >= TWO:"
_COUNTED = lore.regex(
    r"[A-Z][\w /’'-]{2,40}[,–:-]\s*(?:(?:at least |[≥>]=? ?)?(?:one|two|three|\d)(?: or more)?|all|both|any|each)"
    r"(?: of)?(?: the following)?:",
    re.I,
)
_MOST = 40  # words of one criterion
_EDGE = 4.0  # points
_ITEM = Marker("unmarked", "bullet", 0, (Reading("bullet", 0),))


def with_unmarked(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, those that begin a criterion without a marker as items of the head above them."""
    right = margin_of(rows)
    begins: set[int] = set()
    for at, row in enumerate(rows):
        if row.marker is None and row.text.rstrip().endswith(":") and _announces(rows, at):
            begins.update(_statements(rows, at + 1, right, rows[at].x0))
    return [replace(row, numbered=_ITEM) if at in begins else row for at, row in enumerate(rows)]


def _announces(rows: Sequence[Row], at: int) -> bool:
    above = [row.text for row in rows[max(0, at - 2) : at] if row.marker is None]
    said = " ".join([*above, rows[at].text])
    if _COUNTED.fullmatch(rows[at].text.strip()):
        return True
    return is_head(rows[at].text) and is_head(said) and _DEMANDS.search(rows[at].text) is not None


def _statements(rows: Sequence[Row], start: int, right: float, edge: float) -> list[int]:
    """Where criteria begin below a head; none: what stands there is no list of them."""
    found: list[int] = []
    texts: list[str] = []
    for at in range(start, len(rows)):
        row, text = rows[at], rows[at].text.strip()
        labelled = bool(texts) and RUN_IN.match(texts[0]) is not None and RUN_IN.match(text) is not None
        begins = at == start or labelled or _may_begin(rows[at - 1], row, right)
        if connector_of(text):
            continue
        inside = bool(found) and row.x0 >= rows[found[0]].x0 - _EDGE and rows[found[0]].x0 > edge + _EDGE
        if row.marker is not None or len(row.lines) > 1 or (begins and not inside and _ends_list(text)):
            break
        if found and row.x0 < rows[found[0]].x0 - _EDGE:
            break
        if begins:
            found.append(at)
            texts.append(text)
        elif texts:
            texts[-1] += f" {text}"
        else:
            return []
    if len(found) < 2 or any(len(text.split()) > _MOST for text in texts):
        return []
    if all(RUN_IN.match(text) for text in texts):
        return found
    if any(text.rstrip().endswith(":") for text in texts) and len({round(rows[at].x0 / _EDGE) for at in found}) < 2:
        return []  # which of them the inner head is over cannot be told
    said = [is_criterion(text) or text.endswith(".") or _VERB.search(text) is not None for text in texts]
    inward = len(found) > 2 and all(rows[at].x0 > edge + _EDGE for at in found)
    return found if all(said) or inward or _are_parted(texts) else []


def _are_parted(texts: Sequence[str]) -> bool:
    """Whether all but the last end in the marks of a list."""
    return all(text.rstrip().endswith(";") or split_end(text)[1] for text in texts[:-1])


def _may_begin(above: Row, row: Row, right: float) -> bool:
    if re.search(r";(?:\s+(?:and|or))?\s*$", above.text):
        return True
    if not re.match(r"[A-Z\d(≥≤<>\"“]", row.text) or DANGLING.search(split_end(above.text)[0]):
        return False
    if re.search(r"[.;:]\s*$", above.text) or split_end(above.text)[1] or connector_of(above.text):
        return True
    return above.x1 + row.lines[0].words[0].box.width + 0.02 * right < 0.9 * right


def _ends_list(text: str) -> bool:
    """Whether a line is no criterion: a heading, a duration, a note."""
    if heading_kind(text) is not None or DURATION_ROW.fullmatch(text) or NOTE.match(text):
        return True
    return names_condition(text) and not text.endswith((".", ";"))
