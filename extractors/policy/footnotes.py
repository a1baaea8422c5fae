"""Notes that stand apart from the criteria they change: under "Notes:", or at the foot with a raised mark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors import lore
from extractors.policy.explaining import with_notes_told
from extractors.policy.headings import common_words
from extractors.policy.items import Section
from extractors.policy.runs import Run
from extractors.policy.shapes import SUPERSCRIPTS
from extractors.policy.tree import Indication, Node, Note

_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# "¹ A prescription", "Note 2 to criterion 5: ...", "2. A strength of ..."
_LABEL = lore.regex(
    rf"(?:notes?\s*)?(?P<mark>[{SUPERSCRIPTS}]+|\d{{1,2}}(?=[\s.:)])|[†‡§])\s*[.:)]?\s*"
    r"(?:(?:to|for|on)\s+[\w ().]{1,40}?:)?\s*(?=\S)",
    re.I,
)
_NAMES_ITEM = lore.regex(
    r"\b(?:condition|criteri(?:on|a)|item|requirement|step|number)s?\s+\(?[A-Za-z0-9]{1,4}\b", re.I
)


@dataclass(frozen=True, slots=True)
class _Apart:
    mark: str  # "2", "†"; "" for none
    note: Note
    place: tuple[int, float]  # page and top
    listed: bool  # under a heading "Notes": it belongs to the criteria above it, mark or no mark


def with_footnotes(uses: Sequence[Indication], sections: Sequence[Section]) -> list[Indication]:
    """Return the indications with each such note at the items that bear its mark, that it names or speaks of."""
    found = list(uses)
    for apart in (at for section in sections for at in _apart(section)):
        bearing = _bearing(found, apart)
        if bearing:
            found = [_at(use, apart.note, bearing) for use in found]
        elif apart.listed and (told := _named_bare(found, apart)) is not None:
            found = told
        elif apart.listed and (above := _above(found, apart.place)) is not None:
            found[above] = _about(found[above], apart)
    return found


def _apart(section: Section) -> Iterator[_Apart]:
    if section.kind == "notes":
        for item in section.items:
            yield _of(item.run, item.label, True)
        for run in (*section.paragraphs, *section.after):
            match = _LABEL.match(run.text)
            yield _of(run, match["mark"].translate(_FIGURES) if match else "", True)
        return
    for run in (*section.paragraphs, *section.after):
        match = _LABEL.match(run.text)
        if match and not run.text[: match.end()].lower().startswith("note") and not match[0].rstrip().endswith("."):
            yield _of(run, match["mark"].translate(_FIGURES), False)


def _of(run: Run, mark: str, listed: bool) -> _Apart:
    note = Note(text=run.text, evidence=run.evidence())
    return _Apart(mark, note, (note.evidence[0].page, note.evidence[0].bbox.top), listed)


def _bearing(uses: Sequence[Indication], apart: _Apart) -> set[str]:
    """The texts of the nodes that bear the mark of a note: on its own page if there are any."""
    if not apart.mark:
        return set()
    mark = re.escape(apart.mark)
    raised = "".join(chr(at) for at in range(0x2070, 0x2080)) + "¹²³"
    figures = "".join({v: k for k, v in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)}.get(c, c) for c in apart.mark)
    pattern = re.compile(rf"(?<![{raised}]){re.escape(figures)}(?![{raised}])|(?<=[a-z]{{3}}[a-z)\].,:;%]){mark}(?!\w)")
    nodes = [node for use in uses for node in _nodes(use.tree) if pattern.search(node.text)]
    here = [node for node in nodes if any(at.page == apart.place[0] for at in node.evidence)]
    leaves = [node for node in (here or nodes) if node.op == "leaf"] or here or nodes
    return {node.text for node in leaves}


def _at(use: Indication, note: Note, texts: set[str]) -> Indication:
    return replace(use, tree=_noted(use.tree, note, texts))


def _noted(node: Node, note: Note, texts: set[str]) -> Node:
    own = (note,) if node.text in texts and note not in node.notes else ()
    return replace(
        node, notes=(*node.notes, *own), children=tuple(_noted(child, note, texts) for child in node.children)
    )


def _above(uses: Sequence[Indication], place: tuple[int, float]) -> int | None:
    """The last indication that begins above a place of the document."""
    starts = [
        (min((at.page, at.bbox.top) for leaf in use.tree.leaves() for at in leaf.evidence), at)
        for at, use in enumerate(uses)
    ]
    before = [(start, at) for start, at in starts if start < place]
    return max(before)[1] if before else None


# "is not counted under D, E and F": letters without the word "criterion"
_BARE = lore.regex(
    r"\b(?:under|for|in|to|toward)\s+(?P<marks>[A-Z](?:\.?\d{1,2})?(?:(?:,| and| or|, and|, or) [A-Z](?:\.?\d{1,2})?)*)"
    r"(?=\s*(?:[.;,)]|$)| (?:as|if|when|unless|only)\b)"
)


def _named_bare(uses: Sequence[Indication], apart: _Apart) -> list[Indication] | None:
    """The indications with the note at the letters that it names, in the one that has them all; None: no such one."""
    marks = [mark for match in _BARE.finditer(apart.note.text) for mark in re.findall(r"[A-Z][.\d]*", match["marks"])]
    paths = [tuple(re.findall(r"[A-Z]|\d+", mark)) for mark in marks]
    held = [at for at, use in enumerate(uses) if paths and all(_holders(use.tree, path) for path in paths)]
    if len(held) != 1:
        return None
    use = uses[held[0]]
    texts = {node.text for path in paths for node in _holders(use.tree, path)}
    return [_at(one, apart.note, texts) if one is use else one for one in uses]


def _holders(tree: Node, path: tuple[str, ...]) -> list[Node]:
    """The one node whose number ends in this path, nearest the root."""
    ends = [node for node in _nodes(tree) if tuple(node.number.split("."))[-len(path) :] == path]
    least = min((node.number.count(".") for node in ends), default=0)
    found = [node for node in ends if node.number.count(".") == least]
    return found if len({node.number for node in found}) == 1 else []


def _about(use: Indication, apart: _Apart) -> Indication:
    """The note at the items that it names, else at the one leaf that speaks of the same, else at the whole list."""
    if _NAMES_ITEM.search(apart.note.text):
        return replace(use, tree=with_notes_told(use.tree, (apart.note,)))
    about = _NO_SUCH.search(apart.note.text)
    asked = _words(about["what"]) if about else _words(apart.note.text)
    leaves = list(use.tree.leaves())
    shared = [len(asked & _words(leaf.text)) for leaf in leaves]
    most = max(shared, default=0)
    if most and shared.count(most) == 1:
        return _at(use, apart.note, {leaves[shared.index(most)].text})
    return replace(use, tree=replace(use.tree, notes=(*use.tree.notes, apart.note)))


# "X does not count as physical therapy", "a call is not a re-evaluation": it is about the therapy, the evaluation
_NO_SUCH = lore.regex(
    r"\b(?:not (?:count|qualify|serve|be counted|be accepted|considered|counted|accepted|acceptable)\s+"
    r"(?:as|toward|for)|(?:is|are) not)\s+(?:an? |the )?(?P<what>[^.;]+)",
    re.I,
)


def _words(text: str) -> set[str]:
    named = {word.lower() for word in re.findall(r"\b[a-z]?[A-Z]{2,}[\w-]*", text)}
    return named | {word[:7] for word in re.findall(r"[a-z][a-z-]{4,}", text.lower()) if word not in common_words()}


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)
