"""Outline markers at the start of a row: "1.", "A)", "ii.", "(1)", "b.", bullets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors import lore

_MARKER = lore.regex(
    r"(?P<open>[(\[]?)(?P<core>[A-Za-z]|[ivxIVX]{2,6}|[il1|I]{2,4}|\d{1,3})(?P<close>[.)\]:]|\.\))(?=\s|$|(?<=\))(?=[A-Z]|\(?[A-Za-z]{1,4}[.)]))"
)
_PATH_MARKER = lore.regex(r"(?P<core>\d{1,2}(?:\.\d{1,2}){1,3})\.?(?=\s+[A-Z])")
_DASHED = lore.regex(r"(?P<core>\d{1,2})\s+[-–—](?=\s+[A-Z])")  # "1 - Diagnosis of"
# what OCR makes of a round bullet before a capital or a figure
_SMUDGED = lore.regex(r"(?:[+«»¢°¥~]|e|©(?!.*\b(?:19|20)\d\d\b))(?=\s+[A-Z\d])")
_BOXES = "☐☑☒□❑❏❒"
# "①", "⑴", "❶", "ⓐ"
_ROUND = {
    **{chr(first + at): str(at + 1) for first in (0x2460, 0x2474, 0x2776, 0x2780, 0x24F5) for at in range(10)},
    **{chr(0x24D0 + at): chr(97 + at) for at in range(26)},
    **{chr(0x24B6 + at): chr(65 + at) for at in range(26)},
}
# "[ ] Patient is", "___ Patient is": a box drawn with signs, and not the answers of a question
_DRAWN_BOX = lore.regex(r"(?:[\[(]\s{0,3}[\])]|_{2,8})(?=\s+(?!(?:yes|no)\b(?!\s+[a-z]{3}))[A-Z\d])", re.I)
_BULLET = lore.regex(r"(?P<core>[☐☑☒□❑❏❒•●○▪■◦❖➢►›‣⁃◆◇✓✔\uf0b7\uf0a7*–—-]|o(?=\s+[A-Z]))(?=\s|$)")

_ROMAN = {"i": 1, "v": 5, "x": 10}
# glyphs OCR takes for one another in a marker of one letter or digit
_LOOKS_LIKE = {"8": "B", "6": "G", "0": "O", "l": "1", "I": "1", "|": "1", "S": "5", "5": "S", "O": "0"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a marker."""

    kind: str  # "upper", "lower", "digit", "roman", "ROMAN", "bullet", "path"
    value: int  # place in its list, 1 first; 0 for a bullet
    doubt: float = 0.0  # cost of reading it so; above 0 the print was mended

    @property
    def written(self) -> str:
        """The marker as the list means it: "ii" where OCR gave "ll"."""
        if self.kind in ("roman", "ROMAN"):
            return _written(self.value) if self.kind == "roman" else _written(self.value).upper()
        if self.kind in ("lower", "upper"):
            return chr((96 if self.kind == "lower" else 64) + self.value)
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker as printed, with every way to read it."""

    core: str  # "ii", without punctuation; "•"
    punctuation: str  # what stands around it: ")", "()", "."
    length: int  # characters of the row it takes, spaces after it included
    readings: tuple[Reading, ...]
    path: tuple[str, ...] = ()  # ("2", "3", "1") of "2.3.1", ("1", "A") of "1-A"; () of a marker of one part


def marker_of(text: str) -> Marker | None:
    """Return the marker a row begins with."""
    if match := _PATH_MARKER.match(text):
        return path_marker(match["core"], match["core"].split("."), _taken(text, match.end()))
    if match := _MARKER.match(text):
        punctuation = match["open"] + match["close"]
        return Marker(match["core"], punctuation, _taken(text, match.end()), readings_of(match["core"]))
    if match := _DASHED.match(text):
        return Marker(match["core"], "-", _taken(text, match.end()), (Reading("digit", int(match["core"])),))
    if match := _BULLET.match(text):
        inner = marker_of(text[_taken(text, match.end()) :]) if match["core"] in _BOXES else None
        if inner is not None and inner.punctuation != "bullet":  # "☐ 2. Catheterization was tried"
            return replace(inner, length=_taken(text, match.end()) + inner.length)
        return Marker(match["core"], "bullet", _taken(text, match.end()), (Reading("bullet", 0),))
    if match := _DRAWN_BOX.match(text):
        return Marker("☐", "bullet", _taken(text, match.end()), (Reading("bullet", 0),))
    if core := _ROUND.get(text[:1]):
        return Marker(core, "round", _taken(text, 1), readings_of(core))
    if match := _SMUDGED.match(text):
        return Marker("•", "bullet", _taken(text, match.end()), (Reading("bullet", 0),))
    return None


def path_marker(core: str, parts: Sequence[str], length: int) -> Marker:
    """Return a marker that tells the way from the root: "2.3.1"; "2.0" is the item over "2.1"."""
    path = tuple(parts[:-1]) if len(parts) > 1 and parts[-1] == "0" else tuple(parts)
    value = next((at.value for at in readings_of(path[-1])), 0)
    return Marker(core, "path", length, (Reading("path", value),), path)


def readings_of(core: str) -> tuple[Reading, ...]:
    """Return every way to read one part of a marker as printed, without doubt first."""
    return tuple(dict.fromkeys(_readings(core)))


def _taken(text: str, end: int) -> int:
    while end < len(text) and text[end] == " ":
        end += 1
    return end


def _readings(core: str) -> Iterator[Reading]:
    if core.isdigit():
        yield Reading("digit", int(core))
    if (value := _roman(core)) is not None:
        yield Reading("ROMAN" if core.isupper() else "roman", value)
    if len(core) == 1 and core.isalpha():
        yield Reading("upper" if core.isupper() else "lower", ord(core.lower()) - 96)
    if len(core) == 1 and (other := _LOOKS_LIKE.get(core)):
        for reading in _readings_of_one(other):
            yield Reading(reading.kind, reading.value, 2.0)
    # "ili", "1i", "l": OCR of iii, ii, i; a plain 1 or 11 stays a number
    if re.fullmatch(r"[il1|I]{1,4}", core) and core != "i" * len(core) and not core.isdigit():
        yield Reading("roman", len(core), 1.5)


def _readings_of_one(core: str) -> Iterator[Reading]:
    if core.isdigit():
        yield Reading("digit", int(core))
    else:
        yield Reading("upper", ord(core.lower()) - 96)


def _roman(core: str) -> int | None:
    """Return the value of a roman numeral up to 39, None if it is none; mixed capitals are none."""
    if not core or not (core.islower() or core.isupper()) or set(core.lower()) - set(_ROMAN):
        return None
    low, total = core.lower(), 0
    for at, letter in enumerate(low):
        value = _ROMAN[letter]
        total += -value if at + 1 < len(low) and _ROMAN[low[at + 1]] > value else value
    return total if _written(total) == low else None


def _written(value: int) -> str:
    tens, ones = divmod(value, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]
