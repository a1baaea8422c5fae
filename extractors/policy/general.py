"""What a policy says once for all its indications: demands and durations."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors.policy.found import Criteria
from extractors.policy.heads import (
    bare_duration,
    clean_name,
    duration_of,
)
from extractors.policy.items import Section
from extractors.policy.nodes import leaf_of
from extractors.policy.quantifiers import split_end
from extractors.policy.runs import Run
from extractors.policy.tree import Indication, Node, Phase


def read_general(sections: Sequence[Section], found: Criteria) -> None:
    """Demands on every use ("AGE RESTRICTIONS: 12 years and older"), and durations said once for all of them."""
    for section in sections:
        if section.kind == "general":
            leaves = [_general_leaf(section, run) for run in (*section.paragraphs, *(at.run for at in section.items))]
            found.indications = [_demanding(use, leaves) for use in found.indications]
        elif section.kind == "duration":
            text = " ".join(run.text for run in (*section.paragraphs, *(at.run for at in section.items)))
            found.indications = [
                use if use.duration else replace(use, duration=_duration_for(use.phase, text))
                for use in found.indications
            ]


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
