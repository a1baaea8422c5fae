"""Policies as text files: leading spaces indent, tabs part the cells of a row, a line "\\f" ends a page."""

from importlib import resources

from extractors.evidence import Page
from extractors.policy import Node, Policy, read_policy
from tests.pages import CHARACTER, LEADING, line_of


def policy_pages(text: str, indent: bool = True, document: str = "policy.pdf") -> list[Page]:
    """Return the pages; `indent=False` sets every line flush left, as a poor scan or export does."""
    return [
        _page(part.strip("\n"), number, indent, document) for number, part in enumerate(text.split("\\f\n"), start=1)
    ]


def _page(text: str, number: int, indent: bool, document: str) -> Page:
    lines = []
    for row, printed in enumerate(text.splitlines()):
        left = 72.0 + (CHARACTER * (len(printed) - len(printed.lstrip(" "))) if indent else 0.0)
        for column, cell in enumerate(printed.split("\t")):
            if cell.strip():
                lines.append(line_of(cell, left + 150.0 * column, 72.0 + LEADING * row))
    return Page(document=document, number=number, width=612.0, height=792.0, lines=tuple(lines))


def grammar(name: str) -> str:
    """Return the text of a policy of this folder."""
    return resources.files("tests.extractors.policy").joinpath(f"grammars/{name}.txt").read_text(encoding="utf-8")


def read_grammar(name: str, indent: bool = True) -> Policy:
    return read_policy(policy_pages(grammar(name), indent))


def sketch(policy: Policy) -> str:
    """Return the policy in a compact notation, one node a line: what a reviewer compares with the printed page."""
    lines = []
    for use in policy.indications:
        lines.append(f"{use.name} | {use.phase} | {use.duration}")
        lines += _sketch_node(use.tree, 1)
    if policy.exclusions:
        lines.append("never")
        lines += [line for node in policy.exclusions for line in _sketch_node(node, 1)]
    return "\n".join(lines)


def _sketch_node(node: Node, depth: int) -> list[str]:
    op = f"at least {node.n}" if node.op == "at_least" else node.op
    sign = "not " if node.negated else ""
    text = f"{sign}{node.text}" if node.op == "leaf" else op
    lines = [f"{'  ' * depth}{node.number or '-'} {text}"]
    lines += [f"{'  ' * depth}  * {note.text}" for note in node.notes]
    lines += [f"{'  ' * depth}  ! {flag}" for flag in node.flags]
    for child in node.children:
        lines += _sketch_node(child, depth + 1)
    return lines
