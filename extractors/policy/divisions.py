"""Numbered parts of the document ("1. Background", "2. Coverage Criteria"), which number no criterion."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from extractors.policy.headings import Kind, heading_kind
from extractors.policy.heads import APPROVAL, names_condition
from extractors.policy.markers import marker_of
from extractors.policy.rows import Row

_LONGEST = 8  # words of the name of a part
_TITLE_WORD = re.compile(r"[A-Z(\d&/–-]|(?:and|or|of|the|for|to|in|with|by|on|a|an)\b")
# criteria are a part of the document only under such a name; "2. Diagnosis" may be a criterion
_CRITERIA = re.compile(r"\b(?:criteri|polic|guideline|coverage|necess|authorization|indication)", re.I)

Style = tuple[str, str]  # kind and punctuation of a marker
_Part = tuple[int, Row, Kind | None]  # value of the marker


def divisions_of(rows: Sequence[Row]) -> dict[int, Kind]:
    """Return what each numbered part of the document is for, by the `id` of the row that heads it.

    A payer who numbers "1. Background, 2. Coverage Criteria, 3. References" counts his criteria from the level below.
    "I. Initial approval criteria, II. Continued therapy" are no such parts: their criteria are cited with the "I".
    """
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
        marker = marker_of(row.text)
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


def _candidates(rows: Sequence[Row]) -> Iterator[tuple[Style, _Part]]:
    for row in rows:
        marker = marker_of(row.text)
        if marker is None:
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
