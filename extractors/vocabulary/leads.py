"""With which letters everything begins that a pattern finds: it need be tried only where they stand."""

from collections.abc import Iterable
from typing import Any, NamedTuple

_MOST = 200  # beginnings of one pattern
_SHORTEST = 2  # letters: nearly every text has any one letter many times


class _Begun(NamedTuple):
    """What a part of a pattern may find: whole, so that more may follow, or its beginning only."""

    whole: frozenset[str]
    cut: frozenset[str]


_NOTHING = frozenset([""])
_ANYTHING = _Begun(frozenset(), _NOTHING)


def leads_of(parsed: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Return texts, in the letters of `needs.folded`, with one of which all begins that a parsed pattern finds.

    None where nothing can be said: a pattern that begins with any letter, with a digit, or also finds the empty text.
    """
    whole, cut = _of_sequence(parsed)
    found = whole | cut
    if any(len(lead) < _SHORTEST for lead in found):
        return None
    return frozenset(lead for lead in found if not any(lead[:n] in found for n in range(_SHORTEST, len(lead))))


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> _Begun:
    whole, cut = _NOTHING, frozenset[str]()
    for kind, held in parts:
        at = _of_part(str(kind), held)
        if len(whole) * (len(at.whole) + len(at.cut)) + len(cut) > _MOST:
            at = _ANYTHING
        cut |= {one + other for one in whole for other in at.cut}
        whole = frozenset(one + other for one in whole for other in at.whole)
        if not whole:
            break
    return _Begun(whole, cut)


def _of_part(name: str, held: Any) -> _Begun:
    if name in ("AT", "ASSERT", "ASSERT_NOT"):
        return _Begun(_NOTHING, frozenset())
    if name == "LITERAL" and held < 128:
        return _Begun(frozenset(chr(held).lower()), frozenset())
    if name == "IN" and all(str(kind) == "LITERAL" and letter < 128 for kind, letter in held):
        return _Begun(frozenset(chr(letter).lower() for _, letter in held), frozenset())
    if name == "SUBPATTERN":
        return _of_sequence(held[-1])
    if name == "BRANCH":
        ways = [_of_sequence(branch) for branch in held[1]]
        return _Begun(frozenset().union(*(at.whole for at in ways)), frozenset().union(*(at.cut for at in ways)))
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = held
        whole, cut = _of_sequence(inner)
        if most > 1:  # what follows the first time is not followed up
            whole, cut = frozenset(), whole | cut
        return _Begun(whole if least else whole | _NOTHING, cut)
    return _ANYTHING
