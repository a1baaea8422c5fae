"""Labels and the values they stand for, in every layout.

A value stands after its label on the line, right of it in the row of a table, beneath it in
a column, or after it in a run of middots. Each place is offered, nearest first; whoever asks
for a field says what such a value looks like and takes the first that does.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from extractors import lore
from extractors.denial.label_words import field_of, fields_of, label_pattern
from extractors.denial.reading import Letter, Place, Span
from extractors.denial.told import find_told


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A label and the places its value may stand, nearest first."""

    field: str  # key of labels.yaml
    label: str  # as printed, without its colon
    at: Span
    values: tuple[Span, ...]
    firm: bool  # printed with a colon, or alone in its cell: surely a label and not a word of a sentence


# dotted leaders as a scanner reads them: "DRUG... ....00. .seeeed X", "PATIENT...+,.-++..,+: X"
_LEADER = r"\.{2,}[.,:;+_!*-]*(?:\s*(?:[.,:;+_!*-]{2,}|[.,:;+_!*-]*[0oOces]{2,8}d?[.,:;+_!*-]*(?=\s|:)|[:!]))*"
_COLON = lore.regex(rf"\s*(?:[:#]|\s-\s|{_LEADER}|_{{2,}})+\s*|\s+(?:is|was|of):?\s+(?=[A-Z]*[ -]?\d)")
_NUMBERED = {"reference_number", "member_id", "group_number"}
_TOLD = {*_NUMBERED, "patient_dob"}
# over a column of a claim table these are the lines' own: "Date" is the date of service
_OF_A_LETTER = {"notice_date", "decision_date", "mailed_date", "processed_date", "patient_dob"}
_AMOUNTS = lore.regex(
    r"(?:amount |total |provider |your |plan |we |member |patient |you )*"
    r"(?:billed|charged?s?|allowed|paid|discounts?|not covered|non-?covered|denied|owed?|may owe|deductible"
    r"|co-?pay(?:ment)?|coinsurance|savings|responsibility|approved|amount)(?: amount| charges?)?",
    re.IGNORECASE,
)
_LITTER = " \t,;·|"
# What a scanner makes of a colon, a rule or a speck before a value: "! 23 NOV 1988", "'W2087 14466", "| Ana Bell"
_SPECK = lore.regex(r"(?:[^\w\s(#$¿-]\s*|I\s+(?=[A-Z][a-z]+ [A-Z]))+")
_END_OF_LEADER = lore.regex(r"\w{1,8} ?[:;]\s+")  # "CASE....." and, as a line of its own, "TTTTe : 5527810"
_SEPARATOR = lore.regex(r"\s*[·|;]\s*|\s{2,}")


def find_labels(letter: Letter) -> list[Labelled]:
    """Return every label of the letter in reading order, with the places of its value."""
    cells = _Cells(letter)
    found: list[Labelled] = []
    heads = cells.claim_heads()
    for index, place in enumerate(letter.places):
        labels = _labels_of_line(letter, cells, index, place)
        found.extend(label for label in labels if id(place.line) not in heads or label.field not in _OF_A_LETTER)
    found.extend(_told_after(letter))
    printed = {(label.field, value.start) for label in found if label.field in _TOLD for value in label.values[:1]}
    found.extend(
        Labelled(
            field=told.field,
            label=letter.text[told.at.start : told.at.end],
            at=told.at,
            values=(told.value,),
            firm=True,
        )
        for told in find_told(letter)
        if (told.field, told.value.start) not in printed
    )
    return sorted(found, key=lambda label: label.at.start)


_IS_YOUR = lore.regex(r"(?<![\w-])(?P<value>(?=[\w-]*\d)[A-Z0-9][\w-]{4,}) is (?:your|our|the|its) ")


def _told_after(letter: Letter) -> Iterator[Labelled]:
    """Yield the labels that follow their number: "PA29910038 is your request number"."""
    for match in _IS_YOUR.finditer(letter.text):
        label = label_pattern().match(letter.text, match.end())
        if label and (field := field_of(label[0])) in _NUMBERED:
            value = Span(start=match.start("value"), end=match.end("value"))
            at = Span(start=label.start(), end=label.end())
            yield Labelled(field=field, label=label[0], at=at, values=(value,), firm=True)


def values_of(
    labels: list[Labelled], letter: Letter, field: str, read: Callable[[str, bool], tuple[int, int, object] | None]
) -> Iterator[tuple[Labelled, Span, object]]:
    """Yield label, span and value of each label of the field whose value reads as one.

    `read(text, firm)` returns start and end within the text and the value, or None.
    """
    for label in labels:
        if label.field != field:
            continue
        for span in label.values:
            if got := read(letter.text[span.start : span.end], label.firm):
                start, end, value = got
                yield label, Span(start=span.start + start, end=span.start + end), value
                break


def _labels_of_line(letter: Letter, cells: "_Cells", index: int, place: Place) -> Iterator[Labelled]:
    text = letter.text[place.start : place.end]
    if alone := _NUMBER_ALONE.fullmatch(text):  # a running foot: "PA 5082-33917"
        at = Span(start=place.start, end=place.start + alone.end("label"))
        whole = Span(start=place.start, end=place.end)
        yield Labelled(field="reference_number", label=alone["label"], at=at, values=(whole,), firm=True)
        return
    marks = list(_marks(text))
    for number, (start, end, field, firm) in enumerate(marks):
        until = next((at for at, _, _, _ in marks[number + 1 :] if at >= end), len(text))
        value_start = end + (colon.end() if (colon := _COLON.match(text[end:])) else 0)
        value = text[value_start:until]
        if firm and until == len(text) and (cut := re.search(r"\s[·|]\s", value)):
            value = value[: cut.start()]
        speck = _SPECK.match(value.lstrip(_LITTER))
        lead = len(value) - len(value.lstrip(_LITTER)) + (speck.end() if speck else 0)
        stripped = value[lead:].strip(_LITTER)
        spans: list[Span] = []
        if stripped:
            begin = place.start + value_start + lead
            spans.append(_whole(letter, begin, begin + len(stripped)))
        elif until == len(text):
            if firm or start == 0:
                spans += cells.around(index, place)
            elif field in _NUMBERED and (beneath := cells.number_below(place)):
                spans.append(beneath)  # a cell of a table: "... Partners. Authorization" over "26167003318."
            if start and (follow := cells.next_in_flow(place)):
                spans.insert(0, follow)
        if spans:
            yield Labelled(
                field=field,
                label=text[start:end],
                at=Span(start=place.start + start, end=place.start + end),
                values=tuple(spans),
                firm=firm or not stripped,
            )


def _whole(letter: Letter, start: int, end: int) -> Span:
    """Take in the rest of a number that the line broke at a hyphen."""
    text = letter.text
    while end < len(text) and text[end - 1] == "-" and text[end].isalnum():
        while end < len(text) and not text[end].isspace():
            end += 1
    return Span(start=start, end=end)


def _marks(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield start, end, field and firmness of each label printed in one line."""
    colon_at = text.find(":")
    whole = text if colon_at < 0 else text[:colon_at]
    cell = colon_at >= 0 or not whole[:1].islower()  # "test." ends a paragraph
    if cell and len(whole) <= 48 and (fields := fields_of(whole)):
        # The cell up to its colon is a label as a whole, parts of it need no second look.
        for field in fields:
            yield 0, len(whole.rstrip()), field, True
        begin = len(whole)
    else:
        begin = 0
    if begin == 0 and (joined := _JOINED.match(text)) and len(fields := fields_of(joined["label"])) == 1:
        yield 0, joined.end("label"), fields[0], True  # "Referral/Authorization No. 000261519904"
        begin = joined.end("label")
    for match in label_pattern().finditer(text, begin):
        if begin and match.start() < begin + 1:
            continue
        before, after = text[: match.start()], text[match.end() :]
        colon = bool(re.match(r"\s*(?::|#|\.{3,}|_{3,})", after))
        opens = not re.search(r"\w", before) or bool(re.search(r"(?:[·|;]|\s-)\s*$", before))
        if not (colon or opens):
            # "Member ID W123 Group 555": a second label in a line needs a value that looks like one
            ends = not after.strip() and match[0][0].isupper() and field_of(match[0]) in _NUMBERED
            # "REQUEST UR-611. REQUESTING PHYSICIAN DR. MIRIAM HOLLOWAY."
            titled = bool(re.match(r"\s+D[Rr]\.? [A-Z]", after)) and field_of(match[0]) == "prescriber"
            if not (ends or titled or re.match(r"\s+(?:(?:is|was|of):? )?(?=[A-Z0-9-]*\d)", after)):
                continue
            listed = bool(re.search(r"[,(]\s*$", before)) and bool(re.match(r"\s+[A-Z]{0,4}-?\d[\w-]{3,}", after))
            if not (_strong(match[0]) or listed or titled or ends):
                continue
        if not opens and match[0] == "MD":
            continue  # "Dear Halvard Osei, MD:"
        if not colon and not before.strip() and match[0][0].islower() and not re.match(r"\s*\S*\d", after):
            continue  # "test." ends a paragraph
        if colon and not opens and re.search(r"\b(?:your|the|a|an|this|our)\s+$", before):
            continue
        # "Outpatient Surgery: Level of Care" is the title of another paper, no label of this letter's service
        if (
            not opens
            and " " not in match[0].strip()
            and re.search(r"[A-Z][\w-]+ $", before)
            and field_of(match[0]) == "service"
        ):
            continue
        if field := field_of(match[0]):
            numbered = field in _NUMBERED and bool(re.search(r"(?:#|\bno\.?|number)\s*$", match[0], re.IGNORECASE))
            yield match.start(), match.end(), field, colon or (opens and (numbered or not after.strip()))


_NUMBER_ALONE = lore.regex(r"(?P<label>PA|UM|UR) (?=\d{4,}-\d|\d{7})[\d-]+")
# two labels joined by a slash, and a number after them in the same cell
_JOINED = lore.regex(
    r"\W*(?P<label>[A-Za-z][A-Za-z -]{1,24}/[A-Za-z -]{2,24}(?:[Nn]umber|[Nn]o\.|NO\.|NUMBER|ID|#))"
    r"\s*(?=[A-Z]{0,4}-? ?\d)"
)


def _strong(printed: str) -> bool:
    """Whether the label cannot be a word of a sentence: it has two words, or is an id label in capitals."""
    return (
        " " in printed.strip()
        or printed.isupper()
        or printed.lower() in {"born", "dob", "id", "grp", "ndc", "reference"}
    )


class _Cells:
    """Neighbours of a line: right of it in its row, beneath it in its column."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self._columns: dict[tuple[int, int], int] = {}
        self.by_line = {id(place.line): place for place in letter.places}
        self.rows: dict[int, list[Place]] = {}
        for page in letter.pages:
            for row in page.rows:
                places = [self.by_line[id(line)] for line in row]
                for place in places:
                    self.rows[id(place.line)] = places

    def claim_heads(self) -> set[int]:
        """Return the lines (by identity) that head the columns of a table of claim lines."""
        return {
            id(place.line)
            for row in {id(row): row for row in self.rows.values()}.values()
            if len(row) >= 4 and sum(bool(_AMOUNTS.fullmatch(place.line.text.strip())) for place in row) >= 2
            for place in row
        }

    def around(self, index: int, place: Place) -> list[Span]:
        """Return the cells right of and beneath a label that stands alone, unless they are labels too."""
        found = []
        row = self.rows[id(place.line)]
        right = [other for other in row if other.line.box.x0 > place.line.box.x0 and other is not place]
        below = self.below(place)
        if below and self._is_label(below):
            below = None
        colon = place.line.text.rstrip().endswith(":")
        if below and right and not colon and self._column(place) >= 0 and self._heads(right[0], below):
            right = []  # two headings side by side: the value stands beneath
        if right and not self._is_label(right[0]):
            found.append(self._cell(right[0], leader=place.line.text.rstrip(" :").endswith("..")))
        if below:
            found.insert(0 if self._stacked(place) else len(found), self._cell(below))
        return found

    def _stacked(self, place: Place) -> bool:
        """Whether the labels of this column stand above their values."""
        return self._column(place) > 1

    def _column(self, place: Place) -> int:
        """Return by what is beneath most labels of the column how it reads: > 0 values, < 0 the next labels."""
        column = (place.page.number, round(place.line.box.x0 / 6))
        if column not in self._columns:
            self._columns[column] = self._votes(place)
        return self._columns[column]

    def _votes(self, place: Place) -> int:
        votes = 0
        for other in self.letter.places:
            if other.page is not place.page or abs(other.line.box.x0 - place.line.box.x0) > 6:
                continue
            text = self.letter.text[other.start : other.end]
            if not fields_of(text.rstrip(" :")):
                continue
            below = self.below(other)
            if below is not None and abs(below.line.box.x0 - other.line.box.x0) <= 6:
                votes += -1 if self._is_label(below) else 1
        return votes

    def _heads(self, right: Place, below: Place) -> bool:
        """Whether the cell at the right is a heading too: short, with a cell of the next row beneath it."""
        under = self.below(right)
        near = (
            under is not None
            and under is not below
            and abs(under.line.box.top - below.line.box.top) < 1.5 * below.line.box.height
        )
        return near and not re.search(r"\d", right.line.text) and len(right.line.words) <= 5

    def below(self, place: Place) -> Place | None:
        """Return the line right beneath, in the same column."""
        box = place.line.box
        under = [
            other
            for other in self.letter.places
            if other.page is place.page
            and 0 < other.line.box.top - box.top < 2.6 * box.height + 4
            and other.line.box.top > box.bottom - 0.5 * box.height
            and (abs(other.line.box.x0 - box.x0) < 1.5 * box.height or _overlap(other, place) > 0.5)
        ]
        return min(under, key=lambda other: (other.line.box.top, abs(other.line.box.x0 - box.x0)), default=None)

    def number_below(self, place: Place) -> Span | None:
        """Return the cell beneath that is a number and nothing else."""
        below = self.below(place)
        printed = below.line.text if below else ""
        return self._cell(below) if below and re.fullmatch(r"[A-Z0-9-]*\d[\w-]{4,}\.?", printed) else None

    def next_in_flow(self, place: Place) -> Span | None:
        """Return what follows the line in its block, up to the next separator."""
        block = self.letter.blocks[place.block]
        rest = self.letter.text[place.end : block.end]
        piece = re.match(r"\s*((?:(?!\s-\s)[^·|]){1,80})", rest)
        if not piece or not piece[1].strip():
            return None
        return Span(start=place.end + piece.start(1), end=place.end + piece.start(1) + len(piece[1].rstrip()))

    def _is_label(self, place: Place) -> bool:
        text = self.letter.text[place.start : place.end]
        head = text.split(":", 1)[0]
        return bool(fields_of(head)) and (":" in text or len(head) == len(text))

    def _cell(self, place: Place, leader: bool = False) -> Span:
        speck = _SPECK.match(self.letter.text, place.start, place.end) or (
            _END_OF_LEADER.match(self.letter.text, place.start, place.end) if leader else None
        )
        start = speck.end() if speck and speck.end() < place.end else place.start
        end = place.end
        for other in self.rows[id(place.line)]:
            # a line that the engine cut between two words: "Ferdinand" "Oyelaran-Cruz, MD"
            near = -1 <= other.line.box.x0 - self.letter.place_at(end - 1).line.box.x1 < 0.5 * place.line.box.height
            if other.start == end + 1 and near:
                end = other.end
        return _whole(self.letter, start, end)


def _overlap(one: Place, other: Place) -> float:
    a, b = one.line.box, other.line.box
    return (min(a.x1, b.x1) - max(a.x0, b.x0)) / max(1.0, min(a.width, b.width))
