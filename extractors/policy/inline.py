"""Criteria listed inside running prose: "(1) ...; (2) ...; and (3) ...", "...; AND ...; AND ..."."""

import re
from dataclasses import dataclass

from extractors.policy.markers import marker_of
from extractors.policy.quantifiers import Join, is_head, split_end

_INLINE = re.compile(
    r"(?:^|(?<=[\s:;,]))\(?(?:[a-z]|[ivx]{2,4}|[A-Z]|\d{1,2})\)(?=\s+\S)|(?<=[:;])\s\d{1,2}\.(?=\s[A-Z])"
)
_RUN_ON = re.compile(r"[;.]\s+(?:[-–—]\s*)?(?P<join>AND|OR)(?:\s*[-–—])?[\s,:]+(?=\S)|;\s+(?P<low>and|or)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion of a run of prose, or the words before the first."""

    text: str
    start: int  # character of the run
    end: int  # exclusive
    label: str = ""  # its printed marker without punctuation
    join: Join | None = None  # what stands between it and the next


def split_inline(text: str, prose: bool = False) -> list[Part] | None:
    """Return the head and the parts of a text that lists criteria in itself, None if it does not.

    `prose`: the text is no item of a list, so that a lower-case "; and" parts it too.
    """
    return _by_markers(text) or _by_joins(text, prose)


def _by_markers(text: str) -> list[Part] | None:
    chain: list[tuple[re.Match[str], str, str]] = []  # match, label, kind
    for match in _INLINE.finditer(text):
        marker = marker_of(match[0].strip() + " X")
        if marker is None:
            continue
        wanted = len(chain) + 1
        fitting = [r for r in marker.readings if r.value == wanted and (not chain or r.kind == chain[0][2])]
        if fitting:
            chain.append((match, marker.core, fitting[0].kind))
    if len(chain) < 2:
        return None
    head = text[: chain[0][0].start()]
    if head.strip() and not (is_head(head) or head.rstrip().endswith((":", "that", "if", "when"))):
        return None
    parts = [_part(text, 0, len(head))]
    for place, (match, label, _) in enumerate(chain):
        end = chain[place + 1][0].start() if place + 1 < len(chain) else len(text)
        parts.append(_part(text, match.end(), end, label))
    return parts if all(part.text for part in parts[1:]) else None


def _by_joins(text: str, prose: bool) -> list[Part] | None:
    matches = [m for m in _RUN_ON.finditer(text) if m["join"] or prose]
    joins: list[Join] = ["and" if (m["join"] or m["low"]).lower() == "and" else "or" for m in matches]
    if not matches or len(set(joins)) > 1:
        return None  # a mixture has no one reading
    parts, begin = [Part("", 0, 0)], 0
    for match, join in zip(matches, joins, strict=True):
        parts.append(_part(text, begin, match.start(), join=join))
        begin = match.end()
    return [*parts, _part(text, begin, len(text))]


def _part(text: str, start: int, end: int, label: str = "", join: Join | None = None) -> Part:
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    bare, own_join = split_end(raw.strip())
    return Part(bare, start, start + len(bare), label, join or own_join)
