"""Sentences that say how a criterion is meant and demand nothing themselves; they are notes of what they speak of."""

import re
from dataclasses import replace

from extractors import lore
from extractors.policy.runs import Run
from extractors.policy.tree import Node, Note

_SENTENCE_END = lore.regex(r"(?<=[a-z)%\]\d][.;])\s+(?=[A-Z])")
_EXPLAINS = lore.regex(
    r"for (?:the )?purposes? of\b|(?:for|in) (?:condition|criteri(?:on|a)|item|requirement|step)s? \(?\w{1,4}\)|"
    r"(?:please )?notes?\b\s*[:.–-]|for example\b|examples? (?:are|is|of|include)\b|as used (?:here|in)\b|"
    r"(?:[A-Z][\w’'-]*(?:\s[\w’'()/-]+){0,12}) (?:is|are) defined as\b|"
    r"[^.;]*\b(?:(?:do|does|will) not (?:count|qualify|satisfy|meet the requirement)|"
    r"(?:is|are) not (?:considered|counted|acceptable))\b",
    re.I,
)
_SPOKEN_OF = lore.regex(
    r"\b(?:condition|criteri(?:on|a)|item|requirement|step|number)s?\s+"
    r"(?P<marks>\(?[A-Za-z0-9]{1,4}\b\)?(?:[.(]+[A-Za-z0-9]{1,4}\b\)?)*)",
    re.I,
)


def explanations_start(text: str) -> int:
    """Return the character where sentences that only explain begin, behind at least one other; len(text): none do."""
    for match in _SENTENCE_END.finditer(text):
        if _EXPLAINS.match(text, match.end()):
            return match.end()
    return len(text)


def notes_in(run: Run, start: int) -> tuple[Note, ...]:
    """Return the explaining end of a run as a note; none if nothing is there."""
    said = run.text[start:].strip()
    return (Note(text=said, evidence=run.evidence(start, len(run.text))),) if said else ()


def explains(text: str) -> bool:
    """Return whether a paragraph opens by saying how a criterion is meant."""
    return _EXPLAINS.match(text) is not None


def with_notes_told(tree: Node, notes: tuple[Note, ...] = ()) -> Node:
    """Return the tree with each note also at the items that it names: "does not count for item 3".

    `notes` stand nowhere in the tree yet: those that name no item go to the whole of it.
    """
    told: dict[str, list[Note]] = {}
    loose = []
    for note in (*notes, *_notes_below(tree)):
        numbers = [number for marks in _marks_in(note.text) if (number := _number_of(tree, marks))]
        for number in numbers:
            told.setdefault(number, []).append(note)
        if not numbers and note in notes:
            loose.append(note)
    return _told(replace(tree, notes=(*tree.notes, *loose)), told)


def _told(node: Node, told: dict[str, list[Note]]) -> Node:
    added = [note for note in told.get(node.number, ()) if note not in node.notes]
    children = tuple(_told(child, told) for child in node.children)
    return replace(node, notes=(*node.notes, *added), children=children) if added or children else node


def _notes_below(node: Node) -> list[Note]:
    return [*node.notes, *(note for child in node.children for note in _notes_below(child))]


def _marks_in(text: str) -> list[list[str]]:
    return [re.findall(r"[A-Za-z0-9]+", match["marks"]) for match in _SPOKEN_OF.finditer(text)]


def _number_of(tree: Node, marks: list[str]) -> str | None:
    """The number of the one item whose path ends in these markers."""
    numbers = {node.number for node in _nodes(tree) if node.number.split(".")[-len(marks) :] == marks}
    shortest = min((number.count(".") for number in numbers), default=0)
    found = [number for number in numbers if number.count(".") == shortest]
    return found[0] if len(found) == 1 else None


def _nodes(node: Node) -> list[Node]:
    return [node, *(below for child in node.children for below in _nodes(child))]
