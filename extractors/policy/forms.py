"""Criteria under a form of labelled fields: "Diagnosis | Type 2 diabetes", "Therapy Stage | Initial Authorization"."""

import re
from collections.abc import Sequence

from extractors import lore
from extractors.evidence import Line, Word, enclose
from extractors.policy.headings import PHASES, Kind, heading_kind
from extractors.policy.rows import Row

_FIELDS = {
    "use": lore.regex(r"(?:diagnosis|indication|condition)s?:?", re.I),
    "phase": lore.regex(r"(?:therapy stage|request type|review type|authorization type|type of request|stage):?", re.I),
    "duration": lore.regex(r"(?:approval|authorization) (?:length|duration|period):?", re.I),
    "product": lore.regex(r"(?:product|drug|medication|brand)(?: names?)?(?:\(s\))?:?", re.I),
    "other": lore.regex(r"(?:guideline type|product names?|formulary|guideline name|benefit|quantity limit)\b.*", re.I),
}
_FEWEST = 2  # fields with meaning that make a form


def unform(rows: Sequence[Row]) -> tuple[list[Row], dict[int, Kind | None], dict[int, str]]:
    """Return the rows with each form made into headings over its criteria, and by the `id` of their row
    the kinds of the headings and the products that the form names."""
    found: list[Row] = []
    headings: dict[int, Kind | None] = {}
    products: dict[int, str] = {}
    at = 0
    while at < len(rows):
        fields, taken = _form_at(rows[at:])
        if not taken:
            found.append(rows[at])
            at += 1
            continue
        at += taken
        product = fields["product"].text if "product" in fields else ""
        if (phase := fields.get("phase")) is not None:
            headings[id(phase)], products[id(phase)] = heading_kind(phase.text), product
            found.append(phase)
        if (use := fields.get("use")) is not None:
            headings[id(use)], products[id(use)] = None, product
            found.append(use)
        if (duration := fields.get("duration")) is not None:
            found.append(duration)
        if at < len(rows) and heading_kind(rows[at].text) == "criteria":
            at += 1
    return found, headings, products


def _parted(row: Row) -> Row:
    """A field of an export without columns, "Approval Length 12 month(s)", as its label and its value."""
    if len(row.lines) > 1 or len(row.lines[0].words) < 3:
        return row
    words = row.lines[0].words
    for at in (2, 1):
        label = " ".join(word.text for word in words[:at])
        if any(name != "other" and pattern.fullmatch(label) for name, pattern in _FIELDS.items()):
            return Row(row.page, (_line(words[:at]), _line(words[at:])))
    return row


def _line(words: Sequence[Word]) -> Line:
    return Line(words=tuple(words), box=enclose(word.box for word in words))


def _form_at(rows: Sequence[Row]) -> tuple[dict[str, Row], int]:
    fields: dict[str, Row] = {}
    taken = 0
    for row in map(_parted, rows):
        name = next((name for name, label in _FIELDS.items() if label.fullmatch(row.lines[0].text.strip())), None)
        if name is None or (len(row.lines) < 2 and name != "other"):
            break
        right = Row(row.page, row.lines[1:])
        if name == "phase" and heading_kind(right.text) not in PHASES:
            break
        if name != "other":
            fields[name] = row if name == "duration" else right
        taken += 1
    return (fields, taken) if len(fields.keys() - {"product"}) >= _FEWEST else ({}, 0)
