"""Criteria listed inside running prose: "(1) ...; (2) ...; and (3) ...", "...; AND ...; AND ..."."""

import re
from dataclasses import dataclass, replace

from extractors import lore
from extractors.policy.markers import Marker, Reading, marker_of
from extractors.policy.quantifiers import Join, is_head, split_end

_INLINE = lore.regex(
    r"(?:^|(?<=[\s:;,]))\(?(?:[a-z]|[ivx]{2,4}|[A-Z]|\d{1,2})\)(?=\s+\S)|(?<=[:;])\s\d{1,2}\.(?=\s[A-Z])"
)
_AFTER_MARK = lore.regex(
    r"[:;,]\s+(?:(?:and|or|and/or)\s+)?(?P<marker>\(?(?:[a-z]|[ivx]{2,4}|[A-Z]|\d{1,2})\))(?=\s)", re.I
)
# a sentence after the list in the same text is a demand of its own: "1) ... OR 2) ... . Patient has tried ..."
_AFTER_LIST = lore.regex(r"(?<=[a-z)%])\.\s+(?=[A-Z][a-z]+ \w)")
_RUN_ON = lore.regex(r"[;.,]\s+(?:[-–—]\s*)?(?P<join>AND|OR)(?:\s*[-–—])?[\s,:]+(?=\S)|;\s+(?P<low>and|or)\s+(?=\S)")


_SAYS = lore.regex(
    r"\b(?:is|are|was|were|has|have|had|does|do|will|must|may|can|cannot|meets?|tried|treated|fail\w*|prescribed|"
    r"documentation|diagnosis|history|trial|intoleran\w+|contraindicat\w+)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion of a run of prose, or words that introduce others."""

    text: str
    start: int  # character of the text that was split
    end: int  # exclusive
    label: str = ""  # its printed marker without punctuation
    join: Join | None = None  # what stands between it and the next
    parts: tuple["Part", ...] = ()  # the criteria it introduces


def holds_marker(text: str, marker: Marker, reading: Reading, step: int) -> bool:
    """Return whether the text holds, after a mark that parts criteria, the marker `step` places on from this one."""
    for match in _AFTER_MARK.finditer(text):
        other = marker_of(match["marker"] + " X")
        if other is None or other.punctuation != marker.punctuation:
            continue
        if any(at.kind == reading.kind and at.value == reading.value + step for at in other.readings):
            return True
    return False


def split_inline(text: str, prose: bool = False) -> Part | None:
    """Return the text as a head with its parts if it lists criteria in itself, else None.

    `prose`: the text is no item of a list, so that a lower-case "; and" parts it too. A mixture of AND and OR on one
    level has no one reading: None, and the text stays whole.
    """
    return _by_markers(text, prose) or _by_joins(text, prose)


def _by_markers(text: str, prose: bool) -> Part | None:
    chain = _chain(text)
    if len(chain) < 2:
        return None
    first = chain[0][0].start()
    before = [match for match in _RUN_ON.finditer(text, 0, first) if match["join"] or prose]
    begin = before[-1].end() if before else 0
    head = _part(text, begin, first)
    if head.text and not (is_head(head.text) or head.text.endswith((":", " that", " if", " when"))):
        return None
    parts = []
    for place, (match, label) in enumerate(chain):
        end = chain[place + 1][0].start() if place + 1 < len(chain) else len(text)
        parts.append(_part(text, match.end(), end, label))
    tail = next((match for match in _RUN_ON.finditer(text, parts[-1].start) if match["join"]), None)
    if tail:
        parts[-1] = _part(text, parts[-1].start, tail.start(), parts[-1].label)
    if not all(part.text for part in parts):
        return None
    if (
        tail is None
        and (stop := _AFTER_LIST.search(parts[-1].text))
        and not any(_AFTER_LIST.search(at.text) for at in parts[:-1])
    ):
        tail = re.compile(r"\s+").match(text, parts[-1].start + stop.start() + 1)
        parts[-1] = _part(text, parts[-1].start, tail.start(), parts[-1].label)
    parts = [_with_inner_list(text, part) for part in parts]
    group = replace(head, end=head.end if head.text else parts[-1].end, parts=tuple(parts))
    if not before and not tail:
        return group
    return _around(text, group, before, tail, prose)


def _with_inner_list(text: str, part: Part) -> Part:
    """A part that introduces a list itself: "(2) at least one of these: (a) ...; or (b) ...; (3)"."""
    inner = _by_markers(text[part.start : part.end], prose=False)
    if inner is None or not inner.text:
        return part
    moved = _moved(inner, part.start)
    return replace(part, text=moved.text, end=moved.end, parts=moved.parts)


def _moved(part: Part, by: int) -> Part:
    return replace(
        part, start=part.start + by, end=part.end + by, parts=tuple(_moved(inner, by) for inner in part.parts)
    )


def _around(
    text: str, group: Part, before: list[re.Match[str]], tail: re.Match[str] | None, prose: bool
) -> Part | None:
    """The criteria before and after a list in the same text, on one level with it."""
    joins, parts, begin = [], [], 0
    for match in before:
        parts.append(_part(text, begin, match.start()))
        joins.append(_join_of(match))
        begin = match.end()
    parts.append(group)
    if tail:
        joins.append(_join_of(tail))
        rest = _by_joins(text[tail.end() :], prose)
        after = rest.parts if rest else (_part(text[tail.end() :], 0, len(text) - tail.end()),)
        joins += [part.join for part in after[:-1]]
        parts += [replace(part, start=part.start + tail.end(), end=part.end + tail.end()) for part in after]
    if len(set(joins)) > 1:
        return None
    joined = [replace(part, join=joins[0]) for part in parts[:-1]] + [parts[-1]]
    return Part("", 0, 0, parts=tuple(joined))


def _chain(text: str) -> list[tuple[re.Match[str], str]]:
    """The markers in the text that count up from the first: "(1)", "(2)", "(3)"."""
    chain: list[tuple[re.Match[str], str]] = []
    kind = None
    for match in _INLINE.finditer(text):
        marker = marker_of(match[0].strip() + " X")
        if marker is None:
            continue
        fitting = [at for at in marker.readings if at.value == len(chain) + 1 and kind in (None, at.kind)]
        if fitting:
            kind = fitting[0].kind
            chain.append((match, marker.core))
    return chain


def _by_joins(text: str, prose: bool) -> Part | None:
    matches = [match for match in _RUN_ON.finditer(text) if match["join"] or prose]
    joins = [_join_of(match) for match in matches]
    if not matches or len(set(joins)) > 1:
        return None
    parts, begin = [], 0
    for match in matches:
        parts.append(replace(_part(text, begin, match.start()), join=joins[0]))
        begin = match.end()
    parts.append(_part(text, begin, len(text)))
    parts = [_with_ways(text, part) for part in parts]
    if (
        not prose
        and any(match[0].startswith(",") for match in matches)
        and not all(_SAYS.search(at.text) for at in parts)
    ):
        return None  # "can tolerate 3 hours a day, OR 15 hours over 7 days" is one criterion
    return Part("", 0, 0, parts=tuple(parts))


# "either ambrisentan was taken for 3 months, or it was stopped because of an adverse effect"
_EITHER = lore.regex(
    r"(?:that\s+)?either\s+(?P<one>[^;]+?),?\s+or\s+(?P<two>(?!(?:more|less|higher|lower)\b)[^;]+)", re.I
)


def _with_ways(text: str, part: Part) -> Part:
    """A part that says two things of which one is enough, each by a verb of its own."""
    match = _EITHER.fullmatch(part.text)
    if match is None or not (_DOES.search(match["one"]) and _DOES.search(match["two"])):
        return part
    if re.search(r",\s+or\s", match["one"] + match["two"]) or part.parts:
        return part  # of three ways, or of words that are parted otherwise
    ways = [_part(text, part.start + match.start(name), part.start + match.end(name)) for name in ("one", "two")]
    return replace(part, text="", parts=(replace(ways[0], join="or"), ways[1]))


_DOES = lore.regex(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|cannot|can|will|must|may|failed|tried|shows?)\b", re.I
)


def _join_of(match: re.Match[str]) -> Join:
    said = match.groupdict()
    return "or" if (said.get("join") or said.get("low") or "and").lower() == "or" else "and"


def _part(text: str, start: int, end: int, label: str = "") -> Part:
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    bare, join = split_end(raw.strip())
    return Part(bare, start, start + len(bare), label, join)
