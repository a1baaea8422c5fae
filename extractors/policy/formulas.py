"""Heads that join their items both ways: "(must meet A and B, or C)", "criteria 1-3, and either 4 or 5 are met"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from extractors import lore
from extractors.policy.quantifiers import Join

_MARK = r"(?:[A-Za-z]|[ivxIVX]{1,5}|\d{1,2})"
_WORD = (
    rf"(?:\b(?:anyof|allof|n\d+of|either|both|criteria|criterion|items?|and|or|through|to)\b|\b{_MARK}\b[.)]?|[(),–&-])"
)
_SPAN = lore.regex(rf"{_WORD}(?:\s*{_WORD})+", re.I)
_TOKEN = lore.regex(rf"\b(?:anyof|allof|n\d+of|either|both|and|or|through|to)\b|\b{_MARK}\b|[(),–&-]", re.I)

_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
# "ANY of A-C AND D", "at least two of items 1 to 4, and 5": how many of the marks that follow
_OF_MARKS = lore.regex(
    rf"\b(?:(?P<any>any(?: one)?|(?:at least )?one(?: or more)?|either)|(?P<all>all|both|each|every one)|"
    rf"(?:at least |any )?(?P<n>{'|'.join(_COUNTS)}|\d)(?: or more)?) (?:of )?(?:the )?(?:criteria |items? )?"
    rf"(?=\(?{_MARK}\)?(?:\s*[,–-]|\s+(?:and|or|to|through)\b))",
    re.I,
)


# "A or B is documented, together with C"
_BESIDES = lore.regex(
    r",?\s+(?:(?:together|along) with|plus|as well as|and also|and in addition|in addition to)\s+", re.I
)
_SAID = lore.regex(
    r"\s+(?:is|are|has been|have been)\s+(?:met|documented|present|true|fulfilled|satisfied|shown)"
    r"(?=\s*,?\s+(?:and|or)\b)"
)


@dataclass(frozen=True, slots=True)
class Formula:
    """Items joined one way, some of them joined another way first."""

    op: Literal["all", "any", "at_least", "unclear"]  # "unclear": AND and OR on one level, which binds first unsaid
    parts: tuple["Formula | str", ...]  # labels of items, in the order printed
    n: int | None = None  # of "at_least"


def formula_in(head: str, labels: Sequence[str]) -> Formula | None:
    """Return how a head joins these items where it joins them by AND and OR; None: it does not, or names others."""
    if len(labels) < 3 or not all(labels):
        return None
    head = re.sub(rf"\(({_MARK})\)", r"\1", head)
    plain = _OF_MARKS.sub(_prefix, _SAID.sub("", _BESIDES.sub(", and ", head)))
    for span in reversed(list(_SPAN.finditer(plain))):
        tokens = _marks_only([match[0] for match in _TOKEN.finditer(span[0])], labels)
        named = [word for word in tokens if word in labels]
        if len(named) < 3 or len(set(named)) < len(named):
            continue
        formula = _joined(tokens)
        if isinstance(formula, Formula) and _is_mixed(formula):
            return formula if len(named) == len(labels) else Formula("unclear", tuple(labels))
    return None


def _prefix(match: re.Match[str]) -> str:
    if match["n"]:
        return f"n{_COUNTS.get(match['n'].lower(), match['n'])}of "
    return "anyof " if match["any"] else "allof "


def _is_mixed(formula: Formula) -> bool:
    return formula.op == "unclear" or any(isinstance(part, Formula) and part.op != formula.op for part in formula.parts)


def _marks_only(tokens: Sequence[str], labels: Sequence[str]) -> list[str]:
    """The tokens from the first mark or bracket on, "1 through 3" and "1-3" written out."""
    found: list[str] = []
    at = 0
    while at < len(tokens):
        word = tokens[at]
        low = word.lower()
        if low in ("through", "to", "–", "-") and found[-1:] and found[-1] in labels and at + 1 < len(tokens):
            last = tokens[at + 1]
            if last in labels and labels.index(last) > labels.index(found[-1]):
                run = labels[labels.index(found[-1]) + 1 : labels.index(last) + 1]
                found[-1:] = ["(", found[-1], *(part for label in run for part in ("and", label)), ")"]
            at += 2
            continue
        found.append("and" if word == "&" else word if word in labels else low)
        at += 1
    return found


def _joined(tokens: Sequence[str]) -> "Formula | str | None":
    """The formula of the tokens: brackets and "either" first, then the conjunctions without a comma."""
    atoms: list[Formula | str] = []
    seams: list[tuple[bool, Join | None]] = []  # whether a comma stands there, and the conjunction
    comma, join, at = False, None, 0
    while at < len(tokens):
        word = tokens[at]
        if word == ",":
            comma = True
        elif word in ("and", "or"):
            join = word
        else:
            end = _end_of_atom(tokens, at)
            if word.endswith("of"):
                inner = _counted(word, _joined(tokens[at + 1 : end]))
                if inner is not None:
                    if atoms:
                        seams.append((comma, join))
                    atoms.append(inner)
                comma, join, at = False, None, end
                continue
            inner = _joined(tokens[at + 1 : end - 1] if word == "(" else tokens[at + 1 : end]) if end > at + 1 else word
            if inner is not None and word not in (")", "-", "–", "through", "to"):
                if atoms:
                    seams.append((comma, join))
                atoms.append(inner)
                comma, join = False, None
            at = end - 1
        at += 1
    return _tied(atoms, seams)


def _end_of_atom(tokens: Sequence[str], at: int) -> int:
    """Where what begins here ends: a bracket at its fellow, "either 2 or 3" behind its last alternative."""
    if tokens[at] == "(":
        depth = 0
        for end in range(at, len(tokens)):
            depth += (tokens[end] == "(") - (tokens[end] == ")")
            if depth == 0:
                return end + 1
        return len(tokens)
    if tokens[at].endswith("of"):
        return _end_of_counted(tokens, at + 1)
    if tokens[at] not in ("either", "both"):
        return at + 1
    inside = "or" if tokens[at] == "either" else "and"
    end, last = at + 1, at + 1
    while end < len(tokens) and tokens[end] not in ("(", ")", "either", "both"):
        if tokens[end] in ("and", "or") and tokens[end] != inside:
            break
        end += 1
        if tokens[end - 1] not in (",", "and", "or"):
            last = end
    return last


def _end_of_counted(tokens: Sequence[str], at: int) -> int:
    """Where the marks of "any of" end: a range, or a list whose last member an "or" (or its only "and") leads to."""
    end, tied = _end_of_atom(tokens, at), tokens[at] == "("
    while end < len(tokens) and not tied:
        step = next((to for to in range(end, len(tokens)) if tokens[to] not in (",", "and", "or")), len(tokens))
        joins = [word for word in tokens[end:step] if word != ","]
        if step == len(tokens) or tokens[step] in (")", "either", "both") or tokens[step].endswith("of"):
            break
        end, tied = _end_of_atom(tokens, step), bool(joins)
        if joins == ["or"] and end < len(tokens) and tokens[end] == "or":
            tied = False
    return end


def _counted(word: str, marks: "Formula | str | None") -> "Formula | str | None":
    if not isinstance(marks, Formula):
        return marks
    if marks.op == "unclear" or any(isinstance(part, Formula) for part in marks.parts):
        return Formula("unclear", marks.parts)
    if word.startswith("n"):
        n = int(word[1:-2])
        return Formula("at_least", marks.parts, n) if n > 1 else Formula("any", marks.parts)
    return Formula("any" if word == "anyof" else "all", marks.parts)


def _tied(atoms: "list[Formula | str]", seams: list[tuple[bool, Join | None]]) -> "Formula | str | None":
    if len(atoms) < 2:
        return atoms[0] if atoms else None
    known = {join for _, join in seams if join}
    if len(known) < 2:
        return Formula("any" if known == {"or"} else "all", tuple(atoms))
    parting = {join for comma, join in seams if comma and join}
    if len(parting) == 1:
        return _grouped(atoms, seams, parting.pop())
    return Formula("unclear", tuple(atoms))


def _grouped(atoms: "list[Formula | str]", seams: list[tuple[bool, Join | None]], outer: Join) -> Formula:
    """ "A and B, or C": the seam with a comma parts, the one without ties."""
    groups: list[list[Formula | str]] = [[atoms[0]]]
    within: list[list[tuple[bool, Join | None]]] = [[]]
    for atom, seam in zip(atoms[1:], seams, strict=True):
        if seam[0]:
            groups.append([atom])
            within.append([])
        else:
            groups[-1].append(atom)
            within[-1].append(seam)
    parts = tuple(part for group, inside in zip(groups, within, strict=True) if (part := _tied(group, inside)))
    return Formula("all" if outer == "and" else "any", parts)
