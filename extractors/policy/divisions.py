"""Numbered parts of the document ("1. Background", "2. Coverage Criteria"), which number no criterion."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from extractors import lore
from extractors.policy.headings import PHASES, Kind, heading_kind
from extractors.policy.heads import APPROVAL, names_condition, phase_and_condition
from extractors.policy.quantifiers import is_head
from extractors.policy.rows import Row
from extractors.policy.series import PART

_LONGEST = 8  # words of the name of a part
_TITLE_WORD = lore.regex(r"[A-Z(\d&/–-]|(?:and|or|of|the|for|to|in|with|by|on|a|an)\b")
# criteria are a part of the document only under such a name; "2. Diagnosis" may be a criterion
_CRITERIA = lore.regex(r"\b(?:criteri|polic|guideline|coverage|necess|authorization|indication)", re.I)

Style = tuple[str, str]  # kind and punctuation of a marker
_Part = tuple[int, Row, Kind | None]  # value of the marker


def divisions_of(rows: Sequence[Row]) -> dict[int, Kind | None]:
    """Return what each numbered part of the document is for, by the `id` of the row that heads it.

    A payer who numbers "1. Background, 2. Coverage Criteria, 3. References" counts his criteria from the level below.
    "I. Initial approval criteria, II. Continued therapy" are no such parts: their criteria are cited with the "I".
    """
    return {**_numbered_parts(rows), **_named_parts(rows)}


def _named_parts(rows: Sequence[Row]) -> dict[int, Kind | None]:
    """ "Section 1. Psoriatic arthritis", "§ 2 Not covered": kind None where the name is that of what is approved."""
    found: dict[int, Kind | None] = {}
    last: Row | None = None
    for row in rows:
        if row.numbered is None or row.numbered.punctuation != PART:
            if last is not None and found[id(last)] == "ignored" and _is_of_criteria(row.text):
                found[id(last)] = None
            continue
        title = row.text[row.numbered.length :]
        kind = heading_kind(title)
        named = names_condition(title) or phase_and_condition(title) is not None
        found[id(row)] = kind if kind is not None or named else "ignored"
        last = row if kind is None and not named else None
    return found


def _is_of_criteria(text: str) -> bool:
    return APPROVAL.search(text) is not None or (
        is_head(text) and re.search(r"\b(?:met|true|hold|apply)", text) is not None
    )


def _numbered_parts(rows: Sequence[Row]) -> dict[int, Kind]:
    candidates = sorted(_candidates(rows), key=lambda at: at[0])
    for _, group in groupby(candidates, key=lambda at: at[0]):
        chain = _chain([part for _, part in group])
        kinds = {kind for _, _, kind in chain}
        if {"criteria", "ignored"} <= kinds and not {"initial", "continuation"} & kinds:
            return {id(row): kind or "ignored" for _, row, kind in chain}
    return _with_paths(rows)


def _with_paths(rows: Sequence[Row]) -> dict[int, Kind]:
    """Parts numbered "3.0 When the Service Is Covered, 3.1 Specific Criteria, 4.0 When ... Is Not Covered"."""
    parts: list[tuple[Row, Kind | None]] = []
    for row in rows:
        marker = row.marker
        if marker is None or marker.punctuation != "path" or marker.core.count(".") > 2:
            continue
        text = row.text[marker.length :].strip()
        kind = heading_kind(text)
        if kind == "criteria" and not _CRITERIA.search(text):
            kind = None
        if kind is not None or _may_name_a_part(text):
            parts.append((row, kind))
    kinds = {kind for _, kind in parts}
    if len(parts) < 2 or not kinds & {"criteria", "excluded"} or len(kinds - {None}) < 2:
        return {}
    return {id(row): kind or "ignored" for row, kind in parts}


# "5 Renewal. Select Health renews coverage if items 5.1 to 5.3 are satisfied."
_RUN_IN = lore.regex(r"(?P<value>\d{1,2})\s+(?P<title>[A-Z][^.;:]{2,70})\.(?:\s+(?=\S)|$)")
_NEAR = 6  # rows that the words over a list take


def run_in_parts(rows: Sequence[Row]) -> dict[int, tuple[Kind, int, int]]:
    """Return the parts whose number has no mark and whose title begins a paragraph, by the `id` of their first row:
    what they are for, and where their title and what follows it begin.

    They are told by the items below them, which bear their number: "5.1".
    """
    found = [(row, match) for row in rows if (match := _RUN_IN.match(row.text))]
    edges = [row.x0 for at, row in enumerate(rows) if (match := _RUN_IN.match(row.text)) and _is_over(rows[at:], match)]
    if len(edges) < 2:
        return {}
    parts: dict[int, tuple[Kind, int, int]] = {}
    last = 0
    for row, match in found:
        value, title = int(match["value"]), match["title"]
        if last < value <= last + 2 and abs(row.x0 - edges[0]) < 7.0 and len(title.split()) <= _LONGEST:
            parts[id(row)] = _kind_of_title(title), match.start("title"), match.end()
            last = value
    return parts


def _is_over(rows: Sequence[Row], match: re.Match[str]) -> bool:
    return any(row.text.startswith(f"{match['value']}.1 ") for row in rows[1 : _NEAR + 1])


def _kind_of_title(title: str) -> Kind:
    kinds = [heading_kind(part) for part in (title, *re.split(r"\s*[,:–-]\s+", title))]
    phases = [kind for kind in kinds if kind in PHASES]
    return next(iter(phases), None) or next(filter(None, kinds), None) or "ignored"


def _candidates(rows: Sequence[Row]) -> Iterator[tuple[Style, _Part]]:
    for row in rows:
        marker = row.marker
        if marker is None or marker.punctuation == PART:
            continue
        text = row.text[marker.length :].strip()
        kind = heading_kind(text)
        if kind == "criteria" and not _CRITERIA.search(text):
            kind = None
        if kind is None and not _may_name_a_part(text):
            continue
        for reading in marker.readings:
            if reading.kind in ("digit", "ROMAN", "upper") and not reading.doubt:
                yield (reading.kind, marker.punctuation), (reading.value, row, kind)


def _may_name_a_part(text: str) -> bool:
    words = text.rstrip(":").split()
    if not 0 < len(words) <= _LONGEST or text.rstrip().endswith((".", ";", ",")):
        return False
    return all(_TITLE_WORD.match(word) for word in words) and not names_condition(text) and not APPROVAL.search(text)


def _chain(parts: Sequence[_Part]) -> list[_Part]:
    """The parts that count up from the first; a name that says nothing must follow a known one's number at once."""
    known = [at for at in parts if at[2] is not None]
    if not known:
        return []
    left = min(row.x0 for _, row, _ in known)
    chain: list[_Part] = []
    for value, row, kind in parts:
        expected = chain[-1][0] + 1 if chain else 1
        if value != expected or row.x0 > left + 7.0:
            continue
        if kind is None and any(other[0] == value for other in known):
            continue  # a criterion that happens to bear the number
        if kind is None and not any(other[2] == "criteria" for other in chain):
            continue  # before the criteria only what is known is passed over
        chain.append((value, row, kind))
    return chain
