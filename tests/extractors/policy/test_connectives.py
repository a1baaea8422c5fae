"""Small policies whose words join their criteria in more than one way.

A block "### name" holds the text and, behind "=", the strictest logic that a careful reviewer could defend: "&" binds
before "|", and every word stands for the criterion that holds it. "!flush" sets every line at one left edge; "%2" says
how many uses there are.
"""

import re
from importlib import resources
from itertools import product

import pytest

from extractors.policy import Node, read_policy
from pipeline.matching.logic import decide
from pipeline.matching.verdict import Status
from tests.extractors.policy.layout import policy_pages

# a demand is lost, which `problems` says where a list was left aside
KNOWN = {
    "required_inline": "'Required: (1) ...' in running text approves nothing in words: no list is read",
}


def _blocks() -> list[tuple[str, str, int, str]]:
    data = resources.files("tests.extractors.policy").joinpath("connectives.txt").read_text(encoding="utf-8")
    found = []
    for block in re.split(r"^### ", data, flags=re.M)[1:]:
        name, rest = block.split("\n", 1)
        printed, uses, logic = re.fullmatch(r"(.*?)\n(?:%(\d) )?= (.*?)\s*", rest, re.S).groups()
        found.append((name, printed, int(uses or 1), logic))
    return found


@pytest.mark.parametrize(
    ("printed", "uses", "logic"),
    [
        pytest.param(
            *block, id=name, marks=[pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else []
        )
        for name, *block in _blocks()
    ],
)
def test_a_tree_is_never_looser_than_the_strictest_reading_of_its_print(printed, uses, logic):
    """No set of met criteria approves what a careful reviewer of the same page could still refuse."""
    flush, text = printed.startswith("!flush\n"), printed.removeprefix("!flush\n")
    policy = read_policy(policy_pages("Harbor Health Plan\nDrug policy 12\n" + text, indent=not flush))
    words = sorted(set(re.findall(r"[a-z]+", logic)))

    assert len(policy.indications) == uses
    tree = policy.indications[0].tree
    said = " ".join(leaf.text.lower() for leaf in tree.leaves())
    assert [word for word in words if not re.search(rf"\b{word}", said)] == []
    for values in product((False, True), repeat=len(words)):
        held = dict(zip(words, values, strict=True))
        if not any(all(held[word] for word in way.split(" & ")) for way in _ways(logic)):
            statuses = {id(leaf): _status(leaf, held) for leaf in tree.leaves()}
            assert decide(tree, statuses) is not Status.MET, held


def _status(leaf: Node, held: dict[str, bool]) -> Status:
    """A leaf that holds several criteria in its words is met when all of them are."""
    told = [held[word] for word in held if re.search(rf"\b{word}", leaf.text.lower())]
    return Status.MET if all(told) else Status.NOT_MET if len(told) == 1 else Status.UNCLEAR


def _ways(logic: str) -> list[str]:
    """The logic without brackets: each way names what must hold together."""
    if " & " not in logic and "|" not in logic:
        return [logic.strip("() ")]
    parts, joins = _parts(logic)
    groups, current = [], _ways(parts[0])
    for join, part in zip(joins, parts[1:], strict=True):
        if join == "&":
            current = [f"{one} & {other}" for one in current for other in _ways(part)]
        else:
            groups += current
            current = _ways(part)
    return groups + current


def _parts(logic: str) -> tuple[list[str], list[str]]:
    """The operands on the outermost level, and what joins them."""
    parts, joins, depth = [""], [], 0
    for letter in logic:
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and letter in "&|":
            joins.append(letter)
            parts.append("")
        else:
            parts[-1] += letter
    bare = [part.strip() for part in parts]
    if not joins:
        return _parts(bare[0][1:-1])
    return bare, joins
