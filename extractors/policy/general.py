"""What a policy says once for all its indications: demands and durations."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.found import Criteria
from extractors.policy.heads import (
    bare_duration,
    clean_name,
    duration_of,
    head_of,
    head_of_run,
)
from extractors.policy.items import Item, Section
from extractors.policy.nodes import group_of, leaf_of, node_of
from extractors.policy.quantifiers import is_head, split_end
from extractors.policy.runs import Run
from extractors.policy.tree import Indication, Node, Phase
from extractors.vocabulary.conditions import find_conditions


def read_general(sections: Sequence[Section], found: Criteria) -> None:
    """Demands on every use ("AGE RESTRICTIONS: 12 years and older"), and durations said once for all of them."""
    found.indications = [_add_demands(use, found.demands) for use in found.indications]
    for section in sections:
        if section.kind == "general":
            heads = [run for run in section.paragraphs if not (section.items and is_head(run.text))]
            leaves = [_general_leaf(section, run) for run in heads]
            if section.items:
                head = next((run for run in section.paragraphs if is_head(run.text)), section.heading)
                leaves.append(group_of(head.text, section.items, [clean_name(section.heading.text)], head.evidence()))
            found.indications = [_demanding(use, leaves) for use in found.indications]
        elif section.kind == "duration":
            text = " ".join(run.text for run in (*section.paragraphs, *(at.run for at in section.items)))
            found.indications = [
                use if use.duration else replace(use, duration=_duration_for(use.phase, text))
                for use in found.indications
            ]


_FOR_ALL = lore.regex(r"for (?:all|any)(?: other)? (?:indications|uses|diagnoses|conditions)\s*[:,]\s*", re.I)
_ASKS = lore.regex(r"\b(?:must|cannot|may not|will not|should|shall|required?|prescribed|only)\b", re.I)


def demands_by_condition(item: Item, path: Sequence[str]) -> list[tuple[str, Node]]:
    """Return what an item like "III. PRESCRIBER SPECIALTIES" asks of each condition that it names, "" for all."""
    lead, found = item.run.text, []
    for order, child in enumerate(item.children, start=1):
        head = head_of(child.run.text)
        condition = head.name if head.rest < len(child.run.text) and find_conditions(head.name) else ""
        node = node_of(child, child.path(path, order), lead=lead)
        start = head.rest if condition and node.op == "leaf" else 0
        if start:
            run = child.run
            node = leaf_of(run, child.path(path, order), start, len(split_end(run.text)[0]), lead=lead)
        whole = Node(op="all", number=".".join(path), text=lead, evidence=item.run.evidence(), children=(node,))
        found.append((condition, whole))
    start = head_of_run(item.run).rest
    if match := _FOR_ALL.match(item.run.text, start):
        start = match.end()
    if not item.children and _ASKS.search(item.run.text, start):
        found.append(("", leaf_of(item.run, path, start, len(split_end(item.run.text)[0]))))
    return found


def _add_demands(use: Indication, demands: Sequence[tuple[str, Node]]) -> Indication:
    own = {term.key for term in find_conditions(use.name)}
    fitting = [
        node
        for name, node in demands
        if not name or name.lower() == use.name.lower() or own & {term.key for term in find_conditions(name)}
    ]
    return _demanding(use, fitting)


def _general_leaf(section: Section, run: Run) -> Node:
    label = clean_name(section.heading.text)
    return leaf_of(run, [label], 0, len(split_end(run.text)[0]), lead=label)


def _demanding(use: Indication, leaves: Sequence[Node]) -> Indication:
    return replace(use, tree=demanding_tree(use.tree, leaves))


def demanding_tree(tree: Node, leaves: Sequence[Node]) -> Node:
    if not leaves:
        return tree
    if tree.op == "all":
        return replace(tree, children=(*tree.children, *leaves))
    return Node(op="all", number="", text="", evidence=tree.evidence, children=(tree, *leaves))


def row_duration(phase: Phase, row: str) -> str | None:
    """ "Initial approval length: 14 weeks. Renewal: 1 year." says something else to each phase."""
    both = re.search(r"\binitial", row, re.I) and re.search(r"\b(?:renew|continu|re-?auth)", row, re.I)
    return _duration_for(phase, row) if both else duration_of(row) or bare_duration(row)


def _duration_for(phase: Phase, text: str) -> str | None:
    """ "Initial: 6 months, Continuation of therapy: 12 months" for one phase; a lone span is for all."""
    word = "(?:continu|renew|re-?auth)" if phase == "continuation" else "initial"
    if match := re.search(rf"\b{word}[^:;,]*[:;]?([^:;,]*)", text, re.I):
        return bare_duration(match[0])
    return bare_duration(text) if len(re.findall(r"\d+\s*(?:month|year|week|day)", text, re.I)) == 1 else None
