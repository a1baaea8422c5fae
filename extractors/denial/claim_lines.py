"""The lines of a claim in an explanation of benefits, and which of them were denied."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors import lore
from extractors.denial.reading import Letter, Place, Span
from extractors.evidence import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One billed service: a row of the table."""

    cells: tuple[Span, ...]  # left to right
    service: Span | None  # its description
    denied: bool


_MONEY = lore.regex(r"\$? ?-?\d{1,3}(?:,\d{3})*\.\d{2}\b")
_DESCRIPTION = lore.regex(r"[A-Za-z][A-Za-z/&,.'() -]*[A-Za-z)](?: \d[A-Za-z ]*)?")
# "T14 - Denied. This claim was ...", "K4 (CARC 4, group CO): Denied.", "PR-27 EXPENSES INCURRED AFTER ..."
_NOTE = lore.regex(
    r"[^\w]*(?P<note>[A-Z]{0,3}[ -]?\d{1,3}[A-Z]?|[A-Z]{1,2})(?P<carc>\s*\([^)]{2,40}\))?(?:\s*[-:.=)]\s*|\s+)"
    r"(?P<text>[A-Z][^\n]{8,})"
)
_DENIES = lore.regex(
    r"\bdenied\b|\bnot (?:a )?covered\b|\bnot (?:payable|paid|eligible|allowed|certified)\b|\bcannot (?:pay|be paid)\b"
    r"|\bnon-?covered\b|"
    r"\bnot medically necessary\b|\bexcluded\b|\btimely filing\b|\bfiling limit\b|\babsent\b|\bno (?:prior "
    r")?authorization\b|\bnot authorized\b",
    re.IGNORECASE,
)


def find_claim_lines(letter: Letter) -> list[ClaimLine]:
    """Return the rows with amounts, in order; denied are those whose note says so, or that pay nothing of a charge."""
    notes = {
        note
        for note, text in _notes(letter)
        if _DENIES.search(text[:240]) and not re.search(r"\bif\b|nothing", text[:60], re.IGNORECASE)
    }
    refuses = bool(_DENIES.search(letter.text))
    places = {id(place.line): place for place in letter.places}
    found = []
    for page in letter.pages:
        columns = _Columns({})
        page_rows = list(page.rows)
        for number, row in enumerate(page_rows):
            columns = _heads(row) or columns
            cells = [places[id(line)] for line in row]
            text = " ".join(letter.text[cell.start : cell.end] for cell in cells)
            amounts = [float(re.sub(r"[^\d.]", "", amount)) for amount in _MONEY.findall(text)]
            if len(amounts) < 2 or re.match(r"\W*(?:sub)?totals?\b", text, re.IGNORECASE):
                continue
            charge = columns.read(row)
            noted = any(re.search(rf"(?:^|[\s,;(]){re.escape(note)}(?:$|[\s,;)])", text) for note in notes)
            unpaid = amounts[0] > 0 and len(amounts) >= 3 and not any(amounts[2:]) and bool(notes)
            card = [places[id(line)] for line in _card_above(page_rows, number)] if _IN_A_CARD.match(text) else []
            found.append(
                ClaimLine(
                    cells=tuple(
                        Span(start=cell.start, end=cell.end)
                        for cell in [*card, *cells, *(places[id(line)] for line in _runs_on(page_rows, number))]
                    ),
                    service=_description(letter, card[:1] or cells),
                    denied=noted
                    or (unpaid and not notes)
                    or charge.refused
                    or (charge.unpaid and refuses)
                    or bool(re.search(r"\bdenied\b", text, re.IGNORECASE))
                    or (bool(card) and bool(re.search(r"\bnot paid\b|\brejected\b", text, re.IGNORECASE))),
                )
            )
    return found


# "Billed $96.00 Allowed $0.00 We paid $0.00": a line of the claim set as a card, its amounts beneath its name
_IN_A_CARD = lore.regex(
    r"\W*(?:(?:amount |you were )?(?:billed|charged?)|charge|provider billed)\b:? *\$", re.IGNORECASE
)


def _card_above(rows: Sequence[Sequence[Line]], number: int) -> list[Line]:
    """Return the lines of a card above its amounts, the name of the service first."""
    found: list[Line] = []
    below = rows[number]
    for row in reversed(rows[max(0, number - 4) : number]):
        near = below[0].box.top - row[0].box.bottom < 0.9 * row[0].box.height
        heads = re.match(r"\W*(?:claim|patient|provider)\b", row[0].text, re.IGNORECASE)
        if (
            not near
            or heads
            or any(_MONEY.search(line.text) for line in row)
            or abs(row[0].box.x0 - below[0].box.x0) > 6
        ):
            break
        found[:0] = row
        below = row
    return found


# What heads a column of amounts, by what it says of the charge
_HEADS = {
    "billed": r"(?:\w+ )?(?:billed|charged?s?|submitted)(?: amount| charges?)?|amount (?:billed|charged)|charges?",
    "refused": r"(?:amount )?(?:not|non)[ -]?(?:covered|allowed|payable)(?: amount| charges?)?|ineligible(?: amount)?"
    r"|(?:amount )?denied(?: amount)?|disallowed|excluded",
    "allowed": r"(?:amount |plan )?(?:allowed|eligible|approved|covered)(?: amount| charges?)?",
    "paid": r"(?:plan |we |amount |amount we |your plan |benefits? |health plan )*paid(?: by (?:plan|us|your plan))?"
    r"(?: amount)?|(?:plan )?(?:payment|pays|benefit)|our payment",
    "shared": r"(?:your )?(?:deductible|co-?pay(?:ment)?|co-?insurance|cost share|discount"
    r"|other insurance)(?: amount)?",
}
_HEAD_PATTERNS = {kind: lore.regex(pattern, re.IGNORECASE) for kind, pattern in _HEADS.items()}


@dataclass(frozen=True, slots=True)
class _Charge:
    """The amounts of one line by column, as far as the columns are known."""

    amounts: dict[str, float]

    @property
    def refused(self) -> bool:
        """Whether the whole charge was refused: nothing allowed of it, and nothing paid."""
        billed = self.amounts.get("billed", 0.0)
        nothing = self.amounts.get("refused", -1.0) >= billed or self.amounts.get("allowed", 1.0) == 0.0
        return billed > 0 and nothing and self.amounts.get("paid", 0.0) == 0.0

    @property
    def unpaid(self) -> bool:
        """Whether nothing was paid of a charge, in a table that shows no other column it may have gone to."""
        bare = not {"allowed", "refused", "shared"} & self.amounts.keys()
        return bare and self.amounts.get("billed", 0.0) > 0 and self.amounts.get("paid") == 0.0


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of amounts stand: kind -> left and right edge."""

    edges: dict[str, tuple[float, float]]

    def read(self, row: Sequence[Line]) -> _Charge:
        """Return the amounts of a row, each under the heading that it overlaps."""
        amounts = {}
        for word in (word for line in row for word in line.words):
            if not _MONEY.fullmatch(word.text.strip("()-")):
                continue
            for kind, (left, right) in self.edges.items():
                if min(right, word.box.x1) - max(left, word.box.x0) > 0.3 * min(right - left, word.box.width):
                    amounts[kind] = float(re.sub(r"[^\d.]", "", word.text))
        return _Charge(amounts)


def _heads(row: Sequence[Line]) -> _Columns | None:
    """Return the columns that a row of headings opens, None if it is none."""
    edges = {
        kind: (line.box.x0, line.box.x1)
        for line in row
        for kind, pattern in _HEAD_PATTERNS.items()
        if pattern.fullmatch(line.text.strip(" :*"))
    }
    return _Columns(edges) if len(edges) >= 2 and "billed" in edges else None


def _runs_on(rows: Sequence[Sequence[Line]], number: int) -> list[Line]:
    """Return the lines beneath a row that go on with its description: no amounts, under one of its cells."""
    found: list[Line] = []
    bottom = max(line.box.bottom for line in rows[number])
    for below in rows[number + 1 : number + 3]:
        height = below[0].box.height
        text = " ".join(line.text for line in below)
        under = any(abs(below[0].box.x0 - line.box.x0) < height for line in rows[number][1:])
        if len(below) > 1 or _MONEY.search(text) or not under or below[0].box.top - bottom > 0.7 * height:
            break
        found += below
        bottom = below[0].box.bottom
    return found


def _notes(letter: Letter) -> list[tuple[str, str]]:
    """Return each note of the remarks and its words, up to the next note."""
    found: list[tuple[str, str]] = []
    block = None
    for place in letter.places:
        line = letter.text[place.start : place.end]
        if match := _NOTE.match(line):
            found.append((match["note"], match["text"]))
        elif found and place.block == block:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
        else:
            continue
        block = place.block
    return found


def _description(letter: Letter, cells: list[Place]) -> Span | None:
    """Return the longest words of the row: not its date, codes and amounts."""
    best: Span | None = None
    for cell in cells:
        text = _MONEY.sub(lambda match: " " * len(match[0]), letter.text[cell.start : cell.end])
        for match in _DESCRIPTION.finditer(text):
            if len(match[0]) > (best.end - best.start if best else 3):
                best = Span(start=cell.start + match.start(), end=cell.start + match.end())
    return best
