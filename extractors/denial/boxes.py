"""Boxes before the lines of a check list, and which of them are ticked.

A text layer prints them as glyphs; an engine reads what is left of them: "[J", "(]", "[xX]", "iE}".
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from extractors import lore
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

    def any_lost(self, at: int) -> bool:
        """Whether the list that holds the character has lines of which it cannot be told whether they are ticked."""
        group = next((item.group for item in self.items if item.start <= at < item.end), None)
        return any(item.tick is Tick.UNKNOWN and item.group == group for item in self.items)

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
_NUMBERS = lore.regex(r"\(?(?:\d{1,2}|[a-uwyzA-UWYZ]|[ivIV]{2,4})[).]$|\[(?:\d{1,2}|[a-uwyzA-UWYZ]|[ivIV]{2,4})\]$")


def tick_of(token: str) -> Tick | None:
    """Return what the first mark of a line says, None where it is no box."""
    if any(char in _TICKED_GLYPHS for char in token):
        return Tick.TICKED
    if any(char in _EMPTY_GLYPHS for char in token):
        return Tick.EMPTY
    if len(token) > 4 or not any(char in _BRACKETS for char in token) or _NUMBERS.match(token):
        return None
    inside = token.strip(_BRACKETS + ".,:;")
    if re.fullmatch(r"[xX\u00d7*]{1,2}|[vV/]|[xX][1IlJj]|[fFE][xX]", inside):
        return Tick.TICKED
    if re.fullmatch(r"[_\s-]*|[J1lI]", inside) and token[0] in "[({|":
        return Tick.EMPTY
    if re.fullmatch(r"[a-z]{3,}", inside):  # "(see", "(the": a word in brackets
        return None
    if _FRAME.fullmatch(inside):
        return Tick.EMPTY
    return Tick.UNKNOWN


# What an engine makes of the frame of an empty box, beside a bracket or instead of it: "C]", "(C", "Cj", "LJ", "O".
_FRAME = lore.regex(r"[CcLlJjUu]{1,2}")
_FRAME_ALONE = lore.regex(r"(?:[CLU\[(][JjIl1]|[COUDLo])")


def read_boxes(letter: Letter) -> Boxes:
    """Return the check lists of the letter: runs of lines of which two or more begin with a box.

    A line between them that begins with none goes on with the line above where that one was
    full; else its own box was lost, and it cannot be told whether it was ticked.
    """
    tokens: list[str] = []
    for place in letter.places:
        words = letter.text[place.start : place.end].split()
        token = words[0] if words else ""
        if token in ("[", "(") and len(words) > 2:  # "[ ] text" and "[ X ] text" come as several words
            token = "".join(words[: 3 if words[1].upper() in ("X", "V") else 2])
        tokens.append(token)
    marks = [tick_of(token) for token in tokens]
    _find_frames(letter, tokens, marks)
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


_NEAR = 6  # lines that a check list may run on for from one box to the next


def _find_frames(letter: Letter, tokens: list[str], marks: list[Tick | None]) -> None:
    """Mark, beside a list of boxes, the lines whose box was read as a letter, and those that lost it altogether.

    The first begin where the boxes stand; the second where the words behind the boxes do, after a line that ended.
    """
    known = [index for index, mark in enumerate(marks) if mark is not None]
    for index, token in enumerate(tokens):
        if marks[index] is not None:
            continue
        place = letter.places[index]
        near = [
            letter.places[at]
            for at in known
            if abs(at - index) <= _NEAR
            and letter.places[at].page is place.page
            and len(letter.places[at].line.words) > 1
        ]
        slack = 0.8 * place.line.box.height
        if (
            len(near) > 1
            and _FRAME_ALONE.fullmatch(token)
            and len(place.line.words) > 1
            and any(abs(at.line.box.x0 - place.line.box.x0) < slack for at in near)
        ):
            marks[index] = Tick.EMPTY
        elif (
            len(near) > 1
            and token[:1].isupper()
            and not any(abs(at.line.box.x0 - place.line.box.x0) < slack / 2 for at in near)
            and sum(abs(at.line.words[1].box.x0 - place.line.box.x0) < slack / 2 for at in near) > 1
            and letter.places[index - 1].end in _ended(letter)
        ):
            marks[index] = Tick.UNKNOWN


def _ended(letter: Letter) -> set[int]:
    """Return where lines end that nothing goes on from: short ones, ends of blocks, full stops."""
    stopped = {place.end for place in letter.places if letter.text[place.end - 1] in ".;:"}
    return letter.stops | {block.end for block in letter.blocks} | stopped


def _item(letter: Letter, index: int, tick: Tick, group: int) -> _Item:
    place = letter.places[index]
    return _Item(start=place.start, end=place.end, tick=tick, group=group)
