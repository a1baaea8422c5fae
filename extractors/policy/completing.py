"""The outline's reading completed by the plain one: a demand in no list is kept, verbatim and undecided.

How such a demand hangs together with the others is not known: the tree it is put into is never decided as a whole.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from extractors import lore
from extractors.policy.asides import MUDDLED
from extractors.policy.demands import is_demand, is_stamp, is_strong
from extractors.policy.found import Criteria
from extractors.policy.nodes import is_sentence
from extractors.policy.plain import PlainUse, read_plainly
from extractors.policy.rows import Row
from extractors.policy.tree import Indication, Node
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs

UNCERTAIN = "how its criteria hang together could not be read for certain"
_BACKGROUND = lore.regex(r"(?:about|why|background|introduction|overview|description|purpose|scope)\b", re.I)
_MEASURED = lore.regex(
    r"\b(?:or (?:more|less|older|higher|lower|greater)|at least|failed|within the (?:past|last))\b", re.I
)
_SHORT = 14  # letters of a text that may well stand in another
_WELL_READ = 0.5  # part of the demands from which the outline is taken for understood
_MOST, _SHOWN = 3, 90  # of what was added, quoted, and characters of a quotation
_ALIKE = 93.0  # of 100, for what another row of letters was read as
_LABEL = lore.regex(r"[^.;:]{2,40}?(?::|\s[-–])\s+")  # "Prescriber: a dermatologist"
_ENOUGH = 0.7  # part of a demand's letters by which it is known to be in a tree


def complete(found: Criteria, rows: Sequence[Row], title: str) -> None:
    """Add to what was found the demands that only the plain reading has, and drop what demands nothing."""
    if any(problem.startswith(MUDDLED) for problem in found.problems):
        return  # what was printed beside what is not known at all
    plain = read_plainly(rows, title)
    _drop_background(found, plain)
    replace_run_together(found, plain)
    missing = [_missing(use, found) for use in plain]
    whole = _share(plain, missing)
    held = sum(1 for one in found.indications for _ in one.tree.leaves())
    little = whole < _WELL_READ and held <= sum(1 for lost in missing for part in lost for _ in part.leaves())
    for use, lost in zip(plain, missing, strict=True):
        if max(whole, _share([use], [lost])) >= _WELL_READ:
            lost = [part for part in lost if all(_is_plain_demand(leaf, use) for leaf in part.leaves())]
        if lost:
            _put(found, use, lost, little)


def replace_run_together(found: Criteria, plain: Sequence[PlainUse]) -> None:
    """Take the plain reading in place of a tree in which one leaf holds the words of several items or cells."""
    for at, one in enumerate(found.indications):
        for use in plain:
            own = {
                text for leaf in use.leaves() if leaf.text in use.marked and len(text := _letters(leaf.text)) > _SHORT
            }
            held = max(_held(leaf, own) for leaf in one.tree.leaves())
            if held > 1 and len(own) >= sum(1 for _ in one.tree.leaves()):
                found.indications[at] = replace(one, tree=_joined(use.parts, use.parts))
                break


def _held(leaf: Node, texts: set[str]) -> int:
    """How many texts stand in a leaf one behind the other; more than one was run together."""
    letters = _letters(leaf.text)
    inside = [text for text in texts if text in letters]
    apart = [text for text in inside if not any(text != other and text in other for other in inside)]
    return len(apart) if sum(map(len, apart)) <= len(letters) else 0


def _share(plain: Sequence[PlainUse], missing: Sequence[Sequence[Node]]) -> float:
    """The part of the demands that the outline's reading holds."""
    every = sum(1 for use in plain for _ in use.leaves())
    return 1 - sum(1 for lost in missing for part in lost for _ in part.leaves()) / max(1, every)


def _is_plain_demand(leaf: Node, use: PlainUse) -> bool:
    """Whether a demand is one beyond doubt: an item that is a sentence, or words of what must be."""
    counted = leaf.text in use.marked
    return is_strong(leaf.text) or (counted and (is_sentence(leaf.text) or _MEASURED.search(leaf.text) is not None))


def _said(missing: Sequence[Node]) -> str:
    leaves = [leaf for node in missing for leaf in node.leaves()]
    quoted = "; ".join(f"'{leaf.text[:_SHOWN]}' (page {leaf.evidence[0].page})" for leaf in leaves[:_MOST])
    more = f" and {len(leaves) - _MOST} more" if len(leaves) > _MOST else ""
    return f"{UNCERTAIN}; what reads like a criterion stood in no list and was added: {quoted}{more}"


def _drop_background(found: Criteria, plain: Sequence[PlainUse]) -> None:
    """Drop uses made of running text that demands nothing, where others do."""
    said = "".join(_letters(leaf.text) for use in plain for leaf in use.leaves())
    junk = [use for use in found.indications if _is_background(use, said)]
    if said:
        found.indications = [use for use in found.indications if use not in junk]


def _is_background(use: Indication, said: str) -> bool:
    text = use.tree.text
    if use.tree.op != "leaf" or is_demand(text) or _letters(text) in said:
        return False
    return _BACKGROUND.match(use.section or use.name) is not None or is_stamp(text) or is_sentence(use.name)


def _missing(use: PlainUse, found: Criteria) -> list[Node]:
    """The demands of the plain reading, lists of them whole or what of them was not found, that stand in no tree."""
    taken = [_letters(text) for tree in _trees(found) for text in _texts(tree)]
    whole = "\n".join(taken)
    missing = []
    for part in use.parts:
        lost = [leaf for leaf in part.leaves() if not _is_in(leaf, taken, whole)]
        if len(lost) == sum(1 for _ in part.leaves()):
            missing.append(part)
        else:
            missing += lost
    return missing


def _is_in(leaf: Node, taken: Sequence[str], whole: str) -> bool:
    letters = _letters(leaf.text)
    if not letters or letters in whole:
        return True
    if (label := _LABEL.match(leaf.text)) and _letters(leaf.text[label.end() :]) in whole:
        return True
    if len(letters) > 15 and fuzz.partial_ratio(letters, whole, score_cutoff=_ALIKE):
        return True
    inside = sum(len(at) for at in set(taken) if len(at) > 8 and at in letters)
    return inside >= _ENOUGH * len(letters)


def _put(found: Criteria, use: PlainUse, missing: Sequence[Node], alone: bool) -> None:
    """Add demands to the use that holds others of the same part of the policy, else as a use of their own.

    `alone`: so little else was read that it may stand under a name that others bear.
    """
    own = [_letters(leaf.text) for leaf in use.leaves()]
    shared = [
        (
            sum(
                any(_letters(leaf.text) in at or at in _letters(leaf.text) for at in own) for leaf in one.tree.leaves()
            ),
            at,
        )
        for at, one in enumerate(found.indications)
        if (one.phase == "continuation") == (use.phase == "continuation")
    ]
    best = max(shared, key=lambda at: (at[0], -at[1]), default=(0, 0))
    if best[0]:
        one = found.indications[best[1]]
        found.indications[best[1]] = replace(one, tree=_joined([one.tree, *missing], missing))
        return
    if not alone and any(one.phase == use.phase or "any" in (one.phase, use.phase) for one in _named_alike(found, use)):
        return
    found.indications.append(
        Indication(name=use.name, phase=use.phase, tree=_joined(missing, missing), section=use.heading)
    )


def _named_alike(found: Criteria, use: PlainUse) -> list[Indication]:
    """The uses of which one for the same thing could not be told apart."""
    own = _subjects(use.name)
    return [one for one in found.indications if not own or not _subjects(one.name) or own & _subjects(one.name)]


def _subjects(name: str) -> frozenset[str]:
    drugs = {mention.generic for mention in find_drugs(name)}
    return frozenset(drugs | {name[term.start : term.end].lower() for term in find_conditions(name)})


def _joined(parts: Sequence[Node], added: Sequence[Node]) -> Node:
    cited = tuple(at for part in parts for at in part.evidence)
    first = parts[0]
    if first.uncertain:
        return replace(
            first, children=(*first.children, *parts[1:]), evidence=cited, flags=(*first.flags, _said(added))
        )
    return Node(
        op="all", number="", text="", evidence=cited, children=tuple(parts), flags=(_said(added),), uncertain=True
    )


def _trees(found: Criteria) -> list[Node]:
    demands = [node for _, node in found.demands]
    return [*(use.tree for use in found.indications), *found.exclusions, *demands]


def _texts(node: Node) -> list[str]:
    own = [node.text, *(note.text for note in node.notes)]
    return own + [text for child in node.children for text in _texts(child)]


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())
