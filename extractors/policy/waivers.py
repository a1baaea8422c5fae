"""Sentences that free a patient from some of the criteria: "Any of the following red flags waives criteria 1-3:"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors import lore
from extractors.policy.headings import common_words
from extractors.policy.runs import Run
from extractors.policy.tree import Node

_MARK = r"(?:[A-Za-z]|[ivxIVX]{2,5}|\d{1,2})(?:\.(?:[A-Za-z]|[ivxIVX]{1,5}|\d{1,2}))*"
_MARKS = (
    rf"(?P<marks>\(?{_MARK}\)?(?:\s*(?:,\s*(?:and\s+|or\s+|&\s*)?|and\s+|or\s+|&\s*|[–-]\s*|through\s+|to\s+)"
    rf"\(?(?:criteri\w+\s+|items?\s+)?{_MARK}\)?)*)(?![\w-])"
)
_NAMES = r"(?:criteri(?:on|a)|items?|requirements?|steps?|conditions?|bullets?|points?|numbers?)"
_NOT_NEEDED = (
    r"(?:(?:is|are|may be|will be|can be)\s+(?:waived|bypassed|not (?:required|needed|necessary|applicable))|"
    r"(?:does|do|need|will|shall) not (?:be met|have to be met|need to be met|apply)|not (?:required|necessary|needed))"
)
_WAIVES = (
    r"(?:waiv(?:e|es|ed|ing)|bypass(?:es)?|replaces?|in (?:lieu|place) of|instead of|exempt(?:s|ed|ion)? from|"
    r"exceptions? to|not (?:required|have|need) to meet|overrides?)"
)
# "Criteria 2 and 3 are not required if", "... waives items 1-3", "in lieu of criterion 2"
_NAMED = (
    lore.regex(rf"\b{_NAMES}\s+{_MARKS}\s+(?:above\s+)?{_NOT_NEEDED}", re.I),
    lore.regex(rf"\b{_WAIVES}\s+(?:the\s+)?(?:need (?:for|to meet)\s+)?(?:{_NAMES}\s+|(?=\d))(?:of\s+)?{_MARKS}", re.I),
)
# "The 6-week trial is not required when", "Conservative treatment may be waived if"
_UNNAMED = lore.regex(
    rf"^(?:note:?\s+)?(?:the |an? |any )?(?P<what>[\w][\w\s/-]{{3,70}}?)\s+{_NOT_NEEDED}\s+"
    rf"(?:if|when|where|in the (?:presence|case) of|for (?:patients|members|individuals)|in (?:patients|members))\b",
    re.I,
)
_CONDITION = lore.regex(
    r"\b(?:if|when|where|for (?=(?:patients|members|individuals)\b)|in the (?:presence|case) of)\s+(?P<what>[^;]+)$",
    re.I,
)
_ONE = lore.regex(rf"\b(?:through|to)\b|\b{_MARK}(?!\w)|[–-]", re.I)
_WORDS = lore.regex(r"\b(?:criteri\w+|items?|and|or)\b|[()&,]", re.I)


@dataclass(frozen=True, slots=True)
class Waiver:
    """What need not be met."""

    marks: tuple[str, ...]  # markers as printed, ranges as "1-3"; () where words name it
    what: str = ""  # "6-week trial"


def waiver_in(text: str) -> Waiver | None:
    """Return what a sentence frees from; None: it frees from nothing."""
    for pattern in _NAMED:
        if match := pattern.search(text):
            return Waiver(marks=tuple(_ONE.findall(_WORDS.sub("", match["marks"]))))
    if match := _UNNAMED.search(text):
        return Waiver(marks=(), what=match["what"])
    return None


def condition_of(run: Run, start: int, end: int) -> tuple[int, int]:
    """Return where a waiver in one sentence says when it holds: "waived if the patient has cancer"."""
    match = _CONDITION.search(run.text[start:end].rstrip(" ."))
    return (start + match.start("what"), start + match.end("what")) if match else (start, end)


def waived(tree: Node, waiver: Waiver, by: Node) -> Node | None:
    """Return the tree with the named items of it replaced by "they, or what waives them"; None: they are not there."""
    if tree.op != "all":
        return None
    places = [at for at, child in enumerate(tree.children) if child is not by and _is_meant(child, tree, waiver)]
    if not places or (waiver.marks and len(places) < _fewest(waiver)) or (waiver.what and len(places) != 1):
        return None
    held = tuple(tree.children[at] for at in places)
    cited = tuple(at for child in held for leaf in child.leaves() for at in leaf.evidence)
    number = tree.number
    both = held[0] if len(held) == 1 else Node(op="all", number=number, text="", evidence=cited, children=held)
    either = Node(op="any", number=number, text="", evidence=cited, children=(both, by))
    kept = [child for at, child in enumerate(tree.children) if at not in places and child is not by]
    kept.insert(min(places[0], len(kept)), either)
    return replace(tree, children=tuple(kept))


def _fewest(waiver: Waiver) -> int:
    return len([mark for mark in waiver.marks if mark not in _RANGE])


_RANGE = ("-", "–", "through", "to")


def _is_meant(child: Node, tree: Node, waiver: Waiver) -> bool:
    if waiver.what:
        asked = [
            word for word in re.findall(r"[\w-]+", waiver.what.lower()) if len(word) > 1 and word not in common_words()
        ]
        said = " ".join((child.text, *(leaf.text for leaf in child.leaves()))).lower()
        return bool(asked) and all(word[:7] in said for word in asked)
    last = child.number.rsplit(".", 1)[-1]
    labels = [at.number.rsplit(".", 1)[-1] for at in tree.children]
    marks = [mark.rsplit(".", 1)[-1] for mark in waiver.marks]
    for at, mark in enumerate(marks):
        ends = marks[at - 1 : at + 2] if mark in _RANGE and 0 < at < len(marks) - 1 else []
        if ends and {ends[0], ends[2]} <= set(labels):
            first, stop = labels.index(ends[0]), labels.index(ends[2])
            if first <= labels.index(last) <= stop:
                return True
    return last in marks


def with_waivers(node: Node, runs: Sequence[Run]) -> Node:
    """Return a list of all of which one item frees from others: "4. Criteria 1-3 are waived if ...".

    `runs` are the texts of the items, in order.
    """
    if node.op != "all" or len(runs) != len(node.children):
        return node
    for child, run in zip(node.children, runs, strict=True):
        waiver = waiver_in(child.text)
        if waiver is None or child.negated:
            continue
        by = child
        if child.op == "leaf":
            start, end = condition_of(run, 0, len(run.text))
            by = replace(child, text=run.text[start:end].strip(), evidence=run.evidence(start, end), flags=())
        elif child.op == "all":
            by = replace(child, op="any") if not _ALL.search(child.text) else child
        whole = replace(node, children=tuple(by if at is child else at for at in node.children))
        told = waived(whole, waiver, by)
        if told is not None:
            return told
        if waiver.what and child.op == "leaf":
            continue
        said = f"'{child.text[:60]}' frees from criteria that were not found here"
        return replace(node, unsure=True, flags=(*node.flags, said))
    return node


_ALL = lore.regex(r"\b(?:all|both|each)\b", re.I)
