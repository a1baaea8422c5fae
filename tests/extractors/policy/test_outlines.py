"""Small policies of plain prose in the numbering systems and head wordings that real documents use.

A block "### name" holds the text, "=>" and the tree that was written down before the text was read; " … " leaves out
words inside a leaf, "-" a number that the reader gives, "*" a name.
"""

import re
from importlib import resources

import pytest

from extractors.policy import Node, read_policy
from tests.extractors.policy.layout import policy_pages

FILES = ("numbering", "heads", "prose")
# read, and not yet as the reviewer wrote it down
KNOWN = {
    "ordinals_first": "the heading names more than the condition that the vocabulary holds",
    "capital_roman_dash": "a lone 'I -' over a list is taken for words of the heading",
    "labels_dash": "labels with a dash under a head that ends in a full stop",
    "phases_by_number": "a heading that begins with 'treatment' names no condition",
    "item_words": "'items 1 and 2, plus item 3 or item 4' is read as all of them",
    "smoke_free_prose_numbered": "'Required: (1) ...' approves nothing in words",
    "bullets_then_or_line": "a lone OR ties the bullets beside it only",
}


def _blocks() -> list[tuple[str, str, str]]:
    found = []
    for file in FILES:
        text = resources.files("tests.extractors.policy").joinpath(f"outlines/{file}.txt").read_text(encoding="utf-8")
        for block in re.split(r"^### ", text, flags=re.M)[1:]:
            name, rest = block.split("\n", 1)
            printed, tree = rest.split("\n=>\n", 1)
            found.append((name.strip(), printed, tree.strip("\n")))
    return found


BLOCKS = _blocks()


@pytest.mark.parametrize(
    ("printed", "tree"),
    [
        pytest.param(
            printed,
            tree,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else [],
        )
        for name, printed, tree in BLOCKS
    ],
)
def test_an_outline_in_any_numbering_gives_the_reviewed_tree(printed, tree):
    """Every criterion verbatim under its own number, joined as its head says, under the name of its use."""
    policy = read_policy(policy_pages(printed))
    got = [(f"{use.name} | {use.phase}", _of_node(use.tree, "all")) for use in policy.indications]
    if policy.exclusions:
        got.append(("never", [line for node in policy.exclusions for line in _of_node(node, "all")]))
    want = _of_text(tree)

    assert len(got) == len(want), got
    for (name, lines), (said, printed_lines) in zip(want, got, strict=True):
        assert _like(name, said)
        assert len(lines) == len(printed_lines), printed_lines
        for line, found in zip(lines, printed_lines, strict=True):
            assert _like(line, found)


def _like(want: str, found: str) -> bool:
    if want.startswith("* |"):
        return found.endswith(want[1:])
    if want.startswith("- "):
        want, found = want[2:], found.split(" ", 1)[-1]
    first, gap, last = want.partition(" … ")
    return found.startswith(first) and found.endswith(last) if gap else want == found


def _of_node(node: Node, over: str) -> list[str]:
    """A line for each leaf; groups that hold one thing, or a group of their own kind, fold."""
    if node.op == "leaf":
        return [f"{node.number or '-'} {'not ' if node.negated else ''}{node.text}"]
    op = f"at least {node.n}" if node.op == "at_least" else node.op
    below = [line for child in node.children for line in _of_node(child, op)]
    return below if _folds(op, over, len(node.children)) else [f"{op} (", *below, ")"]


def _folds(op: str, over: str, count: int) -> bool:
    return op == over or (count == 1 and not op.startswith("at least"))


def _of_text(tree: str) -> list[tuple[str, list[str]]]:
    found = []
    for use in re.split(r"\n(?=\S)", tree):
        head, *rows = use.splitlines()
        depths = [(len(row) - len(row.lstrip()), row.strip()) for row in rows]
        found.append((head, _lines(depths, 0, len(depths), "all")[1]))
    return found


def _lines(rows: list[tuple[int, str]], start: int, end: int, over: str) -> tuple[int, list[str]]:
    """How many nodes stand at the outermost level of these rows, and their lines."""
    lines, count, at = [], 0, start
    while at < end:
        depth, text = rows[at]
        stop = next((below for below in range(at + 1, end) if rows[below][0] <= depth), end)
        match = re.fullmatch(r"\S+ (all|any|at least \d+)", text)
        if match:
            inner, below = _lines(rows, at + 1, stop, match[1])
            lines += below if _folds(match[1], over, inner) else [f"{match[1]} (", *below, ")"]
        else:
            lines.append(text)
        count, at = count + 1, stop
    return count, lines
