"""Boxes before the lines of a check list, and which of them are ticked.

A text layer prints them as glyphs; an engine reads what is left of them: "[J", "(]", "[xX]", "iE}".
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from extractors.denial.reading import Letter


class Tick(StrEnum):
    """State of the box before a line."""

    TICKED = "ticked"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    start: int
    end: int
    tick: Tick
    group: int


@dataclass(frozen=True, slots=True)
class Boxes:
    """The items of the check lists of a letter."""

    items: tuple[_Item, ...]

    def state(self, start: int, end: int) -> Tick | None:
        """Return the state of the box whose line holds start..end, None outside of a check list."""
        mine = [item for item in self.items if item.start < end and start < item.end]
        if not mine:
            return None
        states = {item.tick for item in mine}
        return mine[0].tick if len(states) == 1 else Tick.UNKNOWN

    def any_ticked(self, at: int) -> bool:
        """Whether a box of the list that holds the character is surely ticked."""
        group = next((item.group for item in self.items if item.start <= at < item.end), None)
        return any(item.tick is Tick.TICKED and item.group == group for item in self.items)

    def words_after(self, text: str, start: int, end: int) -> int:
        """Return where the words start of a quotation that opens with the box of its line."""
        if not any(item.start <= start < item.end for item in self.items):
            return start
        box = re.match(r"\s*(?:[\[(]\s(?:[xXvV]\s)?[\])]|\S+)\s+", text[start:end])
        if box and tick_of("".join(box[0].split())) is not None:
            return start + box.end()
        return start


_TICKED_GLYPHS = "\u2611\u2612\u2713\u2714\u2717\u2718\u25a0\u25fc\u2716"
_EMPTY_GLYPHS = "\u2610\u25a1\u25fb\u2751\u274f"
_BRACKETS = "[](){}|"
# "(1)", "(a)", "[2]", "iv)" number a list; "(x)" and "(v)" do not
_NUMBERS = re.compile(r"[(\[]?(?:\d{1,2}|[a-uwyzA-UWYZ]|[ivIV]{2,4})[)\].]$")


def tick_of(token: str) -> Tick | None:
    """Return what the first mark of a line says, None where it is no box."""
    if any(char in _TICKED_GLYPHS for char in token):
        return Tick.TICKED
    if any(char in _EMPTY_GLYPHS for char in token):
        return Tick.EMPTY
    if len(token) > 4 or not any(char in _BRACKETS for char in token) or _NUMBERS.match(token):
        return None
    inside = token.strip(_BRACKETS + ".,:;")
    if re.fullmatch(r"[xX\u00d7*]{1,2}|[vV/]", inside):
        return Tick.TICKED
    if re.fullmatch(r"[_\s-]*|[J1lI]", inside) and token[0] in "[({|":
        return Tick.EMPTY
    return Tick.UNKNOWN


def read_boxes(letter: Letter) -> Boxes:
    """Return the check lists of the letter: runs of lines of which two or more begin with a box.

    A line between them that begins with none goes on with the line above where that one was
    full; else its own box was lost, and it cannot be told whether it was ticked.
    """
    marks: list[Tick | None] = []
    for place in letter.places:
        words = letter.text[place.start : place.end].split()
        token = words[0] if words else ""
        if token in ("[", "(") and len(words) > 2:  # "[ ] text" and "[ X ] text" come as several words
            token = "".join(words[: 3 if words[1].upper() in ("X", "V") else 2])
        marks.append(tick_of(token))
    items: list[_Item] = []
    last, group = -10, 0
    for index, tick in enumerate(marks):
        if tick is None:
            continue
        gap = index - last
        if gap > 5 or letter.places[index].page is not letter.places[last].page:
            group += 1
        elif gap > 1:
            for between in range(last + 1, index):
                place, above = letter.places[between], letter.places[between - 1]
                goes_on = above.end not in letter.stops and place.block == above.block
                items.append(_item(letter, between, items[-1].tick if goes_on else Tick.UNKNOWN, group))
        items.append(_item(letter, index, tick, group))
        last = index
    marked = {letter.places[index].start for index, tick in enumerate(marks) if tick is not None}
    lists = Counter(item.group for item in items if item.start in marked)
    return Boxes(tuple(item for item in items if lists[item.group] > 1))


def _item(letter: Letter, index: int, tick: Tick, group: int) -> _Item:
    place = letter.places[index]
    return _Item(start=place.start, end=place.end, tick=tick, group=group)
