"""A second, plain reading of the whole policy: every sentence that demands something, under its heading, without an
outline. How its sentences hang together is not known for certain."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors import lore
from extractors.policy.announced import phase_of, refuses
from extractors.policy.blocks import Block, blocks_of, title_of
from extractors.policy.demands import area_of, is_demand, points
from extractors.policy.headings import heading_kind
from extractors.policy.heads import APPROVAL, clause_start, names_condition
from extractors.policy.inline import split_inline
from extractors.policy.nodes import group_of_prose, is_sentence, leaf_of
from extractors.policy.quantifiers import is_head, quantifier_of, split_end
from extractors.policy.rows import Row
from extractors.policy.runs import Run
from extractors.policy.shapes import TITLE_LABEL
from extractors.policy.tree import Node, Op, Phase
from extractors.vocabulary.drugs import find_drugs

_SENTENCE = lore.regex(r"(?<=[a-z)%\d\]][.])\s+(?=[A-Z])|(?<=[.;])\s+(?=[A-Z])")
_RENEWS = lore.regex(
    r"\b(?:plan|we|program)\s+(?:will\s+|may\s+|only\s+)*(?:renews?|extends?|authorizes?|allows?|grants?|reimburses?)\b"
    r"[^.;]{0,100}?\b(?:if|when|provided(?: that)?)\b\s*",
    re.I,
)
_ANSWERS = lore.regex(r"(?<=\?)\s+\W*(?:yes|no)\b.*", re.I)
_MARKER = "plain"
_STEP = 2.0  # points by which a list stands right of its head


@dataclass
class PlainUse:
    """What is demanded under one name and phase; `parts` are leaves, and lists of which not all are needed."""

    name: str
    phase: Phase
    heading: str = ""
    run: Run = field(default_factory=Run)
    parts: list[Node] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)  # texts of the demands that are items, boxes or cells

    def leaves(self) -> Iterator[Node]:
        for part in self.parts:
            yield from part.leaves()


@dataclass
class _Group:
    head: Block
    op: Op
    n: int | None
    whole: bool  # it takes all up to the next heading, and not only what stands right of it
    flush: bool = False  # its items stand right under the head
    leaves: list[Node] = field(default_factory=list)


def read_plainly(rows: Sequence[Row], title: str) -> list[PlainUse]:
    """Return what the policy demands for each use, those without a demand left off."""
    reader = _Reader(title)
    for block in blocks_of(rows):
        reader.take(block)
    reader.close()
    return [use for use in reader.uses if use.parts]


class _Reader:
    def __init__(self, title: str) -> None:
        self.title = title
        self.uses: list[PlainUse] = []
        self.area: str | None = "ignored"  # what stands before the first heading is the title
        self.name, self.heading = title, ""
        self.use: PlainUse | None = None
        self.group: _Group | None = None
        self.over: tuple[Op, int | None] = ("all", None)  # what a heading says of all below it

    def take(self, block: Block) -> None:
        if block.heading:
            self._turn(block)
            return
        text = block.text.strip()
        if block.marked and self.area == "ignored" and not self.heading:
            self.area = "criteria"
        approves = (APPROVAL.search(text) or _RENEWS.search(text)) is not None and not refuses(text)
        if approves and self.area in (None, "criteria", "initial", "continuation", "ignored") and _opens(text):
            self._approve(block)
            return
        if self.area in ("ignored", "excluded"):
            return
        self._leave_group(block)
        if is_head(text) and text.rstrip().endswith(":"):
            self._open_group(block)
            return
        for start, end in _sentences(text):
            item = block.marked or bool(block.label)
            nodes = _parts(block.run, start, end, self._number(), item)
            self._add(nodes, block.x0)
            if item and self.use:
                self.use.marked.update(leaf.text for node in nodes for leaf in node.leaves())

    # ---- headings

    def _turn(self, block: Block) -> None:
        """A heading: what it names, and what stands under it."""
        self.close()
        title = title_of(block)
        area = area_of(title)
        self.heading = title
        title = _without_label(title)
        subject = heading_kind(title) is None and (names_condition(title) or bool(find_drugs(title)))
        phase: Phase = "continuation" if area == "continuation" else "initial" if area == "initial" else "any"
        self.area = area or "criteria"
        quantifier = quantifier_of(block.text)
        self.over = (quantifier.op, quantifier.n) if quantifier.stated else ("all", None)
        if self.area in ("ignored", "excluded"):
            return
        if subject:
            front = not self.uses and (title in self.title or self.title in title)
            self.name = self.title if front else title
        if subject or phase == "continuation" or self.use is None or self.use.phase == "continuation":
            self._begin(phase, block.run)
        if self.over[0] != "all":
            self.group = _Group(block, *self.over, whole=True)

    def _begin(self, phase: Phase, run: Run) -> None:
        self.use = PlainUse(self.name, phase, self.heading, run)
        self.uses.append(self.use)

    # ---- approvals and lists

    def _approve(self, block: Block) -> None:
        """ "X is covered when the member ...": what follows "when" is demanded, and the sentences behind it."""
        text = block.text
        self.close()
        if self.area == "ignored" and self.heading:
            return
        spoken = phase_of(text)
        if self.use is None or (spoken and self.use.parts and self.use.phase != spoken):
            self._begin(spoken or "any", block.run)
        self.area = self.area if self.area in ("initial", "continuation") else "criteria"
        for start, end in _sentences(text):
            said = text[start:end]
            if not (APPROVAL.search(said) or _RENEWS.search(said)):
                self._add(_parts(block.run, start, end, self._number()))
                continue
            renewed = _RENEWS.search(said)
            clause = renewed.end() if renewed else clause_start(said, 0)
            if clause is None or said.rstrip().endswith(":") or is_head(said):
                continue
            self._add(_parts(block.run, start + clause, end, self._number(), known=True))

    def _open_group(self, block: Block) -> None:
        quantifier = quantifier_of(block.text)
        if quantifier.op != "all" and not quantifier.negated:
            self.group = _Group(block, quantifier.op, quantifier.n, whole=False)

    def _leave_group(self, block: Block) -> None:
        group = self.group
        if not group or group.whole or not group.leaves or block.x0 > group.head.x0 + _STEP:
            return
        same_cell = group.head.label and block.label == group.head.label
        if not (same_cell or (group.flush and block.marked and not group.head.label)):
            self.close()

    def _number(self) -> str:
        count = len(self.use.parts) if self.use else 0
        return f"{_MARKER}.{count + 1}" + (f".{len(self.group.leaves) + 1}" if self.group else "")

    def _add(self, nodes: Sequence[Node], at: float = 0.0) -> None:
        if self.use is None and nodes:
            self._begin("continuation" if self.area == "continuation" else "any", Run())
        for node in nodes:
            if self.group and not self.group.leaves:
                self.group.flush = not self.group.head.marked and at <= self.group.head.x0 + _STEP
            (self.group.leaves if self.group else self.use.parts).append(node)

    def close(self) -> None:
        """End the list that is open."""
        group, self.group = self.group, None
        if group is None or not group.leaves or self.use is None:
            return
        if len(group.leaves) == 1:
            self.use.parts += group.leaves
            return
        cited = group.head.run.evidence()
        number = f"{_MARKER}.{len(self.use.parts) + 1}"
        self.use.parts.append(
            Node(
                op=group.op,
                number=number,
                text=group.head.text,
                evidence=cited,
                n=group.n,
                children=tuple(group.leaves),
            )
        )


def _without_label(title: str) -> str:
    label = TITLE_LABEL.match(title)
    return title[label.end() :] if label else title


def _opens(text: str) -> bool:
    """Whether a sentence approves on a condition, or announces what it approves on."""
    return clause_start(text, 0) is not None or text.rstrip().endswith(":")


def _sentences(text: str) -> list[tuple[int, int]]:
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]


def _parts(run: Run, start: int, end: int, number: str, marked: bool = False, known: bool = False) -> list[Node]:
    """One sentence as the demands it makes; `known`: it stands behind "is covered when"."""
    text = _ANSWERS.sub("", run.text[start:end].rstrip())
    listed = split_inline(text, prose=True)
    if listed is None or listed.text:
        return _leaf(run, start, start + len(split_end(text)[0]), number, marked, known)
    group = group_of_prose(run, [number], start, listed)
    if group.op == "all" and not group.unsure:
        return [node for node in group.children if _asks(node, marked, known)]
    return [group] if _asks(group, marked, known) else []


def _asks(node: Node, marked: bool, known: bool) -> bool:
    return all(_demanded(leaf.text, marked, known) for leaf in node.leaves())


def _demanded(text: str, marked: bool, known: bool) -> bool:
    """Whether words are a demand; behind "is covered when" all are that say something."""
    return is_demand(text, marked) or (known and is_sentence(text) and not refuses(text) and not points(text))


def _leaf(run: Run, start: int, end: int, number: str, marked: bool, known: bool) -> list[Node]:
    text = run.text[start:end]
    start += len(text) - len(text.lstrip())
    if not _demanded(text, marked, known):
        return []
    return [leaf_of(run, [number], start, end)]
