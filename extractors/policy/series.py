"""Markers that only their fellows tell to be some: "1-A", "A1", "C.2.a", "Criterion 3:", a number far left of its text.

"B12" or "T2" may begin any line; where "A1" and "A2" begin lines one after the other, a list is counted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from extractors import lore
from extractors.policy.headings import heading_kind
from extractors.policy.heads import APPROVAL, names_condition
from extractors.policy.markers import Marker, Reading, marker_of, path_marker, readings_of
from extractors.policy.rows import Row

_ONE = r"(?:\d{1,2}|[ivx]{1,4}|[IVX]{1,4}|[A-Za-z])"
_AFTER = r"[.):]?\s+(?=[\w(\"“≥≤<>☐□])"
# "1-A", "I-A-1", "C.2.a", "2.3" over a small letter; "A1", "Q12", "M1a"; "1A", "2b"; "1(a)", "A(1)(i)"
_COMPOUND = lore.regex(
    rf"(?P<core>(?:\d{{1,2}}|[IVX]{{1,4}}|[A-Z])(?:[.–-]{_ONE}(?![\w%])){{1,4}}|"
    rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}[a-z](?!\w)|"
    rf"[A-Z]{{1,2}}\d(?:\d(?![.\d])|(?!\d))(?:[.-]?[a-z](?!\w)|[.-]\d{{1,2}}(?!\d))?|"
    rf"\d{{1,2}}[A-Za-z](?!\w)|"
    rf"(?:\d{{1,2}}|[IVX]{{1,4}}|[A-Z])[.]?(?:\({_ONE}\)){{1,3}}){_AFTER}"
)
# "TP-1", "MN.2", "EV3", "TP-3.a", "TP-3(a)": a code of letters before the number
_CODED = lore.regex(
    rf"(?P<core>[A-Z]{{1,6}}\s?[.–-]\s?\d{{1,2}}(?!\d)(?:[.–-]?{_ONE}(?!\w)|\({_ONE}\)){{0,2}}|"
    rf"(?:[A-Z]{{2,6}}|[A-Z][a-z]{{1,4}})\d{{1,2}}(?!\d)(?:[.–-]?{_ONE}(?!\w)|\({_ONE}\)){{0,2}}){_AFTER}"
)
_CODE_PARTS = lore.regex(r"^[A-Za-z]+(?=\s?[.–-]?\s?\d)|\d+|[ivx]{2,4}|[A-Za-z]")
# "(1)(a)", "(A)(1)(i)" at the start of each line of a list inside
_BRACKETED = lore.regex(rf"(?P<core>\({_ONE}\)(?:\s?\({_ONE}\)){{1,3}})\s*(?=[\w\"“≥≤<>])")
_PARTS = lore.regex(r"\d+|[IVX]{2,4}|[ivx]{2,4}|[A-Z]{1,2}(?=\d)|[A-Za-z]")
# "Criterion 1:", "Requirement A.", "Step 2", "Condition (iii)"
_WORDED = lore.regex(
    r"(?P<word>criterion|requirement|condition|step|rule|statement|question|standard|element|item|test|point|clause|"
    r"paragraph|crit\.|req\.)\s+(?:#|no\.?\s*)?\(?(?P<core>\d{1,2}|[ivx]{1,4}|[IVX]{1,4}|[A-Za-z]|"
    r"one|two|three|four|five|six|seven|eight|nine|ten)\)?"
    r"(?:\s*(?:[:–—]|\.\))\s+(?=[\w(\"“])|\s*[.)-]?\s+(?=[A-Z\d(\"“]))",
    re.I,
)
# "Section 2. Plaque psoriasis", "§ 3 Renewal": a part of the document under a name
_PART = lore.regex(
    r"(?:section|part|article|chapter|schedule|module|\btopic|§{1,2})\s*(?P<core>\d{1,2}|[IVX]{1,4}|[A-Z])\s*[.:)–—-]?\s+"
    r"(?=[A-Z(])(?!\S.*[;,]$)(?=(?:\S+\s*){1,14}$)",
    re.I,
)
PART = "part"  # punctuation of such a marker
# "a - Adalimumab", "1/ Age of 18 years", "#1 Diagnosis", "2 = Age"
_DASHED = lore.regex(
    r"(?P<core>[A-Za-z]|[ivx]{1,4}|[IVX]{1,4})\s+[-–—]\s+(?=\w)|"
    r"#\s?(?P<hashed>\d{1,2})[.:)]?\s+(?=[A-Z])|(?P<slashed>\d{1,2}|[A-Za-z])\s?[/|]\s+(?=[A-Z\d])"
)
_BARE = lore.regex(r"(?P<core>\d{1,2}|[ivx]{1,4}|[IVX]{1,4}|[A-Za-z])(?=\s+\S)")
_LETTERED = lore.regex(r"[a-h]\s+(?=[A-Z][a-z-])")  # "b Fragility fracture": a small letter before a capital
# "Two. Resting heart rate"; "Second, two antidepressants", whose word is part of what is quoted
_SPELLED = lore.regex(r"(?P<core>One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)[.:)]\s+(?=[A-Z\d])")
_ORDINAL = lore.regex(r"(?P<core>First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)(?:ly)?,\s+(?=\w)")
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_OVER = 3  # rows in which "4.1" must follow its "4 Spinal muscular atrophy"
_GAP = 9.0  # points between a bare number and its text, which stands in a column of its own
_EDGE = 7.0  # points by which the left edges of one list's numbers may differ


@dataclass(frozen=True, slots=True)
class _Place:
    at: int  # of the row
    value: int
    marker: Marker


def with_series(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, those that count up beside their fellows with the marker that they bear."""
    found: dict[int, Marker] = {}
    for key in (_bracketed, _compound, _coded):
        found.update(_lone(list(key(rows))))
    for key in (_parts, _bracketed, _compound, _coded, _worded, _spelled, _dashed, _zeroed, _bare):
        candidates = sorted(key(rows), key=lambda pair: pair[0])
        for _, group in groupby(candidates, key=lambda pair: pair[0]):
            for place in _counted([place for _, place in group]):
                found.setdefault(place.at, place.marker)
    found.update((at, marker) for at, marker in _roots(rows) if at not in found)
    return [replace(row, numbered=found[at]) if at in found else row for at, row in enumerate(rows)]


def _counted(places: Sequence[_Place]) -> Iterator[_Place]:
    """The places that count up by one from the first, two of them or more."""
    run: list[_Place] = []
    for place in places:
        if run and place.value == run[-1].value + 1:
            run.append(place)
        elif place.value == 1:
            yield from run if len(run) > 1 else ()
            run = [place]
    yield from run if len(run) > 1 else ()


def _lone(candidates: Sequence[tuple[str, _Place]]) -> Iterator[tuple[int, Marker]]:
    """ "(2)(a)", the only item of its list, where the lists beside it are numbered so."""
    by_key: dict[str, list[_Place]] = {}
    for key, place in candidates:
        by_key.setdefault(key, []).append(place)
    shapes = {key.split()[0] for key, places in by_key.items() if list(_counted(places))}
    for key, places in by_key.items():
        if len(places) == 1 and places[0].value == 1 and key.split()[0] in shapes:
            yield places[0].at, places[0].marker


def _compound(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        match = None if marker_of(row.text) else _COMPOUND.match(row.text)
        if match is None:
            continue
        parts = _PARTS.findall(match["core"])
        shape = re.sub(r"\w+", "x", match["core"])
        marker = path_marker(match["core"], parts, match.end())
        for reading in readings_of(parts[-1]):
            if not reading.doubt:
                yield f"{shape} {'.'.join(parts[:-1])} {reading.kind}", _Place(at, reading.value, marker)


def _of_path(core: str, parts: Sequence[str], at: int, length: int) -> Iterator[tuple[str, _Place]]:
    shape = re.sub(r"\w+", "x", core)
    for reading in readings_of(parts[-1]):
        if not reading.doubt:
            marker = path_marker(core, parts, length)
            yield f"{shape} {'.'.join(parts[:-1])} {reading.kind}", _Place(at, reading.value, marker)


def _bracketed(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        if match := _BRACKETED.match(row.text):
            yield from _of_path(match["core"], _PARTS.findall(match["core"]), at, match.end())


def _coded(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        match = None if marker_of(row.text) else _CODED.match(row.text)
        if match is None or _heads_a_part(row.text[match.end() :], rows[at + 1 : at + 2]):
            continue
        yield from _of_path(match["core"], _CODE_PARTS.findall(match["core"]), at, match.end())


def _heads_a_part(text: str, below: Sequence[Row]) -> bool:
    """Whether "SP-6.1: Lumbar radiculopathy" is a heading that the payer counts, and no criterion."""
    if heading_kind(text) is not None:
        return True
    if text.endswith((".", ";", ":", ",")) or not names_condition(text):
        return False
    return bool(below) and (APPROVAL.search(below[0].text) is not None or marker_of(below[0].text) is not None)


def _zeroed(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    """ "01", "02" before a text, however close to it."""
    for at, row in enumerate(rows):
        if match := re.match(r"(?P<core>0[1-9]|[12]\d)\s+(?=[A-Z])", row.text):
            value = int(match["core"])
            yield "zeroed", _Place(at, value, Marker(match["core"], "bare", match.end(), (Reading("digit", value),)))


def _parts(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        match = _PART.match(row.text)
        if match is None or not row.text[match.end()].isupper():
            continue
        readings = tuple(reading for reading in readings_of(match["core"]) if not reading.doubt)
        marker = Marker(match["core"], PART, match.end(), readings)
        yield from ((f"part {reading.kind}", _Place(at, reading.value, marker)) for reading in readings)


def _worded(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        if match := _WORDED.match(row.text):
            word, core = match["word"].lower(), match["core"].lower()
            readings = tuple(reading for reading in readings_of(match["core"]) if not reading.doubt)
            if core in _WORDS:
                readings = (Reading("digit", _WORDS.index(core) + 1),)
            marker = Marker(match["core"], word, match.end(), readings)
            yield from ((f"{word} {reading.kind}", _Place(at, reading.value, marker)) for reading in readings)


def _bare(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    """A number without a mark, in a column left of the text."""
    for at, row in enumerate(rows):
        match = _BARE.match(row.text)
        close = match is None or (_gap_after_first(row) < _GAP and not _LETTERED.match(row.text))
        if close or (len(row.lines) > 2 and row.lines[0].text.strip() != match["core"]):
            continue
        readings = tuple(reading for reading in readings_of(match["core"]) if not reading.doubt)
        marker = Marker(match["core"], "bare", match.end() + 1, readings)
        for reading in readings:
            yield f"{reading.kind} {round(row.x0 / _EDGE)}", _Place(at, reading.value, marker)


def _dashed(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        if match := _DASHED.match(row.text):
            core = match["core"] or match["hashed"] or match["slashed"]
            mark = "-" if match["core"] else "#" if match["hashed"] else "/"
            readings = tuple(reading for reading in readings_of(core) if not reading.doubt)
            marker = Marker(core, mark, match.end(), readings)
            yield from ((f"{mark} {reading.kind}", _Place(at, reading.value, marker)) for reading in readings)


def _spelled(rows: Sequence[Row]) -> Iterator[tuple[str, _Place]]:
    for at, row in enumerate(rows):
        if match := _SPELLED.match(row.text):
            value = _WORDS.index(match["core"].lower()) + 1
            yield "word", _Place(at, value, Marker(match["core"], "word", match.end(), (Reading("digit", value),)))
        elif match := _ORDINAL.match(row.text):
            value = _ORDINALS.index(match["core"].lower()) + 1
            yield "ordinal", _Place(at, value, Marker("ordinal", "bullet", 0, (Reading("bullet", 0),)))


def _roots(rows: Sequence[Row]) -> Iterator[tuple[int, Marker]]:
    """ "4 SPINAL MUSCULAR ATROPHY" over "4.1": the only one of its kind."""
    for at, row in enumerate(rows):
        match = re.match(r"(?P<core>\d{1,2})\s+(?=[A-Z])", row.text)
        if match is None or row.marker is not None or heading_kind(row.text[match.end() :]) is not None:
            continue
        below = [under.marker for under in rows[at + 1 : at + 1 + _OVER]]
        if any(under is not None and under.path == (match["core"], "1") for under in below):
            yield at, path_marker(match["core"], [match["core"]], match.end())


def _gap_after_first(row: Row) -> float:
    words = [word for line in row.lines for word in line.words]
    return words[1].box.x0 - words[0].box.x1 if len(words) > 1 else 0.0
