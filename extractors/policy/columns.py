"""Criteria in a table of two columns, "Drug | Medical necessity": left cells become headings of what is beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractors import lore
from extractors.evidence import Line, Page, enclose
from extractors.policy.headings import PHASES, Kind, heading_kind
from extractors.policy.rows import Row
from extractors.policy.shapes import CONTINUED, DANGLING
from extractors.policy.spacing import parts_rows, pitch_of

_LEFT = lore.regex(
    r"(?:drugs?|agents?|medications?|products?|brand(?: name)?|services?|procedures?|tests?|devices?|indications?|"
    r"modules?|#|no\.?|nr\.?|item|criterion (?:no\.?|number|#)|"
    r"conditions?|diagnos[ei]s|uses?|disease|therapy|treatment)(?:\(s\))?(?: name| class)?s?",
    re.I,
)
_COUNTS = lore.regex(r"#|no\.?|nr\.?|item|criterion (?:no\.?|number|#)", re.I)  # over a column of numbers
# "PA" beside the criteria of a prior authorization, the number of a row
_TELLS_NOTHING = lore.regex(r"PA|ST|QL|PA ?(?:/|with) ?(?:ST|QL)|prior authorization|step therapy|\d{1,2}\.?", re.I)
_REFUSED = lore.regex(
    r"(?:is |are )?(?:not (?:covered|approved|authorized|recommended)|excluded|non-?covered)\.?", re.I
)
_SLACK = 10.0  # points by which a cell may stand left of its column


@dataclass
class _Record:
    """A row of the table: what stands left, and right of it line by line."""

    left: list[Line] = field(default_factory=list)
    right: list[Row] = field(default_factory=list)


def unfold(rows: Sequence[Row]) -> tuple[list[Row], dict[int, Kind | None]]:
    """Return the rows with each such table read column by column, and the kinds of the headings made of left cells.

    The kinds stand by the `id` of their row; None: the cell names a drug, a service or a condition.
    """
    found: list[Row] = []
    headings: dict[int, Kind | None] = {}
    heads: set[str] = set()
    at = 0
    pitch = pitch_of(rows)
    while at < len(rows):
        if at + 1 < len(rows) and (whole := _wrapped_head(rows[at], rows[at + 1])):
            rows = [*rows[:at], whole, *rows[at + 2 :]]
        if (
            len(rows[at].lines) > 1
            and _COUNTS.fullmatch(rows[at].lines[0].text.strip())
            and _counts_below(rows[at + 1 :])
        ):
            rows = [*rows[: at + 1], *_without_asides(rows[at], rows[at + 1 :])]
            at += 1  # a table that counts its criteria is the list itself
            continue
        head = _head_of(rows[at])
        if head is None:
            found.append(rows[at])
            at += 1
            continue
        kind, edge = head
        again = rows[at].text in heads and bool(headings)
        heads.add(rows[at].text)
        records, taken = _records(rows[at + 1 :], edge, pitch, again)
        if len(rows[at].lines) > 2:
            for heading, spoken, body in _read_wide(rows[at], records):
                if heading is not None:
                    headings[id(heading)] = spoken
                    found.append(heading)
                found += body
            at += 1 + taken
            continue
        for heading, is_criteria, body in _read(rows[at], records, kind):
            if _goes_on(heading, found, headings):
                found += body
                continue
            spoken = heading_kind(heading.text)
            headings[id(heading)] = (spoken if spoken in PHASES else None) if is_criteria else "excluded"
            found += [heading, *body]
        at += 1 + taken
    return found, headings


# over a column that says how a criterion is shown, and not what it is
_ASIDE = lore.regex(
    r".*\b(?:document\w*|show|shown|evidence|source|proof|records?|where|pages?|met|yes|no|comments?|reference|attach\w*|"
    r"notes?|check)\b.*",
    re.I,
)


def _without_asides(head: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows of a table that counts its criteria without the cells under "Documentation" right of them."""
    edges = [line.box.x0 for line in head.lines[2:] if _ASIDE.fullmatch(line.text.strip())]
    if not edges:
        return list(rows)
    found: list[Row] = []
    for at, row in enumerate(rows):
        if len(row.lines) == 1 and row.x0 < head.lines[1].box.x0 - _SLACK and row.marker is None:
            return [*found, *rows[at:]]  # a line across the columns ends the table
        if kept := tuple(line for line in row.lines if line.box.x0 < edges[0] - _SLACK):
            found.append(replace(row, lines=kept))
    return found


def _counts_below(rows: Sequence[Row]) -> bool:
    """Whether the next rows with a left cell bear numbers: "1" and "2" of one list."""
    left = [row.lines[0].text.strip(" .)") for row in rows[:12] if len(row.lines) > 1]
    return left[:1] in (["1"], ["A"], ["a"], ["i"]) and any(at in ("2", "B", "b", "ii") for at in left[1:3])


def _wrapped_head(head: Row, below: Row) -> Row | None:
    """The head of a table whose cells run over two lines, "Renewal" over "criteria", as one row; None: it does not."""
    if len(head.lines) < 2 or not _LEFT.fullmatch(head.lines[0].text.strip()) or below.marker:
        return None
    under = {round(line.box.x0): line for line in below.lines}
    if not all(re.match(r"[a-z]", line.text) for line in below.lines):
        return None
    if not set(under) <= {round(line.box.x0) for line in head.lines}:
        return None
    lines = [_with_words(line, under.get(round(line.box.x0))) for line in head.lines]
    whole = replace(head, lines=tuple(lines))
    return whole if _head_of(whole) else None


def _with_words(line: Line, more: Line | None) -> Line:
    if more is None:
        return line
    words = (*line.words, *more.words)
    return Line(words=words, box=enclose(word.box for word in words))


def _goes_on(cell: Row, found: Sequence[Row], headings: dict[int, Kind | None]) -> bool:
    """Whether a left cell is that of the row above over a page break: "Zeposia (cont.)" after "Zeposia (ozanimod)"."""
    if not cell.lines:
        return True
    match = CONTINUED.search(cell.text)
    above = next((row for row in reversed(found) if id(row) in headings), None)
    if match is None or above is None:
        return False
    said = cell.text[: match.start()].strip(" .:–-").lower()
    return not said or above.text.lower().startswith(said)


def _head_of(row: Row) -> tuple[Kind, float] | None:
    """The kind of the right column and its left edge, if the row heads such a table."""
    if len(row.lines) < 2 or not _LEFT.fullmatch(row.lines[0].text.strip()):
        return None
    if len(row.lines) > 2:
        kinds = [heading_kind(line.text) for line in row.lines[1:]]
        told = set(kinds) <= {"criteria", "initial", "continuation", "duration"} and set(kinds) != {"duration"}
        return ("criteria", row.lines[1].box.x0) if told else None
    kind = heading_kind(row.lines[1].text)
    return (kind, row.lines[1].box.x0) if kind in ("criteria", "excluded", "initial", "continuation") else None


def _records(rows: Sequence[Row], edge: float, pitch: float | None, again: bool) -> tuple[list[_Record], int]:
    """Return the rows of the table, and how many rows they take; `again`: its head was repeated on a new page."""
    records: list[_Record] = []
    taken, beside = 0, False
    for row in rows:
        left = [line for line in row.lines if line.box.x1 <= edge and line.box.x0 < edge - _SLACK]
        right = [line for line in row.lines if line.box.x0 >= edge - _SLACK]
        if len(left) + len(right) < len(row.lines) or _head_of(row):
            break  # a line across both columns ends the table
        if left and not right and (not beside or _begins_text(row)):
            break  # and so does a cell with nothing beside it
        if left and right and _begins_record(records, row.page, left, Row(row.page, tuple(right)), beside, pitch):
            records.append(_Record())
        if not records and right and not left and again:
            records.append(_Record())  # its left cell stands on the page before
        if not records:
            break
        beside = bool(left)
        records[-1].left += left
        if right:
            records[-1].right.append(Row(row.page, tuple(right)))
        taken += 1
    return records, taken


def _begins_text(row: Row) -> bool:
    """Whether a row in the left column is no more of its cell: a heading or an item below the table."""
    return heading_kind(row.text) is not None or row.marker is not None


def _begins_record(
    records: Sequence[_Record], page: Page, left: Sequence[Line], right: Row, beside: bool, pitch: float | None
) -> bool:
    """Whether a row with both cells begins a row of the table: the right one stands apart, or begins a text.

    Not where the left cell goes on: in lower case, in brackets, or close under its last line.
    """
    last = records[-1].right[-1] if records else None
    if last is None:
        return True
    if heading_kind(left[0].text) in PHASES or (_REFUSED.fullmatch(last.text) and re.match(r"[A-Z]", left[0].text)):
        return True
    if last.page is page and re.match(r"[a-z(]", left[0].text):
        return False
    close = beside if pitch is None else _is_close(page, records[-1].left, left, pitch)
    if last.page is page and close:
        return last.text.endswith(".") and not _counts_on(right) and _had_room(records, left)
    if last.page is right.page and pitch is not None and parts_rows(last, right, pitch):
        return True
    return not beside and not DANGLING.search(last.text) and re.match(r"[A-Z•\d]", right.text) is not None


def _is_close(page: Page, above: Sequence[Line], left: Sequence[Line], pitch: float) -> bool:
    return bool(above) and not parts_rows(Row(page, (above[-1],)), Row(page, tuple(left)), pitch)


def _counts_on(right: Row) -> bool:
    marker = right.marker
    return marker is not None and all(at.value > 1 or at.kind == "bullet" for at in marker.readings)


def _had_room(records: Sequence[_Record], left: Sequence[Line]) -> bool:
    """Whether the first word of the left cell would have fitted on the line above it, which was broken on purpose."""
    right_edge = max(line.box.x1 for record in records for line in record.left)
    return records[-1].left[-1].box.x1 + left[0].words[0].box.width + 3 < right_edge


def _read_wide(head: Row, records: Sequence[_Record]) -> Iterator[tuple[Row | None, Kind | None, list[Row]]]:
    """Each record of "Condition | Initial criteria | Renewal criteria | Duration", column by column."""
    edges = [line.box.x0 - _SLACK for line in head.lines[1:]]
    for record in records:
        yield Row(record.right[0].page, tuple(record.left)), None, []
        for at, title in enumerate(head.lines[1:]):
            until = edges[at + 1] if at + 1 < len(edges) else float("inf")
            cells = [
                Row(row.page, lines)
                for row in record.right
                if (lines := tuple(line for line in row.lines if edges[at] <= line.box.x0 < until))
            ]
            kind = heading_kind(title.text)
            if kind == "duration" and cells:
                yield None, None, [Row(cells[0].page, (title, *(line for cell in cells for line in cell.lines)))]
            elif cells:
                yield (None if kind == "criteria" else Row(head.page, (title,))), kind, cells


def _read(head: Row, records: Sequence[_Record], kind: Kind) -> Iterator[tuple[Row, bool, list[Row]]]:
    for record in records:
        page = record.right[0].page
        if _REFUSED.fullmatch(" ".join(row.text for row in record.right)):
            yield Row(page, record.right[0].lines), False, [Row(page, tuple(record.left))]
        elif _TELLS_NOTHING.fullmatch(" ".join(line.text for line in record.left).strip()):
            yield Row(head.page, head.lines[1:]), True, record.right
        elif kind == "excluded":
            yield Row(head.page, head.lines[1:]), False, record.right
        else:
            yield Row(page, tuple(record.left)), True, record.right
