"""Criteria that are met, or explained, elsewhere: "criteria I.A and I.B above are met", "see Appendix B"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extractors import lore
from extractors.policy.items import Section
from extractors.policy.tree import Indication, Node, Note

REFERS = "refers to another part of the policy"  # opens the flag of such a leaf
DEFINED = "is explained in another part of the policy"  # opens the flag of a leaf whose words alone do not say it all

_MARK = (
    r"(?-i:\(?(?:[IVX]{1,5}|[A-Z]|\d{1,2})(?:(?:[.(]*|-(?=[A-Za-z]\b))(?:[A-Za-z]|[ivx]{1,4}|\d{1,2})\b\)?)*)(?![\w-])"
)
_LIST = rf"{_MARK}(?:\s*(?:,\s*(?:and\s+|or\s+)?|and\s+|or\s+|&\s*|[–-]\s*|through\s+|to\s+){_MARK})*"
_PART = r"(?:criteri(?:a|on)|items?|statements?|sections?|parts?|steps?|requirements?|conditions?|numbers?)"
_INITIAL = r"(?:initial|previous|prior|original)"
_APPROVAL = r"(?:approval|authorization|coverage|therapy|treatment)"
# "criteria A.1 and A.2 above are met", "meets all criteria in section II", "Section I applies"
_BY_MARK = lore.regex(
    rf"\b{_PART}\s+(?P<marks>{_LIST})\s*,?\s*(?:above|below|(?:is|are|have been|has been|must be|"
    r"apply|applies|holds?|must (?:also )?hold|must also be)\b)|"
    rf"\b(?:meets?|met|satisf\w+|fulfil\w*|per|under|in|of|see|refer to)\s+(?:(?:all|each|any) (?:of )?)?(?:the\s+)?"
    rf"(?:(?:criteri\w+|requirements?)\s+(?:listed |outlined |stated |noted )?(?:in|of|under|from)\s+(?:the\s+)?)?"
    rf"{_PART}\s+(?P<also>{_LIST})(?!\s+(?:of the (?:label|prescribing|package)|points?\b|months?\b|%))|"
    rf"\b(?:meets?|met)\s+(?:all |the )*criteria (?:in|under|of) (?P<bare>{_LIST})(?:\s+(?:above|below)\b|\s*[.;]|$)",
    re.I,
)
# "continues to meet the initial approval criteria", "all criteria for initial therapy"
_BY_PHASE = lore.regex(
    rf"\b{_INITIAL} (?:{_APPROVAL} )?criteria\b|\bcriteria (?:for|of) (?:an? )?{_INITIAL}\b|"
    rf"\b{_INITIAL} {_APPROVAL} (?:criteria|requirements)\b",
    re.I,
)
# what was so at an earlier time is not shown by what is so today
_EARLIER = lore.regex(r"\b(?:previously|has met|have met|had met|was|were|been|prior to|already)\b", re.I)
_ABOVE = lore.regex(
    r"\b(?:above|preceding|foregoing|aforementioned|below) (?:\w+ )?(?:criteri(?:a|on)|requirements|conditions)\b|"
    r"\bmeets? (?:all )?(?:of )?the criteria for (?:the |an? )?(?:(?:first|second|standard|primary) )?(?:\w+ )?"
    r"(?:procedures?|surgery|devices?|implants?|services?)\b|"
    r"\bcriteria (?:(?:listed|stated|noted|described|outlined|defined) )?(?:above|below)\b|\bany of the above\b|"
    r"\ball of the above\b",
    re.I,
)
_PLACE = (
    r"(?P<place>(?-i:[Aa]ppendi(?:x|ces)|APPENDIX|[Tt]able|TABLE|[Ss]ection|[Aa]ttachment|[Dd]efinitions?|[Gg]lossary|"
    r"[Pp]olicy [Gg]uidelines|[Bb]ackground|[Aa]ddendum|[Ff]igure)\b(?:\s+(?-i:[IVX]{1,4}|[A-Z]|\d{1,2})\b)?)"
)
_EXPLAINED = lore.regex(
    rf"\b(?:defined|described|listed|outlined|specified|detailed|set (?:out|forth)|found|identified|provided|given|"
    rf"noted)\s+(?:in|under|by|at)\s+(?:the\s+)?{_PLACE}|"
    rf"(?:\b(?:see|refer to|per|according to|from|in|under)|(?<=\())\s*(?:the\s+)?{_PLACE.replace('place', 'seen')}"
    r"(?!\s+(?:of the (?:label|prescribing|package)))"
    r"(?![^.;)]{0,30}\bfor\s+(?:(?:an? |the )?(?:list|examples?|dos\w+|further|more|additional|information|details|"
    r"explanation|reference|codes?|instructions)))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a text leads, and the characters that say so."""

    kind: Literal["marks", "initial", "above", "explained"]
    start: int
    end: int
    words: str  # "II.A and II.B", "Appendix B"; "" for the others


def references_in(text: str) -> list[Reference]:
    """Return every such reference of a text, in order."""
    found: list[Reference] = []
    for match in _BY_MARK.finditer(text):
        words = match["marks"] or match["also"] or match["bare"]
        found.append(Reference("marks", match.start(), match.end(), words))
    found += [Reference("initial", at.start(), at.end(), "") for at in _BY_PHASE.finditer(text)]
    found += [Reference("above", at.start(), at.end(), "") for at in _ABOVE.finditer(text)]
    for match in _EXPLAINED.finditer(text):
        found.append(Reference("explained", match.start(), match.end(), match["place"] or match["seen"]))
    kept: list[Reference] = []
    for at in sorted(found, key=lambda at: (at.start, -at.end)):
        if not kept or at.start >= kept[-1].end:
            kept.append(at)
    return kept


def refers_flags(text: str) -> tuple[str, ...]:
    """Return the flag of a leaf that is met, or explained, by what stands elsewhere."""
    found = references_in(text)
    if not found:
        return ()
    met = [at for at in found if at.kind != "explained"]
    said = text[met[0].start : met[0].end] if met else text[found[0].start : found[0].end]
    return (f"{REFERS if met else DEFINED}: '{said.strip(' (')}'",)


def follow(uses: Sequence[Indication], sections: Sequence[Section]) -> list[Indication]:
    """Return the indications with the leaves that lead elsewhere bound to what stands there, where it does."""
    return [replace(use, tree=_followed(use.tree, use, uses, sections)) for use in uses]


def _followed(node: Node, use: Indication, uses: Sequence[Indication], sections: Sequence[Section]) -> Node:
    if node.op != "leaf":
        return replace(node, children=tuple(_followed(child, use, uses, sections) for child in node.children))
    if not any(flag.startswith((REFERS, DEFINED)) for flag in node.flags):
        return node
    found = references_in(node.text)
    targets = [_targets(at, node, use, uses) for at in found if at.kind != "explained"]
    refers = tuple(target for held in targets for target in held) if targets and all(targets) else ()
    notes = [note for at in found if at.kind == "explained" and (note := _explanation(at.words, sections))]
    return replace(node, refers=refers, notes=(*node.notes, *notes))


def _targets(at: Reference, leaf: Node, use: Indication, uses: Sequence[Indication]) -> list[Node]:
    if at.kind == "initial":
        if use.phase == "initial" or _EARLIER.search(leaf.text):
            return []
        first = [other for other in uses if other.phase == "initial" and _same_use(other, use)]
        return [first[0].tree] if len(first) == 1 else []
    if at.kind == "above":
        return []
    found = []
    for mark in _marks(at.words):
        node = _node_at(mark, leaf, use, uses)
        if node is None:
            return []
        found.append(node)
    return found


def _same_use(one: Indication, other: Indication) -> bool:
    return one.name.lower() == other.name.lower() and one.drugs == other.drugs and one.products == other.products


_ONE = lore.regex(rf"{_MARK}|[–-]|\bthrough\b|\bto\b", re.I)


def _marks(words: str) -> list[tuple[str, ...]]:
    """ "A.1 and A.2", "1A", "I through III" as paths of markers; ranges of figures or letters are written out."""
    found: list[tuple[str, ...]] = []
    parts = [match[0] for match in _ONE.finditer(words)]
    for at, part in enumerate(parts):
        if part.lower() in ("-", "–", "through", "to"):
            if found and at + 1 < len(parts):
                found += _between(found[-1], _path(parts[at + 1]))
        else:
            found.append(_path(part))
    return list(dict.fromkeys(found))


def _between(first: tuple[str, ...], last: tuple[str, ...]) -> list[tuple[str, ...]]:
    a, b = first[-1], last[-1]
    if a.isdigit() and b.isdigit():
        return [(*first[:-1], str(n)) for n in range(int(a) + 1, int(b))]
    if len(a) == len(b) == 1:
        return [(*first[:-1], chr(n)) for n in range(ord(a) + 1, ord(b))]
    return []


def _path(mark: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+|[IVX]{2,5}|[ivx]{2,5}|[A-Za-z]", mark))


def _node_at(path: tuple[str, ...], leaf: Node, use: Indication, uses: Sequence[Indication]) -> Node | None:
    """The one item with this path of markers, in the leaf's own list first; never one that holds the leaf."""
    others = [other.tree for other in uses if other is not use]
    for trees in ([use.tree], others):
        ends = [node for tree in trees for node in _nodes(tree) if _ends_in(node, path) and not _holds(node, leaf)]
        shortest = min((node.number.count(".") for node in ends), default=0)
        found = {node.number: node for node in reversed(ends) if node.number.count(".") == shortest}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            return None
    return None


def _ends_in(node: Node, path: tuple[str, ...]) -> bool:
    own = tuple(re.sub(r"\[\d+\]", "", part) for part in re.split(r"[.-]", node.number))
    return own[-len(path) :] == path


def _holds(node: Node, leaf: Node) -> bool:
    return any(at is leaf for at in node.leaves())


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


_LONGEST = 700  # characters of an explanation that is kept beside a leaf


def _explanation(words: str, sections: Sequence[Section]) -> Note | None:
    """What stands under "Appendix B" or "Definitions" in the policy, as a note."""
    name = " ".join(words.lower().split()).rstrip("s")
    for section in sections:
        if not section.heading or not " ".join(section.heading.text.lower().split()).startswith(name):
            continue
        runs = [*section.paragraphs, *(item.run for item in section.items), *section.after]
        text = " ".join(run.text for run in runs)
        if runs:
            return Note(text=f"{section.heading.text}: {text[:_LONGEST]}", evidence=section.heading.evidence())
    return None
