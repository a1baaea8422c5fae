"""The lines of a claim in an explanation of benefits, and which of them were denied."""

import re
from dataclasses import dataclass

from extractors.denial.reading import Letter, Place, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One billed service: a row of the table."""

    cells: tuple[Span, ...]  # left to right
    service: Span | None  # its description
    denied: bool


_MONEY = re.compile(r"\$? ?-?\d{1,3}(?:,\d{3})*\.\d{2}\b")
_DESCRIPTION = re.compile(r"[A-Za-z][A-Za-z/&,.'() -]*[A-Za-z)](?: \d[A-Za-z ]*)?")
# "T14 - Denied. This claim was ...", "K4 (CARC 4, group CO): Denied.", "PR-27 EXPENSES INCURRED AFTER ..."
_NOTE = re.compile(
    r"[^\w]*(?P<note>[A-Z]{0,3}[ -]?\d{1,3}[A-Z]?|[A-Z]{1,2})(?P<carc>\s*\([^)]{2,40}\))?(?:\s*[-:.=)]\s*|\s+)"
    r"(?P<text>[A-Z][^\n]{8,})"
)
_DENIES = re.compile(
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
    places = {id(place.line): place for place in letter.places}
    found = []
    for page in letter.pages:
        for row in page.rows:
            cells = [places[id(line)] for line in row]
            text = " ".join(letter.text[cell.start : cell.end] for cell in cells)
            amounts = [float(re.sub(r"[^\d.]", "", amount)) for amount in _MONEY.findall(text)]
            if len(amounts) < 2 or re.match(r"\W*(?:sub)?totals?\b", text, re.IGNORECASE):
                continue
            noted = any(re.search(rf"(?:^|[\s,;(]){re.escape(note)}(?:$|[\s,;)])", text) for note in notes)
            unpaid = amounts[0] > 0 and len(amounts) >= 3 and not any(amounts[2:]) and bool(notes)
            found.append(
                ClaimLine(
                    cells=tuple(Span(start=cell.start, end=cell.end) for cell in cells),
                    service=_description(letter, cells),
                    denied=noted or (unpaid and not notes) or bool(re.search(r"\bdenied\b", text, re.IGNORECASE)),
                )
            )
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
