"""What a text must hold before a pattern can be found in it, and with what all that it finds begins: by one parse."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from extractors.lore import recall
from extractors.vocabulary.leads import leads_of

try:  # the parser of `re` itself; without it nothing is known of a pattern, and every text is searched
    from re import _parser
except ImportError:  # pragma: no cover
    _parser = None  # type: ignore[assignment]

# Letters that `re.IGNORECASE` takes for another and `str.lower` does not: U+0130, U+0131, U+017F.
_ALIKE = {0x130: "i", 0x131: "i", 0x17F: "s"}
_SHORTEST = 2  # letters of a piece: nearly every text holds any one letter
_MOST = 400  # pieces; a longer list is searched no sooner than the texts themselves
_SPELLED = 64  # spellings of one run of letters that are written out
_WAYS = 32  # ways of one pattern that are told apart

Way = tuple[frozenset[str], ...]  # one piece of each of these is needed, the rarest first


class _Asks(NamedTuple):
    """What a part of a pattern asks for: all that it can find, where that is a short list, and the pieces needed."""

    spelled: frozenset[str] | None
    needed: frozenset[str] | None
    ways: tuple[Way, ...] = ((),)  # of finding something, by what each needs


_NOTHING = frozenset([""])
_ANYTHING = _Asks(None, None)
_NO_WIDTH = _Asks(_NOTHING, None)


def folded(text: str) -> str:
    """Return a text in the letters that `Needs` uses; it may grow shorter or longer."""
    return text.lower() if text.isascii() else text.translate(_ALIKE).lower()


class Needs(NamedTuple):
    """What is known of a pattern before it is searched; texts are asked in the letters of `folded`."""

    # Pieces of words of which every text that the pattern finds holds at least one. None where nothing can be said: a
    # pattern of digits and signs, or one that also finds the empty text.
    words: frozenset[str] | None
    # In how many ways it may find something, by all that each needs: one way that needs nothing where nothing is known.
    ways: tuple[Way, ...]
    # With what all that it finds begins. None where nothing can be said.
    leads: frozenset[str] | None


@lru_cache(maxsize=4096)  # the patterns of the data files and those of the leaves at hand
def needs(pattern: re.Pattern[str]) -> Needs:
    """Return what is known of a pattern."""
    return Needs(*recall(("needs", pattern.pattern, pattern.flags), lambda: _of_pattern(pattern)))


def _of_pattern(pattern: re.Pattern[str]) -> tuple[Any, ...]:
    if _parser is None:
        return None, ((),), None
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    asked = _of_sequence(parsed)
    words = asked.needed if asked.needed and len(asked.needed) <= _MOST else None
    return words, tuple(tuple(sorted(set(way), key=_often)) for way in asked.ways), leads_of(parsed)


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> _Asks:
    """Return the rarest of what the parts ask for, one behind the other."""
    needs: list[frozenset[str] | None] = []
    ways: tuple[Way, ...] = ((),)
    run, whole = _NOTHING, True  # the spellings since the last part that has no short list of them
    for kind, held in parts:
        at = _of_part(str(kind), held)
        if at.spelled is not None and len(run) * len(at.spelled) <= _SPELLED:
            run = frozenset(map("".join, product(run, at.spelled)))
            continue
        needs += [_pieces(run), at.needed]
        ways = _both(_both(ways, _one_way(run)), at.ways)
        run, whole = at.spelled or _NOTHING, False
    needs.append(_pieces(run))
    rarest = min((at for at in needs if at), key=_often, default=None)
    return _Asks(run if whole else None, rarest, _both(ways, _one_way(run)))


def _one_way(spellings: frozenset[str]) -> tuple[Way, ...]:
    pieces = _pieces(spellings)
    return ((pieces,) if pieces else (),)


def _both(ways: tuple[Way, ...], others: tuple[Way, ...]) -> tuple[Way, ...]:
    """Return the ways of a part and of the one behind it taken together."""
    if len(ways) * len(others) > _WAYS:
        ways, others = (ways, _merged(others)) if len(ways) <= len(others) else (_merged(ways), others)
    return tuple(one + other for one in ways for other in others)


def _merged(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """Return ways as a single one, which needs less than they do: a piece of the rarest of each."""
    if not all(ways):
        return ((),)
    return ((frozenset().union(*(min(way, key=_often) for way in ways)),),)


def _of_part(name: str, held: Any) -> _Asks:
    if name == "LITERAL":
        return _Asks(frozenset([chr(held).lower()]), None) if held < 128 else _ANYTHING
    if name in ("AT", "ASSERT", "ASSERT_NOT"):
        return _NO_WIDTH
    if name == "IN":
        return _of_letters(held)
    if name == "SUBPATTERN":
        return _of_sequence(held[-1])
    if name == "ATOMIC_GROUP":
        return _of_sequence(held)
    if name == "BRANCH":
        return _of_branches([_of_sequence(branch) for branch in held[1]])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _of_repeat(*held)
    return _ANYTHING


def _of_letters(held: Any) -> _Asks:
    if all(str(kind) == "LITERAL" and letter < 128 for kind, letter in held):
        return _Asks(frozenset(chr(letter).lower() for _, letter in held), None)
    return _ANYTHING


def _of_branches(branches: list[_Asks]) -> _Asks:
    spelled = [at.spelled for at in branches]
    needed = [at.needed or _pieces(at.spelled or _NOTHING) for at in branches]
    every = None if None in spelled else frozenset().union(*(at for at in spelled if at))
    ways = tuple(dict.fromkeys(way for at in branches for way in at.ways)) if every is None else _one_way(every)
    return _Asks(
        every,
        None if None in needed else frozenset().union(*(at for at in needed if at)),
        ((),) if not all(ways) else ways if len(ways) <= _WAYS else _merged(ways),
    )


def _of_repeat(least: int, most: int, inner: Any) -> _Asks:
    spelled, needed, ways = _of_sequence(inner)
    if most == 1 and spelled is not None:
        return _Asks(spelled if least else spelled | _NOTHING, needed if least else None, ways if least else ((),))
    return _Asks(None, needed if least else None, ways if least else ((),))


def _pieces(spellings: frozenset[str]) -> frozenset[str] | None:
    """Return the longest word of each spelling; None where one has none that is long enough."""
    longest = frozenset(max(at.split(), key=len, default="") for at in spellings)
    return None if any(len(at) < _SHORTEST for at in longest) else longest


def _often(pieces: frozenset[str]) -> float:
    """Return how often a text may be expected to hold one of the pieces: less for longer ones."""
    return sum(8.0 ** -len(piece) for piece in pieces)
