"""The policy as `rebut criteria` prints it: JSON for programs, an outline for a terminal."""

from collections.abc import Callable, Iterator
from typing import Any

from extractors.evidence import Finding
from extractors.policy.tree import Indication, Node, Policy

RequirementOf = Callable[[Node, tuple[Node, ...]], dict[str, Any]]  # a leaf, and its groups from outermost
_HEADS = {"all": "ALL of", "any": "ONE of"}


def free_text(leaf: Node, heads: tuple[Node, ...] = ()) -> dict[str, Any]:
    """The requirement of a leaf nobody has read yet."""
    return {"kind": "free_text"}


def published(policy: Policy, requirement_of: RequirementOf = free_text) -> dict[str, Any]:
    """Return the document of `rebut criteria --json`; boxes are in the shown frame, pages from 1."""
    return {
        "policy": policy.document,
        "payer": _value(policy.payer),
        "title": _value(policy.title),
        "number": _value(policy.number),
        "effective_date": policy.effective_date.value.isoformat() if policy.effective_date else None,
        "drugs": list(policy.drugs),
        "indications": [_indication(indication, requirement_of) for indication in policy.indications],
        "exclusions": [_node(node, requirement_of) for node in policy.exclusions],
        "problems": list(policy.problems),
    }


def _value(finding: Finding[str] | None) -> str | None:
    return finding.value if finding else None


def _indication(indication: Indication, requirement_of: RequirementOf) -> dict[str, Any]:
    return {
        "name": indication.name,
        "phase": indication.phase,
        "duration": indication.duration,
        "section": indication.section,
        "drugs": list(indication.drugs),
        "products": list(indication.products),
        "tree": _node(indication.tree, requirement_of),
    }


def _node(node: Node, requirement_of: RequirementOf, heads: tuple[Node, ...] = ()) -> dict[str, Any]:
    shown: dict[str, Any] = {"op": node.op, "number": node.number, "text": node.text}
    if node.n is not None:
        shown["n"] = node.n
    if node.evidence:
        shown |= {"page": node.evidence[0].page, "bbox": node.evidence[0].bbox.as_list()}
    if node.op == "leaf":
        shown |= {"requirement": requirement_of(node, heads), "negated": node.negated}
    else:
        shown["children"] = [_node(child, requirement_of, (*heads, node)) for child in node.children]
    for name, values in (("notes", [note.text for note in node.notes]), ("tags", node.tags), ("flags", node.flags)):
        if values:
            shown[name] = list(values)
    if node.unsure:
        shown["unsure"] = True
    if node.uncertain:
        shown["uncertain"] = True
    if node.refers:
        shown["refers"] = [target.number for target in node.refers]
    return shown | ({"lead": node.lead} if node.lead else {})


def outline(policy: Policy) -> str:
    """Return the policy as text for a terminal, one item a line."""
    return "\n".join(_lines(policy)) + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    yield policy.title.value if policy.title else policy.document
    facts = (
        ("Payer", _value(policy.payer)),
        ("Number", _value(policy.number)),
        ("Effective", policy.effective_date.value.isoformat() if policy.effective_date else None),
        ("Drugs", ", ".join(policy.drugs) or None),
    )
    yield from (f"{label}: {value}" for label, value in facts if value)
    for indication in policy.indications:
        phase = "" if indication.phase == "any" else f", {indication.phase}"
        length = f" ({indication.duration})" if indication.duration else ""
        yield f"\n{indication.name}{phase}{length}"
        yield from _node_lines(indication.tree, 1)
    if policy.exclusions:
        yield "\nNot covered"
        for node in policy.exclusions:
            yield from _node_lines(node, 1)
    yield from (f"\nProblem: {problem}" for problem in policy.problems)


def _node_lines(node: Node, depth: int) -> Iterator[str]:
    indent = "  " * depth
    page = f"  [p. {node.evidence[0].page}]" if node.evidence and node.op == "leaf" else ""
    if node.op == "leaf":
        yield f"{indent}{node.number} {'NOT: ' if node.negated else ''}{node.text}{page}".replace("  NOT", " NOT")
    else:
        head = f"AT LEAST {node.n} of" if node.op == "at_least" else _HEADS[node.op]
        yield f"{indent}{node.number} {head}: {node.text}" if node.number else f"{indent}{head}: {node.text}"
    yield from (f"{indent}    {note.text}" for note in node.notes)
    yield from (f"{indent}    ! {flag}" for flag in node.flags)
    for child in node.children:
        yield from _node_lines(child, depth + 1)
